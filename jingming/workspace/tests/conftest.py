"""What the facts about the desk share: a household, and orders of it at the points where pages begin."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.customers.models import ServicePoint
from jingming.intake import actions as intake
from jingming.interactions.actions import Contact
from jingming.organisation.models import Department
from jingming.workorders import actions as orders
from jingming.workorders.models import WorkOrder

Opened = Callable[..., WorkOrder]


@pytest.fixture
def household(agent: Staff) -> ServicePoint:
    """A family in 铜陵, served under the account number 0562000417."""
    customer = customers.add_customer("周晓岚", by=agent, at=now(), phone="13800000417", unit="340705")
    return customers.add_service_point(
        customer, by=agent, at=now(), account_number="0562000417", address="铜官区桂花苑 12-2-601", unit="340705"
    )


@pytest.fixture
def opened(agent: Staff, household: ServicePoint) -> Opened:
    """`opened("repair", …)`: an order that the agent takes by telephone for the household, complete for dispatch."""

    def take(type_: str = "repair", **values: object) -> WorkOrder:
        matter = {
            "description": "灶前无气,邻居同样",
            "customer": household.customer,
            "service_point": household,
            "caller_name": "周晓岚",
            "caller_phone": "13800000417",
            "verified": ("account_number",),
            "form": {"repair_kind": "gas_none"} if type_ == "repair" else {},
            **values,
        }
        taken = intake.take(Contact(channel="phone"), orders.Matter(type=type_, **matter), by=agent, at=now())
        assert taken.order is not None
        return taken.order

    return take


@pytest.fixture
def dispatched(opened: Opened, dispatcher: Staff) -> WorkOrder:
    """A repair with the north maintenance team, nobody in charge yet."""
    north = Department.objects.get(code="TL-NORTH")
    return orders.dispatch(opened(), department=north, by=dispatcher, at=now(), version=1)


@pytest.fixture
def completed(dispatched: WorkOrder, engineer: Staff, head: Staff) -> WorkOrder:
    """A repair that the engineer has completed; its callback is due."""
    order = orders.assign(dispatched, staff=engineer, by=head, at=now(), version=2)
    return orders.complete(order, text="更换灶前阀", by=engineer, at=now(), version=3)
