"""Acts that let an order rest: a department holds or waits, only the call centre suspends."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jingming.accounts.models import Staff
from jingming.base.errors import Unfit
from jingming.codes.queries import check as check_code

from ..models import WorkOrder
from ..rules import Act, Status, Waiting, why_not_hold
from .ground import begin, rest_no_more


@transaction.atomic
def hold(
    order: WorkOrder, *, until: datetime, reason: str, by: Staff, at: datetime, version: int | None, text: str = ""
) -> WorkOrder:
    """Keep the order back shortly (短暂性保留), within the hours and times that its flow allows."""
    doing = begin(order, Act.HOLD, by=by, at=at, version=version)
    check_code("hold_reason", reason, "reason", at)
    limit = doing.order.flow.hold
    if why := why_not_hold(until, at=at, hours=limit.hours, times=limit.times, held=doing.order.holds):
        raise Unfit(fields={"until": why})
    doing.order.held_until, doing.order.recallable = until, False
    doing.order.holds += 1
    return doing.done(reason=reason, text=text)


@transaction.atomic
def wait(
    order: WorkOrder, *, waiting_for: Waiting, by: Staff, at: datetime, version: int | None, text: str = ""
) -> WorkOrder:
    """Say whom or what the order waits for; it stays in its state."""
    doing = begin(order, Act.WAIT, by=by, at=at, version=version)
    doing.order.waiting_for, doing.order.recallable = waiting_for, False
    return doing.done(text=text)


@transaction.atomic
def suspend(
    order: WorkOrder, *, reason: str, by: Staff, at: datetime, version: int | None, text: str = ""
) -> WorkOrder:
    """Suspend the order (挂起): the call centre's alone."""
    doing = begin(order, Act.SUSPEND, by=by, at=at, version=version)
    check_code("suspend_reason", reason, "reason", at)
    doing.order.status_before, doing.order.status = doing.order.status, Status.SUSPENDED
    doing.order.suspended_by, doing.order.recallable = by, False
    return doing.done(reason=reason, text=text)


@transaction.atomic
def resume(order: WorkOrder, *, by: Staff, at: datetime, version: int | None, text: str = "") -> WorkOrder:
    """Go on with an order that was suspended, held or waiting; a suspended one in the state it had before."""
    doing = begin(order, Act.RESUME, by=by, at=at, version=version)
    if doing.order.status == Status.SUSPENDED:
        doing.order.status, doing.order.status_before = doing.order.status_before, ""
        doing.order.suspended_by = None
    else:
        rest_no_more(doing.order)
    return doing.done(text=text)
