"""Loaded archives on their way into the tables: customers with all that hangs on them, and the network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from jingming.base.initials import initials
from jingming.customers.models import (
    ConductNote,
    ContactPerson,
    Customer,
    Device,
    NetworkElement,
    Note,
    Phone,
    Purchase,
    Relation,
    ServicePoint,
    Tenure,
)
from jingming.customers.rules import grams
from jingming.privacy.rules import without_numbers
from jingming.privacy.sealing import seal_number

from .copying import as_array, as_json, copy_rows, fresh_ids
from .progress import Progress
from .rows import LoadedCustomer, LoadedElement, LoadedPoint

CUSTOMER = (
    "id", "kind", "name", "initials", "number", "department_id", "quick", "note", "sensitive", "key_account",
    "manager_id", "extra", "province_id", "city_id", "district_id", "occurred_at", "recorded_at", "imported", "version",
)  # fmt: skip
POINT = (
    "id", "account_number", "customer_id", "department_id", "address", "area_id", "element_id", "contract_number",
    "contract_until", "arrears", "arrears_at", "active", "extra", "province_id", "city_id", "district_id",
    "occurred_at", "recorded_at", "imported", "version",
)  # fmt: skip
TENURE = (
    "customer_id", "service_point_id", "relation", "since", "until", "province_id", "city_id", "district_id",
)  # fmt: skip
DEVICE = (
    "service_point_id", "kind", "number", "model", "installed_on", "design_life", "removed_on",
)  # fmt: skip
PURCHASE = (
    "customer_id", "item", "quantity", "amount", "number", "bought_on", "recorded_at",
)  # fmt: skip
CONDUCT = (
    "customer_id", "good", "text", "by_id", "at",
)  # fmt: skip
NOTE = (
    "customer_id", "kind", "text", "at", "recorded_at", "by_id",
)  # fmt: skip
ELEMENT = (
    "id", "code", "kind", "name", "parent_id", "path", "active", "extra", "province_id", "city_id", "district_id",
    "occurred_at", "recorded_at", "imported", "version",
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
    progress.begin(_("Writing customers"), 4)
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
    _write_remarks(customers, kept, at)
    progress.advance()
    return kept


def write_elements(elements: Sequence[LoadedElement], *, at: datetime) -> dict[str, int]:
    """Write network elements, those above before those below; the id of each by its code."""
    ids = dict(zip((element.code for element in elements), fresh_ids(NetworkElement, len(elements)), strict=True))
    wanted = {element.parent for element in elements} - ids.keys()
    above = {one.code: one for one in NetworkElement.objects.filter(code__in=wanted)}
    known = ids | {code: one.pk for code, one in above.items()}
    paths = {code: one.path for code, one in above.items()}
    for element in elements:
        paths[element.code] = f"{paths[element.parent] if element.parent else ''}{element.code}/"
    copy_rows(
        NetworkElement,
        ELEMENT,
        (
            (ids[e.code], e.code, e.kind, e.name, known[e.parent] if e.parent else None, paths[e.code], True, "{}",
             *e.place, e.since, at, True, 1)
            for e in elements
        ),
    )  # fmt: skip
    return ids


def _write_customers(customers: Sequence[LoadedCustomer], kept: Sequence[Kept], at: datetime) -> None:
    copy_rows(
        Customer,
        CUSTOMER,
        (
            (ids.customer, c.kind.value, c.name, as_array(initials(without_numbers(c.name))), c.number, c.department,
             False, c.note, as_array(sorted(c.sensitive)), c.key_account, c.manager, as_json(c.extra), *c.place,
             c.since, at, True, 1)
            for c, ids in zip(customers, kept, strict=True)
        ),
    )  # fmt: skip


def _write_points(customers: Sequence[LoadedCustomer], kept: Sequence[Kept], at: datetime) -> None:
    copy_rows(
        ServicePoint,
        POINT,
        (
            (pk, p.account_number, ids.customer, c.department, p.address, p.area, p.element, p.contract_number,
             p.contract_until, p.arrears, p.arrears_at, True, as_json(p.extra), *p.place, p.since, at, True, 1)
            for ids, c, pk, p in _points(customers, kept)
        ),
    )  # fmt: skip
    copy_rows(
        Tenure,
        TENURE,
        (
            (customer, pk, relation.value, since, until, *p.place)
            for ids, _c, pk, p in _points(customers, kept)
            for customer, relation, since, until in _holders(ids, p)
        ),
    )
    copy_rows(
        Device,
        DEVICE,
        (
            (pk, d.kind, d.number, d.model, d.installed_on, d.design_life, d.removed_on)
            for _ids, _c, pk, p in _points(customers, kept)
            for d in p.devices
        ),
    )


def _points(
    customers: Sequence[LoadedCustomer], kept: Sequence[Kept]
) -> Iterator[tuple[Kept, LoadedCustomer, int, LoadedPoint]]:
    for customer, ids in zip(customers, kept, strict=True):
        for pk, point in zip(ids.points, customer.points, strict=True):
            yield ids, customer, pk, point


def _holders(ids: Kept, point: LoadedPoint) -> Iterator[tuple[int, Relation, datetime, datetime | None]]:
    """Who is and was what to the point. The holder of today holds it since the one before has left it."""
    ends = [one.until for one in point.beside if one.until and one.relation is Relation.HOLDER]
    yield ids.customer, Relation.HOLDER, max([point.since, *ends]), None
    for one in point.beside:
        yield one.customer, one.relation, one.since, one.until


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
            (customer, contact, seal_number(number), as_array(map(str, grams(number))), "", True)
            for customer, contact, number in [*own, *theirs]
        ),
    )


def _write_remarks(customers: Sequence[LoadedCustomer], kept: Sequence[Kept], at: datetime) -> None:
    """Purchases, conduct, notes and visits."""
    pairs = [(ids.customer, c) for c, ids in zip(customers, kept, strict=True)]
    copy_rows(
        Purchase,
        PURCHASE,
        ((pk, b.item, b.quantity, b.amount, b.number, b.bought_on, at) for pk, c in pairs for b in c.purchases),
    )
    remarks = [(pk, remark) for pk, c in pairs for remark in c.remarks]
    copy_rows(
        ConductNote,
        CONDUCT,
        ((pk, one.good, one.text, one.by, one.at) for pk, one in remarks if one.good is not None),
    )
    copy_rows(
        Note,
        NOTE,
        ((pk, one.kind.value, one.text, one.at, at, one.by) for pk, one in remarks if one.good is None),
    )
