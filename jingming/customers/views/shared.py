"""What the pages of the archives share: one form, one act, the archive afterwards; refusals told above it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from jingming.accounts import eyes
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.customers import access, queries
from jingming.customers.forms import ArchiveForm
from jingming.customers.models import Customer

Clean = dict[str, Any]
Page = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Sheet:
    """The words of a page with one form: its heading, its button, what is said when the act is done."""

    title: Promise
    submit: Promise
    said: Promise


def tells_refusals(page: Page) -> Page:
    """A page about a customer who may be seen but not changed shows the archive, and the reason above it."""

    @wraps(page)
    def told(request: StaffRequest, customer_id: int, **parts: int) -> HttpResponse:
        try:
            return page(request, customer_id, **parts)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return archive_page(request, access.get_customer(request.user, customer_id), status=refusal.status)

    return told


def archive_page(request: StaffRequest, customer: Customer, *, status: int = 200) -> HttpResponse:
    context = {
        "card": queries.card(request.user, customer),
        "merges": queries.merges_of(request.user, customer, queries.same_as(customer.pk)),
        "can_change": access.open_to_change(request.user, customer),
        "veil": eyes.about(customer),
    }
    return render(request, "customers/customer.html", context, status=status)


def fill_in(
    request: StaffRequest,
    sheet: Sheet,
    form: ArchiveForm,
    act: Callable[[Clean], Customer],
    customer: Customer | None,
    *,
    about: str = "",
) -> HttpResponse:
    """Show the form, or do the act with what it holds and go to the archive; a refusal keeps what was typed. `about`
    names what the act is done to, where the form does not."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = act(form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, str(sheet.said))
                return redirect("customers:customer", done.pk)
    context = {"form": form, "sheet": sheet, "customer": customer, "about": about}
    return render(request, "customers/form.html", context, status=status)


def posted(request: StaffRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None
