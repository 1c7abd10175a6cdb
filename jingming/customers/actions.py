"""Everything that is ever written about a customer. Each act: decide → save → history and audit → publish → return.

Text may come as people type it; it is brought into the kept form here. What the database refuses becomes a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.errors import Refusal, Stale, Unfit
from jingming.base.events import Event, publish
from jingming.base.initials import initials
from jingming.codes.queries import check as check_code
from jingming.organisation.models import Placed, ServiceArea, Unit

from . import access, queries, rules
from .events import CustomerAdded, CustomerChanged, ServicePointChanged
from .models import Change, ConductNote, ContactPerson, Customer, Kind, Phone, ServicePoint

Facts = dict[str, list[object]]


class CustomerFacts(TypedDict, total=False):
    """What can be changed about a customer; `unit` is the code of the place."""

    kind: str
    name: str
    number: str
    note: str
    unit: str


class PointFacts(TypedDict, total=False):
    """What can be changed about a service point; `unit` and `area` are codes, "" for none."""

    account_number: str
    address: str
    unit: str
    area: str
    device_number: str
    network_element: str
    active: bool


# --- Customers ------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_customer(
    name: str,
    *,
    by: Staff,
    at: datetime,
    kind: str = Kind.PERSON,
    number: str = "",
    note: str = "",
    phone: str = "",
    unit: str = "",
    quick: bool = False,
) -> Customer:
    """Open an archive in the unit of this code, or where `by` works if none is named."""
    customer = Customer(
        kind=kind, name=_line(name, "name"), number=rules.one_line(number), note=note.strip(), quick=quick
    )
    customer.initials = initials(customer.name)
    place: Placed | Unit = access.unit_for(by, unit) if unit else access.own_place(by)
    customer.stand_where(place)
    customer.department_id = by.department_id
    customer.occurred_at = customer.recorded_at = at
    with _in_words():
        customer.save(force_insert=True)
    facts = {name: ["", value] for name, value in queries.facts_of_customer(customer).items() if value != ""}
    if phone:
        digits = rules.phone_number(phone)
        kept = Phone.objects.create(customer=customer, number=digits, grams=rules.grams(digits))
        facts["phone"] = ["", kept.number]
    _record("quick_archived" if quick else "added", customer, facts, by=by, at=at)
    publish(CustomerAdded(customer_id=customer.pk, quick=quick, at=at.isoformat()))
    return customer


def quick_archive(name: str, phone: str, *, by: Staff, at: datetime, unit: str = "") -> Customer:
    """Open an archive for an unknown caller during the call (快速建档): a name and a phone, the rest later."""
    return add_customer(rules.one_line(name) or _("Unknown caller"), by=by, at=at, phone=phone, unit=unit, quick=True)


@transaction.atomic
def change_customer(
    customer: Customer, *, version: int, by: Staff, at: datetime, **wanted: Unpack[CustomerFacts]
) -> Customer:
    """Change what is named; raises Stale if the archive is no longer at `version` and somebody wrote something else.

    A quick archive that has been looked through and saved is an ordinary one from then on.
    """
    customer = _locked(customer)
    given: dict[str, object] = {name: _cleaned(name, value) for name, value in wanted.items()}
    facts = _differences(queries.facts_of_customer(customer), given)
    if not facts and not customer.quick:
        return customer
    _refuse_stale(customer.version, version, facts)
    if "unit" in facts:
        customer.stand_where(access.unit_for(by, str(given["unit"])))
    for name in facts.keys() - {"unit"}:
        setattr(customer, name, given[name])
    customer.initials = initials(customer.name)
    customer.quick = False
    customer.version += 1
    with _in_words():
        customer.save()
    _record_change("changed", customer, facts, by=by, at=at)
    return customer


# --- Contact persons ------------------------------------------------------------------------------------------------
@transaction.atomic
def add_contact(
    customer: Customer, name: str, *, by: Staff, at: datetime, duty: str = "", phone: str = ""
) -> ContactPerson:
    """Note somebody who speaks for the customer, with a phone of their own if one is given."""
    customer = _locked(customer)
    if duty:
        check_code(queries.DUTY, duty, "duty", at)
    contact = ContactPerson.objects.create(customer=customer, name=_line(name, "name"), duty=duty)
    facts: Facts = {"contact": ["", contact.name], "duty": ["", contact.duty]}
    if phone:
        facts["phone"] = ["", _keep_phone(customer, phone, contact=contact).number]
    _record_change("contact_added", customer, facts, by=by, at=at)
    return contact


@transaction.atomic
def change_contact(contact: ContactPerson, *, name: str, duty: str, by: Staff, at: datetime) -> ContactPerson:
    """Write the contact person's name and duty anew."""
    customer = _locked(contact.customer)
    before = {"contact": contact.name, "duty": contact.duty}
    facts = _differences(before, {"contact": _line(name, "name"), "duty": duty})
    if facts:
        if duty and "duty" in facts:
            check_code(queries.DUTY, duty, "duty", at)
        contact.name, contact.duty = _line(name, "name"), duty
        contact.save(update_fields=["name", "duty"])
        _record_change("contact_changed", customer, facts, by=by, at=at)
    return contact


