"""Names and values of filters and sorts that nobody offers: ignored or refused in words, never a fault, and never by
another column."""

from __future__ import annotations

import pytest

from tests.matrix.answers import undone
from tests.matrix.declared import OPERATIONS, PAGES
from tests.matrix.test_outside import permitted
from tests.matrix.walking import Walker, address

pytest_plugins = ["tests.matrix.standing"]
LISTS = [route for route, page in PAGES.items() if 200 in page.look and (page.lists or page.asks or page.query)]
CALLS = [name for name, call in OPERATIONS.items() if call.lists]
VALUES = ("password", "-password", "opened_by__password", "pk; DROP TABLE x", "?", "1e999", "[]", "%", "' OR 1=1 --")
NAMES = (
    "sort", "order", "order_by", "ordering", "queue", "level", "status", "type", "cursor", "mark", "id", "columns",
    "page", "limit", "password", "opened_by__password__startswith", "staff__password", "pk__in", "q__regex",
    "__class__",
)  # fmt: skip
ODD = [{name: VALUES[place % len(VALUES)]} for place, name in enumerate(NAMES)]
ODD += [dict.fromkeys(("sort", "queue", "level", "status"), value) for value in VALUES]


@pytest.mark.parametrize("route", LISTS)
def test_a_page_takes_odd_names_and_values_without_a_fault(walker: Walker, route: str):
    person, names = permitted(route, walker)
    client = walker.browser(person)
    with undone():
        told = {
            str(odd): answer.status_code
            for odd in ODD
            if (answer := client.get(address(route, names), odd)).status_code not in (200, 302, 400, 404, 422)
        }
    assert told == {}


@pytest.mark.parametrize("name", CALLS)
def test_an_operation_takes_odd_names_and_values_without_a_fault(walker: Walker, name: str):
    path = address(name.partition(" ")[2], {})
    with undone():
        told = {
            str(odd): answer.status_code
            for odd in ODD
            if (answer := walker.program("agent1").get(path, odd)).status_code not in (200, 400, 422)
        }
    assert told == {}


@pytest.mark.parametrize("name", ["opened_by__password__startswith", "pk__in", "order_by", "__class__"])
def test_a_name_that_is_no_filter_changes_nothing_of_a_list(walker: Walker, name: str):
    program = walker.program("agent1")
    for call in CALLS:
        path = address(call.partition(" ")[2], {})
        usual, odd = program.get(path), program.get(path, {name: "argon2"})
        assert odd.status_code in (400, 422) or odd.json() == usual.json(), call
