"""Acts on the archive itself: the customer, contact persons, phones, conduct, notes, purchases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.base.errors import Unfit
from jingming.base.events import publish
from jingming.base.initials import initials
from jingming.codes.queries import check as check_code
from jingming.customers import access, queries, rules
from jingming.customers.events import CustomerAdded
from jingming.customers.models import (
    ConductNote,
    ContactPerson,
    Customer,
    Kind,
    Note,
    NoteKind,
    Phone,
    Purchase,
    ServicePoint,
)
from jingming.organisation.models import Placed, Unit
from jingming.privacy.rules import without_numbers

from .shared import (
    UNTOLD,
    Facts,
    Why,
    as_kept,
    cleaned,
    differences,
    has_number,
    in_words,
    line,
    locked,
    record,
    record_change,
    refuse_stale,
)


class CustomerFacts(TypedDict, total=False):
    """What can be changed about a customer; `unit` is the code of the place, `sensitive` are codes of the set
    `sensitive_flag`, `manager` is the employee number of the account manager, "" for none."""

    kind: str
    name: str
    number: str
    note: str
    unit: str
    sensitive: Sequence[str]
    key_account: bool
    manager: str


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
    sensitive: Sequence[str] = (),
    key_account: bool = False,
    manager: str = "",
    quick: bool = False,
) -> Customer:
    """Open an archive in the unit of this code, or where `by` works if none is named."""
    customer = Customer(
        kind=kind,
        name=line(name, "name"),
        number=rules.one_line(number),
        note=note.strip(),
        sensitive=_flags(sensitive, at),
        key_account=key_account,
        manager=access.manager_for(manager) if manager else None,
        quick=quick,
    )
    customer.initials = initials(without_numbers(customer.name))
    place: Placed | Unit = access.unit_for(by, unit) if unit else access.own_place(by)
    customer.stand_where(place)
    customer.department_id = by.department_id
    customer.occurred_at = customer.recorded_at = at
    with in_words():
        customer.save(force_insert=True)
    facts = {name: ["", value] for name, value in queries.facts_of_customer(customer).items() if value}
    if phone:
        digits = rules.phone_number(phone)
        kept = Phone.objects.create(customer=customer, number=digits, grams=rules.grams(digits))
        facts["phone"] = ["", kept.number]
    record("quick_archived" if quick else "added", customer, facts, by=by, at=at)
    publish(CustomerAdded(customer_id=customer.pk, quick=quick, at=at.isoformat()))
    return customer


def quick_archive(name: str, phone: str, *, by: Staff, at: datetime, unit: str = "") -> Customer:
    """Open an archive for an unknown caller during the call (快速建档): a name and a phone, the rest later."""
    return add_customer(rules.one_line(name) or _("Unknown caller"), by=by, at=at, phone=phone, unit=unit, quick=True)


@transaction.atomic
def change_customer(
    customer: Customer, *, version: int, by: Staff, at: datetime, why: Why = UNTOLD, **wanted: Unpack[CustomerFacts]
) -> Customer:
    """Change what is named; raises Stale if the archive is no longer at `version` and somebody wrote something else.

    A quick archive that has been looked through and saved is an ordinary one from then on.
    """
    customer = locked(customer)
    before = queries.facts_of_customer(customer)
    given = as_kept(before, {name: cleaned(name, value) for name, value in wanted.items()})
    facts = differences(before, given)
    if not facts and not customer.quick:
        return customer
    refuse_stale(customer.version, version, facts, customer)
    if "unit" in facts:
        customer.stand_where(access.unit_for(by, str(given["unit"])))
    if "manager" in facts:
        customer.manager = access.manager_for(str(given["manager"])) if given["manager"] else None
    if "sensitive" in facts:
        customer.sensitive = _flags(wanted["sensitive"], at, kept=customer.sensitive)
    for name in facts.keys() - {"unit", "manager", "sensitive"}:
        setattr(customer, name, given[name])
    customer.initials = initials(without_numbers(customer.name))
    customer.quick = False
    customer.version += 1
    with in_words():
        customer.save()
    record_change("changed", customer, facts, by=by, at=at, why=why)
    return customer


def _flags(codes: Sequence[str], at: datetime, kept: Sequence[str] = ()) -> list[str]:
    """The codes in order; raises Unfit for one that may not be chosen, unless it stands there already."""
    for code in codes:
        check_code(queries.SENSITIVE, code, "sensitive", None if code in kept else at)
    return sorted(set(codes))


# --- Contact persons ------------------------------------------------------------------------------------------------
@transaction.atomic
def add_contact(
    customer: Customer, name: str, *, by: Staff, at: datetime, duty: str = "", phone: str = "", why: Why = UNTOLD
) -> ContactPerson:
    """Note somebody who speaks for the customer, with a phone of their own if one is given."""
    customer = locked(customer)
    if duty:
        check_code(queries.DUTY, duty, "duty", at)
    contact = ContactPerson.objects.create(customer=customer, name=line(name, "name"), duty=duty)
    facts: Facts = {"contact": ["", contact.name], "duty": ["", contact.duty]}
    if phone:
        facts["phone"] = ["", _keep_phone(customer, phone, contact=contact).number]
    record_change("contact_added", customer, facts, by=by, at=at, why=why)
    return contact


@transaction.atomic
def change_contact(
    contact: ContactPerson, *, name: str, duty: str, by: Staff, at: datetime, why: Why = UNTOLD
) -> ContactPerson:
    """Write the contact person's name and duty anew."""
    customer = locked(contact.customer)
    before = {"contact": contact.name, "duty": contact.duty}
    given = as_kept(before, {"contact": line(name, "name"), "duty": duty})
    facts = differences(before, given)
    if facts:
        if duty and "duty" in facts:
            check_code(queries.DUTY, duty, "duty", at)
        contact.name, contact.duty = str(given["contact"]), duty
        contact.save(update_fields=["name", "duty"])
        record_change("contact_changed", customer, facts, by=by, at=at, why=why)
    return contact