@transaction.atomic
def retire_contact(contact: ContactPerson, *, by: Staff, at: datetime) -> ContactPerson:
    """The person no longer speaks for the customer; their phones are retired with them, the history keeps both."""
    customer = _locked(contact.customer)
    if ContactPerson.objects.filter(pk=contact.pk, active=True).update(active=False):
        contact.active = False
        contact.phones.filter(active=True).update(active=False)
        _record_change("contact_retired", customer, {"contact": [contact.name, ""]}, by=by, at=at)
    return contact


# --- Phones ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_phone(
    customer: Customer, number: str, *, by: Staff, at: datetime, label: str = "", contact: ContactPerson | None = None
) -> Phone:
    """Note a number under which the customer, or the contact person, is reached; a retired one comes into use again."""
    customer = _locked(customer)
    phone = _keep_phone(customer, number, label=label, contact=contact)
    facts: Facts = {"phone": ["", phone.number], "label": ["", phone.label]}
    if contact is not None:
        facts["contact"] = ["", contact.name]
    _record_change("phone_added", customer, facts, by=by, at=at)
    return phone


@transaction.atomic
def change_phone(phone: Phone, *, number: str, label: str, by: Staff, at: datetime) -> Phone:
    """Correct a number or its remark."""
    customer = _locked(phone.customer)
    given: dict[str, object] = {"phone": rules.phone_number(number), "label": rules.one_line(label)}
    facts = _differences({"phone": phone.number, "label": phone.label}, given)
    if facts:
        phone.number, phone.label = str(given["phone"]), str(given["label"])
        phone.grams = rules.grams(phone.number)
        with _in_words():
            phone.save(update_fields=["number", "grams", "label"])
        _record_change("phone_changed", customer, facts, by=by, at=at)
    return phone


@transaction.atomic
def retire_phone(phone: Phone, *, by: Staff, at: datetime) -> Phone:
    """The number no longer reaches the customer."""
    customer = _locked(phone.customer)
    if Phone.objects.filter(pk=phone.pk, active=True).update(active=False):
        phone.active = False
        _record_change("phone_retired", customer, {"phone": [phone.number, ""]}, by=by, at=at)
    return phone


def _keep_phone(customer: Customer, text: str, *, label: str = "", contact: ContactPerson | None = None) -> Phone:
    """The phone row, new or in use again; the customer is locked."""
    number = rules.phone_number(text)
    phone = customer.phones.filter(number=number).first() or Phone(customer=customer, number=number, active=False)
    if phone.active:
        raise _has_number()
    phone.active, phone.label, phone.contact = True, rules.one_line(label), contact
    phone.grams = rules.grams(number)
    phone.save()
    return phone


