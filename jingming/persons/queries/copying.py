"""The copy for the person: everything that is held about them, section by section, in the reader's language.

Who of the staff did something is theirs and not in it; what was said, done and decided is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from jingming.audit.models import Entry
from jingming.audit.rules import LOOKS
from jingming.audit.sentences import in_words
from jingming.codes.queries import label_of
from jingming.customers.models import (
    Change,
    ConductNote,
    ContactPerson,
    Customer,
    Device,
    Note,
    Phone,
    Purchase,
    Tenure,
)
from jingming.customers.queries import DEVICE_KIND, DUTY, SENSITIVE, history_line
from jingming.files.models import Attachment
from jingming.interactions.models import Interaction
from jingming.privacy.vault import all_opened
from jingming.ui.labels import in_language
from jingming.workorders.models import Callback, History, Task, WorkOrder
from jingming.workorders.rules import Act

from .subject import About

Row = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """One kind of rows: `key` for machines, `label` and the names of the columns for people."""

    key: str
    label: str
    columns: dict[str, str]
    rows: list[Row]

    def lines(self) -> list[list[Any]]:
        """The rows as a table has them."""
        return [[row.get(name, "") for name in self.columns] for row in self.rows]


def everything_about(about: About) -> list[Section]:
    """All sections, also those that are empty: that nothing is held is an answer too. A fixed number of queries. Of the
    numbers that stand in texts the person's own are whole; others belong to somebody else, and are masked."""
    sections = [*(_archive(about) if about.ids else ()), *_matters(about)]
    opened = all_opened([section.rows for section in sections], whole=set(about.numbers))
    return [replace(section, rows=rows) for section, rows in zip(sections, opened, strict=True)]


def _archive(about: About) -> Iterator[Section]:
    ids = about.ids
    yield _section("archive", _("Archive"), {
        "name": _("Name"), "number": _("Customer number"), "kind": _("Kind"), "since": _("Customer since"),
        "note": _("Note"), "sensitive": _("Special care"), "more": _("More"),
    }, ({
        "name": one.name, "number": one.number, "kind": str(one.get_kind_display()), "since": one.occurred_at,
        "note": one.note, "sensitive": _joined(label_of(SENSITIVE, code) for code in one.sensitive),
        "more": one.extra or "",
    } for one in Customer.objects.filter(pk__in=ids).order_by("pk")))  # fmt: skip
    yield _section("phones", _("Phone numbers"), {
        "number": _("Phone number"), "label": _("Remark"), "contact": _("Contact person"), "active": _("In use"),
    }, ({
        "number": one.number, "label": one.label, "contact": one.contact.name if one.contact else "",
        "active": one.active,
    } for one in Phone.objects.filter(customer__in=ids).select_related("contact").order_by("pk")))  # fmt: skip
    yield _section("contact_persons", _("Contact persons"), {
        "name": _("Name"), "duty": _("Duty"), "active": _("In use"),
    }, ({
        "name": one.name, "duty": label_of(DUTY, one.duty) if one.duty else "", "active": one.active,
    } for one in ContactPerson.objects.filter(customer__in=ids).order_by("pk")))  # fmt: skip
    tenures = list(Tenure.objects.filter(customer__in=ids).select_related("service_point").order_by("since", "pk"))
    yield _section("service_points", _("Service points"), {
        "account_number": _("Account number"), "address": _("Address"), "relation": _("Relation"),
        "since": _("Since"), "until": _("Until"), "contract": _("Contract"), "arrears": _("Arrears"),
    }, ({
        "account_number": one.service_point.account_number, "address": one.service_point.address,
        "relation": str(one.get_relation_display()), "since": one.since, "until": one.until or "",
        **({"contract": one.service_point.contract_number, "arrears": one.service_point.arrears or ""}
           if one.service_point.customer_id in ids else {}),
    } for one in tenures))  # fmt: skip
    own = {one.service_point_id for one in tenures if one.service_point.customer_id in ids}
    devices = Device.objects.filter(service_point__in=own).select_related("service_point")
    yield _section("devices", _("Devices"), {
        "account_number": _("Account number"), "kind": _("Kind"), "number": _("Device number"), "model": _("Model"),
        "installed_on": _("Installed"), "removed_on": _("Removed"),
    }, ({
        "account_number": one.service_point.account_number, "kind": label_of(DEVICE_KIND, one.kind),
        "number": one.number, "model": one.model, "installed_on": one.installed_on or "",
        "removed_on": one.removed_on or "",
    } for one in devices.order_by("pk")))  # fmt: skip
    yield _section("purchases", _("Purchases"), {
        "bought_on": _("Day"), "item": _("Item"), "quantity": _("Quantity"), "amount": _("Amount"),
        "number": _("Receipt"),
    }, ({
        "bought_on": one.bought_on, "item": one.item, "quantity": one.quantity,
        "amount": "" if one.amount is None else one.amount, "number": one.number,
    } for one in Purchase.objects.filter(customer__in=ids).order_by("bought_on", "pk")))  # fmt: skip
    yield _section("conduct", _("Conduct"), {"at": _("Time"), "good": _("Good"), "text": _("Text")}, (
        {"at": one.at, "good": one.good, "text": one.text}
        for one in ConductNote.objects.filter(customer__in=ids).order_by("at", "pk")
    ))  # fmt: skip
    yield _section("notes", _("Notes and visits"), {"at": _("Time"), "kind": _("Kind"), "text": _("Text")}, (
        {"at": one.at, "kind": str(one.get_kind_display()), "text": one.text}
        for one in Note.objects.filter(customer__in=ids).order_by("at", "pk")
    ))  # fmt: skip
    yield _section("changes", _("Changes of the archive"), {"at": _("Time"), "what": _("What"), "text": _("Text")}, (
        {"at": line.at, "what": line.what, "text": line.text}
        for line in map(history_line, Change.objects.filter(customer_id__in=ids).order_by("occurred_at", "id"))
    ))  # fmt: skip


