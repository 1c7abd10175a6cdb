"""A small company to show and to test with: two cities, their departments, one person for each role.

company.json describes it; it is founded through the same actions by which administrators work.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from jingming.organisation import actions as places
from jingming.organisation.models import Department, ServiceArea, Unit

from . import actions
from .demo import Demo, DemoPerson
from .models import Role, Staff

PATH = Path(__file__).parent / "company.json"


@transaction.atomic
def found(*, password: str, at: datetime) -> dict[str, Staff]:
    """Found the company in an empty installation: its people by username, all with the same password."""
    described = json.loads(PATH.read_text(encoding="utf-8"))
    actions.load_shipped_roles()
    departments = _found_places(described, at=at)
    roles = {role.code: role for role in Role.objects.all()}
    hashed = make_password(password)  # once: hashing is slow on purpose
    people: dict[str, Staff] = {}
    for person in described["people"]:
        engaged = actions.engage(
            username=person["username"],
            employee_number=person["number"],
            name=person["name"],
            department=departments[person["department"]],
            password=None,
            password_hash=hashed,
            manager=people.get(person.get("manager", "")),
            by=None,
            at=at,
        )
        for role, scope in person["posts"]:
            actions.post(engaged, role=roles[role], department=engaged.department, scope=scope, by=None, at=at)
        people[engaged.username] = engaged
    return people


def _found_places(described: dict[str, Any], *, at: datetime) -> dict[str, Department]:
    units: dict[str, Unit] = {}
    for unit in described["units"]:
        units[unit["code"]] = places.add_unit(
            level=unit["level"],
            parent=units.get(unit.get("parent", "")),
            code=unit["code"],
            label=_label(unit),
            number_code=unit.get("number_code", ""),
            by=None,
            at=at,
        )
    areas: dict[str, ServiceArea] = {}
    for area in described["areas"]:
        areas[area["code"]] = places.add_area(
            unit=units[area["unit"]],
            parent=areas.get(area.get("parent", "")),
            code=area["code"],
            label=_label(area),
            by=None,
            at=at,
        )
    return {
        entry["code"]: places.add_department(
            unit=units[entry["unit"]], kind=entry["kind"], code=entry["code"], label=_label(entry), by=None, at=at
        )
        for entry in described["departments"]
    }


def _label(entry: dict[str, str]) -> dict[str, str]:
    return {"zh": entry["zh"], "en": entry["en"]}


def demo(password: str) -> Demo:
    """What the sign-in page of a demo shows: each person with the role they stand for."""
    described = json.loads(PATH.read_text(encoding="utf-8"))
    labels = dict(Role.objects.values_list("code", "label"))
    people = [DemoPerson(person["username"], labels[person["posts"][0][0]]) for person in described["people"]]
    return Demo(password, people)