# --- Service points -------------------------------------------------------------------------------------------------
@transaction.atomic
def add_service_point(customer: Customer, *, by: Staff, at: datetime, **given: Unpack[PointFacts]) -> ServicePoint:
    """Note a place that is served under an account number. It lies in its area, else unit, else with the customer."""
    customer = _locked(customer)
    point = ServicePoint(customer=customer, department_id=by.department_id, occurred_at=at, recorded_at=at)
    point.stand_where(customer)
    _write_point(point, {"address": "", "account_number": "", **given}, by)
    facts = {name: ["", value] for name, value in queries.facts_of_point(point).items() if value not in ("", True)}
    with _in_words():
        point.save(force_insert=True)
    _record("point_added", customer, facts, by=by, at=at)
    publish(_point_changed(point, facts, at))
    return point


@transaction.atomic
def change_service_point(
    point: ServicePoint, *, version: int, by: Staff, at: datetime, **wanted: Unpack[PointFacts]
) -> ServicePoint:
    """Change what is named; raises Stale as `change_customer` does."""
    customer = _locked(point.customer)
    point = ServicePoint.objects.select_for_update(of=("self",)).select_related("area").get(pk=point.pk)
    given: dict[str, object] = {name: _cleaned(name, value) for name, value in wanted.items()}
    facts = _differences(queries.facts_of_point(point), given)
    if not facts:
        return point
    _refuse_stale(point.version, version, facts)
    number = point.account_number
    _write_point(point, {name: given[name] for name in given if name in facts or name == "area"}, by)
    point.version += 1
    with _in_words():
        point.save()
    facts.setdefault("account_number", [number, number])  # the line says which one
    _record("point_changed", customer, facts, by=by, at=at)
    publish(_point_changed(point, facts, at))
    return point


@transaction.atomic
def move_service_point(point: ServicePoint, new: Customer, *, by: Staff, at: datetime) -> ServicePoint:
    """Another customer is served there from now on (过户); both histories keep it. The place stays where it is."""
    old_id = point.customer_id
    both = Customer.objects.select_for_update().filter(pk__in=[old_id, new.pk]).order_by("pk").in_bulk()
    point = ServicePoint.objects.select_for_update().get(pk=point.pk)
    if point.customer_id != old_id:
        raise Refusal(_("A colleague has moved this service point meanwhile. Look at it again."))
    if new.pk == old_id:
        raise Unfit(fields={"customer": _("The service point belongs to this customer already. Choose another one.")})
    old, new = both[old_id], both[new.pk]
    point.customer = new
    point.version += 1
    point.save(update_fields=["customer", "version"])
    facts: Facts = {"account_number": [point.account_number, point.account_number], "customer": [old.name, new.name]}
    _record("point_moved_out", old, facts, by=by, at=at)
    _record("point_moved_in", new, facts, by=by, at=at)
    publish(_point_changed(point, facts, at, old_id))
    return point


def _write_point(point: ServicePoint, given: Mapping[str, object], by: Staff) -> None:
    """Put the given facts on the point and stand it where they say; refuses what does not fit."""
    if given.get("unit"):
        point.stand_where(access.unit_for(by, str(given["unit"])))
    if "area" in given:
        point.area = _area_at(point, str(given["area"]), by, free="unit" not in given) if given["area"] else None
        if point.area is not None:
            point.stand_where(point.area)
    for name in given.keys() - {"unit", "area"}:
        setattr(point, name, _cleaned(name, given[name]))


def _area_at(point: ServicePoint, code: str, by: Staff, *, free: bool) -> ServiceArea:
    """The area, which has to lie in the point's unit unless that is `free` to follow."""
    area = access.area_for(by, code)
    unit = queries.unit_of(point)
    if not free and unit is not None and getattr(area, f"{unit.level}_id") != unit.pk:
        raise Unfit(
            fields={"area": _("This service area lies in another place. Choose one there, or change the place.")}
        )
    return area


