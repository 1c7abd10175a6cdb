"""Nobody sees or touches what is not theirs: every page and every operation, as everybody, with everything."""

from __future__ import annotations

import pytest

from tests.matrix.declared import OPERATIONS, PAGES
from tests.matrix.walking import Walker

pytest_plugins = ["tests.matrix.standing"]


@pytest.mark.parametrize("route", PAGES)
def test_a_page_knows_whom_it_is_for(walker: Walker, route: str):
    assert walker.page(route) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_knows_whom_it_is_for(walker: Walker, name: str):
    assert walker.operation(name) == []
