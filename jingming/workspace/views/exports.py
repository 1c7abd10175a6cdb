"""A queue as a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingming.accounts.policy import policy
from jingming.base.clock import now
from jingming.base.errors import Http404
from jingming.base.http import StaffRequest
from jingming.workorders.queries import QUEUES, SORTS, queued
from jingming.workspace import access, actions
from jingming.workspace.forms.exports import OrdersExport
from jingming.workspace.lists import Listing, in_both_languages, in_words, read_listing
from jingming.workspace.queries import export

from .streamed import csv_file


@require_http_methods(["GET", "HEAD", "POST"])
def orders_export(request: StaffRequest) -> HttpResponseBase:
    """The orders of a queue, filtered and sorted as its address says, as CSV, once a reason has been given; a line of
    the audit says so first."""
    if not access.may_export_orders(request.user):
        raise Http404
    listing = read_listing(request.GET, request.user)
    if unknown := listing.chosen.unknown:
        # What filters nothing would let more into the file than was asked for: it is looked at again first.
        messages.warning(request, _("Nothing can be filtered by: %(words)s.") % {"words": ", ".join(unknown)})
        return redirect(f"{reverse('orders_export')}?{listing.query()}")
    ids = queued(
        request.user, listing.name, filters=listing.chosen.condition, sort=listing.sort, most=policy().export_orders + 1
    )
    form = OrdersExport(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _asked_why(request, listing, form, rows=len(ids))
    at = now()
    try:
        noted = actions.note_orders_export(
            queue=listing.name,
            filtered=in_both_languages(listing, request.user),
            rows=len(ids),
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=at,
        )
    except actions.TooManyOrders:
        return _asked_why(request, listing, form, rows=len(ids))
    fields = export.own_fields(request.user, listing)
    lines = export.lines(request.user, listing, ids, fields, at=at)
    return csv_file(request, "orders", noted, export.heading(fields), lines)


def _asked_why(request: StaffRequest, listing: Listing, form: OrdersExport, *, rows: int) -> HttpResponse:
    """The form: what the file will hold, or why there can be none."""
    too_many = ""
    try:
        actions.refuse_too_many(rows)
    except actions.TooManyOrders as refusal:
        too_many = refusal.message
    context = {
        "form": form,
        "queue": QUEUES[listing.name],
        "filters": in_words(listing),
        "sort": SORTS[listing.sort],
        "rows": rows,
        "too_many": too_many,
        "columns": export.heading(export.own_fields(request.user, listing)),
        "back": f"{reverse('orders')}?{listing.query()}",
    }
    refused = form.errors or (too_many and request.method == "POST")
    return render(request, "workspace/orders_export.html", context, status=422 if refused else 200)
