"""Where imported orders come to stand: an organisation where there is none yet, and a department for each group."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.organisation import actions, queries
from jingming.organisation.models import Department, Unit
from jingming.organisation.rules import Kind

from .checking import CannotLoad
from .mapping import Founding, Mapping
from .rows import Place


@dataclass(frozen=True)
class Ground:
    """Ids of what the orders refer to."""

    place: Place
    call_centre: int
    operations: int
    groups: dict[str, int]
    people: dict[str, int]  # only names that are one active person's


def prepare(mapping: Mapping, groups: Sequence[str], *, at: datetime) -> Ground:
    """Find or found what the mapping names; within the transaction of the import. Raises CannotLoad."""
    queries.memory.forget()
    if not queries.units():
        _found(mapping.organisation, at=at)
    unit = _unit(mapping.place.unit)
    return Ground(
        place=(unit.province_id, unit.city_id, unit.district_id),
        call_centre=_nearest(Kind.CALL_CENTRE, unit).pk,
        operations=_nearest(Kind.OPERATIONS, unit).pk,
        groups=_departments(mapping, groups, unit, at=at),
        people=_people(),
    )


def _found(founding: Founding | None, *, at: datetime) -> None:
    if founding is None:
        raise CannotLoad(_("Nothing was loaded. There is no organisation yet, and the mapping describes none."))
    above: Unit | None = None
    for unit in founding.units:
        above = actions.add_unit(
            level=unit.level,
            parent=above,
            code=unit.code,
            label={"zh": unit.zh, "en": unit.en},
            number_code=unit.number_code,
            time_zone=unit.time_zone,
            by=None,
            at=at,
        )
    if above is None:  # pragma: no cover - a mapping names at least one
        return
    for department in founding.departments:
        actions.add_department(
            unit=above,
            kind=department.kind,
            code=department.code,
            label={"zh": department.zh, "en": department.en},
            by=None,
            at=at,
        )


def _unit(code: str) -> Unit:
    for unit in queries.units().values():
        if unit.code == code:
            return unit
    raise CannotLoad(
        _("Nothing was loaded. There is no unit %(code)s; write one of these into the mapping: %(codes)s.")
        % {"code": code, "codes": ", ".join(sorted(unit.code for unit in queries.units().values()))}
    )


def _nearest(kind: Kind, unit: Unit) -> Department:
    found = queries.department_for(kind, unit)
    if found is None:
        raise CannotLoad(
            _("Nothing was loaded. %(unit)s has no department of the kind “%(kind)s”; add one first.")
            % {"unit": unit, "kind": kind.label}
        )
    return found


def _departments(mapping: Mapping, groups: Iterable[str], unit: Unit, *, at: datetime) -> dict[str, int]:
    """A department for each group: the unit's own of that name, else a new one."""
    there = {label: d for d in queries.departments().values() if d.unit_id == unit.pk for label in d.label.values()}
    taken = {d.code for d in queries.departments().values()}
    found: dict[str, int] = {}
    for group in groups:
        department = there.get(group)
        if department is None:
            code = _code(mapping.groups.code, group, taken)
            taken.add(code)
            department = actions.add_department(
                unit=unit, kind=mapping.groups.kind, code=code, label={"zh": group, "en": group}, by=None, at=at
            )
        found[group] = department.pk
    return found


def _code(pattern: str, group: str, taken: set[str]) -> str:
    """A free code for the group's department: capital letters, digits and hyphens, 30 at the most."""
    plain = re.sub(r"[^A-Z0-9]+", "-", pattern.replace("{group}", group).upper()).strip("-")[:30].strip("-") or "X"
    code, count = plain, 1
    while code in taken:
        count += 1
        code = f"{plain[:26]}-{count}"
    return code


def _people() -> dict[str, int]:
    by_name: dict[str, list[int]] = {}
    for pk, name in Staff.objects.filter(is_active=True).values_list("pk", "name"):
        by_name.setdefault(name, []).append(pk)
    return {name: pks[0] for name, pks in by_name.items() if len(pks) == 1}
