"""Reads that feed screens: queues, an order's history and what hangs on it, the current version of a type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Case, Exists, F, Func, JSONField, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Right
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jingming.accounts.access import duties_of, reach, selves
from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority, Scope
from jingming.base.clock import now
from jingming.base.errors import Http404, Unfit
from jingming.base.memory import Memory
from jingming.base.paging import PAGE, Page, newest_first, oldest_first, pack, unpack
from jingming.codes.queries import choices
from jingming.customers.queries import same_as
from jingming.files.models import Attachment
from jingming.files.queries import attachments_of
from jingming.interactions.models import Interaction
from jingming.ui.labels import in_language

from .access import visible_to
from .flows import FormField
from .models import (
    Callback,
    History,
    OrderLink,
    OrderType,
    Participation,
    Review,
    Route,
    Task,
    TypeVersion,
    WorkOrder,
    WorkOrderQuerySet,
    WorkRecord,
)
from .rules import OPEN_STATES, REPEAT_AFTER_CLOSING, Act, Ground, Status, repeat_weight, stands_in_the_way

memory = Memory()


def current_version(code: str) -> TypeVersion:
    """The version that new orders of a type begin with, kept for a few seconds; Unfit if there is no such type."""
    return memory.of(code, lambda: _current_version(code))


def _current_version(code: str) -> TypeVersion:
    version = (
        TypeVersion.objects.select_related("type")
        .filter(type__code=code, type__active=True)
        .order_by("-number")
        .first()
    )
    if version is None:
        raise Unfit(
            fields={
                "type": _("There is no such type of order. Known are: %(types)s.")
                % {"types": ", ".join(OrderType.objects.filter(active=True).values_list("code", flat=True))}
            }
        )
    return version


def version_of(code: str) -> TypeVersion:
    """The newest version of a type, also of one that cannot be opened any more; 404 if there is no such type."""
    found = TypeVersion.objects.select_related("type").filter(type__code=code).order_by("-number").first()
    if found is None:
        raise Http404
    return found


def routes() -> list[Route]:
    """Whose problems the categories are."""
    return list(Route.objects.select_related("manager").order_by("category", "department"))


def types() -> list[OrderType]:
    """The types that can be opened, in their order."""
    return list(OrderType.objects.filter(active=True))


@dataclass(frozen=True)
class FilteredType:
    """A type with those of its current version's fields that queues can be filtered by."""

    pk: int
    code: str
    label: Mapping[str, str]
    filtered: tuple[FormField, ...]

    def __str__(self) -> str:
        return in_language(self.label)


def types_with_filters(*, everything: bool = False) -> list[FilteredType]:
    """The types that can be opened (or all), each with what it can be filtered by. One query, however many fields."""
    found_in = Func(
        F("definition"),
        template="jsonb_path_query_array(%(expressions)s, '$.fields[*] ? (@.filterable == true)')",
        output_field=JSONField(),
    )
    current = TypeVersion.objects.filter(type=OuterRef("pk")).order_by("-number").values(found=found_in)[:1]
    kinds = OrderType.objects.all() if everything else OrderType.objects.filter(active=True)
    return [
        FilteredType(pk, code, label, tuple(FormField.model_validate(field) for field in found or ()))
        for pk, code, label, found in kinds.values_list("pk", "code", "label", Subquery(current))
    ]


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


def first_taken_charge(orders: Collection[WorkOrder]) -> dict[int, datetime]:
    """Order id → when somebody first had charge of it, taken or given. One query, from the months since the first of
    the contacts began (see history_of)."""
    if not orders:
        return {}
    since = min(order.occurred_at for order in orders) - timedelta(days=1)
    charged = Q(act__in=(Act.ACCEPT, Act.ASSIGN, Act.ARRIVE)) | Q(to_staff_id__isnull=False)
    lines = History.objects.filter(charged, order_id__in=[order.pk for order in orders], occurred_at__gte=since)
    return dict(lines.values_list("order_id").annotate(first=Min("occurred_at")).order_by())


def callbacks_of(orders: Collection[WorkOrder]) -> dict[int, list[Callback]]:
    """Order id → its callbacks, oldest first. One query."""
    found: dict[int, list[Callback]] = {}
    for call in Callback.objects.filter(order__in=[order.pk for order in orders]).order_by("id"):
        found.setdefault(call.order_id, []).append(call)
    return found


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


