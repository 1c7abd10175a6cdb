"""Show an archive. Every function says how many queries it costs, whatever it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from jingming.accounts import eyes
from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.codes.queries import day_of, known, label_of
from jingming.customers import access, rules
from jingming.customers.models import (
    Change,
    ConductNote,
    Customer,
    Device,
    Kind,
    NetworkElement,
    Phone,
    Purchase,
    Relation,
    ServicePoint,
    Tenure,
)
from jingming.organisation.models import Placed, Unit
from jingming.organisation.queries import areas, units
from jingming.ui.labels import in_language

HISTORY_SHOWN = 50
POINTS_SHOWN = 200
ELEMENTS_SHOWN = 500
POINTS_OF_ELEMENT = 50
DUTY = "contact_duty"
SENSITIVE = "sensitive_flag"
DEVICE_KIND = "device_kind"
ELEMENT_KIND = "element_kind"
CHANGE_REASON = "change_reason"
ORDER = list(rules.FIELDS)


def same_as(customer_id: int) -> list[int]:
    """The ids under which a customer is known: its own, and those of all archives that go on in it. One query."""
    merged = Customer.objects.filter(merged_into=customer_id).order_by("pk").values_list("pk", flat=True)
    return [customer_id, *merged]


# --- Show -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class HistoryLine:
    """One line of an archive's history in the reader's language, as ui/_timeline.html takes it."""

    at: datetime
    who: str
    what: str
    text: str
    tone: str = "note"


@dataclass(frozen=True)
class Contact:
    """A contact person, the duty in the reader's language."""

    pk: int
    name: str
    duty: str
    active: bool


@dataclass(frozen=True)
class Hanging:
    """A device at a service point, its kind in the reader's language; `due` if its design life is over, `soon` if it
    will be within a year."""

    device: Device
    kind: str
    due: bool
    soon: bool


@dataclass(frozen=True)
class Held:
    """A service point with what the customer is to it, who else is something to it, and what hangs there."""

    point: ServicePoint
    relation: str
    others: list[Tenure]
    devices: list[Hanging]

    contract_over: bool = False
    contract_soon: bool = False

    @property
    def in_arrears(self) -> bool:
        return bool(self.point.arrears)


