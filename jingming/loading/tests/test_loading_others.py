"""The network, staff and codes from files; and every kind out and in again."""

from __future__ import annotations

from pathlib import Path

import pytest

from jingming.accounts.models import Staff
from jingming.accounts.rules import Scope
from jingming.audit.models import Entry
from jingming.codes.models import Code
from jingming.customers.models import Change, Customer, NetworkElement
from jingming.loading.progress import Silent
from jingming.loading.sheets import exporting, problems
from jingming.loading.sheets.kinds import KINDS
from jingming.loading.sheets.loading import File
from jingming.loading.tests.sheets import load, load_file
from jingming.loading.tests.test_loading_archives import CUSTOMERS, POINTS

pytestmark = pytest.mark.django_db

NETWORK = [
    ["编码", "类型", "名称", "上级", "区县"],
    ["T-1", "transformer_area", "建设新村一号台区", "F-1", "340705"],  # its parent comes later
    ["F-1", "馈线", "铜官一线", "S-1", "340705"],
    ["S-1", "变电站", "铜官变", "", "340705"],
]


def paths() -> dict[str, str]:
    return dict(NetworkElement.objects.values_list("code", "path"))


def test_a_network_comes_in_whatever_the_order(company: dict[str, Staff], tmp_path: Path):
    outcome = load(tmp_path, "elements", NETWORK, by=company["sysadmin1"])

    assert (outcome.bad, outcome.counts.new) == ({}, 3)
    assert paths() == {"S-1": "S-1/", "F-1": "S-1/F-1/", "T-1": "S-1/F-1/T-1/"}
    assert load(tmp_path, "elements", NETWORK, by=company["sysadmin1"]).counts.same == 3


def test_a_new_parent_takes_along_what_hangs_below(company: dict[str, Staff], tmp_path: Path):
    load(tmp_path, "elements", NETWORK, by=company["sysadmin1"])
    rows = [
        ["编码", "类型", "名称", "上级", "区县"],
        ["S-2", "变电站", "新变", "", "340705"],
        ["F-1", "", "", "S-2", ""],
    ]

    outcome = load(tmp_path, "elements", rows, by=company["sysadmin1"])

    assert outcome.counts.as_dict() == {"new": 1, "changed": 1, "same": 0, "bad": 0}
    assert paths() == {"S-1": "S-1/", "S-2": "S-2/", "F-1": "S-2/F-1/", "T-1": "S-2/F-1/T-1/"}
    assert dict(NetworkElement.objects.values_list("code", "version")) == {"S-1": 1, "S-2": 1, "F-1": 2, "T-1": 2}


def test_elements_in_a_ring_are_refused(company: dict[str, Staff], tmp_path: Path):
    rows = [[*NETWORK[0]], *NETWORK[1:3], ["S-1", "变电站", "铜官变", "T-1", "340705"]]
    outcome = load(tmp_path, "elements", rows, by=company["sysadmin1"])

    assert (sorted(outcome.bad), NetworkElement.objects.count()) == ([2, 3, 4], 0)


def test_a_row_below_a_bad_row_is_bad_too(company: dict[str, Staff], tmp_path: Path):
    rows = [*NETWORK[:3], ["S-1", "没有的类型", "铜官变", "", "340705"]]
    outcome = load(tmp_path, "elements", rows, by=company["sysadmin1"], skip_bad=True)

    assert (sorted(outcome.bad), NetworkElement.objects.count()) == ([2, 3, 4], 0)


def test_colleagues_are_engaged_and_posted(company: dict[str, Staff], tmp_path: Path):
    rows = [
        ["工号", "登录名", "姓名", "部门编码", "角色", "数据范围", "审批经理工号"],
        ["88001", "new.one", "新人甲", "TL-NORTH", "工程师", "Own rows", "88002"],
        ["88002", "new.two", "新人乙", "TL-NORTH", "approval_manager", "", ""],
    ]
    outcome = load(tmp_path, "staff", rows, by=company["secadmin1"])

    assert (outcome.bad, outcome.counts.new) == ({}, 2)
    one = Staff.objects.get(username="new.one")
    assert (one.manager.username, one.has_usable_password(), one.is_active) == ("new.two", False, True)
    assert list(one.posts.values_list("role__code", "scope")) == [("engineer", Scope.OWN)]
    assert load(tmp_path, "staff", rows, by=company["secadmin1"]).counts.same == 2
    assert Entry.objects.filter(key="accounts.engaged", by_id=company["secadmin1"].pk).count() == 2


