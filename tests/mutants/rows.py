"""Rows of the matrix by name, each with as few people as are needed to see a fault."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.matrix.test_side_doors import Asking
from tests.matrix.walking import Walker
from tests.mutants.mutant import Row

FEW = ("agent1", "engineer1", "stranger1", "nj-agent")


def _named(what: str, door: str, people: tuple[str, ...]) -> str:
    return f"{what} {door or '/'} as {', '.join(people)}"


def page(route: str, *people: str) -> Row:
    """A page as these people see it and press it."""
    who = people or FEW
    return Row(_named("page", route, who), lambda walker: walker.page(route, who))


def operation(name: str, *people: str) -> Row:
    """An operation of the API as these people call it."""
    who = people or FEW
    return Row(_named("operation", name, who), lambda walker: walker.operation(name, who))


def listing(door: str, *people: str) -> Row:
    """A list as these people see it."""
    who = people or FEW
    return Row(_named("list", door, who), lambda walker: walker.list_of(door, who))


def search(door: str, *people: str) -> Row:
    """A search by these people for what they may not see."""
    who = people or FEW
    return Row(_named("search", door, who), lambda walker: walker.search(door, who))


def offers(route: str, *people: str) -> Row:
    """Where a page leads these people."""
    return Row(_named("ways on", route, people), lambda walker: walker.offers(route, people))


def acts(*people: str) -> Row:
    """What these people may do to the orders that they see."""
    name = "GET api/v1/work-orders/{str:number}/acts"
    who = people if len(people) < 6 else ("everybody",)
    return Row(_named("operation", name, who), lambda walker: walker.operation(name, people))


def fact(told: Callable[..., None], *more: object) -> Row:
    """A whole fact of the matrix that is told of the walker."""

    def look(walker: Walker) -> list[str]:
        try:
            told(walker, *more)
        except (AssertionError, pytest.fail.Exception) as error:
            return [str(error) or told.__name__]
        return []

    return Row(" ".join([told.__name__.removeprefix("test_"), *map(str, more)]), look)


def side(told: Callable[..., None], *more: object) -> Row:
    """A fact about side doors."""
    return Row(
        " ".join([told.__name__.removeprefix("test_"), *map(str, more)]),
        lambda walker: fact(lambda _walker: told(Asking(walker), *more)).look(walker),
    )
