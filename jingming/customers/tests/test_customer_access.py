"""Whose archives a person sees, and who may change them."""

from __future__ import annotations

import pytest

from jingming.accounts.models import Staff
from jingming.base.errors import Http404, NotAllowed, Unfit
from jingming.customers import access, actions, queries
from jingming.customers.models import Customer, ServicePoint
from tests.cast import FOUNDED, TEN_O_CLOCK

SEES_TONGLING = [
    "agent1",
    "dispatcher1",
    "head1",
    "head2",
    "head3",
    "callback1",
    "inspector1",
    "supervisor1",
    "manager1",
]
SEES_NOTHING = ["engineer1", "announcer1", "evaluator1", "sysadmin1", "secadmin1", "auditadmin1", "stranger1"]


@pytest.mark.parametrize("username", SEES_TONGLING)
def test_who_works_for_a_place_sees_its_customers(company: dict[str, Staff], household: Customer, username: str):
    assert access.get_customer(company[username], household.pk) == household
    assert list(access.visible_to(company[username])) == [household]
    assert list(access.living_within(company[username])) == [household]


@pytest.mark.parametrize("username", SEES_NOTHING)
def test_nobody_else_sees_them(company: dict[str, Staff], household: Customer, point: ServicePoint, username: str):
    person = company[username]

    assert list(access.visible_to(person)) == []
    assert list(access.service_points_visible_to(person)) == []
    with pytest.raises(Http404):
        access.get_customer(person, household.pk)


def test_unknown_and_unseen_are_the_same(stranger: Staff, household: Customer):
    with pytest.raises(Http404) as unseen:
        access.get_customer(stranger, household.pk, to="change")
    with pytest.raises(Http404) as unknown:
        access.get_customer(stranger, 2**62, to="change")

    assert str(unseen.value) == str(unknown.value)


def test_seen_but_not_to_be_changed_says_who_may(head: Staff, household: Customer, point: ServicePoint):
    with pytest.raises(NotAllowed, match=r".{20}"):
        access.get_customer(head, household.pk, to="change")
    with pytest.raises(NotAllowed, match=r".{20}"):
        access.get_service_point(head, household.pk, point.pk, to="change")


def _served_at(place: Customer, point: ServicePoint) -> None:
    """The point, and who holds it, stand where the other customer lives."""
    keys = {"province": place.province_id, "city": place.city_id, "district": place.district_id}
    ServicePoint.objects.filter(pk=point.pk).update(**keys)
    point.tenures.update(**keys)


def test_a_customer_of_another_place_is_seen_where_it_is_served(
    agent: Staff, wuhu_agent: Staff, works: Customer, household: Customer
):
    assert list(access.visible_to(agent)) == [household]

    there = actions.add_service_point(works, account_number="1", address="长江路 1", by=wuhu_agent, at=FOUNDED)
    _served_at(household, there)

    assert set(access.visible_to(agent)) == {household, works}
    assert list(access.living_within(agent)) == [household]
    assert access.get_service_point(agent, works.pk, there.pk, to="change") == there
    assert access.get_service_point(wuhu_agent, works.pk, there.pk, to="change") == there
    with pytest.raises(NotAllowed):
        access.get_customer(agent, works.pk, to="change")


def test_who_sees_a_customer_by_one_service_point_is_not_told_of_the_others(
    agent: Staff, wuhu_agent: Staff, works: Customer, household: Customer
):
    here = actions.add_service_point(works, account_number="100017", address="长江路 1", by=wuhu_agent, at=FOUNDED)
    actions.add_service_point(works, account_number="200017", address="长江路 2", by=wuhu_agent, at=FOUNDED)
    _served_at(household, here)

    seen, whole = queries.card(agent, works), queries.card(wuhu_agent, works)

    assert [held.point.account_number for held in seen.service_points] == ["100017"]
    assert [held.point.account_number for held in whole.service_points] == ["100017", "200017"]
    assert "长江路 2" not in "".join(line.text for line in seen.history)
    assert "长江路 2" in "".join(line.text for line in whole.history)
    (found,) = queries.find(agent, "100017").customers
    assert [point.account_number for point in found.service_points.all()] == ["100017"]


def test_parts_are_fetched_only_through_their_own_customer(agent: Staff, household: Customer, point: ServicePoint):
    other = actions.add_customer("另一户", by=agent, at=TEN_O_CLOCK)
    contact = actions.add_contact(household, "周明", by=agent, at=TEN_O_CLOCK)

    with pytest.raises(Http404):
        access.get_contact(other, contact.pk)
    with pytest.raises(Http404):
        access.get_phone(other, household.phones.get().pk)
    with pytest.raises(Http404):
        access.get_service_point(agent, other.pk, point.pk)


def test_places_to_choose_are_those_that_one_works_for(agent: Staff, head: Staff, wuhu_agent: Staff):
    assert [unit.code for unit in access.units_open_to(agent)] == ["340700", "340705", "340706", "340711"]
    assert [unit.code for unit in access.units_open_to(wuhu_agent)] == ["340200", "340202", "340207"]
    assert access.units_open_to(head) == []
    assert {area.code for area in access.areas_open_to(wuhu_agent)} == {"JH"}


@pytest.mark.parametrize("code", ["340202", "999999", "00", "x"])
def test_a_foreign_place_is_refused_as_an_unknown_one(agent: Staff, code: str):
    with pytest.raises(Unfit) as refused:
        access.unit_for(agent, code)

    assert refused.value.fields.keys() == {"unit"}
