"""Whom a contact is from, as the intake shows it."""

from __future__ import annotations

from dataclasses import dataclass

from jingming.accounts.models import Staff
from jingming.base.errors import Unfit
from jingming.customers import access as customer_access
from jingming.customers import queries as customer_queries
from jingming.customers.models import ConductNote, Customer, Kind, Phone, ServicePoint
from jingming.customers.rules import account_number
from jingming.interactions.models import Interaction
from jingming.interactions.queries import of_customer
from jingming.workorders.queries import orders_of_customer
from jingming.workorders.rules import OPEN_STATES

from .lists import Row, rows


@dataclass(frozen=True)
class Caller:
    """What the intake shows about whoever is calling: the archive in short, what is open, the last contacts."""

    customer: Customer
    points: list[ServicePoint]
    phones: list[Phone]
    conduct: list[ConductNote]
    point: ServicePoint | None
    open_orders: list[Row]
    contacts: list[Interaction]

    @property
    def enterprise(self) -> bool:
        return self.customer.kind == Kind.ENTERPRISE


def caller(person: Staff, customer: Customer, asked: str = "") -> Caller:
    """The archive of whoever is calling, fetched through access before. Six queries.

    `asked` is what the agent typed: if it is one of the customer's account numbers, the matter is about that place.
    """
    seen = customer_access.service_points_visible_to(person).filter(customer=customer, active=True)
    points = list(seen.select_related("area").order_by("account_number")[:50])
    try:
        number = account_number(asked)
    except Unfit:
        number = ""
    latest = orders_of_customer(person, customer.pk)
    return Caller(
        customer=customer,
        points=points,
        phones=list(customer.phones.filter(active=True).select_related("contact").order_by("pk")[:5]),
        conduct=list(customer.conduct.select_related("by").order_by("-at", "-pk")[:5]),
        point=next((p for p in points if p.account_number == number), points[0] if len(points) == 1 else None),
        open_orders=rows(order for order in latest if order.status in OPEN_STATES),
        contacts=of_customer(person, customer.pk, 8),
    )


def possible_callers(person: Staff, asked: str) -> list[Customer]:
    """Who may be meant by an account number, phone number, meter or name, the surest first. Four queries."""
    return customer_queries.find(person, asked) if asked else []
