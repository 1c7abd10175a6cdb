"""The call intake: who is it, what is it about, and what becomes of the contact. One page, one form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingming.accounts.access import has
from jingming.accounts.idempotency import KeyUsedBefore, once_for_form
from jingming.accounts.rules import Authority
from jingming.base.clock import now
from jingming.base.errors import Http404, Refusal, Unfit
from jingming.base.http import StaffRequest
from jingming.customers import access as customer_access
from jingming.customers.actions import quick_archive
from jingming.customers.models import Customer
from jingming.customers.rules import phone_number
from jingming.intake import actions as intake
from jingming.interactions.actions import AlreadyDisposed
from jingming.workorders import access
from jingming.workorders.models import WorkOrder
from jingming.workspace import queries
from jingming.workspace.forms.intake import ATTACH, EXPLAIN, IntakeForm
from jingming.workspace.queries import Caller

LONGEST = 100


@require_http_methods(["GET", "POST"])
def desk(request: StaffRequest) -> HttpResponse:
    """Take a contact. GET: `q` finds the caller, `customer` chooses among several, `type` the type of order,
    `second_of` begins another matter of the contact that opened that order."""
    return _take(request) if request.method == "POST" else _ask(request)


# --- Who is it ------------------------------------------------------------------------------------------------------
def _ask(request: StaffRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:LONGEST]
    first = _first(request, request.GET.get("second_of", ""))
    found = [] if first else queries.possible_callers(request.user, asked)
    customer = _chosen(request, request.GET.get("customer", ""))
    if customer is None and first is not None:
        customer = _of_order(request, first)
    elif customer is None and len(found) == 1:
        customer = found[0]
    caller = queries.caller(request.user, customer, asked) if customer else None
    start = _start(asked, caller, first) | {"type": request.GET.get("type", "") or "repair"}
    form = _form(request, caller, first, start=start)
    candidates = found if customer is None else []
    return _page(request, form, asked=asked, candidates=candidates, unknown=bool(asked) and not found and not customer)


def _chosen(request: StaffRequest, pk: str) -> Customer | None:
    return (
        customer_access.get_customer(request.user, int(pk))
        if pk.isascii() and pk.isdecimal() and len(pk) < 19
        else None
    )


def _first(request: StaffRequest, number: str) -> WorkOrder | None:
    return access.get_order(request.user, number[:40]) if number else None


def _of_order(request: StaffRequest, order: WorkOrder) -> Customer | None:
    """The order's customer, if the person may see the archive."""
    if order.customer_id is None:
        return None
    try:
        return customer_access.get_customer(request.user, order.customer_id)
    except Http404:
        return None


def _start(asked: str, caller: Caller | None, first: WorkOrder | None) -> dict[str, Any]:
    """What can be filled in before anybody has said a word."""
    start: dict[str, Any] = {"channel": "phone", "level": "normal", "quick": caller is None and bool(asked)}
    try:
        start["caller_phone"] = phone_number(asked) if asked else ""
    except Unfit:
        start["caller_phone"] = ""
    if caller is not None:
        called_from = {phone.number for phone in caller.phones}
        if start["caller_phone"] not in called_from:
            start["caller_phone"] = caller.phones[0].number if caller.phones else ""
        start |= {"customer": caller.customer.pk, "caller_name": caller.customer.name}
        if caller.point is not None:
            start |= {"service_point": str(caller.point.pk), "address": caller.point.address}
    if first is not None:
        start |= {name: getattr(first, name) for name in ("channel", "caller_name", "caller_phone", "address")}
        start |= {"verified": list(first.verified), "service_point": str(first.service_point_id or "")}
    return start


# --- What becomes of it ---------------------------------------------------------------------------------------------
def _take(request: StaffRequest) -> HttpResponse:
    first = _first(request, request.POST.get("second_of", ""))
    customer = _chosen(request, request.POST.get("customer", ""))
    caller = queries.caller(request.user, customer) if customer else None
    form = _form(request, caller, first, data=request.POST)
    asked = request.POST.get("asked", "").strip()[:LONGEST]
    if not form.is_valid():
        return _page(request, form, asked=asked, status=422)
    content = urlencode(
        sorted((name, v) for name, vs in request.POST.lists() for v in vs if name != "csrfmiddlewaretoken")
    )
    try:
        where = once_for_form(
            request.user.pk, form.cleaned_data["form_key"], content, lambda: _act(request, form, first)
        )
    except KeyUsedBefore:
        form.renew_key()
        form.add_error(None, _("This form was sent before, with other words. Send it again if this is another matter."))
        return _page(request, form, asked=asked, status=409)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, form, asked=asked, status=refusal.status)
    return redirect(where)


def _act(request: StaffRequest, form: IntakeForm, first: WorkOrder | None) -> str:
    """Do what the pressed button says, in one transaction; the address to go to."""
    person, at = request.user, now()
    if form.act == EXPLAIN and first is None:
        clean = form.cleaned_data
        intake.explain(form.contact(), reason=clean["reason"], by=person, at=at, text=clean["description"][:500])
        messages.success(request, _("The contact is written down; it needs no order."))
        return reverse("intake")
    if form.act == ATTACH and first is None:
        text = form.cleaned_data["description"]
        taken = intake.attach(form.contact(), _belongs_to(request, form), by=person, at=at, text=text)
        said = _("The contact belongs to order %(number)s.")
    else:
        if form.cleaned_data.get("quick"):
            form.caller = _archived(request, form)
        taken = intake.take(
            first.interaction if first else form.contact(),
            form.matter(),
            by=person,
            at=at,
            answer=form.cleaned_data["answer"],
            second_of=first,
        )
        said = (
            _("Order %(number)s is answered and closed.")
            if form.cleaned_data["answer"]
            else _("Order %(number)s is opened.")
        )
    if taken.order is None:
        raise AlreadyDisposed(_("This contact was taken before, and needed no order."))
    messages.success(request, said % {"number": taken.order.number})
    return reverse("order", args=[taken.order.number])


def _belongs_to(request: StaffRequest, form: IntakeForm) -> WorkOrder:
    number = "".join(form.order_number.split()).upper()
    if not number:
        raise Unfit(fields={"order": _("Give the number of the order that it belongs to.")})
    try:
        return access.get_order(request.user, number)
    except Http404:
        raise Unfit(fields={"order": _("There is no such order.")}) from None


def _archived(request: StaffRequest, form: IntakeForm) -> Caller:
    clean = form.cleaned_data
    customer = quick_archive(clean["caller_name"], clean["caller_phone"], by=request.user, at=now())
    return queries.caller(request.user, customer)


# --- Answer ---------------------------------------------------------------------------------------------------------
def _form(
    request: StaffRequest,
    caller: Caller | None,
    first: WorkOrder | None,
    *,
    data: QueryDict | None = None,
    start: Mapping[str, Any] | None = None,
) -> IntakeForm:
    return IntakeForm(
        queries.versions_now(),
        at=now(),
        caller=caller,
        first=first,
        may_archive=has(request.user, Authority.CHANGE_CUSTOMERS),
        data=data,
        start=start,
    )


def _page(request: StaffRequest, form: IntakeForm, *, asked: str, status: int = 200, **more: object) -> HttpResponse:
    here = {"q": asked} | ({"customer": form.caller.customer.pk} if form.caller else {})
    context = {
        "form": form,
        "asked": asked,
        "caller": form.caller,
        "first": form.first,
        "contacts": queries.contact_lines(form.caller.contacts) if form.caller else [],
        "here": f"{reverse('intake')}?{urlencode(here)}",
        **more,
    }
    return render(request, "workspace/intake.html", context, status=status)
