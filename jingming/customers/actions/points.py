"""Acts on the places that are served: who holds them, what hangs there, what the contract and the bill say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.base.errors import Refusal, Unfit
from jingming.base.events import Event, publish
from jingming.codes.queries import check as check_code
from jingming.customers import access, queries, rules
from jingming.customers.events import ServicePointChanged
from jingming.customers.models import Customer, Device, Relation, ServicePoint, Tenure
from jingming.organisation.models import ServiceArea

from .shared import UNTOLD, Facts, Why, as_kept, cleaned, differences, in_words, line, locked, record, refuse_stale


class PointFacts(TypedDict, total=False):
    """What can be changed about a service point; `unit`, `area` and `element` are codes, "" for none. `arrears` in CNY
    as of the day `arrears_at`; None is "never heard"."""

    account_number: str
    address: str
    unit: str
    area: str
    element: str
    contract_number: str
    contract_until: date | None
    arrears: Decimal | None
    arrears_at: date | None
    active: bool


class DeviceFacts(TypedDict, total=False):
    """What can be changed about a device; `kind` is a code of the set `device_kind`, `design_life` in years."""

    kind: str
    number: str
    model: str
    installed_on: date | None
    design_life: int | None


# --- Points ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_service_point(
    customer: Customer,
    *,
    by: Staff,
    at: datetime,
    device_number: str = "",
    device_kind: str = "meter",
    why: Why = UNTOLD,
    **given: Unpack[PointFacts],
) -> ServicePoint:
    """Note a place that is served under an account number. It lies in its area, else unit, else with the customer.

    The customer holds it from now on. A `device_number` notes the first device there with it.
    """
    customer = locked(customer)
    point = ServicePoint(customer=customer, department_id=by.department_id, occurred_at=at, recorded_at=at)
    point.stand_where(customer)
    _write_point(point, {"address": "", "account_number": "", **given}, by)
    facts = {name: ["", value] for name, value in queries.facts_of_point(point).items() if value not in ("", True)}
    with in_words():
        point.save(force_insert=True)
    _open_tenure(point, customer, Relation.HOLDER, at)
    if device_number.strip():
        device = _new_device(point, {"kind": device_kind, "number": device_number}, at)
        facts |= {"device_kind": ["", device.kind], "device_number": ["", device.number]}
    record("point_added", customer, facts, by=by, at=at, why=why)
    publish(_point_changed(point, facts, at))
    return point


@transaction.atomic
def change_service_point(
    point: ServicePoint, *, version: int, by: Staff, at: datetime, why: Why = UNTOLD, **wanted: Unpack[PointFacts]
) -> ServicePoint:
    """Change what is named; raises Stale as `change_customer` does."""
    customer = locked(point.customer)
    point = _locked_point(point)
    before = queries.facts_of_point(point)
    given = as_kept(before, {name: cleaned(name, value) for name, value in wanted.items()})
    facts = differences(before, given)
    if not facts:
        return point
    refuse_stale(point.version, version, facts, point.customer)
    place = (point.province_id, point.city_id, point.district_id)
    number = point.account_number
    _write_point(point, {name: given[name] for name in given if name in facts or name == "area"}, by)
    point.version += 1
    with in_words():
        point.save()
    if place != (point.province_id, point.city_id, point.district_id):
        point.tenures.update(province=point.province_id, city=point.city_id, district=point.district_id)
    facts.setdefault("account_number", [number, number])  # the line says which one
    record("point_changed", customer, facts, by=by, at=at, why=why)
    publish(_point_changed(point, facts, at))
    return point


@transaction.atomic
def move_service_point(
    point: ServicePoint, new: Customer, *, by: Staff, at: datetime, why: Why = UNTOLD
) -> ServicePoint:
    """Another customer holds it from now on (过户); both histories keep it. The place stays where it is."""
    old_id = point.customer_id
    both = Customer.objects.select_for_update(of=("self",)).filter(pk__in=[old_id, new.pk]).order_by("pk").in_bulk()
    point = _locked_point(point)
    if point.customer_id != old_id:
        raise Refusal(_("A colleague has moved this service point meanwhile. Look at it again."))
    if new.pk == old_id:
        raise Unfit(fields={"customer": _("The service point belongs to this customer already. Choose another one.")})
    old, new = both[old_id], both[new.pk]
    if new.merged_into_id is not None:
        raise Unfit(fields={"customer": _("This archive has been merged into another one. Choose that one.")})
    point.customer = new
    point.version += 1
    point.save(update_fields=["customer", "version"])
    point.tenures.filter(until=None, relation=Relation.HOLDER).update(until=at)
    point.tenures.filter(until=None, customer=new).update(until=at)  # whoever rented it holds it now
    _open_tenure(point, new, Relation.HOLDER, at)
    facts: Facts = {"account_number": [point.account_number, point.account_number], "customer": [old.name, new.name]}
    record("point_moved_out", old, facts, by=by, at=at, why=why)
    record("point_moved_in", new, facts, by=by, at=at, why=why)
    publish(_point_changed(point, facts, at, old_id))
    return point


def _locked_point(point: ServicePoint) -> ServicePoint:
    points = ServicePoint.objects.select_for_update(of=("self",)).select_related("area", "element")
    return points.get(pk=point.pk)


# What the facts of a point become in its columns; the others are kept as they are.
_COLUMN: Mapping[str, Callable[[str], object]] = {
    "arrears": lambda text: Decimal(text) if text else None,
    "arrears_at": lambda text: date.fromisoformat(text) if text else None,
    "contract_until": lambda text: date.fromisoformat(text) if text else None,
}


def _write_point(point: ServicePoint, given: Mapping[str, object], by: Staff) -> None:
    """Put the given facts on the point and stand it where they say; refuses what does not fit."""
    if given.get("unit"):
        point.stand_where(access.unit_for(by, str(given["unit"])))
    if "area" in given:
        point.area = _area_at(point, str(given["area"]), by, free="unit" not in given) if given["area"] else None
        if point.area is not None:
            point.stand_where(point.area)
    if "element" in given:
        point.element = access.element_for(by, str(given["element"])) if given["element"] else None
    for name in given.keys() - {"unit", "area", "element"}:
        value = cleaned(name, given[name])
        setattr(point, name, _COLUMN[name](str(value)) if name in _COLUMN else value)
    if point.arrears is not None and point.arrears_at is None:
        raise Unfit(fields={"arrears_at": _("Say for which day the billing system told it.")})


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


# --- Who is what to a point -----------------------------------------------------------------------------------------
@transaction.atomic
def add_tenure(
    point: ServicePoint, customer: Customer, *, relation: str, by: Staff, at: datetime, why: Why = UNTOLD
) -> Tenure:
    """The customer rents the place, pays for it or keeps it from now on. Its holder changes by `move_service_point`."""
    if relation == Relation.HOLDER or relation not in Relation.values:
        raise Unfit(fields={"relation": _("Choose tenant, payer or keeper; the holder changes by handing over.")})
    customer = locked(customer)
    point = _locked_point(point)
    if point.customer_id == customer.pk:
        raise Unfit(fields={"customer": _("This customer holds the place already. Choose another one.")})
    with in_words():
        tenure = _open_tenure(point, customer, relation, at)
    facts: Facts = {"account_number": [point.account_number, point.account_number], "relation": ["", relation]}
    record("tenure_added", customer, facts, by=by, at=at, why=why)
    publish(_point_changed(point, facts, at))
    return tenure


@transaction.atomic
def end_tenure(tenure: Tenure, *, by: Staff, at: datetime, why: Why = UNTOLD) -> Tenure:
    """The customer is no longer tenant, payer or keeper there; the row stays as history."""
    if tenure.relation == Relation.HOLDER:
        raise Refusal(_("A place always has a holder. Hand it over to the next one."))
    customer = locked(tenure.customer)
    if not Tenure.objects.filter(pk=tenure.pk, until=None).update(until=at):
        raise Refusal(_("This link has ended already. Look at the archive again."))
    tenure.until = at
    point = tenure.service_point
    facts: Facts = {"account_number": [point.account_number, point.account_number], "relation": [tenure.relation, ""]}
    record("tenure_ended", customer, facts, by=by, at=at, why=why)
    publish(_point_changed(point, facts, at))
    return tenure


def _open_tenure(point: ServicePoint, customer: Customer, relation: str, at: datetime) -> Tenure:
    tenure = Tenure(customer=customer, service_point=point, relation=relation, since=at)
    tenure.stand_where(point)
    tenure.save(force_insert=True)
    return tenure


# --- Devices --------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_device(
    point: ServicePoint, *, by: Staff, at: datetime, why: Why = UNTOLD, **given: Unpack[DeviceFacts]
) -> Device:
    """Note a meter, set-top box or other device at the place. Without a design life that of its kind is taken."""
    locked(point.customer)
    device = _new_device(point, given, at)
    facts = {name: ["", value] for name, value in queries.facts_of_device(device).items() if value}
    _record_device("device_added", device, facts, by=by, at=at, why=why)
    return device


@transaction.atomic
def change_device(
    device: Device, *, by: Staff, at: datetime, why: Why = UNTOLD, **wanted: Unpack[DeviceFacts]
) -> Device:
    """Correct what is written about a device that is in service."""
    locked(device.service_point.customer)
    device = _in_service(device)
    before = queries.facts_of_device(device)
    _write_device(device, wanted, at)
    facts = differences(before, queries.facts_of_device(device))
    if facts:
        device.save()
        _record_device("device_changed", device, facts, by=by, at=at, why=why)
    return device


@transaction.atomic
def exchange_device(
    device: Device,
    *,
    on: date,
    by: Staff,
    at: datetime,
    why: Why = UNTOLD,
    number: str = "",
    model: str = "",
    design_life: int | None = None,
) -> Device | None:
    """The device is taken out on the day `on`; with a `number` or `model` another one of its kind hangs there from then
    on (换表), and is returned."""
    locked(device.service_point.customer)
    device = _in_service(device)
    if on > queries.today(at):
        raise Unfit(fields={"on": _("This lies in the future. Write down what has happened.")})
    if device.installed_on and on < device.installed_on:
        raise Unfit(fields={"on": _("It was installed later than that. Correct the day of installation first.")})
    device.removed_on = on
    device.save()
    facts: Facts = {"removed_on": ["", on.isoformat()]}
    if not (number.strip() or model.strip()):
        facts["device_number"] = [device.number, ""]
        _record_device("device_removed", device, facts, by=by, at=at, why=why)
        return None
    new = _new_device(
        device.service_point,
        {
            "kind": device.kind,
            "number": number,
            "model": model or device.model,
            "installed_on": on,
            "design_life": design_life or device.design_life,
        },
        at,
    )
    facts["device_number"] = [device.number, new.number]
    _record_device("device_exchanged", new, facts, by=by, at=at, why=why)
    return new


def _in_service(device: Device) -> Device:
    device = Device.objects.select_for_update(of=("self",)).select_related("service_point__customer").get(pk=device.pk)
    if device.removed_on is not None:
        raise Refusal(_("This device has been taken out of service. Look at the archive again."))
    return device


def _new_device(point: ServicePoint, given: Mapping[str, object], at: datetime) -> Device:
    device = Device(service_point=point)
    _write_device(device, {"kind": "", "number": "", "model": "", **given}, at)
    device.save(force_insert=True)
    return device


def _write_device(device: Device, given: Mapping[str, object], at: datetime) -> None:
    """Put the given facts on the device; refuses what does not fit."""
    if "kind" in given and given["kind"] != device.kind:
        device.kind = check_code(queries.DEVICE_KIND, str(given["kind"]), "kind", at).code
    if "number" in given:
        device.number = rules.device_number(str(given["number"]))
    if "model" in given:
        device.model = rules.one_line(str(given["model"]))
    for name in given.keys() & {"installed_on", "design_life"}:
        setattr(device, name, given[name])
    if device.design_life is None:
        device.design_life = queries.design_life_of(device.kind)
    if not (device.number or device.model):
        line("", "number")
    if device.installed_on and device.installed_on > queries.today(at):
        raise Unfit(fields={"installed_on": _("This lies in the future. Write down what has happened.")})
    if device.design_life is not None and not 1 <= device.design_life <= rules.LONGEST_LIFE:
        raise Unfit(fields={"design_life": _("A design life is 1 to 200 years.")})


def _record_device(act: str, device: Device, facts: Facts, *, by: Staff, at: datetime, why: Why) -> None:
    point = device.service_point
    facts = {
        "account_number": [point.account_number, point.account_number],
        **facts,
        "device_kind": facts.get("device_kind", [device.kind, device.kind]),
    }
    record(act, point.customer, facts, by=by, at=at, why=why)
    publish(_point_changed(point, facts, at))
