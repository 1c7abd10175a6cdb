"""One order with its way and all that hangs on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Min, OuterRef, Q

from jingming.accounts.models import Staff
from jingming.files.models import Attachment
from jingming.files.queries import attachments_of
from jingming.interactions.models import Interaction
from jingming.workorders.access import visible_to
from jingming.workorders.models import Callback, History, OrderLink, Review, Task, WorkOrder, WorkRecord
from jingming.workorders.rules import Act


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
