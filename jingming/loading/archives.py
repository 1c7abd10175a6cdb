"""Loaded archives on their way into the tables: customers, contact persons, phones, service points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from jingming.base.initials import initials
from jingming.customers.models import ContactPerson, Customer, Phone, ServicePoint
from jingming.customers.rules import grams

from .copying import as_array, as_json, copy_rows, fresh_ids
from .progress import Progress
from .rows import LoadedCustomer

CUSTOMER = (
    "id", "kind", "name", "initials", "number", "department_id", "quick", "note", "extra", "province_id", "city_id",
    "district_id", "occurred_at", "recorded_at", "imported", "version",
)  # fmt: skip
POINT = (
    "id", "account_number", "customer_id", "department_id", "address", "area_id", "device_number", "network_element",
    "active", "extra", "province_id", "city_id", "district_id", "occurred_at", "recorded_at", "imported", "version",
)  # fmt: skip
CONTACT = (
    "id", "customer_id", "name", "duty", "active",
)  # fmt: skip
PHONE = (
    "customer_id", "contact_id", "number", "grams", "label", "active",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """The ids that an archive and its service points were given."""

    customer: int
    points: tuple[int, ...]


def write_customers(customers: Sequence[LoadedCustomer], *, at: datetime, progress: Progress) -> list[Kept]:
    """Write the archives; what each was given, in order."""
    progress.begin(_("Writing customers"), 3)
    ids = fresh_ids(Customer, len(customers))
    point_ids = iter(fresh_ids(ServicePoint, sum(len(customer.points) for customer in customers)))
    kept = [
        Kept(pk, tuple(next(point_ids) for _point in customer.points))
        for pk, customer in zip(ids, customers, strict=True)
    ]
    _write_customers(customers, kept, at)
    progress.advance()
    _write_points(customers, kept, at)
    progress.advance()
    _write_phones(customers, kept)
    progress.advance()
    return kept


def _write_customers(customers: Sequence[LoadedCustomer], kept: Sequence[Kept], at: datetime) -> None:
    copy_rows(
        Customer,
        CUSTOMER,
        (
            (ids.customer, c.kind.value, c.name, as_array(initials(c.name)), c.number, c.department, False, c.note,
             as_json(c.extra), *c.place, c.since, at, True, 1)
            for c, ids in zip(customers, kept, strict=True)
        ),
    )  # fmt: skip


def _write_points(customers: Sequence[LoadedCustomer], kept: Sequence[Kept], at: datetime) -> None:
    copy_rows(
        ServicePoint,
        POINT,
        (
            (pk, p.account_number, ids.customer, c.department, p.address, p.area, p.device_number, p.network_element,
             True, as_json(p.extra), *p.place, p.since, at, True, 1)
            for c, ids in zip(customers, kept, strict=True)
            for pk, p in zip(ids.points, c.points, strict=True)
        ),
    )  # fmt: skip


def _write_phones(customers: Sequence[LoadedCustomer], kept: Sequence[Kept]) -> None:
    contacts = [(ids.customer, contact) for c, ids in zip(customers, kept, strict=True) for contact in c.contacts]
    contact_ids = fresh_ids(ContactPerson, len(contacts))
    copy_rows(
        ContactPerson,
        CONTACT,
        (
            (pk, customer, contact.name, contact.duty, True)
            for pk, (customer, contact) in zip(contact_ids, contacts, strict=True)
        ),
    )
    own = [(ids.customer, None, number) for c, ids in zip(customers, kept, strict=True) for number in c.phones]
    theirs = [
        (customer, pk, contact.phone)
        for pk, (customer, contact) in zip(contact_ids, contacts, strict=True)
        if contact.phone
    ]
    copy_rows(
        Phone,
        PHONE,
        (
            (customer, contact, number, as_array(map(str, grams(number))), "", True)
            for customer, contact, number in [*own, *theirs]
        ),
    )