@transaction.atomic
def retire_contact(contact: ContactPerson, *, by: Staff, at: datetime, why: Why = UNTOLD) -> ContactPerson:
    """The person no longer speaks for the customer; their phones are retired with them, the history keeps both."""
    customer = locked(contact.customer)
    if ContactPerson.objects.filter(pk=contact.pk, active=True).update(active=False):
        contact.active = False
        contact.phones.filter(active=True).update(active=False)
        record_change("contact_retired", customer, {"contact": [contact.name, ""]}, by=by, at=at, why=why)
    return contact


# --- Phones ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_phone(
    customer: Customer,
    number: str,
    *,
    by: Staff,
    at: datetime,
    label: str = "",
    contact: ContactPerson | None = None,
    why: Why = UNTOLD,
) -> Phone:
    """Note a number under which the customer, or the contact person, is reached; a retired one comes into use again."""
    customer = locked(customer)
    phone = _keep_phone(customer, number, label=label, contact=contact)
    facts: Facts = {"phone": ["", phone.number], "label": ["", phone.label]}
    if contact is not None:
        facts["contact"] = ["", contact.name]
    record_change("phone_added", customer, facts, by=by, at=at, why=why)
    return phone


@transaction.atomic
def change_phone(phone: Phone, *, number: str, label: str, by: Staff, at: datetime, why: Why = UNTOLD) -> Phone:
    """Correct a number or its remark."""
    customer = locked(phone.customer)
    before = {"phone": phone.number, "label": phone.label}
    given = as_kept(before, {"phone": rules.phone_number(number), "label": rules.one_line(label)})
    facts = differences(before, given)
    if facts:
        phone.number, phone.label = str(given["phone"]), str(given["label"])
        phone.grams = rules.grams(phone.number)
        with in_words():
            phone.save(update_fields=["number", "grams", "label"])
        record_change("phone_changed", customer, facts, by=by, at=at, why=why)
    return phone


