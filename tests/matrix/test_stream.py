"""The stream: everybody hears of exactly what they see, and nobody without a session hears at all."""

from __future__ import annotations

import pytest

from jingming.interactions.models import Interaction
from jingming.workorders.models import WorkOrder
from tests.matrix import oracle
from tests.matrix.answers import Answer
from tests.matrix.declared import HEARD_OF
from tests.matrix.listening import Ear, listen
from tests.matrix.things import World
from tests.matrix.walking import Walker

pytest_plugins = ["tests.matrix.standing"]


OF_ORDERS = ("workorders.WorkOrder", "workspace.Looking")  # both are numbered by the order


def told_apart(world: World, walker: Walker, people: list[str]) -> list[str]:
    """Complaints about what people heard of every order, of every file, and of rows that nobody hears of."""
    ids = {order.number: order.pk for order in WorkOrder.objects.all()}
    changes = [(kind, pk) for pk in ids.values() for kind in OF_ORDERS]
    changes += [("interactions.Interaction", pk) for pk in Interaction.objects.values_list("pk", flat=True)]
    changes += [("customers.Customer", 1), ("workorders.WorkOrder", 1)]
    changes += [("loading.Run", run.names["pk"]) for run in world.of("run")]
    now = {person: Ear(world.cookies[person]) for person in people}
    later = {person: Ear(world.cookies[person]) for person in people}
    listen(now.values(), changes, later.values())
    complaints = []
    for person, ear in (*now.items(), *later.items()):
        heard = {(kind, pk) for _id, kind, pk in ear.heard()}
        orders = [ids[thing.names["number"]] for thing in world.of("order") if oracle.sees(person, thing)]
        seen = {(kind, pk) for pk in orders for kind in OF_ORDERS}
        seen |= {("loading.Run", thing.names["pk"]) for thing in world.of("run") if oracle.sees(person, thing)}
        if heard != seen or {kind for kind, _pk in heard} - HEARD_OF:
            complaints.append(f"{person} hears of {len(heard - seen)} too many, {len(seen - heard)} too few")
        complaints += walker.leaks(person, Answer(ear.status, {}, ear.said.decode()))
    return complaints


def test_everybody_hears_of_what_they_see_and_of_nothing_else(world: World, walker: Walker):
    assert told_apart(world, walker, list(oracle.PEOPLE)) == []


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer ‹token›"}, {"origin": "http://evil.example"}])
def test_nobody_hears_without_a_session_of_the_desk(world: World, headers: dict[str, str]):
    told = {name: value.replace("‹token›", world.tokens["manager1"]) for name, value in headers.items()}
    ears = [Ear("", told), Ear("nonsense", told), Ear(world.cookies["manager1"][:-1], told)]
    if "origin" in headers:
        ears.append(Ear(world.cookies["manager1"], told))
    listen(ears, [("workorders.WorkOrder", WorkOrder.objects.first().pk)])

    assert {ear.status for ear in ears} == {403 if "origin" in headers else 401}
    assert [ear.said for ear in ears] == [b""] * len(ears)
