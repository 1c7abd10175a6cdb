"""Work orders as a file: what whoever may export sees in the queue, masked as there, and nothing of anybody else."""

from __future__ import annotations

import pytest

from jingming.audit.models import Entry
from jingming.workorders.queries import QUEUES
from tests.matrix import oracle
from tests.matrix.answers import Answer, answer_of, undone
from tests.matrix.test_masks import read_in
from tests.matrix.walking import NOT_FOUND, Walker

pytest_plugins = ["tests.matrix.standing"]
EXPORTERS = [one for one in oracle.PEOPLE if oracle.admitted(one, "orders.export")]


def exported(walker: Walker, person: str, query: str = "queue=all") -> Answer:
    """The file that the person fetches."""
    path = f"/orders/export/?{query}"
    return answer_of(walker.browser(person).post(path, {"reason": "matrix"}), path)


def test_a_file_holds_all_orders_that_one_may_see_and_no_other(walker: Walker):
    complaints, seen, unseen = [], 0, 0
    for person in EXPORTERS:
        with undone():
            answer = exported(walker, person)
        complaints += [] if answer.status == 200 else [f"{person}: {answer.status}"]
        complaints += walker.leaks(person, answer)
        for thing in walker.world.of("order"):
            may = oracle.sees(person, thing)
            if (thing.names["number"] in answer.body) != may:
                complaints.append(f"{person} exports {thing.key}: {not may}")
            seen, unseen = seen + may, unseen + (not may)

    assert complaints == []
    assert min(seen, unseen) > 20


def test_own_colleagues_and_foreign_orders_are_told_apart(walker: Walker):
    """An order of the own department is in the head's file; of another department, city or province it is not."""
    held = {}
    for person in ("head1", "head2", "stranger1"):
        with undone():
            body = exported(walker, person).body
        held[person] = {thing.key for thing in walker.world.of("order") if thing.names["number"] in body}

    assert held["head1"] - held["head2"] != set() != held["head2"] - held["head1"]
    assert held["stranger1"] != set() == held["stranger1"] & (held["head1"] | held["head2"])
    assert {key for key in held["head1"] if "wuhu" in key or "nanjing" in key} == set()


@pytest.mark.parametrize("name", QUEUES)
def test_no_queue_lets_more_into_the_file(walker: Walker, name: str):
    complaints = []
    for person in EXPORTERS:
        with undone():
            answer = exported(walker, person, f"queue={name}")
            said = Entry.objects.filter(key="workorders.exported").values_list("facts__rows", flat=True).get()
        rows = len([thing for thing in walker.world.of("order") if thing.names["number"] in answer.body])
        complaints += walker.leaks(person, answer)
        complaints += [] if said == rows else [f"{person} in {name}: {rows} rows, {said} are told to the audit"]

    assert complaints == []


def test_who_looks_on_takes_no_name_number_or_address_away(walker: Walker):
    with undone():
        masked = {person: read_in(walker.world, exported(walker, person)) for person in ("inspector1", "supervisor1")}
        whole = read_in(walker.world, exported(walker, "dispatcher1"))

    assert masked == {"inspector1": set(), "supervisor1": set()}
    assert len(whole) > 5


def test_who_serves_one_city_and_looks_on_in_another_takes_those_of_the_first(walker: Walker):
    """Whole exactly where the person serves: the words of each order by where it lies."""
    with undone():
        read = read_in(walker.world, exported(walker, "visitor1"))
    seen = [thing for thing in walker.world.of("order") if oracle.sees("visitor1", thing)]
    words = {
        hidden: {
            word.lower()
            for word, things in walker.world.words.items()
            if word.lower() in walker.world.personal
            for thing in things
            if thing in seen and oracle.masked("visitor1", thing.told) is hidden
        }
        for hidden in (True, False)
    }

    assert words[True] != set() != words[False]
    assert {word.lower() for word in read} & (words[True] - words[False]) == set()
    assert {word.lower() for word in read} & words[False] != set()


def test_nobody_else_hears_that_there_is_a_file(walker: Walker):
    others = [one for one in oracle.PEOPLE if one not in EXPORTERS]
    with undone():
        told = {person: exported(walker, person).status for person in others}
        assert not Entry.objects.filter(key="workorders.exported").exists()

    assert told == dict.fromkeys(others, NOT_FOUND)
    assert {"agent1", "engineer1", "callback1", "account1", "sysadmin1"} <= set(others)
