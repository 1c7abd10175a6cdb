"""An engineer's day: what is in hand, in the order in which it is done, and what is done already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localtime

from jingming.accounts.access import selves
from jingming.accounts.models import Staff
from jingming.workorders import access
from jingming.workorders.models import History, Participation, Task, WorkOrder
from jingming.workorders.rules import Act, Status

from .chips import URGENT
from .lists import Row, rows

HANDED = (Act.ACCEPT, Act.ASSIGN, Act.ARRIVE, Act.DISPATCH, Act.TRANSFER, Act.RETURN, Act.REASSIGN, Act.REOPEN)
MOST = 50


@dataclass(frozen=True)
class Job:
    """One order in hand; `step` is the act that comes next, empty while it rests with the call centre."""

    row: Row
    step: Act | None
    appointment: str

    @property
    def phone(self) -> str:
        return str(self.row.order.caller_phone)


@dataclass(frozen=True)
class Day:
    """What the engineer's page shows."""

    jobs: list[Job]
    tasks: list[Task]
    done: list[Row]


def day_of(person: Staff, at: datetime, chosen: str = "") -> Day:
    """The person's own jobs, the one of the `chosen` number or the next first, open tasks, and what was completed
    today: four queries and one for the way of the jobs."""
    own = selves(person)
    seen = access.visible_to(person).select_related("type", "customer", "assignee")
    mine = list(
        seen.under_way().exclude(status=Status.PROCESSED).filter(assignee__in=own).order_by("occurred_at")[:MOST]
    )
    taken = accepted(_ways(mine), own)
    jobs = [
        Job(row, next_act(row.order, taken=row.order.pk in taken), str(row.order.form.get("appointment") or ""))
        for row in rows(sorted(mine, key=lambda order: (order.number != chosen, in_turn(order))))
    ]
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    done_by = Participation.objects.filter(staff__in=own).values("order")
    finished = seen.filter(processed_at__gte=midnight, pk__in=done_by).order_by("-processed_at")[:MOST]
    tasks = Task.objects.filter(reported_at__isnull=True, assignee__in=own, order__in=access.visible_to(person))
    return Day(jobs, list(tasks.select_related("order").order_by("id")[:MOST]), rows(finished))


def in_turn(order: WorkOrder) -> tuple[bool, bool, bool, str, datetime]:
    """What comes first: what does not rest, what is urgent, what has an appointment, the oldest."""
    resting = order.status == Status.SUSPENDED or bool(order.waiting_for or order.held_until)
    appointment = str(order.form.get("appointment") or "")
    return resting, order.level not in URGENT, not appointment, appointment, order.occurred_at


def next_act(order: WorkOrder, *, taken: bool) -> Act | None:
    """Accept, arrived, done: what the flow of this order has of it, in this turn."""
    if order.status == Status.SUSPENDED:
        return None
    ways = [Act.COMPLETE]
    if not order.arrived_at:
        ways.insert(0, Act.ARRIVE)
    if not taken and not order.arrived_at:
        ways.insert(0, Act.ACCEPT)
    return next((act for act in ways if order.flow.permission(order.step, act)), None)


def accepted(lines: Iterable[History], own: Collection[int]) -> set[int]:
    """The orders that one of these people took charge of after they were last handed to somebody; lines oldest
    first."""
    last = {line.order_id: line for line in lines}
    return {pk for pk, line in last.items() if line.act in {Act.ACCEPT, Act.ARRIVE} and line.by_id in own}


def _ways(orders: Sequence[WorkOrder]) -> list[History]:
    if not orders:
        return []
    first = min(order.occurred_at for order in orders)
    lines = History.objects.filter(order_id__in=[order.pk for order in orders], act__in=HANDED, occurred_at__gte=first)
    return list(lines.order_by("occurred_at", "id"))
