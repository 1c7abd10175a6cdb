"""Finding by fragments: what is found, for whom, why, and by which index."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingming.accounts.models import Staff
from jingming.customers import actions, queries, rules
from jingming.customers.models import Customer, Phone, ServicePoint
from jingming.customers.queries import finding
from jingming.customers.rules import Way
from tests.cast import FOUNDED, TEN_O_CLOCK


@pytest.fixture
def restaurant(dispatcher: Staff) -> Customer:
    """An enterprise in Tongguan."""
    customer = actions.add_customer(
        "铜陵鑫源餐饮有限公司", kind="enterprise", number="KH-77", phone="0562 2831100", unit="340705",
        by=dispatcher, at=FOUNDED,
    )  # fmt: skip
    actions.add_service_point(
        customer, account_number="0562-200042", address="铜官区长江中路128号", unit="340705", by=dispatcher, at=FOUNDED
    )
    return customer


def marked(found: queries.Findings) -> list[tuple[Way, str, list[str]]]:
    return [(one.way, one.value, [piece.text for piece in one.pieces if piece.marked]) for one in found.items]


@pytest.mark.parametrize(
    ("words", "way", "value", "marks"),
    [
        ("鑫源", Way.NAME, "铜陵鑫源餐饮有限公司", ["鑫源"]),
        ("餐饮 铜陵", Way.NAME, "铜陵鑫源餐饮有限公司", ["铜陵", "餐饮"]),
        ("长江中路", Way.ADDRESS, "铜官区长江中路128号", ["长江中路"]),
        ("128 长江", Way.ADDRESS, "铜官区长江中路128号", ["长江", "128"]),
        ("8311", Way.PHONE, "05622831100", ["8311"]),
        ("1100", Way.PHONE, "05622831100", ["1100"]),
        ("2831100", Way.PHONE, "05622831100", ["2831100"]),
        ("kh-77", Way.NUMBER, "KH-77", ["KH-77"]),
        ("0562-2000", Way.ACCOUNT, "0562-200042", ["0562-2000"]),
        ("tlxy", Way.INITIALS, "铜陵鑫源餐饮有限公司", []),
    ],
)
def test_the_answer_says_by_what_somebody_was_found(
    agent: Staff, restaurant: Customer, words: str, way: Way, value: str, marks: list[str]
):
    assert marked(queries.find(agent, words)) == [(way, value, marks)]


def test_who_may_search_by_nothing_that_the_words_can_be_finds_nobody(inspector: Staff, restaurant: Customer):
    assert queries.find(inspector, "1" * 45).items == []


def test_all_words_have_to_be_there(agent: Staff, restaurant: Customer, point: ServicePoint):
    assert queries.find(agent, "鑫源 机械").customers == []
    assert queries.find(agent, "桂花 602").customers == []
    assert queries.find(agent, "桂 601").customers == [point.customer]
    assert queries.find(agent, "柳 601").customers == []


def test_the_end_of_a_phone_is_surer_than_its_middle(agent: Staff):
    middle = actions.add_customer("甲", phone="13512345678", by=agent, at=TEN_O_CLOCK)
    end = actions.add_customer("乙", phone="13955551234", by=agent, at=TEN_O_CLOCK)

    assert queries.find(agent, "1234").customers == [end, middle]


def test_the_order_of_the_words_is_surer_than_any_other(agent: Staff, household: Customer):
    turned = actions.add_customer("丙", by=agent, at=TEN_O_CLOCK)
    actions.add_service_point(turned, account_number="1", address="桂花苑2-12-601", by=agent, at=TEN_O_CLOCK)
    actions.add_service_point(household, account_number="2", address="桂花苑小区12-2-601", by=agent, at=TEN_O_CLOCK)

    assert queries.find(agent, "桂花苑 12-2-601").customers == [household, turned]


def test_a_changed_phone_is_found_by_its_new_digits_alone(agent: Staff, household: Customer):
    actions.change_phone(household.phones.get(), number="13977778888", label="", by=agent, at=TEN_O_CLOCK)

    assert queries.find(agent, "7777").customers == [household]
    assert queries.find(agent, "0562").customers == []


@pytest.mark.parametrize("number", ["13805621234", "05622831100", "+4930123456", "11111211111"])
def test_a_sealed_phone_is_found_by_any_four_or_more_of_its_digits(agent: Staff, number: str):
    customer = actions.add_customer("甲", phone=number, by=agent, at=TEN_O_CLOCK)
    digits = number.lstrip("+")
    pieces = {digits[a:b] for a in range(len(digits)) for b in range(a + 4, len(digits) + 1)}

    for piece in pieces:
        assert [one.value for one in queries.find(agent, piece).items] == [number], piece
    assert queries.find(agent, number).customers == [customer]


def test_digits_that_do_not_stand_side_by_side_find_nobody(agent: Staff):
    for number in ("13821212345", "13855551234", "05622834110"):
        actions.add_customer("甲", phone=number, by=agent, at=TEN_O_CLOCK)

    for words in ("12121", "55555", "05622834"):
        found = [one.value for one in queries.find(agent, words).items]
        assert found == [number for number in ("05622834110",) if words in number], words


def test_many_phones_with_the_same_groups_of_digits_hide_none_of_those_that_are_meant(agent: Staff):
    for place in range(40):
        actions.add_customer("甲", phone=f"138212120{place:02}", by=agent, at=TEN_O_CLOCK)
    meant = [actions.add_customer("乙", phone=f"139121210{place:02}", by=agent, at=TEN_O_CLOCK) for place in range(3)]

    found = queries.find(agent, "12121")
    assert found.customers == [*meant]
    assert not found.more


def test_the_beginning_of_a_phone_is_surer_than_its_middle(agent: Staff):
    middle = actions.add_customer("甲", phone="02138056213", by=agent, at=TEN_O_CLOCK)
    beginning = actions.add_customer("乙", phone="13805621399", by=agent, at=TEN_O_CLOCK)
    end = actions.add_customer("丙", phone="02213805621", by=agent, at=TEN_O_CLOCK)

    assert queries.find(agent, "1380562").customers == [beginning, middle, end]
    assert queries.find(agent, "13805621").customers == [end, beginning, middle]


def test_a_meter_that_was_taken_away_finds_nobody(agent: Staff, point: ServicePoint):
    assert queries.find(agent, "G477").customers == [point.customer]
    point.devices.update(removed_on=TEN_O_CLOCK.date())

    assert queries.find(agent, "G477").customers == queries.find(agent, "G47781").customers == []


def test_an_archive_that_goes_on_in_another_leads_there_by_its_old_name(
    agent: Staff, household: Customer, restaurant: Customer
):
    actions.merge(household, restaurant, by=agent, at=TEN_O_CLOCK, why=actions.Why("duplicate"))

    for words in ("鑫源", "tlxy", "8311", "KH-77", "铜陵鑫源"):
        assert queries.find(agent, words).customers == [household], words


def test_who_lives_elsewhere_is_found_where_they_are_served_and_the_other_way_round(
    agent: Staff, wuhu_agent: Staff, stranger: Staff, works: Customer, household: Customer
):
    """`works` is at home in Wuhu and served in Tongling as well."""
    here = actions.add_service_point(works, account_number="100017", address="翠湖路 9", by=wuhu_agent, at=FOUNDED)
    assert queries.find(agent, "翠湖 9").customers == queries.find(agent, "江淮 机械").customers == []
    place = {"province": household.province_id, "city": household.city_id, "district": household.district_id}
    ServicePoint.objects.filter(pk=here.pk).update(**place)
    here.tenures.update(**place)

    assert queries.find(agent, "翠湖").customers == [works]
    assert queries.find(agent, "机械").customers == [works]
    assert queries.find(wuhu_agent, "翠湖").customers == [works]


def test_twenty_at_most_and_that_there_are_more(agent: Staff):
    for number in range(23):
        customer = actions.add_customer(f"甲乙丙{number}店", by=agent, at=TEN_O_CLOCK)
        actions.add_service_point(
            customer, account_number=f"88{number:03}", address="石城路 8", by=agent, at=TEN_O_CLOCK
        )

    for words in ("乙丙", "石城 8", "880"):
        found = queries.find(agent, words)
        assert len(found.items) == 20
        assert found.more, words
    assert not queries.find(agent, "甲乙丙7店").more


@pytest.fixture
def everywhere_common(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a country where everybody lives in a 桂花苑 and every firm is a 有限公司."""
    soon = time.monotonic() + 600
    rows = dict.fromkeys(("桂花", "花苑", "有限", "限公", "公司"), 10**7)
    monkeypatch.setitem(finding._known, "service_point_by_fragment", (soon, rows))
    monkeypatch.setitem(finding._known, "customer_by_fragment", (soon, rows))
    grams = dict.fromkeys(map(str, rules.grams("8311")), 10**7)
    monkeypatch.setitem(finding._known, "customers_phone", (soon, grams))


