"""Numbers in texts become tokens; who reads them sees the numbers, their masks, or that they are gone."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.audit.models import Entry
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.customers.models import Customer
from jingming.database.address import OWNER
from jingming.database.tests.workbench import OwnDatabase
from jingming.intake import actions as intake
from jingming.privacy.actions import forget
from jingming.privacy.migrating import tokenising
from jingming.privacy.models import Number
from jingming.privacy.rules import TOKEN, AsNumber, numbers_in, texts_of, without_numbers
from jingming.privacy.sealing import seal_number
from jingming.privacy.vault import (
    STANDS_FOR,
    erased,
    numbers_of,
    opened,
    replaced,
    rewritten,
    tokens_for,
    with_tokens,
)
from jingming.workorders.models import History, WorkOrder

PHONE, OTHER, IDENTITY = "13800000417", "05622831100", "11010519491231002X"
SAID = f"张女士 138-0000-0417,座机0562-2831100,身份证{IDENTITY}。"


def facts_kept() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts::text FROM audit_entry ORDER BY id DESC LIMIT 1")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_text_is_kept_with_tokens_and_opened_whole_or_masked():
    kept = with_tokens(SAID)
    assert len(TOKEN.findall(kept)) == 3
    assert not list(numbers_in(kept))
    assert opened(kept, whole=True) == f"张女士 {PHONE},座机{OTHER},身份证{IDENTITY}。"
    assert opened(kept, whole=False) == "张女士 138****0417,座机*******1100,身份证1101**********002X。"
    assert opened(kept, whole={PHONE}) == f"张女士 {PHONE},座机*******1100,身份证1101**********002X。"


@pytest.mark.django_db
def test_the_same_number_is_the_same_token_however_it_is_written():
    first, second = with_tokens("138 0000 0417"), with_tokens("请打+86-13800000417")
    assert second == f"请打{first}"
    assert with_tokens(second) == second
    assert Number.objects.count() == 1


@pytest.mark.django_db
def test_a_value_costs_one_query_and_none_without_numbers(django_assert_num_queries: DjangoAssertNumQueries):
    with django_assert_num_queries(0):
        assert with_tokens({"text": "灶前无气", "phone": "", "n": [1, None]}) == {
            "text": "灶前无气",
            "phone": "",
            "n": [1, None],
        }
    with django_assert_num_queries(1):
        kept = with_tokens({"text": [SAID, {"deep": SAID}], "phone": ["", "2831100"], "level": "2831100"})
    assert kept["level"] == "2831100"
    assert TOKEN.fullmatch(kept["phone"][1])
    with django_assert_num_queries(1):
        assert opened(kept, whole=True)["phone"] == ["", "2831100"]


@pytest.mark.django_db
def test_what_somebody_types_is_no_token_unless_it_was_given_out():
    typed = "⟦abcdefghijklmn⟧ ⟦17⟧ ⟦"
    assert opened(with_tokens(typed), whole=True) == typed
    assert Number.objects.count() == 0


@pytest.mark.django_db
def test_a_number_that_is_known_to_be_one_needs_no_recognising():
    kept = with_tokens({"tel": AsNumber("95598"), "note": "95598"})
    assert TOKEN.fullmatch(kept["tel"])
    assert kept["note"] == "95598"


@pytest.mark.django_db
def test_a_forgotten_number_is_gone_from_what_only_grows_and_comes_back_to_nobody(agent: Staff):
    audit.record("test.said", agent, by=agent, at=now(), text=SAID)
    before = facts_kept()
    assert forget([PHONE]) == 1
    assert facts_kept() == before
    assert opened(Entry.objects.latest("id").facts, whole=True)["text"].startswith(f"张女士 {erased()},座机")
    assert with_tokens(f"又来电 {PHONE}") not in before
    assert opened(Entry.objects.latest("id").facts, whole=True)["text"].startswith(f"张女士 {erased()},座机")


@pytest.mark.django_db
def test_facts_of_the_audit_lie_in_the_table_without_numbers(agent: Staff):
    audit.record("test.said", agent, by=agent, at=now(), changes={"caller_phone": ["2831100", PHONE]}, text=SAID)
    for number in (PHONE, OTHER, "2831100", IDENTITY, "0000-0417"):
        assert number not in facts_kept()


@pytest.mark.django_db
def test_a_mask_that_comes_back_is_its_number_again():
    was = with_tokens(f"打 {PHONE} 或 {OTHER}")
    assert rewritten("打 138****0417 或 *******1100", was) == was
    assert rewritten(f"打 {PHONE} 或 {OTHER}", was) == was
    assert opened(rewritten("只打 138****0417", was), whole=True) == f"只打 {PHONE}"
    assert rewritten("打 139****0417", was) == "打 139****0417"


@pytest.mark.django_db
def test_two_numbers_of_one_mask_come_back_in_their_order():
    was = with_tokens("13800000417 和 13811110417")
    assert rewritten("138****0417 和 138****0417", was) == was


@given(st.text(alphabet="0123456789 -+()（）abX度表号1⟦⟧", max_size=120))
def test_with_its_tokens_no_text_holds_a_number(text: str):
    tokens = dict.fromkeys(numbers_of(text), "⟦" + "a" * 14 + "⟧")
    kept = replaced(text, tokens)
    assert not numbers_of(kept)


def test_a_name_is_found_by_its_letters_alone():
    assert without_numbers(f"张三{PHONE}").split() == ["张三"]
    assert texts_of({"a": ["x", {"b": "y"}], "n": 1}) == ["x", "y"]


def test_of_all_who_write_the_same_numbers_at_once_everybody_has_tokens_that_open(own_database: OwnDatabase):
    numbers = numbers_of(SAID)

    def keep(_n: int) -> frozenset[str]:
        try:
            with transaction.atomic():
                return frozenset(tokens_for(numbers, connection).values())
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        kept = list(pool.map(keep, range(12)))
    assert all(sorted(opened(list(tokens), whole=True)) == sorted(numbers) for tokens in kept)
    assert keep(13) == keep(14)


def test_two_who_write_the_same_new_number_at_once_do_not_wait(own_database: OwnDatabase):
    def keep() -> str:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                return with_tokens(PHONE)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():  # an import, and it takes its time
            first = with_tokens(PHONE)
            second = pool.submit(keep).result(timeout=20)
        assert first != second
        assert pool.submit(keep).result(timeout=20) == with_tokens(PHONE)
    assert Number.objects.count() == 2
    assert opened([first, second], whole=True) == [PHONE, PHONE]
    assert rewritten(f"打 {PHONE}", f"打 {first}") == f"打 {first}"
    assert rewritten(f"打 {PHONE}", f"打 {second}") == f"打 {second}"
    assert rewritten("打 138****0417", f"打 {second}") == f"打 {second}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {STANDS_FOR.format('%s')}", [seal_number(PHONE)])
        assert cursor.fetchone() == (with_tokens(PHONE),)
    assert forget([PHONE]) == 1
    assert opened([first, second], whole=True) == [erased(), erased()]
    assert not Number.objects.filter(sealed__isnull=False).exists()
    assert with_tokens(PHONE) not in {first, second}


PLAIN = """
ALTER TABLE workorders_history DISABLE TRIGGER USER;
UPDATE workorders_history SET text = %(text)s, facts = %(facts)s;
ALTER TABLE workorders_history ENABLE TRIGGER USER;
UPDATE workorders_workorder SET description = %(text)s, form = %(facts)s;
UPDATE customers_customer SET name = %(name)s, initials = '{zs13800000417}';
"""


def test_what_was_plain_before_becomes_tokens_once_also_where_it_only_grows(
    own_database: OwnDatabase, agent: Staff, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("jingming.privacy.migrating.BATCH", 2)
    for _one in range(3):
        intake.take(
            intake.Contact(channel="phone"), intake.Matter(type="repair", description="灶前无气"), by=agent, at=now()
        )
    customers.add_customer("张三", unit="340705", by=agent, at=now())
    facts = {"changes": {"caller_phone": ["", PHONE]}, "n": 7}
    said = {"text": SAID, "facts": json.dumps(facts), "name": f"张三{PHONE}"}
    with psycopg.connect(own_database.owner_url, cursor_factory=psycopg.ClientCursor) as owner:
        owner.execute(PLAIN, said)
    to_do = [
        tokenising("workorders_history", texts=["text"], facts=["facts"], only_grows=True),
        tokenising("workorders_workorder", texts=["description"], facts=["form"]),
        tokenising("customers_customer", texts=["name"], beside={"initials": ("name", lambda name: list(name[:1]))}),
    ]
    for operation in [*to_do, *to_do]:
        operation.code(None, connections[OWNER].schema_editor())  # type: ignore[arg-type]  # no state is asked for
    kept = with_tokens({"text": SAID, "facts": facts})
    assert [(line.text, line.facts) for line in History.objects.all()] == [(kept["text"], kept["facts"])] * 3
    assert [(order.description, order.form) for order in WorkOrder.objects.all()] == [(kept["text"], kept["facts"])] * 3
    assert Customer.objects.get().name == f"张三{with_tokens(PHONE)}"
    assert Customer.objects.get().initials == ["张"]
    with psycopg.connect(own_database.owner_url) as owner, pytest.raises(psycopg.DatabaseError, match="append-only"):
        owner.execute("UPDATE workorders_history SET text = ''")
