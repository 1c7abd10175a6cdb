"""Queues: which orders stand in them, in which order, and how many."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Case, F, Func, JSONField, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jingming.accounts.access import duties_of, reach, selves
from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority, Scope
from jingming.base.clock import now
from jingming.base.errors import Unfit
from jingming.base.paging import PAGE, Page, newest_first, oldest_first, pack, unpack
from jingming.codes.queries import choices
from jingming.workorders.access import visible_to
from jingming.workorders.models import Callback, Review, Task, WorkOrder, WorkOrderQuerySet
from jingming.workorders.rules import Status

from .order_types import current_version

QUEUES: dict[str, Promise] = {
    "mine": _("Mine"),
    "department": _("My department's"),
    "unassigned": _("Unassigned"),
    "tasks": _("Tasks"),
    "held": _("Held or waiting"),
    "suspended": _("Suspended"),
    "to_review": _("To review"),
    "to_call_back": _("To call back"),
    "all": _("All I may see"),
}
SORTS: dict[str, Promise] = {
    "newest": _("Newest first"),
    "oldest": _("Oldest first"),
    "urgent": _("Most urgent first"),
}


def sorts_of(name: str) -> list[str]:
    """How a queue can be sorted: by urgency only what is under way, for all that one may see has no end."""
    return [sort for sort in SORTS if name != "all" or sort != "urgent"]


def queue(
    person: Staff, name: str, cursor: str = "", *, size: int = PAGE, filters: Q | None = None, sort: str = "newest"
) -> Page[WorkOrder]:
    """A page of a queue in the order of `sort`, with what its rows show; three queries at most, whatever is stored."""
    if name not in QUEUES:
        raise Unfit(fields={"queue": _("There is no such queue. Known are: %(names)s.") % {"names": ", ".join(QUEUES)}})
    rows = _filtered(person, name, filters).select_related("type", "assignee")
    rows = rows.defer("form", "extra")  # no row shows what a form says
    if sort == "urgent" and sort in sorts_of(name):
        return _urgent_first(rows, cursor, size)
    in_order = oldest_first if sort == "oldest" else newest_first
    by, tie = _time_of(rows)
    return in_order(rows, cursor, by=by, tie=tie, size=size)


def _filtered(person: Staff, name: str, filters: Q | None) -> WorkOrderQuerySet:
    """The rows of a queue: the one predicate of its page, what is fetched live, and its export."""
    rows = _queue_rows(person, name)
    return rows if filters is None else rows.filter(filters)


def _time_of(rows: WorkOrderQuerySet) -> tuple[str, str]:
    """By which columns rows are newer than others: those of the index from which they are walked."""
    return ("taken_part_at", "taken_part_in") if "taken_part_at" in rows.query.annotations else ("occurred_at", "pk")


def queued_among(
    person: Staff, name: str, ids: Collection[int], *, filters: Q | None = None, also: Collection[str] = ()
) -> list[WorkOrder]:
    """Those of the orders that stand in the queue now, newest first; `also` are relations read with them."""
    rows = _filtered(person, name, filters).filter(pk__in=ids)
    return list(rows.select_related("type", "assignee", *also).order_by("-occurred_at", "-pk"))


def queued(person: Staff, name: str, *, filters: Q | None = None, sort: str = "newest", most: int) -> list[int]:
    """The ids of a queue's orders as its pages show them one after the other, `most` at the most. One query."""
    rows = _filtered(person, name, filters)
    if sort == "urgent" and sort in sorts_of(name):
        ordered = rows.annotate(rank=_rank()).order_by("rank", "occurred_at", "pk")
    else:
        ordered = rows.order_by(*(by if sort == "oldest" else f"-{by}" for by in _time_of(rows)))
    return list(ordered.values_list("pk", flat=True)[:most])


# Keys of the fields in which something stands: no and 0 are answers, nothing, an empty text and an empty list are none.
_FILLED = """jsonb_path_query(%(expressions)s,
    '$.keyvalue() ? (@.value != null && !(@.value.type() == "string" && @.value == "")).key')"""


