"""Some of the mutants in each run of the tests, and the table is whole: no predicate is without its mutant."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import jingming
from jingming.files import access as files
from jingming.live import access as live
from jingming.workorders.access import STANDING, _sees
from tests.matrix.walking import Walker
from tests.mutants.mutant import complaints
from tests.mutants.table import MUTANTS, NO_RIGHT, SAMPLE

pytest_plugins = ["tests.matrix.standing"]
BY_NAME = {mutant.name: mutant for mutant in MUTANTS}
HELD = {mutant.where for mutant in MUTANTS}


@pytest.mark.parametrize("name", SAMPLE)
def test_a_mutant_is_caught(walker: Walker, name: str):
    told = complaints(walker, BY_NAME[name])

    assert [row for row, said in told.items() if not said] == []


def predicates() -> Iterator[str]:
    """The public functions of every access.py."""
    for found in pkgutil.walk_packages(jingming.__path__, "jingming."):
        if "access" in found.name.split(".")[2:]:
            module = importlib.import_module(found.name)
            for name, value in inspect.getmembers(module, inspect.isfunction):
                if value.__module__ == module.__name__ and not name.startswith("_"):
                    yield f"{module.__name__}:{name}"


def test_every_predicate_has_a_mutant():
    found = set(predicates())

    assert found - HELD - NO_RIGHT.keys() == set()
    assert NO_RIGHT.keys() - found == set()
    assert NO_RIGHT.keys() & HELD == set()
    assert len(found) > 60


def test_every_entry_of_a_register_has_a_mutant():
    kept = {
        *(f"jingming.live.access:_visible[{kind}]" for kind in live._visible),
        *(f"jingming.files.access:_owners[{kind}]" for kind in files._owners),
        *(f"jingming.workorders.access:STANDING[{act}]" for act, stands in STANDING.items() if stands is not _sees),
    }

    assert kept - HELD == set()


def test_the_table_names_each_mutant_once_and_each_has_rows():
    assert len(BY_NAME) == len(MUTANTS) >= 100
    assert [mutant.name for mutant in MUTANTS if not mutant.rows] == []
    assert {mutant.where.partition(":")[0].partition(".")[0] for mutant in MUTANTS} == {"jingming", "config", "django"}
