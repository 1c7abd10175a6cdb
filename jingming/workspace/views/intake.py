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
from django.views.decorators.http import require_GET, require_http_methods

from jingming.accounts import eyes
from jingming.accounts.access import has
from jingming.accounts.idempotency import KeyUsedBefore, once_for_form
from jingming.accounts.rules import Authority
from jingming.audit.actions import looked, was_shown
from jingming.base.clock import now
from jingming.base.errors import Http404, Refusal, Unfit
from jingming.base.http import StaffRequest
from jingming.customers import access as customer_access
from jingming.customers.actions import quick_archive
from jingming.customers.models import Customer
from jingming.intake import actions as intake
from jingming.interactions.actions import AlreadyDisposed
from jingming.privacy.asking import asked
from jingming.privacy.rules import shortened
from jingming.workorders import access
from jingming.workorders.models import WorkOrder
from jingming.workorders.queries import About
from jingming.workspace import access as desk_access
from jingming.workspace import guides, queries
from jingming.workspace.actions import save_draft, throw_away_draft
from jingming.workspace.context import enterprise
from jingming.workspace.forms.intake import ATTACH, BESIDE, EXPLAIN, PARK, IntakeForm
from jingming.workspace.models import Draft
from jingming.workspace.queries import Caller, Card

from .drafts import content_of

LONGEST = 100
INTAKE = "intake"  # the place of its drafts
DRAFTS_SHOWN = 5


@require_http_methods(["GET", "POST"])
def desk(request: StaffRequest) -> HttpResponse:
    """Take a contact. GET: `q` finds the caller, `customer` chooses among several, `type` the type of order, `draft`
    goes on with one begun before, `second_of` begins another matter of the contact that opened that order."""
    return _take(request) if request.method == "POST" else _ask(request)


@require_GET
def card(request: StaffRequest) -> HttpResponse:
    """The call card alone, as the page's script fetches it while somebody types; asks for the same as the page."""
    shown = _card(request, _asked(request), _chosen(request, request.GET.get("customer", "")))
    point = str(shown.known.get("service_point", ""))
    context = {"card": shown, "quick_offered": _may_archive(request), "quick_on": shown.unknown, "point": point}
    return render(request, "workspace/_card.html", context)


# --- Who is it ------------------------------------------------------------------------------------------------------
def _ask(request: StaffRequest) -> HttpResponse:
    if key := request.GET.get("draft", ""):
        return _go_on(request, desk_access.get_draft(request.user, INTAKE, key[:LONGEST]))
    first = _first(request, request.GET.get("second_of", ""))
    customer = _chosen(request, request.GET.get("customer", ""))
    if customer is None and first is not None:
        customer = _of_order(request, first)
    shown = _card(request, "" if first else _asked(request), customer)
    start = {"channel": "phone", "level": "normal", "quick": shown.unknown, **shown.known, "type": _type(request)}
    form = _form(request, shown.caller, first, start=start | _of_first(first))
    return _page(request, form, shown, drafts=[] if shown.asked or customer else _put_aside(request))


def _go_on(request: StaffRequest, draft: Draft) -> HttpResponse:
    """The intake as it was left, wherever it was begun."""
    customer = _chosen(request, draft.value("customer"), missing_is_none=True)
    shown = _card(request, draft.value("asked"), customer, type_=draft.value("type"))
    first = _first(request, draft.value("second_of"))
    several = ("verified", "ticked")
    kept = {name: values if name in several else values[0] for name, values in draft.content.items() if values}
    start = {
        "channel": "phone",
        "level": "normal",
        "type": "repair",
        **kept,
        "draft": draft.key,
        "draft_rev": draft.rev,
    }
    return _page(request, _form(request, shown.caller, first, start=start), shown)


def _put_aside(request: StaffRequest) -> list[dict[str, object]]:
    """The contacts that the person has begun and not sent, as the page offers them. One query."""
    told = ("caller_name", "caller_phone", "description")
    return [
        {"key": draft.key, "began_at": draft.began_at, **{name: draft.value(name) for name in told}}
        for draft in desk_access.drafts_of(request.user, INTAKE)[:DRAFTS_SHOWN]
    ]


def _asked(request: StaffRequest) -> str:
    return request.GET.get("q", "").strip()[:LONGEST]


def _type(request: StaffRequest) -> str:
    return request.GET.get("type", "") or "repair"


def _card(request: StaffRequest, asked: str, customer: Customer | None, *, type_: str = "") -> Card:
    shown = queries.card(request.user, asked, customer, type_=type_ or _type(request), at=now())
    if shown.caller is not None:
        looked("customer", shown.caller.customer, by=request.user, at=now())
    ids = [candidate.pk for candidate in shown.candidates]
    was_shown("call", ids, to=request.user, by=request.user, at=now())
    return shown


def _chosen(request: StaffRequest, pk: str, *, missing_is_none: bool = False) -> Customer | None:
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    try:
        return customer_access.going_on(request.user, customer_access.get_customer(request.user, int(pk)))
    except Http404:
        if missing_is_none:
            return None
        raise