def fields_filled(person: Staff, name: str, *, filters: Q | None = None) -> set[str]:
    """The keys of types' own fields in which any order of a queue holds a value. One query."""
    keys = Func(F("form"), template=_FILLED, output_field=JSONField())
    rows = _filtered(person, name, filters).order_by().annotate(filled=keys)
    return set(rows.values_list("filled", flat=True).distinct())


def newer_than(person: Staff, name: str, mark: str, *, filters: Q | None = None, size: int = PAGE) -> list[WorkOrder]:
    """The newest rows of a queue that are newer than the one at the mark, `size` at the most; unlike paging, a mark
    of nothing means all."""
    moment, pk = unpack(mark) if mark else (datetime.min.replace(tzinfo=UTC), 0)
    newer = Q(occurred_at__gt=moment) | Q(occurred_at=moment, pk__gt=pk)
    return list(queue(person, name, size=size, filters=newer if filters is None else filters & newer).items)


LAST_RANK = 99


def _urgent_first(rows: WorkOrderQuerySet, cursor: str, size: int) -> Page[WorkOrder]:
    """By the place of the level in its code set, then oldest first. What is under way is sorted, not walked."""
    ranked = rows.annotate(rank=_rank())
    if cursor:
        rank, _dot, mark = cursor.partition(".")
        moment, pk = unpack(mark if rank.isascii() and rank.isdecimal() and len(rank) < 4 else "")
        later = Q(rank=int(rank)) & (Q(occurred_at__gt=moment) | Q(occurred_at=moment, pk__gt=pk))
        ranked = ranked.filter(Q(rank__gt=int(rank)) | later)
    found = list(ranked.order_by("rank", "occurred_at", "pk")[: size + 1])
    more, found = len(found) > size, found[:size]
    if not more:
        return Page(found, None)
    last: Any = found[-1]  # annotated with its rank
    return Page(found, f"{last.rank}.{pack(last.occurred_at, last.pk)}")


def _rank() -> Case:
    places = [When(level=code, then=Value(place)) for place, (code, _label) in enumerate(choices("level", now()))]
    return Case(*places, default=Value(LAST_RANK))


def _queue_rows(person: Staff, name: str) -> WorkOrderQuerySet:
    if name == "all":
        return _all_rows(person)
    return ROWS[name](visible_to(person), person, own_departments(person))


def _suspended(orders: WorkOrderQuerySet, person: Staff, own: set[int]) -> WorkOrderQuerySet:
    return orders.filter(status=Status.SUSPENDED).filter(Q(department__in=own) | Q(home_department__in=own))


def _with_open_tasks(orders: WorkOrderQuerySet, person: Staff, own: set[int]) -> WorkOrderQuerySet:
    pending: QuerySet[Task] = Task.objects.filter(reported_at__isnull=True, department__in=own)
    return orders.under_way().filter(pk__in=_of(person, pending).values("order"))


def _to_review(orders: WorkOrderQuerySet, person: Staff, own: set[int]) -> WorkOrderQuerySet:
    waiting = Review.objects.filter(result="", department__in=own).exclude(done_by__in=selves(person))
    return orders.filter(pk__in=waiting.values("order"))


def _to_call_back(orders: WorkOrderQuerySet, person: Staff, own: set[int]) -> WorkOrderQuerySet:
    due = Callback.objects.filter(result="", department__in=own)
    return orders.filter(status=Status.PROCESSED, pk__in=due.values("order"))


# Queue → its rows, out of those that the person may see and by the departments in which the person holds a post.
ROWS: dict[str, Callable[[WorkOrderQuerySet, Staff, set[int]], WorkOrderQuerySet]] = {
    "mine": lambda orders, person, _own: orders.under_way().filter(assignee__in=selves(person)),
    "department": lambda orders, _person, own: orders.under_way().for_departments(own),
    "unassigned": lambda orders, _person, own: orders.under_way().for_departments(own).filter(assignee__isnull=True),
    "held": lambda orders, _person, own: orders.resting().for_departments(own),
    "suspended": _suspended,
    "tasks": _with_open_tasks,
    "to_review": _to_review,
    "to_call_back": _to_call_back,
}


