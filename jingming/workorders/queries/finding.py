"""Orders that somebody looks for, or that a contact may be about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.db.models import Q
from django.db.models.functions import Right

from jingming.accounts.models import Staff
from jingming.customers.queries import same_as
from jingming.workorders.access import visible_to
from jingming.workorders.models import Callback, WorkOrder
from jingming.workorders.rules import (
    OPEN_STATES,
    REPEAT_AFTER_CLOSING,
    Ground,
    Status,
    repeat_weight,
    stands_in_the_way,
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


def numbers_of(person: Staff, ids: Iterable[int | None]) -> dict[int, str]:
    """Order id → number, of those orders that the person may see."""
    return dict(visible_to(person).filter(pk__in={pk for pk in ids if pk}).values_list("pk", "number"))
