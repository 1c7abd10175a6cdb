"""How people stand to every order, whatever its state: most orders of the world are in no state for most acts, so
over HTTP a missing refusal would hide behind another one. Here the one question is asked alone, of every order."""

from __future__ import annotations

import pytest

from jingming.accounts.access import duties_of
from jingming.accounts.models import Staff
from jingming.workorders import access
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Act
from tests.matrix import oracle
from tests.matrix.walking import Walker

pytest_plugins = ["tests.matrix.standing"]
ACTS = [act.value for act in Act if act != Act.OPEN]


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_for_whoever_stands_to_the_order(walker: Walker, act: str):
    people = Staff.objects.in_bulk(oracle.PEOPLE, field_name="username")
    orders = WorkOrder.objects.in_bulk(
        [thing.names["number"] for thing in walker.world.of("order")], field_name="number"
    )
    now = access.situations(orders.values())
    wrong = []
    for thing in walker.world.of("order"):
        order = orders[thing.names["number"]]
        for name, person in people.items():
            stands = any(access.STANDING[Act(act)](post, person, order, now[order.pk]) for post in duties_of(person))
            if stands != oracle.stands(name, act, thing.told):
                wrong.append(f"{name} stands to {thing.key} for {act}: {stands}")

    assert wrong == []


def test_every_act_stands_in_the_oracle():
    assert set(ACTS) == set(oracle.ACTS)
