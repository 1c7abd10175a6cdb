"""Whom a contact is from, and what it may be about again, as the intake's call card shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from jingming.accounts import eyes
from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority
from jingming.base.errors import Unfit
from jingming.codes.queries import label_of
from jingming.customers import access as customer_access
from jingming.customers import queries as customer_queries
from jingming.customers.models import ConductNote, Customer, Kind, Phone, ServicePoint, Tenure
from jingming.customers.rules import account_number, phone_number
from jingming.interactions.models import Interaction
from jingming.interactions.queries import of_customer
from jingming.workorders.queries import About, Repeat, possible_repeats
from jingming.workorders.rules import Ground

from .contacts import ContactRow, contact_lines
from .lists import Row, rows

CONTACTS_SHOWN = 6
LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Caller:
    """What the intake shows about whoever is calling: the archive in short, and the last contacts."""

    customer: Customer
    points: list[ServicePoint]
    phones: list[Phone]
    conduct: list[ConductNote]
    point: ServicePoint | None
    contacts: list[Interaction]

    @property
    def enterprise(self) -> bool:
        return self.customer.kind == Kind.ENTERPRISE

    @property
    def sensitive(self) -> list[str]:
        """Why to take special care, in the reader's words."""
        return [label_of(customer_queries.SENSITIVE, code) for code in self.customer.sensitive]

    @property
    def lines(self) -> list[ContactRow]:
        """The last contacts as the time line shows them."""
        return contact_lines(self.contacts[:CONTACTS_SHOWN])


@dataclass(frozen=True)
class RepeatRow:
    """An order that the contact may be about again."""

    row: Row
    grounds: str
    stops: bool

    @property
    def ended(self) -> bool:
        return self.row.order.ended


@dataclass(frozen=True)
class Card:
    """The call card: what is known of whoever is meant by `asked`, as far as the person may see it."""

    asked: str = ""
    caller: Caller | None = None
    candidates: Sequence[Customer] = ()
    repeats: Sequence[RepeatRow] = ()
    lately: int = 0

    @property
    def unknown(self) -> bool:
        """Whether somebody was looked for and nobody found."""
        return bool(self.asked) and self.caller is None and not self.candidates

    @property
    def phone(self) -> str:
        """What was looked for, if it is a telephone number; else the first number of the archive."""
        dialled = _phone(self.asked)
        if self.caller is None:
            return dialled
        numbers = [phone.number for phone in self.caller.phones]
        return dialled if dialled in numbers else next(iter(numbers), "")

    @property
    def under_way(self) -> list[RepeatRow]:
        """The open orders among those that it may be about."""
        return [one for one in self.repeats if not one.ended]

    @property
    def stopping(self) -> str:
        """The numbers of the orders beside which no second one is opened unasked, with spaces between."""
        return " ".join(one.row.order.number for one in self.repeats if one.stops)

    @property
    def known(self) -> dict[str, Any]:
        """Field → value: what can be filled in before anybody has said a word; never a mask, for it would be kept."""
        if self.caller is None:
            return {"caller_phone": self.phone}
        who, point = self.caller.customer, self.caller.point
        found: dict[str, Any] = {"customer": who.pk}
        if self.phone == _phone(self.asked) or eyes.whole(Authority.SEE_NUMBERS, who):
            found["caller_phone"] = self.phone
        if eyes.shown("name", who.name, who) == who.name:
            found["caller_name"] = who.name
        if point is not None:
            found["service_point"] = str(point.pk)
            if eyes.whole(Authority.SEE_ADDRESSES, point):
                found["address"] = point.address
        return found


def card(person: Staff, asked: str, customer: Customer | None, *, type_: str, at: datetime) -> Card:
    """The card of a customer fetched through access, or of whoever is meant by the words: twelve queries at most."""
    found = possible_callers(person, asked) if customer is None else []
    if len(found) == 1:
        customer, found = found[0], []
    who = caller(person, customer, asked) if customer else None
    bare = Card(asked=asked, caller=who, candidates=found)
    about = About(
        customer=customer.pk if customer else None,
        service_point=who.point.pk if who and who.point else None,
        phone="" if found else _phone(asked) or bare.phone,
        type=type_,
    )
    return with_repeats(bare, person, about, at=at)


def with_repeats(bare: Card, person: Staff, about: About, *, at: datetime) -> Card:
    """The card with the orders that the contact may be about again. One query."""
    who = bare.caller
    return Card(
        asked=bare.asked,
        caller=who,
        candidates=bare.candidates,
        repeats=repeat_rows(possible_repeats(person, about, at=at)),
        lately=sum(contact.occurred_at >= at - LATELY for contact in who.contacts) if who else 0,
    )


def repeat_rows(repeats: Sequence[Repeat]) -> list[RepeatRow]:
    """The lines of orders that a contact may be about again. No query."""
    return [
        RepeatRow(row, _(", ").join(str(ground.label) for ground in Ground if ground in one.grounds), one.stops)
        for one, row in zip(repeats, rows(one.order for one in repeats), strict=True)
    ]


def caller(person: Staff, customer: Customer, asked: str = "") -> Caller:
    """The archive of whoever is calling, fetched through access before. Six queries.

    `asked` is what the agent typed: if it is one of the customer's account numbers, the matter is about that place.
    """
    held = Tenure.objects.filter(customer=customer, until=None).values("service_point")
    seen = customer_access.service_points_visible_to(person).filter(pk__in=held, active=True)
    points = list(seen.select_related("area", "element").order_by("account_number")[:50])
    devices = customer_queries.devices_at([point.pk for point in points])
    for point in points:
        point.hanging = devices.get(point.pk, [])  # type: ignore[attr-defined]  # the card shows it beside the place
    try:
        number = account_number(asked)
    except Unfit:
        number = ""
    return Caller(
        customer=customer,
        points=points,
        phones=list(customer.phones.filter(active=True).select_related("contact").order_by("pk")[:5]),
        conduct=list(customer.conduct.select_related("by").order_by("-at", "-pk")[:5]),
        point=next((p for p in points if p.account_number == number), points[0] if len(points) == 1 else None),
        contacts=of_customer(person, customer_queries.same_as(customer.pk), 20),
    )


def possible_callers(person: Staff, asked: str) -> list[Customer]:
    """Who may be meant by a number, a name or an address, the surest first. Four queries."""
    return customer_queries.find(person, asked).customers if asked else []


def _phone(words: str) -> str:
    try:
        return phone_number(words) if words else ""
    except Unfit:
        return ""
