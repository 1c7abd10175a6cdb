"""Find the unit or department that answers for a place. The organisation is small and read by every act: it is kept
in memory for a few seconds."""

from __future__ import annotations

from dataclasses import dataclass

from jingming.base.memory import Memory

from .models import Department, Placed, ServiceArea, Unit
from .rules import Kind

memory = Memory()


def units() -> dict[int, Unit]:
    """All units by id, each after the one above it."""
    return memory.of("units", lambda: {u.pk: u for u in Unit.objects.order_by("pk")})


def departments() -> dict[int, Department]:
    """All departments by id, in the order of their code."""
    return memory.of("departments", lambda: {d.pk: d for d in Department.objects.order_by("code")})


def areas() -> dict[str, ServiceArea]:
    """All service areas by code."""
    return memory.of("areas", lambda: {a.code: a for a in ServiceArea.objects.order_by("path")})


def department_for(kind: str, place: Placed | Unit) -> Department | None:
    """The active department of this kind nearest to the place: its district's, else its city's, province's, HQ's."""
    able = [d for d in departments().values() if d.kind == kind and d.active]
    for level in ("district_id", "city_id", "province_id"):
        unit_id = getattr(place, level)
        for department in able:
            if unit_id is not None and department.unit_id == unit_id:
                return department
    return next((d for d in able if d.province_id is None), None)


def departments_of_kind(kind: Kind | str) -> list[Department]:
    """All active departments of a kind."""
    return [d for d in departments().values() if d.kind == kind and d.active]


@dataclass(frozen=True)
class Branch:
    """A unit in the tree, how deep it stands, and its departments."""

    unit: Unit
    depth: int
    departments: list[Department]


def branches() -> list[Branch]:
    """The whole tree, each unit after the one above it, by code."""
    below: dict[int | None, list[Unit]] = {}
    for unit in sorted(units().values(), key=lambda unit: unit.code):
        below.setdefault(unit.parent_id, []).append(unit)
    of_unit: dict[int, list[Department]] = {}
    for department in departments().values():
        of_unit.setdefault(department.unit_id, []).append(department)
    ordered: list[Branch] = []
    waiting = [(unit, 0) for unit in reversed(below.get(None, []))]
    while waiting:
        unit, depth = waiting.pop()
        ordered.append(Branch(unit, depth, of_unit.get(unit.pk, [])))
        waiting.extend((child, depth + 1) for child in reversed(below.get(unit.pk, [])))
    return ordered
