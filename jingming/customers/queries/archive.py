"""Show an archive. Every function says how many queries it costs, whatever it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.codes.queries import label_of
from jingming.customers import access, rules
from jingming.customers.models import Change, ConductNote, Customer, Kind, Phone, ServicePoint
from jingming.organisation.models import Unit
from jingming.organisation.queries import areas, units
from jingming.ui.labels import in_language

HISTORY_SHOWN = 50
DUTY = "contact_duty"
ORDER = list(rules.FIELDS)


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
class Card:
    """All that the archive itself knows about a customer."""

    customer: Customer
    unit: Unit | None
    service_points: list[ServicePoint]
    phones: list[Phone]
    contacts: list[Contact]
    conduct: list[ConductNote]
    history: list[HistoryLine]


def card(user: Staff | object, customer: Customer) -> Card:
    """The archive of a customer who has been fetched through access, with the service points that the person may see;
    history at most 50 lines. Five queries, one more for a customer who lives where the person does not work."""
    points = access.service_points_visible_to(user).filter(customer=customer)
    return Card(
        customer=customer,
        unit=unit_of(customer),
        service_points=list(points.select_related("area").order_by("-active", "account_number")[:200]),
        phones=list(customer.phones.select_related("contact").order_by("-active", "pk")[:200]),
        contacts=[
            Contact(one.pk, one.name, label_of(DUTY, one.duty) if one.duty else "", one.active)
            for one in customer.contacts.order_by("-active", "pk")[:200]
        ],
        conduct=list(customer.conduct.select_related("by").order_by("-at", "-pk")[:50]),
        history=history(user, customer),
    )


def history(user: Staff | object, customer: Customer) -> list[HistoryLine]:
    """The last lines of the archive's history, newest first. One query.

    Whoever sees a customer of another place because of a service point here does not hear of those elsewhere; that
    costs a second query.
    """
    lines = Change.objects.filter(customer_id=customer.pk).order_by("-occurred_at", "-id")
    if not access.lives_within(user, customer):
        seen = access.service_points_visible_to(user).filter(customer=customer).values_list("account_number", flat=True)
        lines = lines.filter(~Q(act__in=rules.ACTS_ON_POINTS) | Q(facts__account_number__1__in=list(seen)))
    return [
        HistoryLine(
            at=line.occurred_at,
            who=line.by_name,
            what=str(rules.ACTS.get(line.act, line.act)),
            text="\n".join(_said(field, *line.facts[field]) for field in sorted(line.facts, key=_place_of)),
            tone="act" if line.act in {"added", "quick_archived"} else "note",
        )
        for line in lines[:HISTORY_SHOWN]
    ]


def _place_of(field: str) -> int:
    """Fields are told in the order of the pages; the database keeps them in one of its own."""
    return ORDER.index(field) if field in ORDER else len(ORDER)


def _said(field: str, before: object, after: object) -> str:
    names = {"field": rules.FIELDS.get(field, field), "before": shown(field, before), "after": shown(field, after)}
    if before in ("", None) or before == after:
        return _("%(field)s: %(after)s") % names
    if after in ("", None):
        return _("%(field)s: %(before)s, taken away") % names
    return _("%(field)s: %(before)s → %(after)s") % names


def shown(field: str, value: object) -> str:
    """A kept value in the reader's words."""
    if value in ("", None):
        return "—"
    if field in SHOWN:
        return SHOWN[field](value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)


def _unit_name(code: object) -> str:
    return next((in_language(unit.label) for unit in units().values() if unit.code == code), str(code))


def _area_name(code: object) -> str:
    return in_language(areas()[str(code)].label) if str(code) in areas() else str(code)


SHOWN: dict[str, Callable[[object], str]] = {
    "kind": lambda kind: str(Kind(kind).label) if kind in Kind.values else str(kind),
    "unit": _unit_name,
    "area": _area_name,
    "duty": lambda code: label_of(DUTY, str(code)),
    "good": lambda good: _("Good conduct") if good else _("Bad conduct"),
}


def unit_of(row: Customer | ServicePoint) -> Unit | None:
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
    }


def facts_of_point(point: ServicePoint) -> dict[str, object]:
    """What can be changed about a service point, as plain values under their field names."""
    unit = unit_of(point)
    return {
        "account_number": point.account_number,
        "address": point.address,
        "unit": unit.code if unit else "",
        "area": point.area.code if point.area else "",
        "device_number": point.device_number,
        "network_element": point.network_element,
        "active": point.active,
    }
