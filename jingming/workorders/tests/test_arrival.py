"""Arriving on site 到场: who may say so, and how long it holds."""

from __future__ import annotations

import pytest

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.base.errors import NotAllowed
from jingming.intake import actions as intake
from jingming.interactions.actions import Contact
from jingming.organisation.models import Department
from jingming.workorders import actions as orders
from jingming.workorders.actions import CannotAct
from jingming.workorders.models import History, WorkOrder


@pytest.fixture
def assigned(agent: Staff, dispatcher: Staff, engineer: Staff) -> WorkOrder:
    """A repair in the hands of the engineer."""
    matter = orders.Matter(
        type="repair", description="灶前无气", caller_phone="13800000417", address="桂花苑", verified=("address",),
        form={"repair_kind": "gas_none"},
    )  # fmt: skip
    taken = intake.take(Contact(channel="phone"), matter, by=agent, at=now())
    assert taken.order is not None
    north = Department.objects.get(code="TL-NORTH")
    return orders.dispatch(taken.order, department=north, staff=engineer, by=dispatcher, at=now(), version=1)


def test_an_arrival_is_kept_until_the_work_is_done_and_after(assigned: WorkOrder, engineer: Staff):
    at = now()
    order = orders.arrive(assigned, by=engineer, at=at, version=2)
    done = orders.complete(order, text="更换灶前阀", by=engineer, at=now(), version=3)

    assert (order.status, order.arrived_at, done.arrived_at) == ("processing", at, at)
    line = History.objects.get(order_id=order.pk, act="arrive")
    assert line.facts["changes"] == {"arrived_at": [None, at.isoformat()]}


def test_somebody_else_has_still_to_come(assigned: WorkOrder, engineer: Staff, head: Staff):
    order = orders.arrive(assigned, by=engineer, at=now(), version=2)
    other = orders.assign(order, staff=head, by=head, at=now(), version=3)

    assert (other.assignee, other.arrived_at) == (head, None)


def test_a_round_that_begins_again_has_no_arrival(assigned: WorkOrder, engineer: Staff, callback: Staff):
    order = orders.arrive(assigned, by=engineer, at=now(), version=2)
    order = orders.complete(order, text="更换灶前阀", by=engineer, at=now(), version=3)
    order = orders.call_back(order, result="dissatisfied", satisfaction=1, by=callback, at=now(), version=4)
    again = orders.reassign(order, text="仍漏气", by=callback, at=now(), version=5)

    assert (again.round, again.arrived_at) == (2, None)


def test_nobody_arrives_twice_or_for_somebody_else(assigned: WorkOrder, engineer: Staff, agent: Staff):
    with pytest.raises(NotAllowed):
        orders.arrive(assigned, by=agent, at=now(), version=2)
    order = orders.arrive(assigned, by=engineer, at=now(), version=2)
    with pytest.raises(CannotAct):
        orders.arrive(order, by=engineer, at=now(), version=3)

    order.refresh_from_db()
    assert order.version == 3
