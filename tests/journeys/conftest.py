"""What the journeys share: a customer with an account number, and people who speak to the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.customers.models import ServicePoint
from tests.cast import Caller
from tests.journeys.following import Order


@pytest.fixture(autouse=True)
def _limits_as_shipped(settings) -> None:
    """No journey comes near what the policy lets through."""
    settings.LIMITS = 1


@pytest.fixture
def household(agent: Staff) -> ServicePoint:
    """A family in 铜陵, served under the account number 0562000417."""
    customer = customers.add_customer("周晓岚", by=agent, at=now(), phone="13800000417", unit="340705")
    return customers.add_service_point(
        customer, by=agent, at=now(), account_number="0562000417", address="铜官区桂花苑 12-2-601", unit="340705"
    )


@pytest.fixture
def people(company: dict[str, Staff], caller: Callable[..., Caller]) -> Callable[[str], Caller]:
    known: dict[str, Caller] = {}

    def speak(username: str) -> Caller:
        return known.setdefault(username, caller(company[username]))

    return speak


@pytest.fixture
def opened(people: Callable[[str], Caller], household: ServicePoint) -> Callable[..., Order]:
    """`opened("repair", …)`: an order that agent1 takes by telephone for the household."""

    def take(type_: str, **values: object) -> Order:
        body = {"type": type_, "channel": "phone", "account_number": household.account_number, **values}
        answer = people("agent1").post("/work-orders", {"description": "灶前无气,邻居同样", **body})
        assert answer.status_code == 201, answer.content.decode()
        return Order(answer.json()["number"], people)

    return take