def _all_rows(person: Staff) -> WorkOrderQuerySet:
    """All that the person may see; for somebody who sees only what one department took part in, the rows are walked
    from that department's own index instead of looking through everybody's."""
    reached = reach(person, Authority.SEE_ORDERS)
    if reached.everywhere or reached.places or len(reached.departments) != 1 or reached.own:
        return visible_to(person)
    (department,) = reached.departments
    return WorkOrder.objects.filter(participations__department=department, participations__staff__isnull=True).annotate(
        taken_part_at=F("participations__occurred_at"), taken_part_in=F("participations__order_id")
    )


def _of(person: Staff, tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Only their own tasks for somebody whose posts all reach no further than own rows."""
    return tasks.filter(assignee__in=selves(person)) if _only_own_tasks(person) else tasks


def _only_own_tasks(person: Staff) -> bool:
    return all(post.scope == Scope.OWN for post in duties_of(person))


# What a person's queues hold, out of the kept figures. `departments` and `staff` of a tally are parallel arrays.
COUNTED = """
    SELECT queue, sum(count) FROM workorders_tally
    WHERE count > 0 AND (
        (queue = 'mine' AND staff && %(selves)s::bigint[])
        OR (queue <> 'mine' AND departments && %(own)s::bigint[] AND CASE queue
            WHEN 'tasks' THEN NOT %(own_tasks)s OR EXISTS (
                SELECT FROM unnest(departments, staff) AS each (department, person)
                WHERE department = ANY(%(own)s) AND person = ANY(%(selves)s))
            WHEN 'to_review' THEN EXISTS (
                SELECT FROM unnest(departments, staff) AS each (department, person)
                WHERE department = ANY(%(own)s) AND person <> ALL(%(selves)s))
            ELSE true END)
    ) AND (
        %(everywhere)s OR province_id = ANY(%(provinces)s::bigint[]) OR city_id = ANY(%(cities)s::bigint[])
        OR district_id = ANY(%(districts)s::bigint[]) OR seen_departments && %(departments)s::bigint[]
        OR seen_staff && %(sees_own_of)s::bigint[]
    )
    GROUP BY queue
"""


def counts(person: Staff) -> dict[str, int]:
    """How many orders each of the person's queues holds, as it stood a moment ago; "all" is not counted. One query,
    whatever is stored: the figures are kept (actions.tallying)."""
    reached = reach(person, Authority.SEE_ORDERS)
    found = dict.fromkeys((name for name in QUEUES if name != "all"), 0)
    if not reached:
        return found
    asked = {
        "selves": sorted(selves(person)),
        "own": sorted(own_departments(person)),
        "own_tasks": _only_own_tasks(person),
        "everywhere": reached.everywhere,
        "provinces": sorted(reached.provinces),
        "cities": sorted(reached.cities),
        "districts": sorted(reached.districts),
        "departments": sorted(reached.departments),
        "sees_own_of": sorted(reached.own_of),
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, asked)  # type: ignore[arg-type]  # lists become arrays
        return found | {name: int(count) for name, count in cursor.fetchall() if name in found}


def own_departments(person: Staff) -> set[int]:
    """The departments in which the person holds a post."""
    return {post.department_id for post in duties_of(person)}


def narrowed(*, status: str | None = None, type: str = "", level: str = "") -> Q | None:
    """The condition of the filters that lists offer; Unfit for a type that there is not. None if nothing is asked."""
    condition = Q()
    if status:
        condition &= Q(status=status)
    if type:
        condition &= Q(type=current_version(type).type_id)
    if level:
        condition &= Q(level=level)
    return condition or None
