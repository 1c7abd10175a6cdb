"""Whoever only looks on reads no name, number or address of anybody: not on one page, in one answer of the API, nor by
a search for a part of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.matrix import oracle
from tests.matrix.answers import Answer, undone
from tests.matrix.declared import OPERATIONS, PAGES, PRESSED
from tests.matrix.oracle import PUBLIC
from tests.matrix.things import Thing, World
from tests.matrix.walking import WORD, Walker, address, listed, sample

pytest_plugins = ["tests.matrix.standing"]
LOOKS_ON, SERVES = "inspector1", "dispatcher1"  # both of a whole city
BOTH = "visitor1"  # serves one city and looks on in another


def read_in(world: World, answer: Answer) -> set[str]:
    """The words of the answer that are somebody's name, number or address; what was asked with is no news."""
    text = "\n".join((answer.body, *answer.headers.values()))
    return {word for word in WORD.findall(text) if word.lower() in world.personal and word not in answer.asked}


def mine(walker: Walker, kind: str, person: str) -> list[Thing]:
    """Some things of a kind that the person sees."""
    things = [one for one in walker.offered(kind, person, admitted=True) if oracle.sees(person, one)]
    return sample(things, 8 if kind == "act" else 1)


def everything(walker: Walker, person: str, among: str = "") -> Iterator[Answer]:
    """Every page and every GET of the API that the person may open (and whose address holds a word), with some of the
    things of each kind."""
    for route, page in PAGES.items():
        if among in route and page.to != PUBLIC and page.look != PRESSED and oracle.admitted(person, page.to):
            for thing in mine(walker, page.of, person):
                yield walker.get(walker.browser(person), address(route, thing.names) + page.query)
    for name, call in OPERATIONS.items():
        method, _, route = name.partition(" ")
        if among in route and method == "GET" and call.to != PUBLIC and oracle.admitted(person, call.to):
            for thing in mine(walker, call.of, person):
                yield walker.get(walker.program(person), address(route, thing.names) + call.query)


def test_no_answer_tells_somebody_who_looks_on_who_it_is(walker: Walker):
    world = walker.world
    with undone():
        answers = list(everything(walker, LOOKS_ON))

    assert {answer.asked: read for answer in answers if (read := read_in(world, answer))} == {}
    assert len([answer for answer in answers if answer.status == 200]) > 30


def test_the_same_answers_tell_it_to_whoever_serves(walker: Walker):
    """The fact above can see something."""
    world = walker.world
    with undone():
        read = [read_in(world, answer) for answer in everything(walker, SERVES, "customers/")]

    assert len([one for one in read if one]) > 8


def test_who_serves_one_city_and_looks_on_in_another_reads_those_of_the_first(walker: Walker):
    world = walker.world
    with undone():
        for kind, lists in (("customer", "customers"), ("interaction", "interactions")):
            answer = walker.get(walker.program(BOTH), f"/api/v1/{lists}")
            read = read_in(world, answer)
            seen = [thing for thing in world.of(kind) if oracle.sees(BOTH, thing)]
            told = {thing.key: thing.told["called"] in read for thing in seen if listed(BOTH, thing)}
            assert told == {thing.key: not oracle.masked(BOTH, thing.told) for thing in seen if listed(BOTH, thing)}
            assert set(told.values()) == {True, False}


@pytest.mark.parametrize("door", ["/customers/?q=", "/search/palette/?q=", "/api/v1/customers"])
def test_a_part_of_what_is_masked_finds_nobody(walker: Walker, door: str):
    world = walker.world
    customer = world.thing("customer", "tl")
    name, _number, phone, _other = world.searched["customer tl"]
    link = f"/customers/{customer.names['customer_id']}/"
    client = walker.program(LOOKS_ON) if "api" in door else walker.browser(LOOKS_ON)

    def found(words: str) -> str:
        return (walker.get(client, door, words) if "api" in door else walker.get(client, door + words)).body

    with undone():
        parts = (phone[-4:], phone[3:9], name[:6], world.searched["point tl"][2])
        assert [part for part in parts if link in found(part)] == []
        assert [whole for whole in (phone, name) if link not in found(whole)] == []
