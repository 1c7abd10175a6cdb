"""Change the organisation: units, departments, areas are added, renamed, switched off and on; never deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.audit.actions import Person, record
from jingming.base.errors import Refusal, Unfit

from . import queries
from .models import Department, ServiceArea, Unit
from .rules import CODE, PARENT_LEVEL, Level

Label = Mapping[str, str]


class CodeTaken(Unfit):
    """The code stands for something else already."""

    kind = "code-taken"


class StillInUse(Refusal):
    """Something active still stands below."""

    kind = "still-in-use"


@transaction.atomic
def add_unit(
    *,
    level: str,
    parent: Unit | None,
    code: str,
    label: Label,
    number_code: str = "",
    time_zone: str = "Asia/Shanghai",
    by: Person | None,
    at: datetime,
) -> Unit:
    """Add a unit below `parent`; it takes over the parent's place keys and adds its own."""
    if level != Level.HQ and (parent is None or parent.level != PARENT_LEVEL[Level(level)]):
        above = Level(PARENT_LEVEL[Level(level)]).label
        raise Unfit(
            fields={
                "parent": _("A unit of this level stands below a unit of the level “%(level)s”.") % {"level": above}
            }
        )
    _check_code(code, Unit)
    _check_zone(time_zone)
    unit = Unit(level=level, parent=parent, code=code, label=dict(label), number_code=number_code, time_zone=time_zone)
    if parent is not None:
        unit.province_id, unit.city_id, unit.district_id = parent.province_id, parent.city_id, parent.district_id
    unit.save(force_insert=True)
    if level != Level.HQ:
        setattr(unit, level, unit)
        unit.save(update_fields=[level])
    _noted("organisation.unit_added", unit, by=by, at=at)
    return unit


@transaction.atomic
def change_unit(unit: Unit, *, label: Label, number_code: str, time_zone: str, by: Person, at: datetime) -> Unit:
    """Rename a unit or correct its dialling code or time zone; numbers already given stay as they are."""
    _check_zone(time_zone)
    facts = _set(unit, label=dict(label), number_code=number_code, time_zone=time_zone)
    _noted("organisation.unit_changed", unit, by=by, at=at, **facts)
    return unit


@transaction.atomic
def add_department(*, unit: Unit, kind: str, code: str, label: Label, by: Person | None, at: datetime) -> Department:
    """Add a department to a unit."""
    _check_code(code, Department)
    department = Department(unit=unit, kind=kind, code=code, label=dict(label))
    department.stand_where(unit)
    department.save(force_insert=True)
    _noted("organisation.department_added", department, by=by, at=at)
    return department


@transaction.atomic
def add_area(
    *, unit: Unit, parent: ServiceArea | None, code: str, label: Label, by: Person | None, at: datetime
) -> ServiceArea:
    """Add a service area to a unit, below another area of the same unit or at the top."""
    _check_code(code, ServiceArea)
    if parent is not None and parent.unit_id != unit.pk:
        raise Unfit(fields={"parent": _("The area above must belong to the same unit.")})
    path = f"{parent.path if parent else ''}{code}/"
    if len(path) > 200:
        raise Unfit(fields={"parent": _("The areas are nested too deeply. Add this one higher up.")})
    area = ServiceArea(unit=unit, parent=parent, code=code, label=dict(label), path=path)
    area.stand_where(unit)
    area.save(force_insert=True)
    _noted("organisation.area_added", area, by=by, at=at)
    return area


@transaction.atomic
def rename(thing: Department | ServiceArea, *, label: Label, by: Person, at: datetime) -> None:
    """Give a department or an area another name; its code stays."""
    facts = _set(thing, label=dict(label))
    _noted(f"organisation.{_word(thing)}_changed", thing, by=by, at=at, **facts)


@transaction.atomic
def switch(thing: Unit | Department | ServiceArea, *, on: bool, by: Person, at: datetime) -> None:
    """Switch a unit, department or area off (nothing new is sent there) or on again; what is there stays."""
    if not on and (reason := _why_still_needed(thing)):
        raise StillInUse(reason)
    thing.active = on
    thing.save(update_fields=["active"])
    _noted(f"organisation.{_word(thing)}_switched_{'on' if on else 'off'}", thing, by=by, at=at)


def _why_still_needed(thing: Unit | Department | ServiceArea) -> str:
    if isinstance(thing, Unit) and (
        thing.children.filter(active=True).exists() or thing.departments.filter(active=True).exists()
    ):
        return _("Active units or departments stand below. Switch those off first.")
    if isinstance(thing, ServiceArea) and thing.children.filter(active=True).exists():
        return _("Active areas stand below. Switch those off first.")
    return ""


def _check_code(code: str, model: type[Unit | Department | ServiceArea]) -> None:
    if not re.fullmatch(CODE, code):
        raise Unfit(fields={"code": _("A code has 1 to 30 capital letters, digits or hyphens.")})
    if model.objects.filter(code=code).exists():
        raise CodeTaken(fields={"code": _("This code is taken. Choose another; codes are never used again.")})


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a name, a directory
        sentence = _("There is no such time zone. Write a name like Asia/Shanghai or Asia/Urumqi.")
        raise Unfit(fields={"time_zone": sentence}) from None


def _set(thing: Unit | Department | ServiceArea, **values: object) -> dict[str, object]:
    """Set and save what differs; {field: [before, after]}."""
    facts: dict[str, object] = {}
    for field, value in values.items():
        if getattr(thing, field) != value:
            facts[field] = [getattr(thing, field), value]
            setattr(thing, field, value)
    thing.save(update_fields=list(facts))
    return facts


def _word(thing: Unit | Department | ServiceArea) -> str:
    return {Unit: "unit", Department: "department", ServiceArea: "area"}[type(thing)]


def _noted(
    key: str, thing: Unit | Department | ServiceArea, *, by: Person | None, at: datetime, **facts: object
) -> None:
    record(key, thing, by=by, at=at, code=thing.code, **facts)
    queries.memory.change()