@dataclass(frozen=True)
class Card:
    """All that the archive itself knows about a customer."""

    customer: Customer
    unit: Unit | None
    service_points: list[Held]
    former: list[Tenure]
    phones: list[Phone]
    contacts: list[Contact]
    conduct: list[ConductNote]
    purchases: list[Purchase]
    history: list[HistoryLine]

    @property
    def sensitive(self) -> list[str]:
        """Why to take special care, in the reader's words."""
        return [label_of(SENSITIVE, code) for code in self.customer.sensitive]

    @property
    def arrears(self) -> Decimal | None:
        """What is owed for all places together; None if the billing system never told."""
        known = [held.point.arrears for held in self.service_points if held.point.arrears is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def arrears_at(self) -> date | None:
        """The day for which the oldest of those amounts was told."""
        return min((held.point.arrears_at for held in self.service_points if held.point.arrears_at), default=None)

    @property
    def contract_until(self) -> date | None:
        """When the first contract ends."""
        ends = (held.point.contract_until for held in self.service_points if held.point.active)
        return min((day for day in ends if day), default=None)


def card(user: Staff | object, customer: Customer, *, with_past: bool = True) -> Card:
    """The archive of a customer who has been fetched through access, with the service points that the person may see;
    history at most 50 lines. Nine queries, one more for a customer who lives where the person does not work; five
    without the past: conduct, purchases and history, for a page that tells them otherwise."""
    held, former = points_of(user, customer)
    return Card(
        customer=customer,
        unit=unit_of(customer),
        service_points=held,
        former=former,
        phones=list(customer.phones.select_related("contact").order_by("-active", "pk")[:200]),
        contacts=[
            Contact(one.pk, one.name, label_of(DUTY, one.duty) if one.duty else "", one.active)
            for one in customer.contacts.order_by("-active", "pk")[:200]
        ],
        conduct=list(customer.conduct.select_related("by").order_by("-at", "-pk")[:50]) if with_past else [],
        purchases=list(customer.purchases.order_by("-bought_on", "-pk")[:50]) if with_past else [],
        history=history(user, customer) if with_past else [],
    )


def points_of(user: Staff | object, customer: Customer) -> tuple[list[Held], list[Tenure]]:
    """The service points that the customer holds, rents, pays for or keeps, and those that are over; as far as the
    person may see them. Three queries."""
    seen = access.service_points_visible_to(user)
    tenures = list(
        Tenure.objects.filter(customer=customer, service_point__in=seen)
        .select_related("service_point__area", "service_point__element")
        .order_by("service_point__account_number", "relation")[:POINTS_SHOWN]
    )
    open_ = [tenure for tenure in tenures if tenure.until is None]
    by_point: dict[int, list[Tenure]] = {}
    for tenure in sorted(open_, key=lambda tenure: not tenure.service_point.active):
        by_point.setdefault(tenure.service_point_id, []).append(tenure)
    points = list(by_point)
    day = today(now())
    devices = devices_at(points)
    others: dict[int, list[Tenure]] = {}
    beside = Tenure.objects.filter(service_point__in=points, until=None).exclude(customer=customer)
    for tenure in beside.select_related("customer").order_by("pk"):
        others.setdefault(tenure.service_point_id, []).append(tenure)
    held = [
        Held(
            point=(point := own[0].service_point),
            relation=_(", ").join(str(one.get_relation_display()) for one in own),
            others=others.get(point.pk, []),
            devices=devices.get(point.pk, []),
            contract_over=(until := point.contract_until) is not None and until < day,
            contract_soon=until is not None and day <= until <= day + rules.CONTRACT_ENDS_SOON,
        )
        for own in by_point.values()
    ]
    return held, [tenure for tenure in tenures if tenure.until is not None]


def devices_at(points: Iterable[int]) -> dict[int, list[Hanging]]:
    """What hangs at the points of these ids, in service. One query."""
    day = today(now())
    hanging: dict[int, list[Hanging]] = {}
    for device in Device.objects.filter(service_point__in=points, removed_on=None).order_by("pk"):
        due = device.ends_on is not None and device.ends_on <= day
        soon = device.ends_on is not None and not due and device.ends_on <= day + rules.LIFE_ENDS_SOON
        kind = label_of(DEVICE_KIND, device.kind)
        hanging.setdefault(device.service_point_id, []).append(Hanging(device, kind, due=due, soon=soon))
    return hanging


# --- The network ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ElementRow:
    """A line of the network: an element, its kind in the reader's language, whether something hangs below it."""

    element: NetworkElement
    kind: str
    leads_on: bool


@dataclass(frozen=True)
class ElementSheet:
    """One element: the way down to it, what hangs directly below it, whom it feeds (at most 50), and whether more."""

    kind: str
    unit: Unit | None
    way: list[NetworkElement]
    below: list[ElementRow]
    points: list[ServicePoint]
    more: bool


def elements_below(parent: NetworkElement | None) -> list[ElementRow]:
    """What hangs directly below an element, or at the top, by code; at most 500. One query."""
    return _element_rows(NetworkElement.objects.filter(parent=parent), ELEMENTS_SHOWN)


def elements_like(words: str) -> list[ElementRow]:
    """The elements whose code begins so, or whose name holds the words; at most 50. One query."""
    words = rules.one_line(words)
    return _element_rows(
        NetworkElement.objects.filter(Q(code__startswith=words.upper()) | Q(name__icontains=words)), POINTS_OF_ELEMENT
    )


def _element_rows(elements: QuerySet[NetworkElement], most: int) -> list[ElementRow]:
    children = NetworkElement.objects.filter(parent=OuterRef("pk"))
    found = elements.annotate(leads_on=Exists(children)).order_by("-active", "code")[:most]
    return [ElementRow(one, label_of(ELEMENT_KIND, one.kind), one.leads_on) for one in found]


def element_sheet(user: Staff | object, element: NetworkElement) -> ElementSheet:
    """What the page of an element shows; the points as far as the person may see them. Three queries."""
    codes = element.path.rstrip("/").split("/")[:-1]
    above = {one.code: one for one in NetworkElement.objects.filter(code__in=codes)}
    points = access.service_points_visible_to(user).filter(element__path__startswith=element.path, active=True)
    shown = list(points.select_related("customer", "element").order_by("account_number")[: POINTS_OF_ELEMENT + 1])
    return ElementSheet(
        kind=label_of(ELEMENT_KIND, element.kind),
        unit=unit_of(element),
        way=[above[code] for code in codes if code in above],
        below=elements_below(element),
        points=shown[:POINTS_OF_ELEMENT],
        more=len(shown) > POINTS_OF_ELEMENT,
    )


# --- History --------------------------------------------------------------------------------------------------------
def changes_of(user: Staff | object, customer: Customer, ids: Sequence[int]) -> QuerySet[Change]:
    """The lines of the archive's history under these ids, as far as the person may hear of them: whoever sees a
    customer of another place because of a service point here does not hear of those elsewhere, for one more query."""
    lines = Change.objects.filter(customer_id__in=ids)
    if access.lives_within(user, customer):
        return lines
    seen = access.service_points_visible_to(user).filter(customer=customer).values_list("account_number", flat=True)
    return lines.filter(~Q(act__in=rules.ACTS_ON_POINTS) | Q(facts__account_number__1__in=list(seen)))


def history(user: Staff | object, customer: Customer) -> list[HistoryLine]:
    """The last lines of the archive's history, with that of the archives merged into it, newest first. Two queries, one
    more where the person does not work for the customer's place."""
    lines = changes_of(user, customer, same_as(customer.pk)).order_by("-occurred_at", "-id")
    return [history_line(line, customer) for line in lines[:HISTORY_SHOWN]]


def history_line(line: Change, customer: Customer | None = None) -> HistoryLine:
    """A line of the archive's history in the reader's words, and before the reader's eyes. No query."""
    facts, row = sorted(line.facts, key=_place_of), customer or line
    return HistoryLine(
        at=line.occurred_at,
        who=line.by_name,
        what=str(rules.ACTS.get(line.act, line.act)),
        text="\n".join([*_because(line), *(_said(name, line.facts[name], row) for name in facts)]),
        tone="act" if line.act in {"added", "quick_archived"} else "note",
    )


def _because(line: Change) -> list[str]:
    """Why it was changed, if that was said."""
    reason = label_of(CHANGE_REASON, line.reason) if line.reason else ""
    said = _(": ").join(part for part in (reason, line.why) if part)
    return [_("Why: %(reason)s") % {"reason": said}] if said else []


def _place_of(field: str) -> int:
    """Fields are told in the order of the pages; the database keeps them in one of its own."""
    return ORDER.index(field) if field in ORDER else len(ORDER)


def _said(field: str, pair: Sequence[object], row: object) -> str:
    before, after = pair
    names = {
        "field": rules.FIELDS.get(field, field),
        "before": seen(field, before, row),
        "after": seen(field, after, row),
    }
    if before in ("", None, []) or before == after:
        return _("%(field)s: %(after)s") % names
    if after in ("", None, []):
        return _("%(field)s: %(before)s, taken away") % names
    return _("%(field)s: %(before)s → %(after)s") % names


# Which facts of an archive are personal data, and of which kind.
PERSONAL = {"name": "name", "contact": "name", "customer": "name", "phone": "phone", "address": "address"}


def seen(field: str, value: object, row: object) -> str:
    """A kept value of this customer in the reader's words, and before the reader's eyes."""
    if field in PERSONAL and value not in ("", None, []):
        return eyes.shown(PERSONAL[field], str(value), row)
    return shown(field, value)


def shown(field: str, value: object) -> str:
    """A kept value in the reader's words."""
    if value in ("", None, []):
        return "—"
    if field in SHOWN:
        return SHOWN[field](value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)


def _unit_name(code: object) -> str:
    return next((in_language(unit.label) for unit in units().values() if unit.code == code), str(code))


def _flags(codes: object) -> str:
    return _(", ").join(label_of(SENSITIVE, str(code)) for code in codes) if isinstance(codes, list) else str(codes)


def _area_name(code: object) -> str:
    return in_language(areas()[str(code)].label) if str(code) in areas() else str(code)


SHOWN: dict[str, Callable[[object], str]] = {
    "kind": lambda kind: str(Kind(kind).label) if kind in Kind.values else str(kind),
    "unit": _unit_name,
    "area": _area_name,
    "duty": lambda code: label_of(DUTY, str(code)),
    "sensitive": _flags,
    "device_kind": lambda code: label_of(DEVICE_KIND, str(code)),
    "relation": lambda relation: str(Relation(relation).label) if relation in Relation.values else str(relation),
    "good": lambda good: _("Good conduct") if good else _("Bad conduct"),
}


def unit_of(row: Placed) -> Unit | None:
    """The smallest unit in which a row lies; None at headquarters. No query."""
    pk = row.district_id or row.city_id or row.province_id
    return units().get(pk) if pk else None


def facts_of_customer(customer: Customer) -> dict[str, object]:
    """What can be changed about a customer, as plain values under their field names."""
    unit = unit_of(customer)
    return {
        "kind": customer.kind,
        "name": customer.name,
        "number": customer.number,
        "note": customer.note,
        "unit": unit.code if unit else "",
        "sensitive": list(customer.sensitive),
        "key_account": customer.key_account,
        "manager": customer.manager.employee_number if customer.manager else "",
    }


def facts_of_point(point: ServicePoint) -> dict[str, object]:
    """What can be changed about a service point, as plain values under their field names."""
    unit = unit_of(point)
    return {
        "account_number": point.account_number,
        "address": point.address,
        "unit": unit.code if unit else "",
        "area": point.area.code if point.area else "",
        "element": point.element.code if point.element else "",
        "contract_number": point.contract_number,
        "contract_until": point.contract_until.isoformat() if point.contract_until else "",
        "arrears": "" if point.arrears is None else f"{point.arrears:.2f}",
        "arrears_at": point.arrears_at.isoformat() if point.arrears_at else "",
        "active": point.active,
    }


def facts_of_device(device: Device) -> dict[str, object]:
    """What can be changed about a device, as plain values under the names of `rules.FIELDS`."""
    return {
        "device_kind": device.kind,
        "device_number": device.number,
        "model": device.model,
        "installed_on": device.installed_on.isoformat() if device.installed_on else "",
        "design_life": device.design_life or "",
    }


def facts_of_element(element: NetworkElement) -> dict[str, object]:
    """What can be changed about a network element, as plain values under their field names."""
    unit = unit_of(element)
    return {
        "kind": element.kind,
        "name": element.name,
        "parent": element.parent.code if element.parent else "",
        "unit": unit.code if unit else "",
        "active": element.active,
    }


def design_life_of(kind: str) -> int | None:
    """For how many years a device of this kind is made, if the dictionary says so (`extra.years`, with its source)."""
    code = known(DEVICE_KIND).get(kind)
    return code.extra.get("years") if code else None


def today(at: datetime) -> date:
    """The day that a moment belongs to here."""
    return day_of(at)