def _point_changed(point: ServicePoint, facts: Facts, at: datetime, from_customer_id: int | None = None) -> Event:
    return ServicePointChanged(
        service_point_id=point.pk,
        customer_id=point.customer_id,
        from_customer_id=from_customer_id,
        fields=sorted(facts),
        at=at.isoformat(),
    )


# --- Conduct --------------------------------------------------------------------------------------------------------
@transaction.atomic
def note_conduct(customer: Customer, *, good: bool, text: str, by: Staff, at: datetime) -> ConductNote:
    """Note good or bad conduct of the customer; notes are neither changed nor taken back, only followed by others."""
    customer = _locked(customer)
    note = ConductNote.objects.create(customer=customer, good=good, text=_line(text, "text"), by=by, at=at)
    _record_change("conduct_noted", customer, {"good": ["", good], "text": ["", note.text]}, by=by, at=at)
    return note


# --- Shared beats ---------------------------------------------------------------------------------------------------
def _locked(customer: Customer) -> Customer:
    """The customer as it is now; whoever else writes to the archive waits."""
    return Customer.objects.select_for_update().get(pk=customer.pk)


def _line(text: str, field: str) -> str:
    line = rules.one_line(text)
    if not line:
        raise Unfit(fields={field: _("This cannot be left empty.")})
    return line


def _cleaned(name: str, value: object) -> object:
    """One value in the form in which it is kept."""
    if isinstance(value, bool):
        return value
    text = str(value)
    if name == "account_number":
        return rules.account_number(text)
    if name == "device_number":
        return rules.device_number(text)
    if name in {"name", "address"}:
        return _line(text, name)
    return text.strip() if name == "note" else rules.one_line(text)


def _differences(now: Mapping[str, object], wanted: Mapping[str, object]) -> Facts:
    return {name: [now[name], value] for name, value in wanted.items() if now[name] != value}


def _refuse_stale(current: int, seen: int, facts: Facts) -> None:
    """Somebody has saved since: show what would be overwritten, in the words of the page."""
    if current == seen:
        return
    differences = [
        {
            "field": name,
            "label": str(rules.FIELDS[name]),
            "yours": queries.shown(name, yours),
            "theirs": queries.shown(name, theirs),
        }
        for name, (theirs, yours) in facts.items()
    ]
    raise Stale(
        _("A colleague saved this while you were working on it. Compare the differences, then save again."),
        version=current,
        differences=differences,
    )


def _record(act: str, customer: Customer, facts: Facts, *, by: Staff, at: datetime) -> None:
    """One line of the archive's history, and one of the audit, which only names the fields."""
    line = Change(
        occurred_at=at, recorded_at=at, customer_id=customer.pk, act=act, by_id=by.pk, by_name=by.name, facts=facts
    )
    line.stand_where(customer)
    line.save(force_insert=True)
    audit.record(f"customers.{act}", customer, by=by, at=at, fields=sorted(facts))


def _record_change(act: str, customer: Customer, facts: Facts, *, by: Staff, at: datetime) -> None:
    facts = {name: pair for name, pair in facts.items() if pair != ["", ""]}
    _record(act, customer, facts, by=by, at=at)
    publish(CustomerChanged(customer_id=customer.pk, act=act, fields=sorted(facts), at=at.isoformat()))


def _has_number() -> Unfit:
    return Unfit(fields={"phone": _("The customer has this number already.")})


def _doubled(constraint: str) -> Unfit | None:
    """The sentence for a constraint that stood in the way; None for one that no input of ours can meet."""
    if constraint == "a_customer_number_is_given_once":
        return Unfit(
            fields={"number": _("Another customer has this customer number. Look the number up before you go on.")}
        )
    if constraint == "a_customer_has_a_number_once":
        return _has_number()
    if constraint == "an_account_number_is_given_once":
        sentence = _(
            "This account number is served already. Look it up, and move the service point if the customer has changed."
        )
        return Unfit(fields={"account_number": sentence})
    return None


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn a constraint in the way into the sentence that says the way out; the transaction stays usable."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if (refusal := _doubled(constraint)) is None:
            raise
        raise refusal from None
