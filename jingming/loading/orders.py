"""Loaded orders on their way into the tables: contacts, orders, history and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from jingming.interactions.models import Interaction
from jingming.interactions.rules import Direction, Disposition
from jingming.privacy.sealing import seal_number
from jingming.workorders.models import (
    Callback,
    History,
    Participation,
    Review,
    Task,
    TypeVersion,
    WorkOrder,
    WorkRecord,
)
from jingming.workorders.queries import current_version
from jingming.workorders.rules import Act

from .copying import Cell, as_array, as_json, copy_rows, fresh_ids
from .numbering import give_numbers
from .progress import Progress
from .rows import LoadedOrder
from .way import Line, Way

Loaded = Sequence[tuple[LoadedOrder, Way]]

_TO_SOMEBODY = frozenset({Act.ACCEPT, Act.ASSIGN, Act.DISPATCH, Act.TRANSFER})


def write_orders(loaded: Loaded, *, source: str, at: datetime, progress: Progress) -> Sequence[int]:
    """Write the orders and everything of theirs; the ids that they are given here."""
    if not loaded:
        return []
    progress.begin(_("Writing"), len(loaded) * 2 + sum(len(way.lines) for _order, way in loaded))
    order_ids = fresh_ids(WorkOrder, len(loaded))
    contact_ids = fresh_ids(Interaction, len(loaded))
    copy_rows(Interaction, CONTACT, _contacts(loaded, source, at, order_ids, contact_ids))
    versions = {code: current_version(code) for code in {order.type for order, _way in loaded}}
    prefixes = {code: version.flow.prefix for code, version in versions.items()}
    numbers = give_numbers([(prefixes[order.type], order.place, order.occurred_at) for order, _way in loaded])
    copy_rows(WorkOrder, ORDER, _orders(loaded, versions, at, zip(order_ids, contact_ids, numbers, strict=True)))
    progress.advance(len(loaded))
    copy_rows(Participation, TAKING_PART, _taking_part(loaded, order_ids))
    progress.advance(len(loaded))
    copy_rows(History, LINE, _lines(loaded, at, order_ids, progress))
    _write_hanging(loaded, order_ids)
    return order_ids


CONTACT = (
    "id", "channel", "channel_account", "external_id", "direction", "party_name", "party_phone", "customer_id",
    "service_point_id", "department_id", "agent_id", "province_id", "city_id", "district_id", "occurred_at", "ended_at",
    "recorded_at", "outcome", "disposition", "reason", "order_id", "imported",
)  # fmt: skip


def _contacts(
    loaded: Loaded, source: str, at: datetime, order_ids: Sequence[int], contact_ids: Sequence[int]
) -> Iterator[tuple[Cell, ...]]:
    recorded_at = at.isoformat()
    for (order, _way), order_id, contact_id in zip(loaded, order_ids, contact_ids, strict=True):
        yield (
            contact_id, order.channel, "", f"{source}:{order.external_id}", Direction.IN.value, order.caller_name,
            seal_number(order.caller_phone), order.customer, order.service_point, order.home, order.opened_by,
            *order.place, order.occurred_at, order.contact_ended_at, recorded_at, "", Disposition.OPENED.value, "",
            order_id, True,
        )  # fmt: skip


ORDER = (
    "id", "number", "type_id", "version_of_type_id", "status", "step", "version", "home_department_id",
    "department_id", "assignee_id", "opened_by_id", "sent_from_id", "sent_step", "sent_assignee_id", "recallable",
    "interaction_id", "channel", "customer_id", "service_point_id", "caller_name", "caller_phone", "address",
    "verified", "category", "level", "description", "form", "extra", "province_id", "city_id", "district_id",
    "occurred_at", "recorded_at", "processed_at", "closed_at", "outcome", "waiting_for", "held_until", "holds",
    "arrived_at", "suspended_by_id", "status_before", "round", "callback_waived", "must_reassign", "satisfied",
    "imported",
)  # fmt: skip


def _orders(
    loaded: Loaded, versions: Mapping[str, TypeVersion], at: datetime, given: Iterable[tuple[int, int, str]]
) -> Iterator[tuple[Cell, ...]]:
    recorded_at = at.isoformat()
    for (order, way), (order_id, contact_id, number) in zip(loaded, given, strict=True):
        last, version = way.last, versions[order.type]
        yield (
            order_id, number, version.type_id, version.pk, last.status.value, last.step, len(way.lines), order.home,
            last.department, last.assignee, order.opened_by, way.sent_from, way.sent_step, way.sent_assignee,
            way.recallable, contact_id, order.channel, order.customer, order.service_point, order.caller_name,
            seal_number(order.caller_phone), order.address, as_array(order.verified), order.category, order.level,
            order.description, as_json(order.form), as_json(order.extra), *order.place, order.occurred_at, recorded_at,
            way.processed_at, way.closed_at, order.outcome, last.waiting_for, last.held_until, way.holds,
            way.arrived_at, way.suspended_by, way.status_before, way.round, order.callback_waived, way.must_reassign,
            way.satisfied, True,
        )  # fmt: skip


TAKING_PART = ("order_id", "department_id", "staff_id", "occurred_at")


def _taking_part(loaded: Loaded, order_ids: Sequence[int]) -> Iterator[tuple[Cell, ...]]:
    for (order, way), order_id in zip(loaded, order_ids, strict=True):
        occurred_at = order.occurred_at.isoformat()
        for department, staff in way.with_whom:
            yield order_id, department, staff, occurred_at


LINE = (
    "occurred_at", "recorded_at", "order_id", "version", "act", "from_status", "to_status", "from_step", "to_step",
    "by_id", "by_name", "department_id", "to_department_id", "to_staff_id", "reason", "text", "facts", "imported",
    "odd", "province_id", "city_id", "district_id",
)  # fmt: skip


def _lines(loaded: Loaded, at: datetime, order_ids: Sequence[int], progress: Progress) -> Iterator[tuple[Cell, ...]]:
    recorded_at = at.isoformat()
    for (order, way), order_id in zip(loaded, order_ids, strict=True):
        for line in way.lines:
            step = line.step
            moved = step.department != line.from_department
            given = step.assignee if step.act in _TO_SOMEBODY else None
            yield (
                step.at, recorded_at, order_id, line.version, step.act.value, line.from_status, step.status.value,
                line.from_step, step.step, step.by, step.by_name, line.from_department,
                step.department if moved else None, given, step.reason, step.text, _facts(line), True,
                as_array(line.odd), *order.place,
            )  # fmt: skip
        progress.advance(len(way.lines))


def _facts(line: Line) -> str:
    facts = line.step.facts
    if line.changes:
        changes = {**line.changes, **_changes_named(facts)}
        facts = {**facts, "changes": changes}
    return as_json(facts) if facts else "{}"


def _changes_named(facts: object) -> dict[str, object]:
    """Changes that the step itself names, of fields that it does not carry."""
    named = facts.get("changes") if isinstance(facts, dict) else None
    return dict(named) if isinstance(named, dict) else {}


TASK = (
    "id", "order_id", "round", "department_id", "assignee_id", "instruction", "given_by_id", "given_at", "handling",
    "satisfaction", "receipt_person", "handled_at", "reported_by_id", "reported_at",
)  # fmt: skip
REVIEW = (
    "order_id", "round", "step", "department_id", "task_id", "done_by_id", "done_at", "work", "result", "reviewer_id",
    "reviewed_at", "remark",
)  # fmt: skip
CALLBACK = ("order_id", "round", "department_id", "due_at", "result", "satisfaction", "text", "by_id", "at")
WORK = ("order_id", "staff_id", "began_at", "minutes", "text", "recorded_at")


def _write_hanging(loaded: Loaded, order_ids: Sequence[int]) -> None:
    given = [(order_id, order) for (order, _way), order_id in zip(loaded, order_ids, strict=True)]
    task_ids = _write_tasks(given)
    copy_rows(
        Review,
        REVIEW,
        (
            (
                order_id, r.round, r.step, r.department, None if r.task is None else task_ids[order_id][r.task],
                r.done_by, r.done_at, r.work, r.result, r.reviewer, r.reviewed_at, r.remark,
            )
            for order_id, order in given
            for r in order.reviews
        ),
    )  # fmt: skip
    copy_rows(
        Callback,
        CALLBACK,
        (
            (order_id, c.round, c.department, c.due_at, c.result, c.satisfaction, c.text, c.by, c.at)
            for order_id, order in given
            for c in order.callbacks
        ),
    )
    copy_rows(
        WorkRecord,
        WORK,
        (
            (order_id, w.staff, w.began_at, w.minutes, w.text, w.recorded_at)
            for order_id, order in given
            for w in order.work
        ),
    )


def _write_tasks(given: Sequence[tuple[int, LoadedOrder]]) -> dict[int, list[int]]:
    """The orders' tasks; their ids by order, for the reviews that look at them."""
    ids = iter(fresh_ids(Task, sum(len(order.tasks) for _order_id, order in given)))
    task_ids = {order_id: [next(ids) for _task in order.tasks] for order_id, order in given if order.tasks}
    copy_rows(
        Task,
        TASK,
        (
            (
                task_id, order_id, t.round, t.department, t.assignee, t.instruction, t.given_by, t.given_at,
                t.handling, t.satisfaction, t.receipt_person, t.handled_at, t.reported_by, t.reported_at,
            )
            for order_id, order in given
            for task_id, t in zip(task_ids.get(order_id, ()), order.tasks, strict=True)
        ),
    )  # fmt: skip
    return task_ids
