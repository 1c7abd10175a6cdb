"""One act on many orders: what it would do, what it did, and back again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from jingming.accounts.idempotency import KeyUsedBefore, once_for_form
from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.workorders import access as order_access
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Act
from jingming.workspace import access, actions, queries
from jingming.workspace.acts import ICONS
from jingming.workspace.forms.bulk import BulkForm
from jingming.workspace.lists import clean_query
from jingming.workspace.models import BulkAct
from jingming.workspace.queries import Chip, Row
from jingming.workspace.rules import BULK, MOST_AT_ONCE, UNDONE_BY, Outcome

LOOKS = {
    Outcome.DONE: ("done", "circle-check"),
    Outcome.REFUSED: ("late", "ban"),
    Outcome.CHANGED: ("soon", "refresh"),
    Outcome.UNKNOWN: ("", "help"),
}


@dataclass(frozen=True)
class Effect:
    """What the act would do to one order: nothing, for this reason, if it has one."""

    row: Row
    why_not: str


@require_POST
def bulk(request: StaffRequest) -> HttpResponse:
    """Show what `act` would do to the orders chosen (`order`), or with `confirm` do it and show the report."""
    back = clean_query(request.POST.get("back", ""), request.user)
    act = request.POST.get("act", "")
    if act not in BULK:
        messages.error(request, _("This cannot be done to many orders at once."))
        return redirect(_queue(back))
    if "confirm" in request.POST:
        return _do(request, Act(act), back)
    numbers = list(dict.fromkeys(number[:40] for number in request.POST.getlist("order") if number))
    if not 1 <= len(numbers) <= MOST_AT_ONCE:
        messages.warning(
            request,
            _("Choose at least one order, with its box or the key X.") if not numbers else
            _("At most %(most)d orders at once; %(count)d are chosen.")
            % {"most": MOST_AT_ONCE, "count": len(numbers)},
        )  # fmt: skip
        return redirect(_queue(back))
    return _preview(request, Act(act), numbers, back)


def _preview(request: StaffRequest, act: Act, numbers: Sequence[str], back: str) -> HttpResponse:
    effects = _effects(request, act, numbers)
    able = [effect.row.order for effect in effects if not effect.why_not]
    return _page(request, act, effects, BulkForm(act, able) if able else None, back, lost=len(numbers) - len(effects))


def _effects(request: StaffRequest, act: Act, numbers: Sequence[str]) -> list[Effect]:
    """Which of the orders the act can be done to, and why not to the others: five queries, however many."""
    orders = order_access.visible_to(request.user).select_related("type", "assignee").filter(number__in=numbers)
    found: list[WorkOrder] = list(orders.order_by("-occurred_at", "-pk"))
    situations = order_access.situations(found)
    return [
        Effect(row, order_access.why_not(row.order, act, request.user, situations[row.order.pk]))
        for row in queries.rows(found)
    ]


def _do(request: StaffRequest, act: Act, back: str) -> HttpResponse:
    seen = BulkForm(act, [], request.POST).fields["seen"]
    try:
        numbers = list(seen.clean(request.POST.get("seen", "")))
    except Exception:  # noqa: BLE001  # whatever is damaged in a hidden field, the way out is the same
        messages.error(request, _("The form is damaged. Choose the orders again."))
        return redirect(_queue(back))
    effects = _effects(request, act, numbers)
    form = BulkForm(act, [effect.row.order for effect in effects], request.POST)
    if not form.is_valid():
        return _page(request, act, effects, form, back, status=422)
    content = urlencode(
        sorted((name, v) for name, vs in request.POST.lists() for v in vs if name != "csrfmiddlewaretoken")
    )
    clean = form.cleaned_data

    def effect() -> str:
        done = actions.do_to_many(clean["seen"], act, form.values(), by=request.user, at=now(), back=back)
        return reverse("bulk_report", args=[done.pk])

    try:
        return redirect(once_for_form(request.user.pk, clean["form_key"], content, effect))
    except KeyUsedBefore:
        form.renew()
        form.add_error(None, _("This form was sent before, with other words. Send it again if this is another matter."))
    except Refusal as refusal:
        form.refuse(refusal)
    return _page(request, act, effects, form, back, status=409)


def _page(
    request: StaffRequest, act: Act, effects: Sequence[Effect], form: BulkForm | None, back: str, *, lost: int = 0,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    able = sum(not effect.why_not for effect in effects)
    figures = {"act": act.label, "able": able, "all": len(effects)}
    context = {
        "act": act,
        "icon": ICONS[act],
        "effects": effects,
        "able": able,
        "lost": lost,
        "form": form,
        "title": ngettext("%(act)s: %(all)d order", "%(act)s: %(all)d orders", len(effects)) % figures,
        "submit": ngettext("%(act)s %(able)d order", "%(act)s %(able)d orders", able) % figures,
        "back": _queue(back),
        "back_query": back,
        "undoable": act in UNDONE_BY,
    }
    return render(request, "workspace/bulk.html", context, status=status)


@require_GET
def report(request: StaffRequest, pk: int) -> HttpResponse:
    """What became of each order of a bulk act."""
    done = access.get_bulk_act(request.user, pk)
    return render(request, "workspace/bulk_report.html", _told(request, done))


@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back what a bulk act did, and show the report of that."""
    done = access.get_bulk_act(request.user, pk)
    try:
        back = actions.undo(done, by=request.user, at=now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("bulk_report", done.pk)
    return redirect("bulk_report", back.pk)


def _told(request: StaffRequest, done: BulkAct) -> dict[str, object]:
    """The report, naming only orders that the person still sees."""
    ids = [line["order"] for line in done.rows if line["order"]]
    seen = {
        order.pk: order
        for order in order_access.visible_to(request.user).select_related("type", "assignee").filter(pk__in=ids)
    }
    rows = {row.order.pk: row for row in queries.rows(seen.values())}
    lines = [
        {
            "number": line["number"],
            "row": rows.get(line["order"]),
            "chip": Chip(str(Outcome(line["outcome"]).label), *LOOKS[Outcome(line["outcome"])]),
            "why": line["why"],
        }
        for line in sorted(done.rows, key=lambda line: line["outcome"] == Outcome.DONE)  # what needs a look comes first
    ]
    count = sum(line["outcome"] == Outcome.DONE for line in done.rows)
    figures = {"act": Act(done.act).label, "done": count, "all": len(done.rows)}
    undone_by = BulkAct.objects.filter(undoes=done).first()
    title = _("Undone: %(done)d of %(all)d") if done.undoes_id else _("%(act)s: %(done)d of %(all)d done")
    return {
        "done": done,
        "title": title % figures,
        "lines": lines,
        "count": count,
        "undone_by": undone_by,
        "can_undo": bool(count and not undone_by and not done.undoes_id and Act(done.act) in UNDONE_BY),
        "is_note": done.act == Act.NOTE,
        "back": _queue(clean_query(done.back, request.user)),
    }


def _queue(query: str) -> str:
    return f"{reverse('orders')}?{query}"