@dataclass(frozen=True)
class Hanging:
    """Everything that an order's page shows besides the order itself."""

    history: list[History]
    interactions: list[Interaction]
    tasks: list[Task]
    reviews: list[Review]
    callbacks: list[Callback]
    work: list[WorkRecord]
    links: list[OrderLink]
    attachments: list[Attachment]


def history_of(order: WorkOrder) -> list[History]:
    """The order's way, oldest first, from the months since its contact began. A day is allowed for before that:
    imported lines may step back in time."""
    return list(
        History.objects.filter(order_id=order.pk, occurred_at__gte=order.occurred_at - timedelta(days=1)).order_by(
            "occurred_at", "id"
        )
    )


def _naming_only(history: list[History], seen: set[int]) -> list[History]:
    """The history, in which a line about a link names the other order only if it is among the seen ones."""
    for line in history:
        if line.act == Act.LINK and line.facts.get("other") not in seen:
            line.facts = {key: value for key, value in line.facts.items() if key not in ("other", "number")}
    return history


def hanging_on(order: WorkOrder, person: Staff) -> Hanging:
    """What hangs on an order, in eight queries; linked orders only as far as the person may see them."""
    seen = visible_to(person)
    related = OrderLink.objects.filter(Q(order=order) | Q(other=order)).select_related("order", "other", "by")
    related = related.filter(Exists(seen.filter(pk=OuterRef("order"))), Exists(seen.filter(pk=OuterRef("other"))))
    ends = [f"{end}__{shown}" for end in ("order", "other") for shown in ("number", "status")]
    links = list(related.only("kind", "at", "by__name", *ends).order_by("id"))
    return Hanging(
        history=_naming_only(history_of(order), {link.other_id for link in links}),
        interactions=list(
            Interaction.objects.filter(order_id=order.pk).select_related("agent").order_by("occurred_at")
        ),
        tasks=list(Task.objects.filter(order=order).select_related("assignee", "reported_by").order_by("id")),
        reviews=list(Review.objects.filter(order=order).select_related("done_by", "reviewer").order_by("id")),
        callbacks=list(Callback.objects.filter(order=order).select_related("by").order_by("id")),
        work=list(WorkRecord.objects.filter(order=order).select_related("staff").order_by("began_at")),
        links=links,
        attachments=list(attachments_of(order)),
    )


ORDERS_OF_CUSTOMER = 500  # the newest; nobody looks through more beside a caller


@dataclass(frozen=True)
class OrdersOfCustomer:
    """The newest orders of a customer, as far as the person may see them, with their callbacks. `full`: there may be
    more."""

    orders: list[WorkOrder]
    callbacks: list[Callback]

    @property
    def full(self) -> bool:
        return len(self.orders) == ORDERS_OF_CUSTOMER

    @cached_property
    def by_id(self) -> dict[int, WorkOrder]:
        return {order.pk: order for order in self.orders}

    @property
    def open(self) -> list[WorkOrder]:
        return [order for order in self.orders if not order.ended]

    @property
    def due_callbacks(self) -> list[Callback]:
        """The callbacks still to be made, the one due first before the others."""
        return sorted((call for call in self.callbacks if not call.result), key=lambda call: call.due_at)

    @property
    def last_satisfaction(self) -> Callback | None:
        """The last callback in which the customer gave a value from 1 to 5."""
        said = [call for call in self.callbacks if call.satisfaction is not None and call.at is not None]
        return max(said, key=lambda call: (call.at, call.pk), default=None)

    def since(self, moment: datetime) -> int:
        """How many were opened since then."""
        return sum(order.occurred_at >= moment for order in self.orders)


def orders_of_customer(
    person: Staff, customer_ids: Sequence[int], *, before: datetime | None = None
) -> OrdersOfCustomer:
    """The newest orders (opened until `before`) that the person may see of a customer, under all the ids by which the
    customer is known. Two queries."""
    orders = visible_to(person).filter(customer__in=customer_ids).select_related("type")
    if before is not None:
        orders = orders.filter(occurred_at__lte=before)
    found = list(orders.order_by("-occurred_at", "-id")[:ORDERS_OF_CUSTOMER])
    calls = Callback.objects.filter(order__in=[order.pk for order in found]).select_related("by")
    return OrdersOfCustomer(found, list(calls.order_by("id")))


