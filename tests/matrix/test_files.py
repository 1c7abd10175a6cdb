"""Files of master data: a load changes no row that one may not change, an export holds what one may see."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from jingming.accounts.models import Staff
from jingming.customers.models import Customer, NetworkElement, ServicePoint
from jingming.loading.progress import Silent
from jingming.loading.sheets import exporting
from jingming.loading.sheets.kinds import KINDS
from jingming.loading.tests.sheets import load
from tests.matrix import oracle
from tests.matrix.answers import Answer, undone
from tests.matrix.things import Thing
from tests.matrix.walking import Walker

pytest_plugins = ["tests.matrix.standing"]
# Kind of file → kind of thing, the column that names one, another column, and where that is kept.
LOADED = {
    "customers": ("customer", "客户编号", "备注", "note"),
    "service-points": ("point", "户号", "地址", "address"),
    "elements": ("element", "编码", "名称", "name"),
}
KEPT = {"customers": Customer, "service-points": ServicePoint, "elements": NetworkElement}
LOADERS = ("dispatcher1", "account1", "visitor1", "keeper1", "sysadmin1")


def name_of(walker: Walker, kind: str, thing: Thing) -> tuple[int, str]:
    """The row's id, and the name by which a file means it."""
    if kind == "elements":
        return NetworkElement.objects.get(code=thing.names["code"]).pk, thing.names["code"]
    if kind == "customers":
        return thing.names["customer_id"], walker.world.searched[f"customer {thing.key}"][1]
    return thing.names["point_id"], walker.world.searched[f"point {thing.key}"][0]


def may_load(person: str, kind: str) -> bool:
    """Whether the kind is open to the person."""
    told = {"elements": "organisation.change"}.get(kind, "customers.change")
    return oracle.admitted(person, "data.load") and oracle.admitted(person, told)


@pytest.mark.parametrize("kind", LOADED)
def test_a_load_changes_no_row_that_one_may_not_change(walker: Walker, kind: str):
    of, column, other, field = LOADED[kind]
    asked = {}
    for person in (one for one in LOADERS if may_load(one, kind)):
        by = Staff.objects.get(username=person)
        for thing in walker.world.of(of):
            pk, name = name_of(walker, kind, thing)
            with undone(), TemporaryDirectory() as place:
                load(Path(place), kind, [[column, other], [name, "新的"]], by=by)
                changed = getattr(KEPT[kind].objects.get(pk=pk), field) == "新的"
            asked[person, thing.key] = changed, oracle.sees(person, thing) and oracle.changes(person, thing)

    assert [who for who, (changed, able) in asked.items() if changed != able] == []
    assert {able for _changed, able in asked.values()} == {True, False}


def test_a_load_hangs_no_place_on_an_archive_of_others(walker: Walker):
    """A new service point for an archive that one sees but may not change."""
    told = {}
    for person in ("dispatcher1", "visitor1"):
        for thing in walker.world.of("customer"):
            _pk, number = name_of(walker, "customers", thing)
            rows = [["户号", "客户编号", "地址"], ["7177000001", number, "新的"]]
            with undone(), TemporaryDirectory() as place:
                load(Path(place), "service-points", rows, by=Staff.objects.get(username=person))
                told[person, thing.key] = ServicePoint.objects.filter(account_number="7177000001").exists()

    assert told == {
        (person, thing.key): oracle.sees(person, thing) and oracle.changes(person, thing)
        for person in ("dispatcher1", "visitor1")
        for thing in walker.world.of("customer")
    }


@pytest.mark.parametrize("kind", ["customers", "service-points"])
def test_an_export_holds_what_one_may_see_and_nothing_else(walker: Walker, kind: str):
    complaints = []
    for person in (one for one in LOADERS if may_load(one, kind)):
        by = Staff.objects.get(username=person)
        with TemporaryDirectory() as place:
            exporting.export(Path(place) / "rows.csv", KINDS[kind], by=by, form="csv", progress=Silent())
            text = (Path(place) / "rows.csv").read_text(encoding="utf-8-sig")
        complaints += walker.leaks(person, Answer(200, {}, text))
        for thing in walker.world.of(LOADED[kind][0]):
            _pk, name = name_of(walker, kind, thing)
            if (name in text) != oracle.sees(person, thing):
                complaints.append(f"{person} exports {thing.kind} {thing.key}: {name in text}")

    assert complaints == []


def test_an_export_of_staff_is_for_whoever_sees_them(walker: Walker):
    """Only the security administrator exports staff, and sees them all; the rows come through what one may see."""
    told = {}
    for person in ("secadmin1", "head1"):
        by = Staff.objects.get(username=person)
        with TemporaryDirectory() as place:
            exporting.export(Path(place) / "rows.csv", KINDS["staff"], by=by, form="csv", progress=Silent())
            text = (Path(place) / "rows.csv").read_text(encoding="utf-8-sig")
        told[person] = {one.key for one in walker.world.of("staff") if one.told.get("called", "‹none›") in text}

    assert told == {
        person: {one.key for one in walker.world.of("staff") if "called" in one.told and oracle.sees(person, one)}
        for person in ("secadmin1", "head1")
    }