def test_nobody_gives_themselves_a_post(company: dict[str, Staff], tmp_path: Path):
    me = company["secadmin1"]
    rows = [["工号", "登录名", "角色"], [me.employee_number, me.username, "sysadmin"]]
    outcome = load(tmp_path, "staff", rows, by=me)

    assert (list(outcome.bad), me.posts.count()) == ([2], 1)


def test_codes_are_added_renamed_and_retired(company: dict[str, Staff], tmp_path: Path):
    rows = [
        ["列表", "代码", "中文", "英文", "上级", "排序", "启用"],
        ["repair_kind", "leak_hose", "软管漏气", "Hose leak", "leak_any", "900", ""],
        ["repair_kind", "leak_any", "漏气", "Leak", "", "890", ""],
        ["contact_duty", Code.objects.filter(set="contact_duty").first().code, "负责人(改)", "", "", "", "否"],
    ]
    outcome = load(tmp_path, "codes", rows, by=company["sysadmin1"])

    assert (outcome.bad, outcome.counts.as_dict()) == ({}, {"new": 2, "changed": 1, "same": 0, "bad": 0})
    hose = Code.objects.get(set="repair_kind", code="leak_hose")
    assert (hose.parent.code, hose.position) == ("leak_any", 900)
    assert Code.objects.get(set="contact_duty", code=rows[3][1]).valid_to is not None
    assert load(tmp_path, "codes", rows, by=company["sysadmin1"]).counts.same == 3


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize(
    ("kind", "who"),
    [("customers", "dispatcher1"), ("service-points", "dispatcher1"), ("elements", "sysadmin1"), ("staff", "secadmin1"),
     ("codes", "sysadmin1")],
)  # fmt: skip
def test_what_was_exported_changes_nothing_when_it_is_loaded(
    company: dict[str, Staff], tmp_path: Path, kind: str, who: str, form: str
):
    load(tmp_path, "elements", NETWORK, by=company["sysadmin1"])
    load(tmp_path, "customers", CUSTOMERS, by=company["dispatcher1"])
    load(tmp_path, "service-points", POINTS, by=company["dispatcher1"])
    place = tmp_path / f"out.{form}"

    rows = exporting.export(place, KINDS[kind], by=company[who], form=form, progress=Silent())
    before = Change.objects.count()
    outcome = load_file(place, kind, by=company[who])

    assert rows > 0
    assert (outcome.bad, outcome.counts.as_dict()) == ({}, {"new": 0, "changed": 0, "same": rows, "bad": 0})
    assert Change.objects.count() == before


def test_an_export_holds_only_what_the_person_sees(company: dict[str, Staff], tmp_path: Path):
    load(tmp_path, "customers", CUSTOMERS, by=company["dispatcher1"])
    load(tmp_path, "customers", [["客户编号", "客户名称", "区县"], ["W1", "芜湖客户", "340202"]], by=None)

    assert (
        exporting.export(
            tmp_path / "a.csv", KINDS["customers"], by=company["dispatcher1"], form="csv", progress=Silent()
        )
        == 2
    )
    assert exporting.export(tmp_path / "b.csv", KINDS["customers"], by=None, form="csv", progress=Silent()) == 3


def test_the_file_of_errors_can_be_corrected_and_loaded(company: dict[str, Staff], tmp_path: Path):
    rows = [*CUSTOMERS, ["K003", "方伟", "个人", "12", "", "", "", "340705", "=1+1"]]
    outcome = load(tmp_path, "customers", rows, by=company["dispatcher1"], skip_bad=True)
    errors = tmp_path / "errors.xlsx"
    assert problems.write(errors, File(tmp_path / "rows.csv", "rows.csv"), outcome.bad) == 1

    again = load_file(errors, "customers", by=company["dispatcher1"])
    assert [(problem.row, problem.value) for problem in again.problems] == [(2, "12")]
    assert Customer.objects.count() == 2
