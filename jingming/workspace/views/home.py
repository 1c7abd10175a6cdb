"""The start page, which is the first page of one's work, and the search box in the top bar."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jingming.accounts.access import has
from jingming.accounts.rules import Authority
from jingming.base.http import StaffRequest
from jingming.customers import queries as customers
from jingming.privacy.asking import asked
from jingming.workorders.access import visible_to
from jingming.workspace import queues

LONGEST = 100


@require_GET
def home(request: StaffRequest) -> HttpResponse:
    """Where the person's day begins."""
    page, queue = queues.begins(request.user)
    return redirect(f"{reverse(page)}?queue={queue}" if queue else page)


@require_GET
def search(request: StaffRequest) -> HttpResponse:
    """Go to the order of this number, else to the customer of this account number or phone; exact, never a guess."""
    words = request.GET.get("q", "").strip()[:LONGEST]
    number = "".join(words.split()).upper()
    if number and visible_to(request.user).filter(number=number).exists():
        return redirect("order", number)
    if words and has(request.user, Authority.SEE_CUSTOMERS):
        found = customers.find(request.user, words).customers
        if len(found) == 1:
            return redirect("customers:customer", found[0].pk)
        return redirect(f"{reverse('customers:list')}?{urlencode({'q': asked(words)})}")
    if words:
        messages.warning(request, _("No order of yours has the number %(number)s.") % {"number": words})
    return redirect(f"{reverse('orders')}?queue=all")