@transaction.atomic
def retire_phone(phone: Phone, *, by: Staff, at: datetime, why: Why = UNTOLD) -> Phone:
    """The number no longer reaches the customer."""
    customer = locked(phone.customer)
    if Phone.objects.filter(pk=phone.pk, active=True).update(active=False):
        phone.active = False
        record_change("phone_retired", customer, {"phone": [phone.number, ""]}, by=by, at=at, why=why)
    return phone


def _keep_phone(customer: Customer, text: str, *, label: str = "", contact: ContactPerson | None = None) -> Phone:
    """The phone row, new or in use again; the customer is locked."""
    number = rules.phone_number(text)
    phone = customer.phones.filter(number=number).first() or Phone(customer=customer, number=number, active=False)
    if phone.active:
        raise has_number()
    phone.active, phone.label, phone.contact = True, rules.one_line(label), contact
    phone.grams = rules.grams(number)
    phone.save()
    return phone


# --- Conduct --------------------------------------------------------------------------------------------------------
@transaction.atomic
def note_conduct(customer: Customer, *, good: bool, text: str, by: Staff, at: datetime) -> ConductNote:
    """Note good or bad conduct of the customer; notes are neither changed nor taken back, only followed by others."""
    customer = locked(customer)
    note = ConductNote.objects.create(customer=customer, good=good, text=line(text, "text"), by=by, at=at)
    record_change("conduct_noted", customer, {"good": ["", good], "text": ["", note.text]}, by=by, at=at)
    return note


# --- Notes and purchases --------------------------------------------------------------------------------------------
@transaction.atomic
def note_down(
    customer: Customer,
    *,
    text: str,
    by: Staff,
    at: datetime,
    kind: str = NoteKind.NOTE,
    happened_at: datetime | None = None,
) -> Note:
    """Write down what whoever serves the customer next should know, or a visit; `happened_at` if it was before."""
    customer = locked(customer)
    happened_at = happened_at or at
    if happened_at > at:
        raise Unfit(fields={"happened_at": _("This lies in the future. Write down what has happened.")})
    words = text.strip()
    if not words:
        raise Unfit(fields={"text": _("This cannot be left empty.")})
    note = Note.objects.create(customer=customer, kind=kind, text=words, at=happened_at, recorded_at=at, by=by)
    act = "visit_noted" if kind == NoteKind.VISIT else "note_written"
    record_change(act, customer, {"text": ["", note.text]}, by=by, at=at)
    return note


@transaction.atomic
def note_purchase(
    customer: Customer,
    *,
    item: str,
    bought_on: date,
    by: Staff,
    at: datetime,
    quantity: Decimal = Decimal(1),
    amount: Decimal | None = None,
    number: str = "",
    service_point: ServicePoint | None = None,
) -> Purchase:
    """Note what the customer bought; `amount` in CNY if it is known, `number` of the receipt or contract."""
    customer = locked(customer)
    if bought_on > queries.today(at):
        raise Unfit(fields={"bought_on": _("This lies in the future. Write down what has happened.")})
    if quantity <= 0:
        raise Unfit(fields={"quantity": _("How many or how much was bought? A number above 0.")})
    if amount is not None and amount < 0:
        raise Unfit(fields={"amount": _("An amount is 0 or more.")})
    purchase = Purchase.objects.create(
        customer=customer,
        service_point=service_point,
        item=line(item, "item"),
        quantity=quantity,
        amount=amount,
        number=rules.one_line(number),
        bought_on=bought_on,
        recorded_at=at,
        by=by,
    )
    facts: Facts = {"item": ["", purchase.item], "bought_on": ["", bought_on.isoformat()]}
    if amount is not None:
        facts["amount"] = ["", f"{amount:.2f}"]
    record_change("purchase_noted", customer, facts, by=by, at=at)
    return purchase
