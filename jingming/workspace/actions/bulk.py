"""One act on many orders: each by the same action as alone, each refused alone, all of it reported and undone again.

The whole is one transaction with a savepoint for each order: either there is a report or nothing was done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.errors import NotAllowed, Refusal, Stale, Unfit
from jingming.workorders.access import visible_to
from jingming.workorders.actions import BY_ACT, CannotAct
from jingming.workorders.inputs import clean
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import BESIDE, Act

from ..models import BulkAct
from ..rules import BULK, MOST_AT_ONCE, UNDONE_BY, Outcome


@dataclass
class Line:
    """What became of one order: `before` who was in charge, `version` the order's after the act."""

    order: int | None
    number: str
    outcome: str = Outcome.DONE
    why: str = ""
    before: int | None = None
    version: int = 0


@transaction.atomic
def do_to_many(
    seen: Mapping[str, int], act: Act, values: Mapping[str, object], *, by: Staff, at: datetime, back: str = ""
) -> BulkAct:
    """Do `act` with raw `values` to the orders {number: version that the person saw}; returns the kept report.
    Numbers of orders that the person may not see stand in it as not found."""
    if act not in BULK or not 1 <= len(seen) <= MOST_AT_ONCE:
        raise Unfit(_("Choose 1 to %(most)d orders.") % {"most": MOST_AT_ONCE})
    orders = {order.number: order for order in visible_to(by).filter(number__in=seen).order_by("pk")}
    lines = [Line(None, number[:40], Outcome.UNKNOWN) for number in seen if number not in orders]

    def done(order: WorkOrder) -> WorkOrder:
        version = None if act in BESIDE else seen[order.number]
        given = clean(act, values, order=order, person=by)
        changed: WorkOrder = BY_ACT[act](order, by=by, at=at, version=version, **given)
        return changed

    lines += [_tried(order, done) for order in orders.values()]  # by id: two at once do not wait crosswise
    return _kept(BulkAct(act=act, by=by, at=at, back=back), lines)


@transaction.atomic
def undo(bulk: BulkAct, *, by: Staff, at: datetime) -> BulkAct:
    """Take back what was done, order by order and by acts of their own: who was in charge is again, what was handed
    over is recalled. What has changed since then stays and is reported."""
    bulk = BulkAct.objects.select_for_update().get(pk=bulk.pk)
    if bulk.by_id != by.pk or Act(bulk.act) not in UNDONE_BY or bulk.undoes_id is not None:
        raise NotAllowed(_("This cannot be undone."))
    if BulkAct.objects.filter(undoes=bulk).exists():
        raise CannotAct(_("This has been undone already."))
    kept = {line["order"]: Line(**line) for line in bulk.rows if line["outcome"] == Outcome.DONE}
    orders = visible_to(by).filter(pk__in=kept).order_by("pk")
    earlier = Staff.objects.in_bulk({line.before for line in kept.values() if line.before})

    def taken_back(order: WorkOrder) -> WorkOrder:
        line = kept[order.pk]
        text = _("Undone: %(act)s of several orders") % {"act": Act(bulk.act).label}
        values: dict[str, Any] = {"by": by, "at": at, "version": line.version, "text": text}
        by_act = UNDONE_BY[Act(bulk.act)]
        if by_act == Act.ASSIGN:
            values["staff"] = earlier.get(line.before) if line.before else None
        changed: WorkOrder = BY_ACT[by_act](order, **values)
        return changed

    lines = [_tried(order, taken_back) for order in orders]
    found = {line.order for line in lines}
    lines += [Line(None, line.number, Outcome.UNKNOWN) for pk, line in kept.items() if pk not in found]
    return _kept(BulkAct(act=UNDONE_BY[Act(bulk.act)], by=by, at=at, undoes=bulk, back=bulk.back), lines)


def _tried(order: WorkOrder, do: Callable[[WorkOrder], WorkOrder]) -> Line:
    line = Line(order.pk, order.number, before=order.assignee_id)
    try:
        with transaction.atomic():
            line.version = do(order).version
    except Stale as refusal:
        line.outcome, line.why = Outcome.CHANGED, refusal.message
    except Refusal as refusal:
        line.outcome = Outcome.REFUSED
        line.why = " ".join(str(words) for words in refusal.fields.values()) or refusal.message
    return line


def _kept(bulk: BulkAct, lines: Sequence[Line]) -> BulkAct:
    bulk.rows = [asdict(line) for line in lines]
    bulk.save(force_insert=True)
    figures = {str(outcome): sum(line.outcome == outcome for line in lines) for outcome in Outcome}
    key = "workspace.bulk_undone" if bulk.undoes_id else "workspace.bulk_done"
    audit.record(key, bulk, by=bulk.by, at=bulk.at, act=str(bulk.act), **figures)
    return bulk
