"""Customers and service points from files: what is new, what differs, what may not be, and what stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.customers.models import Change, Customer, Device, Phone, ServicePoint, Tenure
from jingming.loading.models import Batch
from jingming.loading.tests.sheets import load
from jingming.privacy.vault import all_opened
from tests.cast import TEN_O_CLOCK

pytestmark = pytest.mark.django_db

CUSTOMERS = [
    ["客户编号", "客户名称", "类型", "电话", "备用电话", "联系人", "联系人电话", "区县", "备注"],
    ["K001", "周晓岚", "个人", "13805620001", "0562-2831100", "", "", "340705", "先打电话"],
    ["K002", "铜官机械厂", "企业", "05622830000", "", "李工", "13805620003", "340705", ""],
]
POINTS = [
    ["户号", "客户编号", "户名", "电话", "地址", "区县", "设备号码", "设备型号", "安装日期", "欠费", "欠费截止"],
    ["7100000001", "K001", "", "", "建设新村 1 栋 101", "", "M-1", "G4", "2020-05-01", "12.50", "2026-11-01"],
    ["7100000002", "", "孙桂芳", "13805620009", "建设新村 1 栋 102", "340705", "M-2", "", "", "", ""],
    ["7100000003", "", "孙桂芳", "13805620009", "建设新村 1 栋 103", "340705", "", "", "", "", ""],
]


def histories() -> list[tuple[str, str]]:
    return list(Change.objects.order_by("id").values_list("act", "reason"))


def test_customers_come_in_with_phones_and_contact_persons(company: dict[str, Staff], tmp_path: Path):
    outcome = load(tmp_path, "customers", CUSTOMERS, by=company["dispatcher1"])

    assert (outcome.bad, outcome.counts.as_dict()) == ({}, {"new": 2, "changed": 0, "same": 0, "bad": 0})
    zhou = Customer.objects.get(number="K001")
    assert (zhou.name, zhou.kind, zhou.note, zhou.version, zhou.imported) == ("周晓岚", "person", "先打电话", 1, True)
    assert "zxl" in zhou.initials
    assert sorted(zhou.phones.values_list("number", flat=True)) == ["05622831100", "13805620001"]
    plant = Customer.objects.get(number="K002")
    assert plant.kind == "enterprise"
    li = plant.contacts.get()
    assert (li.name, list(li.phones.values_list("number", flat=True))) == ("李工", ["13805620003"])
    assert histories() == [("added", "import"), ("added", "import"), ("contact_added", "import")]
    assert Entry.objects.filter(key="loading.loaded").count() == 1


def test_a_second_run_changes_nothing(company: dict[str, Staff], tmp_path: Path):
    load(tmp_path, "customers", CUSTOMERS, by=company["dispatcher1"])
    load(tmp_path, "service-points", POINTS, by=company["dispatcher1"])
    before = (Change.objects.count(), Phone.objects.count(), Device.objects.count(), Tenure.objects.count())

    for kind, rows in (("customers", CUSTOMERS), ("service-points", POINTS)):
        outcome = load(tmp_path, kind, rows, by=company["dispatcher1"])
        assert outcome.counts.as_dict() == {"new": 0, "changed": 0, "same": len(rows) - 1, "bad": 0}

    assert (Change.objects.count(), Phone.objects.count(), Device.objects.count(), Tenure.objects.count()) == before
    assert set(Customer.objects.values_list("version", flat=True)) == {1}


def test_service_points_come_in_with_their_holder_and_devices(company: dict[str, Staff], tmp_path: Path):
    load(tmp_path, "customers", CUSTOMERS, by=company["dispatcher1"])
    outcome = load(tmp_path, "service-points", POINTS, by=company["dispatcher1"])

    assert (outcome.bad, outcome.counts.new) == ({}, 3)
    first = ServicePoint.objects.get(account_number="7100000001")
    assert (first.customer.number, str(first.arrears), first.district.code) == ("K001", "12.50", "340705")
    assert list(first.devices.values_list("kind", "number", "model")) == [("meter", "M-1", "G4")]
    assert list(first.tenures.values_list("customer__number", "relation", "until")) == [("K001", "holder", None)]
    sun = Customer.objects.get(name="孙桂芳")  # one archive for both rows
    assert sun.service_points.count() == 2
    assert list(sun.phones.values_list("number", flat=True)) == ["13805620009"]


def test_a_trial_writes_nothing(company: dict[str, Staff], tmp_path: Path):
    outcome = load(tmp_path, "customers", CUSTOMERS, by=company["dispatcher1"], write=False)

    assert (outcome.loaded, outcome.counts.new) == (False, 2)
    assert outcome.details[0].facts["name"] == ["", "周晓岚"]
    assert (Customer.objects.count(), Change.objects.count(), Batch.objects.count()) == (0, 0, 0)


def test_only_what_differs_is_changed(company: dict[str, Staff], tmp_path: Path):
    load(tmp_path, "customers", CUSTOMERS, by=company["dispatcher1"])
    rows = [["客户编号", "备注", "电话"], ["K001", "改打手机", "13805629999"], ["K002", "", ""]]

    outcome = load(tmp_path, "customers", rows, by=company["dispatcher1"])

    assert outcome.counts.as_dict() == {"new": 0, "changed": 1, "same": 1, "bad": 0}
    zhou = Customer.objects.get(number="K001")
    assert (zhou.note, zhou.version, zhou.phones.count()) == ("改打手机", 2, 3)
    lines = Change.objects.filter(customer_id=zhou.pk).order_by("id").values_list("act", "facts")
    assert [tuple(line) for line in all_opened(list(lines)[1:], whole=True)] == [
        ("changed", {"note": ["先打电话", "改打手机"]}),
        ("phone_added", {"phone": ["", "13805629999"]}),
    ]


def test_another_customer_number_hands_the_point_over(company: dict[str, Staff], tmp_path: Path):
    load(tmp_path, "customers", CUSTOMERS, by=company["dispatcher1"])
    load(tmp_path, "service-points", POINTS, by=company["dispatcher1"])

    outcome = load(
        tmp_path, "service-points", [["户号", "客户编号"], ["7100000001", "K002"]], by=company["dispatcher1"]
    )

    assert outcome.counts.as_dict() == {"new": 0, "changed": 1, "same": 0, "bad": 0}
    point = ServicePoint.objects.get(account_number="7100000001")
    assert (point.customer.number, point.version) == ("K002", 2)
    tenures = point.tenures.order_by("id").values_list("customer__number", "until")
    assert list(tenures) == [("K001", TEN_O_CLOCK), ("K002", None)]
    acts = Change.objects.filter(act__startswith="point_moved").order_by("id").values_list("act", "facts")
    facts = {"customer": ["周晓岚", "铜官机械厂"], "account_number": ["7100000001", "7100000001"]}
    assert list(acts) == [("point_moved_out", facts), ("point_moved_in", facts)]


def test_rows_about_the_same_point_are_both_named(company: dict[str, Staff], tmp_path: Path):
    load(tmp_path, "customers", CUSTOMERS, by=company["dispatcher1"])
    outcome = load(tmp_path, "service-points", [*POINTS, POINTS[1]], by=company["dispatcher1"])

    assert sorted(outcome.bad) == [2, 5]
    assert "2" in outcome.bad[5]
    assert "5" in outcome.bad[2]
    assert ServicePoint.objects.count() == 0


def test_bad_rows_are_skipped_by_choice_and_everything_stops_without_it(company: dict[str, Staff], tmp_path: Path):
    rows = [*CUSTOMERS, ["K003", "", "", "12", "", "", "", "340705", ""]]

    stopped = load(tmp_path, "customers", rows, by=company["dispatcher1"])
    assert (stopped.loaded, list(stopped.bad), Customer.objects.count()) == (False, [4], 0)
    skipped = load(tmp_path, "customers", rows, by=company["dispatcher1"], skip_bad=True)
    assert (skipped.loaded, skipped.counts.new, Customer.objects.count()) == (True, 2, 2)


def test_places_that_are_unknown_and_not_ones_own_get_the_same_sentence(company: dict[str, Staff], tmp_path: Path):
    rows = [["客户编号", "客户名称", "区县"], ["A1", "甲", "340202"], ["A2", "乙", "999999"]]
    outcome = load(tmp_path, "customers", rows, by=company["dispatcher1"])

    sentences = {problem.sentence.replace(problem.value, "…") for problem in outcome.problems}
    assert (len(outcome.problems), len(sentences)) == (2, 1)


def test_an_account_number_of_another_city_is_refused(company: dict[str, Staff], tmp_path: Path):
    load(
        tmp_path, "service-points", [["户号", "户名", "地址", "区县"], ["9001", "外", "芜湖路 1 号", "340202"]], by=None
    )
    outcome = load(tmp_path, "service-points", [["户号", "地址"], ["9001", "改"]], by=company["dispatcher1"])

    assert (list(outcome.bad), outcome.loaded) == ([2], False)
    assert ServicePoint.objects.get().address == "芜湖路 1 号"


def test_an_empty_cell_empties_the_field_only_by_choice(company: dict[str, Staff], tmp_path: Path):
    load(tmp_path, "customers", CUSTOMERS, by=company["dispatcher1"])
    load(tmp_path, "service-points", POINTS, by=company["dispatcher1"])
    rows = [["户号", "欠费", "欠费截止"], ["7100000001", "", ""]]

    kept = load(tmp_path, "service-points", rows, by=company["dispatcher1"])
    assert kept.counts.same == 1
    emptied = load(tmp_path, "service-points", rows, by=company["dispatcher1"], empty_clears=True)
    assert emptied.counts.changed == 1
    point = ServicePoint.objects.get(account_number="7100000001")
    assert (point.arrears, point.arrears_at) == (None, None)