NUMBER = re.compile(r"[A-Z]{2,4}-?[0-9A-Z-]*")
SHORTEST_END = 4  # last digits of an order's number


def by_number(person: Staff, words: str, size: int = 6) -> list[WorkOrder]:
    """The orders, visible to the person, that have this number, or whose number begins or ends so; newest first.

    A beginning needs the letters of the type and a digit, an end four digits. One query, by index; none for the rest.
    """
    typed = "".join(unicodedata.normalize("NFKC", words).upper().split())
    orders = visible_to(person).select_related("type").order_by("-occurred_at", "-id")
    if typed.isascii() and typed.isdigit() and len(typed) >= SHORTEST_END:
        ending = orders.annotate(last_four=Right("number", 4)).filter(last_four=typed[-4:], number__endswith=typed)
        return list(ending[:size])
    if NUMBER.fullmatch(typed) and any(c.isdigit() for c in typed):
        return list(orders.filter(number__startswith=typed)[:size])
    return []


@dataclass(frozen=True)
class About:
    """Whom and what a contact is about, as far as it is known: what earlier orders are compared with. `merged` are the
    archives that go on in that of the customer."""

    customer: int | None = None
    service_point: int | None = None
    phone: str = ""
    address: str = ""
    type: str = ""
    category: str = ""
    merged: tuple[int, ...] = ()

    def grounds(self, order: WorkOrder) -> frozenset[Ground]:
        """What the order and the contact have in common."""
        common = {
            Ground.SERVICE_POINT: self.service_point and order.service_point_id == self.service_point,
            Ground.CUSTOMER: self.customer and order.customer_id in (self.customer, *self.merged),
            Ground.PHONE: self.phone and order.caller_phone == self.phone,
            Ground.ADDRESS: self.address and order.address == self.address,
        }
        return frozenset(ground for ground, shared in common.items() if shared)


@dataclass(frozen=True)
class Repeat:
    """An order that a contact may be about again. `stops`: no second one is opened unless the agent says so."""

    order: WorkOrder
    grounds: frozenset[Ground]
    weight: int
    stops: bool


MOST_REPEATS = 50


def possible_repeats(person: Staff, about: About, *, at: datetime) -> list[Repeat]:
    """The orders that the person may see and that a contact may be about again: under way, or closed within the last
    days, the likeliest first. One query, one more for a known customer; each ground by its own index. None if nothing
    is known of the contact."""
    about = replace(about, merged=tuple(same_as(about.customer)[1:])) if about.customer else about
    condition = Q(customer__in=about.merged) if about.merged else Q()
    for field, value in (
        ("service_point", about.service_point),
        ("customer", about.customer),
        ("caller_phone", about.phone),
        ("address", about.address),
    ):
        if value:
            condition |= Q(**{field: value})
    if not condition:
        return []
    lately = Q(status__in=OPEN_STATES) | Q(status=Status.CLOSED, closed_at__gte=at - REPEAT_AFTER_CLOSING)
    found = visible_to(person).filter(lately, condition).select_related("type").order_by("-occurred_at", "-id")
    return sorted((_repeat(about, order) for order in found[:MOST_REPEATS]), key=lambda one: -one.weight)


def _repeat(about: About, order: WorkOrder) -> Repeat:
    grounds, same_type = about.grounds(order), order.type.code == about.type
    same_category = bool(about.category) and order.category == about.category
    places = (about.service_point, order.service_point_id)
    under_way = not order.ended
    return Repeat(
        order=order,
        grounds=grounds,
        weight=repeat_weight(grounds, same_type=same_type, same_category=same_category, under_way=under_way),
        stops=stands_in_the_way(grounds, same_type=same_type, under_way=under_way, places=places),
    )


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


def numbers_of(person: Staff, ids: Iterable[int | None]) -> dict[int, str]:
    """Order id → number, of those orders that the person may see."""
    return dict(visible_to(person).filter(pk__in={pk for pk in ids if pk}).values_list("pk", "number"))


def departments_that_took_part(orders: Iterable[WorkOrder]) -> dict[int, set[int]]:
    """Order id → ids of the departments it has been with."""
    found: dict[int, set[int]] = {}
    for order_id, department_id in Participation.objects.filter(order__in=orders, staff__isnull=True).values_list(
        "order_id", "department_id"
    ):
        found.setdefault(order_id, set()).add(department_id)
    return found
