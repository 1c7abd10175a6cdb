"""Nobody sees or touches what is not theirs: every page and every operation, as everybody, with everything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.matrix.declared import OPERATIONS, PAGES
from tests.matrix.oracle import PUBLIC
from tests.matrix.walking import Walker

pytest_plugins = ["tests.matrix.standing"]


@pytest.mark.parametrize("route", PAGES)
def test_a_page_knows_whom_it_is_for(walker: Walker, route: str):
    assert walker.page(route) == []


def test_the_frame_around_a_refusal_tells_nothing_either(
    walker: Walker, refusals: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(refusals, "framed", True)

    assert "There is nothing here" in walker.get(walker.browser("agent1"), "/nowhere/").body
    assert walker.page("staff/<int:pk>/") == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_knows_whom_it_is_for(walker: Walker, name: str):
    assert walker.operation(name) == []


@pytest.mark.parametrize("route", [route for route, page in PAGES.items() if page.to != PUBLIC])
def test_no_other_method_is_a_way_in(walker: Walker, route: str):
    assert walker.by_other_methods(route, ("agent1", "stranger1", "evaluator1")) == []
