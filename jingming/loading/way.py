"""The way of a loaded order: its lines of history, what is strange about them, and how the order stands at its end.

Pure arithmetic on rows; the same that the actions do one act at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jingming.workorders.rules import BESIDE, HANDING_OVER, Act, CallbackResult, Status, may_lead_to

from .rows import LoadedOrder, LoadedStep

# What a line of history can be flagged with, in words. The first three the door finds itself.
ODD: dict[str, Promise] = {
    "illegal_move": _("a move that the table of states refuses"),
    "begins_midway": _("the first event is not the opening of an untreated order"),
    "back_in_time": _("a step back in time"),
    "unknown_state": _("an unknown state; the order kept the one before"),
    "missing_time": _("a time that should be there is missing"),
}

_may_lead_to = cache(may_lead_to)
_SENDS = HANDING_OVER | {Act.RETURN, Act.SPLIT, Act.COMPLETE, Act.CALL_BACK, Act.REASSIGN}
_ANEW = {Act.REASSIGN, Act.REOPEN}


@dataclass(slots=True)
class Line:
    """One line of history: the step, and how the order stood before it."""

    step: LoadedStep
    version: int
    from_status: str
    from_step: str
    from_department: int
    from_assignee: int | None
    odd: tuple[str, ...]
    changes: dict[str, list[object]]


@dataclass(slots=True)
class Way:
    """The lines, and what an order's row says after the last of them."""

    lines: list[Line]
    processed_at: datetime | None = None
    closed_at: datetime | None = None
    round: int = 1
    holds: int = 0
    status_before: str = ""
    suspended_by: int | None = None
    sent_from: int | None = None
    sent_step: str = ""
    sent_assignee: int | None = None
    recallable: bool = False
    arrived_at: datetime | None = None
    must_reassign: bool = False
    satisfied: bool | None = None
    with_whom: dict[tuple[int, int | None], None] = field(default_factory=dict)

    @property
    def last(self) -> LoadedStep:
        return self.lines[-1].step


def follow(order: LoadedOrder) -> Way:
    """Walk through the steps of an order."""
    way = Way([])
    way.with_whom[order.home, None] = None
    if order.opened_by:
        way.with_whom[order.home, order.opened_by] = None
    before: LoadedStep | None = None
    for version, step in enumerate(order.steps, 1):
        way.lines.append(_line(order, before, step, version))
        _carry(way, before, step)
        before = step
    for task in order.tasks:
        way.with_whom[task.department, None] = None
        if task.assignee:
            way.with_whom[task.department, task.assignee] = None
    way.with_whom.update(dict.fromkeys((department, None) for department in order.also_with))
    _judge_by_callbacks(order, way)
    if way.last.status in (Status.PROCESSED, Status.CLOSED):
        way.processed_at = order.processed_at or way.processed_at
    if way.last.status in (Status.CLOSED, Status.VOID):
        way.closed_at = order.closed_at or way.closed_at
    return way


def _line(order: LoadedOrder, before: LoadedStep | None, step: LoadedStep, version: int) -> Line:
    odd = step.odd
    if before is None:
        if step.act != Act.OPEN or step.status != Status.UNTREATED:
            odd = (*odd, "begins_midway")
        if step.at < order.occurred_at:
            odd = (*odd, "back_in_time")
        return Line(step, version, "", "", order.home, None, odd, {})
    if step.act == Act.OPEN or not _may_lead_to(step.act, before.status, step.status):
        odd = (*odd, "illegal_move")
    if step.at < before.at:
        odd = (*odd, "back_in_time")
    return Line(
        step, version, before.status, before.step, before.department, before.assignee, odd, _changes(before, step)
    )


def _changes(before: LoadedStep, after: LoadedStep) -> dict[str, list[object]]:
    """What the act changed, under the names that the actions use."""
    changes: dict[str, list[object]] = {}
    if before.status is not after.status:
        changes["status"] = [before.status, after.status]
    if before.step != after.step:
        changes["step"] = [before.step, after.step]
    if before.department != after.department:
        changes["department_id"] = [before.department, after.department]
    if before.assignee != after.assignee:
        changes["assignee_id"] = [before.assignee, after.assignee]
    if before.waiting_for != after.waiting_for:
        changes["waiting_for"] = [before.waiting_for, after.waiting_for]
    if before.held_until != after.held_until:
        changes["held_until"] = [moment and moment.isoformat() for moment in (before.held_until, after.held_until)]
    return changes


def _carry(way: Way, before: LoadedStep | None, step: LoadedStep) -> None:
    """What the act leaves on the order's row."""
    was: str = before.status if before else ""
    way.with_whom[step.department, None] = None
    if step.assignee:
        way.with_whom[step.department, step.assignee] = None
    if step.status != was:
        _cross(way, was, step)
    if step.act in _ANEW:
        way.round, way.holds = way.round + 1, 0
    elif step.act == Act.HOLD:
        way.holds += 1
    if before and step.act in _SENDS and (before.department, before.step) != (step.department, step.step):
        way.sent_from, way.sent_step, way.sent_assignee = before.department, before.step, before.assignee
    if step.act == Act.ARRIVE:
        way.arrived_at = step.at
    elif before and step.act != Act.COMPLETE and _in_other_hands(before, step):
        way.arrived_at = None
    if step.act not in BESIDE and step.act not in {Act.REVIEW, Act.AMEND}:
        way.recallable = step.act in HANDING_OVER and step.status == Status.PROCESSING


def _in_other_hands(before: LoadedStep, step: LoadedStep) -> bool:
    """Whether somebody else, or another step, has the order now: nobody of theirs has arrived on site yet."""
    given_on = before.assignee is not None and before.assignee != step.assignee
    return given_on or (before.department, before.step) != (step.department, step.step)


def _cross(way: Way, was: str, step: LoadedStep) -> None:
    """The state has changed."""
    if step.status in (Status.CLOSED, Status.VOID):
        way.closed_at = step.at
        if step.status == Status.CLOSED:
            way.processed_at = way.processed_at or step.at
    elif step.status == Status.PROCESSED:
        way.processed_at, way.closed_at = step.at, None
    else:
        way.processed_at = way.closed_at = None
    if step.status == Status.SUSPENDED:
        way.status_before, way.suspended_by = was or Status.UNTREATED.value, step.by
    else:
        way.status_before, way.suspended_by = "", None


def _judge_by_callbacks(order: LoadedOrder, way: Way) -> None:
    """What the last callback of this round heard, and whether the order must be reassigned for it."""
    if way.last.status not in (Status.PROCESSED, Status.CLOSED):
        return
    for call in order.callbacks:
        if call.round == way.round and call.result in (CallbackResult.SATISFIED, CallbackResult.DISSATISFIED):
            way.satisfied = call.result == CallbackResult.SATISFIED
    way.must_reassign = way.satisfied is False and way.last.status == Status.PROCESSED