def _matters(about: About) -> Iterator[Section]:
    contacts = Interaction.objects.filter(pk__in=[*about.contacts, *about.called_contacts])
    yield _section("contacts", _("Contacts"), {
        "at": _("Time"), "channel": _("Channel"), "direction": _("Direction"), "name": _("Name"),
        "number": _("Phone number"), "text": _("What was said"), "became": _("What became of it"),
    }, ({
        "at": one.occurred_at, "channel": label_of("channel", one.channel),
        "direction": str(one.get_direction_display()), "name": one.party_name, "number": one.party_phone,
        "text": one.outcome if one.pk in own else "", "became": str(one.get_disposition_display()),
    } for own in (set(about.contacts),) for one in contacts.order_by("occurred_at", "pk")))  # fmt: skip
    orders = list(WorkOrder.objects.filter(pk__in=about.orders).select_related("type").order_by("occurred_at", "pk"))
    yield _section("orders", _("Work orders"), {
        "number": _("Number"), "type": _("Type"), "status": _("Status"), "at": _("Time"), "name": _("Caller"),
        "caller_number": _("Number of the caller"), "address": _("Address"), "category": _("Category"),
        "description": _("Description"), "form": _("More"), "outcome": _("Outcome"), "closed_at": _("Closed"),
        "satisfied": _("Satisfied"),
    }, ({
        "number": one.number, "type": in_language(one.type.label), "status": str(one.get_status_display()),
        "at": one.occurred_at, "name": one.caller_name, "caller_number": one.caller_phone, "address": one.address,
        "category": label_of("category", one.category) if one.category else "", "description": one.description,
        "form": one.form or "", "outcome": one.outcome, "closed_at": one.closed_at or "",
        "satisfied": "" if one.satisfied is None else one.satisfied,
    } for one in orders))  # fmt: skip
    called = WorkOrder.objects.filter(pk__in=about.called_orders).order_by("occurred_at", "pk")
    yield _section("called", _("Orders of others for whom the person called"), {
        "number": _("Number"), "at": _("Time"), "name": _("Caller"), "caller_number": _("Number of the caller"),
    }, ({
        "number": one.number, "at": one.occurred_at, "name": one.caller_name, "caller_number": one.caller_phone,
    } for one in called))  # fmt: skip
    yield from _beside(orders)
    looked_at = (
        Q(target_kind=Customer._meta.label, target_id__in=about.ids)
        | Q(target_kind=WorkOrder._meta.label, target_id__in=about.orders)
        | Q(target_kind=Interaction._meta.label, target_id__in=about.contacts)
    )
    looks = Entry.objects.filter(looked_at, key__startswith=f"{LOOKS}.").order_by("at", "id")
    yield _section("looks", _("Looks at all this"), {"at": _("Time"), "what": _("What")}, (
        {"at": entry.at, "what": in_words(entry.key)} for entry in looks
    ))  # fmt: skip


def _beside(orders: list[WorkOrder]) -> Iterator[Section]:
    numbers = {order.pk: order.number for order in orders}
    lines = defaultdict(list)
    for line in History.objects.filter(order_id__in=numbers).order_by("occurred_at", "id"):
        lines[line.order_id].append(line)
    of_order = {"order": _("Order"), "at": _("Time"), "what": _("What"), "text": _("Text")}
    yield _section("history", _("What happened to the orders"), of_order, (
        {"order": numbers[pk], "at": line.occurred_at, "what": _act(line.act), "text": line.text}
        for pk in numbers for line in lines[pk]
    ))  # fmt: skip
    tasks = Task.objects.filter(order__in=numbers).order_by("given_at", "pk")
    yield _section("tasks", _("Tasks"), {**of_order, "what": _("Instruction"), "text": _("Handling")}, (
        {"order": numbers[one.order_id], "at": one.given_at, "what": one.instruction, "text": one.handling}
        for one in tasks
    ))  # fmt: skip
    calls = Callback.objects.filter(~Q(result=""), order__in=numbers).order_by("at", "pk")
    yield _section("callbacks", _("Callbacks"), {**of_order, "satisfaction": _("Satisfaction")}, (
        {"order": numbers[one.order_id], "at": one.at, "what": str(one.get_result_display()), "text": one.text,
         "satisfaction": one.satisfaction or ""} for one in calls
    ))  # fmt: skip
    files = Attachment.objects.filter(owner_kind=WorkOrder._meta.label, owner_id__in=numbers, removed_at=None)
    yield _section("files", _("Attachments"), {"order": _("Order"), "at": _("Time"), "name": _("Name"),
                                              "size": _("Size")}, (
        {"order": numbers[one.owner_id], "at": one.at, "name": one.name, "size": one.size}
        for one in files.order_by("at", "pk")
    ))  # fmt: skip


def _section(key: str, label: str, columns: dict[str, str], rows: Iterable[Row]) -> Section:
    return Section(key, label, columns, [{name: _plain(value) for name, value in row.items()} for row in rows])


def _plain(value: object) -> object:
    """A value as JSON has it; times with their zone."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value if isinstance(value, bool | int | str | dict | list) else str(value)


def _joined(words: Iterable[str]) -> str:
    return _(", ").join(words)


def _act(act: str) -> str:
    return str(Act(act).label) if act in Act.values else act
