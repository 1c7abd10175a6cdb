"""The API's view of people and places: who am I, which units and departments are there."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from ninja import Router

from jingming.base.api import Output
from jingming.base.http import StaffRequest
from jingming.organisation.queries import departments, units

from .access import duties_of
from .http import EVERYBODY_SIGNED_IN, Bearer
from .rules import Authority

me = Router(tags=["people"])
organisation = Router(tags=["organisation"])


class Label(Output):
    """A name in both languages."""

    zh: str = ""
    en: str = ""


class PostOut(Output):
    """A post that the person holds; `works_as` is the role whose work it does ("": rights alone), `acting_for` is
    whoever has lent it, `until` how long it is lent."""

    role: str
    works_as: str
    department: str
    scope: str
    unit: str | None
    acting_for: str | None
    until: datetime | None


class MeOut(Output):
    """Who the token stands for."""

    username: str
    employee_number: str
    name: str
    language: str
    department: str
    posts: list[PostOut]
    authorities: list[str]


class UnitOut(Output):
    """A unit; `parent` is the code of the unit above."""

    code: str
    level: str
    parent: str | None
    label: Label
    number_code: str
    time_zone: str
    active: bool


class DepartmentOut(Output):
    """A department; `unit` is the code of its unit."""

    code: str
    kind: str
    unit: str
    label: Label
    active: bool


class Units(Output):
    """All units at once: the organisation is small, so there is never a next page."""

    items: list[UnitOut]
    next: None = None


class Departments(Output):
    """All departments at once, in the order of their code; there is never a next page."""

    items: list[DepartmentOut]
    next: None = None


@me.get("/me", auth=Bearer(to=EVERYBODY_SIGNED_IN), response=MeOut)
def who_am_i(request: StaffRequest) -> dict[str, object]:
    """Who the token stands for, the posts held and what they allow."""
    person = request.user
    here, places = departments(), units()
    return {
        "username": person.username,
        "employee_number": person.employee_number,
        "name": person.name,
        "language": person.language or settings.LANGUAGE_CODE,
        "department": here[person.department_id].code,
        "posts": [
            {
                "role": post.role.code,
                "works_as": post.role.works_as,
                "department": here[post.department_id].code,
                "scope": post.scope,
                "unit": places[post.unit_id].code if post.unit_id else None,
                "acting_for": post.lender or None,
                "until": post.until,
            }
            for post in duties_of(person)
        ],
        "authorities": sorted({authority for post in duties_of(person) for authority in post.role.authorities}),
    }


@organisation.get("/units", auth=Bearer(to=Authority.SEE_ORGANISATION), response=Units)
def list_units(request: StaffRequest) -> dict[str, object]:
    """All units, each after the one above it."""
    places = units()
    items = [
        {
            "code": unit.code,
            "level": unit.level,
            "parent": places[unit.parent_id].code if unit.parent_id else None,
            "label": unit.label,
            "number_code": unit.number_code,
            "time_zone": unit.time_zone,
            "active": unit.active,
        }
        for unit in places.values()
    ]
    return {"items": items}


@organisation.get("/departments", auth=Bearer(to=Authority.SEE_ORGANISATION), response=Departments)
def list_departments(request: StaffRequest) -> dict[str, object]:
    """All departments in the order of their code."""
    places = units()
    items = [
        {"code": d.code, "kind": d.kind, "unit": places[d.unit_id].code, "label": d.label, "active": d.active}
        for d in departments().values()
    ]
    return {"items": items}