def _first(request: StaffRequest, number: str) -> WorkOrder | None:
    return access.get_order(request.user, number[:40]) if number else None


def _of_order(request: StaffRequest, order: WorkOrder) -> Customer | None:
    """The order's customer, if the person may see the archive."""
    return _chosen(request, str(order.customer_id or ""), missing_is_none=True)


def _of_first(first: WorkOrder | None) -> dict[str, Any]:
    """What a second matter of the same contact begins with."""
    if first is None:
        return {}
    start = {"channel": first.channel} | {
        name: getattr(first, name)
        for name, authority in PREFILLED.items()
        if eyes.whole(authority, first)  # a mask would be kept
    }
    return start | {"verified": list(first.verified), "service_point": str(first.service_point_id or "")}


PREFILLED = {
    "caller_name": Authority.SEE_NAMES,
    "caller_phone": Authority.SEE_NUMBERS,
    "address": Authority.SEE_ADDRESSES,
}


def _may_archive(request: StaffRequest) -> bool:
    return has(request.user, Authority.CHANGE_CUSTOMERS)


# --- What becomes of it ---------------------------------------------------------------------------------------------
def _take(request: StaffRequest) -> HttpResponse:
    first = _first(request, request.POST.get("second_of", ""))
    customer = _chosen(request, request.POST.get("customer", ""))
    caller = queries.caller(request.user, customer) if customer else None
    form = _form(request, caller, first, data=request.POST)
    shown = Card(asked=request.POST.get("asked", "").strip()[:LONGEST], caller=caller)
    clean = form.is_valid()
    try:
        if form.act == PARK:
            return _park(request, form)
        if not clean:
            return _page(request, form, _again(request, form, shown), status=422)
        where = once_for_form(
            request.user.pk, form.cleaned_data["form_key"], _content(request), lambda: _act(request, form, first)
        )
    except KeyUsedBefore:
        form.renew_key()
        form.add_error(None, _("This form was sent before, with other words. Send it again if this is another matter."))
        return _page(request, form, _again(request, form, shown), status=409)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, form, _again(request, form, shown), status=refusal.status)
    return redirect(where)


def _content(request: StaffRequest) -> str:
    """What was sent, as far as it says what is to be done; where the draft of it stands does not."""
    return urlencode(sorted((name, v) for name, vs in request.POST.lists() for v in vs if name not in BESIDE))


def _park(request: StaffRequest, form: IntakeForm) -> HttpResponse:
    """Put the call aside as a draft, and begin the next."""
    if not form.draft_key:
        raise Unfit(_("This form cannot be put aside. Open the intake again."))
    rev = form.cleaned_data.get("draft_rev") or 0
    # Whoever presses the button has this form before their eyes: it takes over what another window saved.
    content = content_of(request.POST)
    save_draft(INTAKE, form.draft_key, content, by=request.user, at=now(), rev=rev, force=True)
    messages.success(request, _("Put aside. You find it here until you go on with it or throw it away."))
    return redirect("intake")


def _again(request: StaffRequest, form: IntakeForm, shown: Card) -> Card:
    """The card of a form that was sent, with the orders that its matter may be about again."""
    typed = form.cleaned_data
    point = form.point()
    about = About(
        customer=shown.caller.customer.pk if shown.caller else None,
        service_point=point.pk if point else None,
        phone=typed.get("caller_phone", ""),
        address=typed.get("address", ""),
        type=typed.get("type", ""),
        category=typed.get("category", ""),
    )
    return queries.with_repeats(shown, request.user, about, at=now())


def _act(request: StaffRequest, form: IntakeForm, first: WorkOrder | None) -> str:
    """Do what the pressed button says, in one transaction; the address to go to."""
    person, at = request.user, now()
    throw_away_draft(INTAKE, form.draft_key, by=person)
    if form.act == EXPLAIN and first is None:
        clean = form.cleaned_data
        said = shortened(clean["description"], 500)
        intake.explain(form.contact(), reason=clean["reason"], by=person, at=at, text=said)
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
            other_than=form.other_than,
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
        may_archive=_may_archive(request),
        data=data,
        start=start,
    )


def _page(request: StaffRequest, form: IntakeForm, card: Card, *, status: int = 200, **more: object) -> HttpResponse:
    here = {"q": asked(card.asked)} | ({"customer": form.caller.customer.pk} if form.caller else {})
    known = guides.known_of(request.user, enterprise())
    ticked = form.ticked()
    spoken = [
        guides.spoken(code, version.flow, known, on=code == form.chosen_type, ticked=ticked)
        for code, version in form.versions.items()
    ]
    context = {
        "form": form,
        "card": card,
        "first": form.first,
        "point": str(form["service_point"].value() or ""),
        "quick_offered": "quick" in form.fields,
        "quick_on": "quick" in form.fields and bool(form["quick"].value()),
        "guides": [guide for guide in spoken if guide],
        "here": f"{reverse('intake')}?{urlencode(here)}",
        **more,
    }
    return render(request, "workspace/intake.html", context, status=status)
