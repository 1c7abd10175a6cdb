"""Every contact and the one thing that became of it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET, require_http_methods

from jingming.accounts.revealing import reveal_page
from jingming.audit.actions import was_shown
from jingming.base.clock import now
from jingming.base.errors import Unfit
from jingming.base.http import StaffRequest
from jingming.codes.queries import label_of
from jingming.interactions.access import get_interaction
from jingming.interactions.queries import latest
from jingming.workspace import queries


@require_http_methods(["GET", "POST"])
def reveal(request: StaffRequest, contact_id: int) -> HttpResponse:
    """See whom a contact was with for some minutes, for a reason."""
    found = get_interaction(request.user, contact_id)
    about = f"{label_of('channel', found.channel)} {localtime(found.occurred_at):%Y-%m-%d %H:%M}"
    return reveal_page(request, found, about=about, back=reverse("interactions"))


@require_GET
def interactions(request: StaffRequest) -> HttpResponse:
    """The contacts that the person may see, newest first."""
    cursor = request.GET.get("cursor", "")
    try:
        page = latest(request.user, cursor)
    except Unfit as refusal:
        messages.error(request, refusal.message)
        return redirect("interactions")
    shown = [contact.pk for contact in page.items]
    was_shown("contacts", shown, to=request.user, by=request.user, at=now())
    context = {
        "rows": queries.contact_rows(request.user, page.items),
        "older_url": f"?{urlencode({'cursor': page.next})}" if page.next else "",
        "newer_url": request.path if cursor else "",
    }
    return render(request, "workspace/interactions.html", context)
