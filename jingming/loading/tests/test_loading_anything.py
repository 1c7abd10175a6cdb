"""Whatever a file says: what was loaded is loaded again unchanged, and so is what comes out of it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import connections
from hypothesis import given, settings
from hypothesis import strategies as some

from jingming.accounts.models import Staff
from jingming.customers import actions
from jingming.customers.models import Change, Customer, Device, ServicePoint, Tenure
from jingming.database.tests.locks import somebody_waits
from jingming.database.tests.workbench import OwnDatabase
from jingming.loading.progress import Silent
from jingming.loading.sheets import exporting
from jingming.loading.sheets.kinds import KINDS
from jingming.loading.tests.sheets import load, load_file
from jingming.loading.tests.test_loading_archives import CUSTOMERS, POINTS
from tests.cast import TEN_O_CLOCK

words = some.text(some.sampled_from("甲乙丙铜官 abcXYZ'=+-@019,，\"\t"), max_size=12)
names = words.filter(lambda word: word.strip(" '\t"))
phones = some.one_of(some.just(""), some.integers(13_000_000_000, 13_999_999_999).map(str))
days = some.one_of(some.just(""), some.dates(date(2000, 1, 1), date(2026, 1, 1)).map(str))
FIELDS = (
    "户号",
    "户名",
    "电话",
    "地址",
    "区县",
    "设备类型",
    "设备号码",
    "型号",
    "安装日期",
    "合同号",
    "合同到期",
    "在用标志",
)
points = some.lists(
    some.tuples(
        some.integers(1, 40).map(lambda number: f"71{number:05d}"), names, phones, names,
        some.sampled_from(["340705", "340700"]), some.sampled_from(["", "燃气表", "meter"]),
        some.integers(1, 9).map(lambda number: f"M{number}"), words, days, words, days,
        some.sampled_from(["", "是", "否"]),
    ),
    min_size=1, max_size=6, unique_by=lambda row: row[0],
)  # fmt: skip


def picture() -> list[object]:
    """All that a load of service points may have written, but for times."""
    return [
        list(Customer.objects.order_by("pk").values_list("pk", "name", "version")),
        list(ServicePoint.objects.order_by("pk").values()),
        list(Device.objects.order_by("pk").values()),
        list(Tenure.objects.order_by("pk").values()),
        Change.objects.count(),
    ]


@pytest.mark.django_db
@settings(max_examples=25)
@given(first=points, second=points)
def test_a_file_that_was_loaded_changes_nothing(
    company: dict[str, Staff], first: Sequence[Sequence[str]], second: Sequence[Sequence[str]]
):
    by = company["dispatcher1"]
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        for rows in (first, second):
            outcome = load(place, "service-points", [FIELDS, *rows], by=by, skip_bad=True)
            assert outcome.loaded
            before = picture()
            again = load(place, "service-points", [FIELDS, *rows], by=by, skip_bad=True)
            assert (again.counts.new, again.counts.changed, again.bad.keys()) == (0, 0, outcome.bad.keys())
            assert picture() == before
        holders = Tenure.objects.filter(until=None, relation="holder").values_list("service_point_id", "customer_id")
        assert dict(holders) == dict(ServicePoint.objects.values_list("pk", "customer_id"))

        out = place / "out.xlsx"
        exporting.export(out, KINDS["service-points"], by=by, form="xlsx", progress=Silent())
        back = load_file(out, "service-points", by=by)
        assert (back.bad, back.counts.new, back.counts.changed) == ({}, 0, 0)


def test_what_a_colleague_changed_since_the_trial_counts(
    own_database: OwnDatabase, company: dict[str, Staff], tmp_path: Path
):
    by = company["dispatcher1"]
    load(tmp_path, "customers", CUSTOMERS, by=by)
    rows = [["客户编号", "备注"], ["K001", "从文件来"]]
    assert load(tmp_path, "customers", rows, by=by, write=False).counts.changed == 1
    zhou = Customer.objects.get(number="K001")
    actions.change_customer(zhou, version=1, by=company["agent1"], at=TEN_O_CLOCK, note="从文件来")

    assert load(tmp_path, "customers", rows, by=by).counts.same == 1
    assert Customer.objects.get(number="K001").version == 2


class Paused(Silent):
    """Stops before it writes until somebody lets it go on."""

    def __init__(self) -> None:
        self.reached, self.go_on = Event(), Event()

    def begin(self, title: str, total: int | None = None) -> None:
        if total == 2:
            self.reached.set()
            assert self.go_on.wait(20)


def test_two_loads_of_one_kind_follow_one_another(own_database: OwnDatabase, company: dict[str, Staff], tmp_path: Path):
    told: list[str] = []

    class Waits(Silent):
        def tell(self, sentence: str) -> None:
            told.append(sentence)
            paused.go_on.set()

    paused, by = Paused(), company["dispatcher1"]
    (tmp_path / "one").mkdir()

    def first() -> None:
        load(tmp_path / "one", "customers", CUSTOMERS, by=by, progress=paused)
        connections.close_all()

    one = Thread(target=first)
    one.start()
    assert paused.reached.wait(20)
    second = load(tmp_path, "customers", CUSTOMERS, by=by, progress=Waits())
    one.join()
    assert (len(told), second.counts.same, Customer.objects.count()) == (1, 2, 2)


def test_an_agent_who_changes_a_row_under_way_is_waited_for(
    own_database: OwnDatabase, company: dict[str, Staff], tmp_path: Path
):
    """The agent holds the archive; the load waits, sees the change, and compares anew."""
    by = company["dispatcher1"]
    load(tmp_path, "customers", CUSTOMERS, by=by)
    load(tmp_path, "service-points", POINTS, by=by)
    held, let_go = Event(), Event()

    def agent() -> None:
        from django.db import transaction

        with transaction.atomic():
            point = ServicePoint.objects.select_related("customer").get(account_number="7100000001")
            actions.change_service_point(
                point, version=1, by=company["agent1"], at=TEN_O_CLOCK, address="坐席刚改的地址"
            )
            held.set()
            assert let_go.wait(20)
        connections.close_all()

    at_the_desk = Thread(target=agent)
    at_the_desk.start()
    assert held.wait(20)
    done: list[object] = []

    def loads() -> None:
        rows = [["户号", "合同号"], ["7100000001", "HT-1"]]
        done.append(load(tmp_path, "service-points", rows, by=by).counts.as_dict())
        connections.close_all()

    load_thread = Thread(target=loads)
    load_thread.start()
    while not somebody_waits():
        pass
    let_go.set()
    at_the_desk.join()
    load_thread.join()
    point = ServicePoint.objects.get(account_number="7100000001")
    assert done == [{"new": 0, "changed": 1, "same": 0, "bad": 0}]
    assert (point.address, point.contract_number, point.version) == ("坐席刚改的地址", "HT-1", 3)
