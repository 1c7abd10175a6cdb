"""Finding customers: by whatever the words may mean, within one's own places, at a fixed price."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from jingming.accounts.models import Staff
from jingming.customers import actions, queries
from jingming.customers.models import Customer, ServicePoint
from jingming.organisation.queries import areas, departments, units
from tests.cast import TEN_O_CLOCK


def warm(person: Staff) -> Staff:
    """What a signed-in process knows already: the organisation, the person's posts, and what is common."""
    units(), departments(), areas(), queries.find(person, "周"), queries.find(person, "0562-")
    assert person.duties
    return person


@pytest.mark.parametrize(
    "words",
    [
        "0562-100017",
        " ０５６２－１００017 ",
        "0562-10",
        "138 0562 1234",
        "+86 13805621234",
        "g4 7781",
        "G47781",
        "周",
        "周晓岚",
        "zxl",
        "ＺＸ",
        "1234",
        "3805621234",
        "8056",
        "0562 12",
        "g4 77",
        "晓岚",
        "桂花",
        "花苑",
        "桂花苑 12-2-601",
        "桂花苑12-2-601",
        "桂花 601",
        "601 桂花",
        "12-2-601",
    ],
)
def test_a_customer_is_found_by_any_of_their_numbers_and_the_beginning_of_the_name(
    agent: Staff, household: Customer, point: ServicePoint, words: str
):
    assert queries.find(agent, words).customers == [household]


@pytest.mark.parametrize(
    "words", ["", " ", "380562124", "%", "_周", "12", "100017", "周晓岚 铜陵", "桂花 602", "桂 602", "\u200b", "🙂"]
)
def test_nothing_is_found_by_what_it_does_not_begin_with(
    agent: Staff, household: Customer, point: ServicePoint, words: str
):
    assert queries.find(agent, words) == queries.Findings([], more=False)


@pytest.mark.parametrize(
    "words", ["0562-100017", "13805621234", "G47781", "周", "zxl", "1234", "8056", "晓岚", "桂花 601"]
)
def test_a_stranger_finds_nothing_by_the_same_words(
    stranger: Staff, engineer: Staff, household: Customer, point: ServicePoint, words: str
):
    nobody = queries.Findings([], more=False)
    assert queries.find(stranger, words) == queries.find(engineer, words) == nobody


def test_a_retired_number_finds_nobody(agent: Staff, household: Customer):
    actions.retire_phone(household.phones.get(), by=agent, at=TEN_O_CLOCK)

    assert queries.find(agent, "13805621234").customers == queries.by_phone(agent, "13805621234") == []


def test_the_exact_number_comes_first_and_twenty_at_most(agent: Staff):
    for number in range(30):
        customer = actions.add_customer(f"户 {number}", by=agent, at=TEN_O_CLOCK)
        actions.add_service_point(customer, account_number=f"7700{number:02}", address="路", by=agent, at=TEN_O_CLOCK)
    exact = actions.add_customer("整", by=agent, at=TEN_O_CLOCK)
    actions.add_service_point(exact, account_number="7700", address="路", by=agent, at=TEN_O_CLOCK)

    found = queries.find(agent, "7700")

    assert found.customers[0] == exact
    assert len(found.customers) == len(set(found.customers)) == 20
    assert found.more


@pytest.mark.parametrize("more", [0, 3])
def test_a_search_costs_four_queries_and_a_list_three_whatever_they_find(
    agent: Staff,
    household: Customer,
    point: ServicePoint,
    more: int,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    for number in range(more):
        customer = actions.add_customer(f"周 {number}", phone=f"283110{number}", by=agent, at=TEN_O_CLOCK)
        actions.add_service_point(customer, account_number=f"0562-9{number}", address="路", by=agent, at=TEN_O_CLOCK)
    warm(agent)

    with django_assert_num_queries(4):
        assert len(queries.find(agent, "周").items) == more + 1
    with django_assert_num_queries(4):
        assert len(queries.find(agent, "0562-").items) == more + 1
    with django_assert_num_queries(3):
        assert len(queries.newest(agent).items) == more + 1


@pytest.mark.parametrize("more", [1, 3])
def test_a_card_costs_nine_queries_whatever_is_in_the_archive(
    agent: Staff, household: Customer, point: ServicePoint, more: int, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(more):
        contact = actions.add_contact(
            household, "周明", duty="family", phone=f"28311{number}", by=agent, at=TEN_O_CLOCK
        )
        actions.add_phone(household, f"28312{number}", contact=contact, by=agent, at=TEN_O_CLOCK)
        actions.add_service_point(household, account_number=f"{number}", address="路", by=agent, at=TEN_O_CLOCK)
        actions.note_conduct(household, good=True, text="按时", by=agent, at=TEN_O_CLOCK)
    warm(agent)

    with django_assert_num_queries(9):
        card = queries.card(agent, household)
        assert all(str(one.point.area or "") or one.devices or one.relation for one in card.service_points)
        assert all(phone.contact is None or phone.contact.name for phone in card.phones)

    counts = len(card.service_points), len(card.phones), len(card.contacts), len(card.conduct)
    assert counts == (more + 1, 2 * more + 1, more, more)


def test_intake_asks_once_who_is_meant(
    agent: Staff,
    stranger: Staff,
    household: Customer,
    point: ServicePoint,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    warm(agent)
    with django_assert_num_queries(1):
        match = queries.for_intake(agent, account_number="0562 - 100017")
        assert match.service_point == point
        assert match.customer == household
        assert match.customer.name
    with django_assert_num_queries(1):
        assert queries.for_intake(agent, phone="+86 138 0562 1234").customer == household
    with django_assert_num_queries(0):
        assert queries.for_intake(agent, account_number="%%").customer is None

    assert queries.for_intake(stranger, account_number="0562-100017").customer is None
    assert queries.for_intake(stranger, phone="13805621234").candidates == []


def test_a_phone_that_two_customers_have_means_neither_for_certain(agent: Staff, household: Customer):
    neighbour = actions.add_customer("邻居", phone="13805621234", by=agent, at=TEN_O_CLOCK)

    match = queries.for_intake(agent, phone="13805621234")

    assert match.customer is None
    assert list(match.candidates) == [household, neighbour]


def test_pages_of_the_list_follow_each_other_without_gap(agent: Staff):
    made = [actions.add_customer(f"户 {number}", by=agent, at=TEN_O_CLOCK) for number in range(53)]

    first = queries.newest(agent)
    assert first.next is not None
    second = queries.newest(agent, first.next)

    assert [*first.items, *second.items] == made[::-1]
    assert second.next is None


def test_each_way_of_finding_has_its_index(agent: Staff, point: ServicePoint, crowd: None):
    """With sequential scans forbidden the plan names the index that serves each way; none has to scan all the same."""
    asked = {
        "service_point_by_account": ServicePoint.objects.filter(account_number__startswith="0562"),
        "an_account_number_is_given_once": ServicePoint.objects.filter(account_number="0562-100017"),
        "customer_by_name": Customer.objects.filter(name__startswith="周"),
        "a_customer_number_is_given_once": Customer.objects.filter(number="WH-8"),
        "customer_by_city": Customer.objects.filter(city__in=[5]).order_by("-occurred_at", "-pk")[:51],
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    # Where the database sorts by bytes, the unique index finds beginnings of account numbers just as well; and a whole
    # number is found by either.
    pair = ("service_point_by_account", "an_account_number_is_given_once")
    as_good = dict([pair, pair[::-1]])
    for index, rows in asked.items():
        plan = rows.explain()
        assert index in plan or as_good.get(index, index) in plan, index
