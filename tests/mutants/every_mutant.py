"""Every mutant, alone against its own rows. Too many for each run of the tests: `make mutants` names this file."""

from __future__ import annotations

from time import perf_counter

import pytest

from tests.matrix.walking import Walker
from tests.mutants.mutant import Mutant, complaints
from tests.mutants.table import MUTANTS

pytest_plugins = ["tests.matrix.standing"]


@pytest.fixture(scope="module")
def sound() -> dict[str, list[str]]:
    """What each row says of the product as it is; asked once."""
    return {}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_it_is_caught(
    walker: Walker, sound: dict[str, list[str]], record_property: pytest.RecordProperty, mutant: Mutant
):
    for row in mutant.rows:
        if row.name not in sound:
            sound[row.name] = row.look(walker)
    began = perf_counter()
    told = complaints(walker, mutant)
    record_property("seconds", perf_counter() - began)
    record_property("caught by", [row for row, said in told.items() if said])
    record_property("silent", [row for row, said in told.items() if not said])

    assert {row.name: sound[row.name] for row in mutant.rows if sound[row.name]} == {}
    assert [row for row, said in told.items() if not said] == []
