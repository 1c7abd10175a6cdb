"""Who else is looking: seen by colleagues who may see the order, for as long as the page is open."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from jingming.accounts import actions as accounts
from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.base.clock import now
from jingming.workorders.models import WorkOrder
from jingming.workspace import actions
from jingming.workspace.models import Looking
from jingming.workspace.queries import Onlooker, onlookers
from jingming.workspace.rules import COUNTS
from tests.cast import TEN_O_CLOCK

pytestmark = pytest.mark.django_db
TAB, OTHER_TAB = uuid.UUID(int=1), uuid.UUID(int=2)
Opened = Callable[..., WorkOrder]


def look(
    order: WorkOrder, by: Staff, at: datetime = TEN_O_CLOCK, *, tab: uuid.UUID = TAB, writing: bool = False
) -> None:
    actions.look(order, by=by, at=at, tab=tab, writing=writing)


def test_a_colleague_with_several_pages_is_one_and_writes_if_one_of_them_does(
    opened: Opened, agent: Staff, dispatcher: Staff
):
    order = opened()
    look(order, agent)
    look(order, agent, tab=OTHER_TAB, writing=True)
    look(order, dispatcher)

    assert onlookers(order, besides=dispatcher, at=TEN_O_CLOCK) == [Onlooker(agent.name, agent.name[0], writing=True)]
    assert onlookers(order, besides=agent, at=TEN_O_CLOCK) == [
        Onlooker(dispatcher.name, dispatcher.name[0], writing=False)
    ]


def test_a_page_that_says_nothing_more_does_not_count_and_is_swept(opened: Opened, agent: Staff, dispatcher: Staff):
    order, later = opened(), TEN_O_CLOCK + timedelta(seconds=COUNTS + 1)
    look(order, agent)

    assert onlookers(order, besides=dispatcher, at=later) == []
    look(order, dispatcher, later)
    assert list(Looking.objects.values_list("staff", flat=True)) == [dispatcher.pk]


def test_leaving_takes_away_that_page_alone(opened: Opened, agent: Staff, dispatcher: Staff):
    order = opened()
    look(order, agent, writing=True)
    look(order, agent, tab=OTHER_TAB)
    actions.look_away(order, by=dispatcher, tab=TAB)
    assert Looking.objects.count() == 2

    actions.look_away(order, by=agent, tab=TAB)
    assert onlookers(order, besides=dispatcher, at=TEN_O_CLOCK) == [Onlooker(agent.name, agent.name[0], writing=False)]


def test_whoever_is_switched_off_does_not_look(opened: Opened, agent: Staff, dispatcher: Staff, secadmin: Staff):
    order = opened()
    look(order, agent)
    accounts.switch_off(agent, by=secadmin, at=TEN_O_CLOCK)

    assert onlookers(order, besides=dispatcher, at=TEN_O_CLOCK) == []


def test_a_sign_of_life_leaves_no_audit_and_no_history(
    opened: Opened, signed_in: Callable[..., Client], agent: Staff, dispatcher: Staff
):
    order = opened()
    before = (Entry.objects.count(), WorkOrder.objects.get().version)
    look(order, agent, now())
    answer = signed_in(dispatcher).post(f"/orders/{order.number}/looking/", {"tab": str(TAB), "writing": "1"})

    assert f"{agent.name} is looking" in answer.content.decode()
    assert (Entry.objects.count(), WorkOrder.objects.get().version) == before
    assert Looking.objects.get(staff=dispatcher).writing


def test_only_whoever_sees_the_order_looks_at_it(
    opened: Opened, signed_in: Callable[..., Client], stranger: Staff, agent: Staff
):
    order = opened()
    look(order, agent, now())
    browser = signed_in(stranger)
    told = [
        browser.post(f"/orders/{order.number}/looking/", {"tab": str(TAB)}).status_code,
        browser.post(f"/orders/{order.number}/looking/", {"tab": str(TAB), "left": "1"}).status_code,
        browser.get(f"/orders/{order.number}/looking/").status_code,
        signed_in(agent).post(f"/orders/{order.number}/looking/", {"tab": "nonsense"}).status_code,
    ]

    assert told == [404, 404, 404, 400]
    assert list(Looking.objects.values_list("staff", flat=True)) == [agent.pk]


def test_ten_colleagues_cost_no_more_queries_than_one(
    opened: Opened, company: dict[str, Staff], agent: Staff, django_assert_num_queries: Callable[..., object]
):
    order = opened()
    for person in list(company.values())[:10]:
        look(order, person)
    with django_assert_num_queries(1):
        assert len(onlookers(order, besides=agent, at=TEN_O_CLOCK)) >= 9
