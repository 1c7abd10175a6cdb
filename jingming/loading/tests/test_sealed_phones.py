"""No door writes a plain phone of anybody into the tables: neither those that are kept nor those of an import."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from jingming.accounts.models import Staff
from jingming.customers import actions, queries
from jingming.customers.models import Change, Customer, Phone
from jingming.customers.rules import grams
from jingming.database.tests.workbench import OwnDatabase
from jingming.loading.door import load_customers
from jingming.loading.models import Run
from jingming.loading.queries import facts_in_words
from jingming.loading.rows import LoadedContact, LoadedCustomer
from jingming.loading.rules import State, Way
from jingming.loading.sheets.customers import exported
from jingming.loading.sheets.kinds import KINDS
from jingming.loading.tests.sheets import load
from jingming.organisation.models import Unit
from jingming.privacy.vault import all_opened

CANARIES = ["13805624711", "13805624712", "13805624713", "05622474714", "13805624715", "13805624716", "05622474717"]
CUSTOMERS = [
    ["客户编号", "客户名称", "类型", "电话", "备用电话", "联系人", "联系人电话", "区县"],
    ["K001", "周晓岚", "个人", "13805624711", "13805624712", "李工", "13805624713", "340705"],
]
POINTS = [
    ["户号", "客户编号", "户名", "电话", "地址", "区县"],
    ["7100000002", "", "孙桂芳", "0562-2474714", "建设新村 1 栋 102", "340705"],
]


def through_every_door(by: Staff, place: Path) -> None:
    at = timezone.now()
    load(place, "customers", CUSTOMERS, by=by)
    load(place, "service-points", POINTS, by=by)
    customer = actions.add_customer("赵敏", phone="138 0562 4715", by=by, at=at)
    actions.change_phone(
        actions.add_phone(customer, "2474710", by=by, at=at), number="13805624716", label="", by=by, at=at
    )
    district = Unit.objects.get(code="340705")
    given = LoadedCustomer(
        name="钱进", since=at, place=(district.province_id, district.city_id, district.pk), phones=("05622474717",),
        contacts=(LoadedContact(name="钱多", phone="2474718"),),
    )  # fmt: skip
    load_customers([given], source="elsewhere", by=None, at=at)


def test_the_owner_of_the_tables_reads_no_plain_phone(
    own_database: OwnDatabase, company: dict[str, Staff], tmp_path: Path
):
    through_every_door(company["dispatcher1"], tmp_path)

    with psycopg.connect(own_database.owner_url) as database:
        database.execute("ANALYZE customers_phone")
        rows = database.execute("SELECT p::text FROM customers_phone p").fetchall()
        known = database.execute("SELECT s::text FROM pg_stats s WHERE tablename = 'customers_phone'").fetchall()
        indexed = database.execute(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'customers_phone'::regclass"
            " AND (indexprs IS NOT NULL OR indpred IS NOT NULL)"
        ).fetchall()
    assert len(rows) == len(Phone.objects.all()) == 8
    assert indexed == []  # the indexes hold the columns as they are, nothing that was made of them
    told = str(rows + known)
    assert [number for number in CANARIES if number in told or number[-7:] in told] == []
    assert {phone.number for phone in Phone.objects.all()} >= set(CANARIES)
    assert all(phone.grams == grams(phone.number) for phone in Phone.objects.all())


@pytest.mark.django_db
def test_the_tables_of_an_import_hold_no_plain_phone_either(company: dict[str, Staff], tmp_path: Path):
    for kind, rows, tables in (
        ("customers", CUSTOMERS, ("staged", "merged")),
        ("service-points", POINTS, ("staged", "opened")),
    ):
        load(tmp_path, kind, rows, by=company["dispatcher1"])
        with connection.cursor() as cursor:  # they are gone at the end of the transaction, which is that of the test
            for table in tables:
                cursor.execute(f"SELECT t::text FROM {table} t")  # names of this test
                [(told,)] = cursor.fetchall()
                assert "sealed:1:" in told, table
                assert [number for number in CANARIES if number in told] == [], table


@pytest.mark.django_db
def test_who_may_read_them_reads_them_as_before(company: dict[str, Staff], tmp_path: Path):
    by = company["dispatcher1"]
    preview = load(tmp_path, "customers", CUSTOMERS, by=by, write=False)
    facts = preview.details[0].facts
    assert ("Phone", "", "13805624711, 13805624712") in facts_in_words(KINDS["customers"], facts)

    load(tmp_path, "customers", CUSTOMERS, by=by)
    zhou = Customer.objects.get(number="K001")
    told = [str(text) for text in all_opened([line.text for line in queries.history(by, zhou)], whole=True)]
    assert "13805624711, 13805624712" in told[-1]
    assert "13805624713" in told[0]
    assert not any("1380562" in str(facts) for facts in Change.objects.values_list("facts", flat=True))
    _count, rows = exported(by, "")
    [row] = [row for row in rows if row[1] == "K001"]
    assert row[4:10] == ["13805624711", "13805624712", "", "李工", "", "13805624713"]


@pytest.mark.django_db
def test_a_file_of_masks_overwrites_nobody(company: dict[str, Staff], tmp_path: Path):
    by = company["dispatcher1"]
    load(tmp_path, "customers", CUSTOMERS, by=by)
    for column, value in ((1, "周**"), (3, "138****4711"), (5, "李*"), (6, "138****4713")):
        masks = [CUSTOMERS[0], [value if place == column else cell for place, cell in enumerate(CUSTOMERS[1])]]
        outcome = load(tmp_path, "customers", masks, by=by)

        assert (outcome.loaded, [one.row for one in outcome.problems]) == (False, [2]), value
    assert Customer.objects.get(number="K001").name == "周晓岚"
    assert {phone.number for phone in Phone.objects.all()} == set(CANARIES[:3])


@pytest.mark.django_db
def test_a_file_without_a_heading_begins_with_sealed_data(company: dict[str, Staff]):
    run = Run.objects.create(
        kind="customers", way=Way.IMPORT, by=company["dispatcher1"], state=State.MAPPING, began_at=timezone.now(),
        language="zh-hans", file_name="list.csv", heading=CUSTOMERS[1], sheets=["13805624712"], sheet="13805624713",
    )  # fmt: skip

    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM loading_run r WHERE id = %s", [run.pk])
        kept = cursor.fetchone()[0]
    assert [number for number in CANARIES if number in kept] == []
    run.refresh_from_db()
    assert (run.heading, run.sheets, run.sheet) == (CUSTOMERS[1], ["13805624712"], "13805624713")