def test_what_is_common_is_looked_for_among_some_and_says_so(
    everywhere_common: None, agent: Staff, stranger: Staff, restaurant: Customer, point: ServicePoint
):
    for words, customer in (("桂花苑", point.customer), ("有限公司", restaurant), ("8311", restaurant)):
        found = queries.find(agent, words)
        assert found.customers == [customer]
        assert found.more
        assert queries.find(stranger, words).customers == []
    assert not queries.find(agent, "桂花苑 601").more


def test_the_statistics_of_the_indexes_can_be_asked(db: None):
    for relation, attribute in (
        ("service_point_by_fragment", "jingming_tokens_at"),
        ("customer_by_fragment", "jingming_tokens_at"),
        ("customers_phone", "grams"),
        ("nothing", "at all"),
    ):
        with connection.cursor() as cursor:
            cursor.execute("SELECT jingming_common_elements(%s, %s, 0)", [relation, attribute])
            assert isinstance(json.loads(cursor.fetchone()[0]), dict)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


@pytest.mark.parametrize(
    ("words", "indexes"),
    [
        ("鑫源", {"customer_by_fragment", "service_point_by_fragment"}),
        ("桂花 601", {"service_point_by_fragment"}),
        ("8311", {"phone_by_grams", "device_by_number"}),
        ("13805621234", {"phone_by_grams", "a_customer_number_is_given_once"}),
    ],
)
def test_each_part_of_the_search_goes_by_its_index(
    agent: Staff, restaurant: Customer, point: ServicePoint, crowd: None, words: str, indexes: set[str]
):
    """With sequential scans forbidden the plan names the indexes; none of the parts has to scan all the same."""
    queries.find(agent, words)
    with CaptureQueriesContext(connection) as captured:
        queries.find(agent, words)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {captured.captured_queries[0]['sql']}")
        found = cursor.fetchone()[0]
    plan = list(nodes((json.loads(found) if isinstance(found, str) else found)[0]["Plan"]))

    assert [node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan"] == []
    assert indexes <= {node["Index Name"] for node in plan if "Index Name" in node}


def test_every_writer_of_a_phone_fills_its_grams(agent: Staff, household: Customer):
    actions.add_phone(household, "0562 7654321", by=agent, at=TEN_O_CLOCK)
    contact = actions.add_contact(household, "周明", phone="13711112222", by=agent, at=TEN_O_CLOCK)
    actions.retire_phone(contact.phones.get(), by=agent, at=TEN_O_CLOCK)
    actions.add_phone(household, "13711112222", by=agent, at=TEN_O_CLOCK)

    for phone in Phone.objects.filter(customer=household):
        assert phone.grams == rules.grams(phone.number)
    assert queries.find(agent, "6543").customers == queries.find(agent, "1112").customers == [household]
