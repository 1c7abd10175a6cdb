"""Category → approval manager → engineer: whose problems are whose, and who may give work to whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.base.clock import now
from jingming.base.errors import NotAllowed, Unfit
from jingming.workorders.actions import route
from jingming.workorders.models import Route, WorkOrder
from jingming.workorders.rules import Act
from tests.orders import do, taken

Company = dict[str, Staff]


@pytest.fixture
def routed(company: Company) -> WorkOrder:
    """A repair of a category that approval1 answers for in the north; it has been sent there."""
    approval = company["approval1"]
    route("gas_meter", approval.department, manager=approval, by=company["sysadmin1"], at=now())
    order = taken(company["agent1"], "repair", category="gas_meter")
    return do(order, Act.DISPATCH, company["dispatcher1"], department="TL-NORTH")


def in_charge(order: WorkOrder) -> str | None:
    person = WorkOrder.objects.select_related("assignee").get(pk=order.pk).assignee
    return person.username if person else None


def test_a_category_goes_to_its_approval_manager(company: Company, routed: WorkOrder) -> None:
    assert in_charge(routed) == "approval1"
    assert routed.participations.filter(staff=company["approval1"]).exists()


def test_who_is_named_goes_before_whom_the_category_names(company: Company, routed: WorkOrder) -> None:
    order = taken(company["agent1"], "repair", category="gas_meter")
    do(order, Act.DISPATCH, company["dispatcher1"], department="TL-NORTH", staff="engineer2")

    assert in_charge(order) == "engineer2"


@pytest.mark.parametrize(
    ("department", "category"), [("TL-SOUTH", "gas_meter"), ("TL-NORTH", "gas_leak"), ("TL-NORTH", "")]
)
def test_other_departments_and_categories_are_nobodys(
    company: Company, routed: WorkOrder, department: str, category: str
) -> None:
    order = taken(company["agent1"], "repair", category=category)
    do(order, Act.DISPATCH, company["dispatcher1"], department=department)

    assert in_charge(order) is None


def test_an_approval_manager_assigns_own_engineers_only(company: Company, routed: WorkOrder) -> None:
    company["engineer2"].manager = None
    company["engineer2"].save()
    with pytest.raises(NotAllowed), translation.override("en"):
        do(routed, Act.ASSIGN, company["approval1"], staff="engineer2")
    assert in_charge(routed) == "approval1"

    do(routed, Act.ASSIGN, company["approval1"], staff="engineer1")
    assert in_charge(routed) == "engineer1"


def test_a_head_assigns_anybody_of_the_department_and_nobody_else(company: Company, routed: WorkOrder) -> None:
    with pytest.raises(Unfit):
        do(routed, Act.ASSIGN, company["head1"], staff="engineer3")
    do(routed, Act.ASSIGN, company["head1"], staff="engineer2")

    assert in_charge(routed) == "engineer2"


@pytest.mark.parametrize("gone", ["left", "moved away"])
def test_an_approval_manager_who_is_gone_gets_nothing(company: Company, routed: WorkOrder, gone: str) -> None:
    if gone == "left":
        Staff.objects.filter(username="approval1").update(is_active=False)
    else:
        company["approval1"].posts.all().delete()
    order = taken(company["agent1"], "repair", category="gas_meter")
    do(order, Act.DISPATCH, company["dispatcher1"], department="TL-NORTH")

    assert in_charge(order) is None


def test_a_transfer_is_routed_as_a_dispatch_is(company: Company) -> None:
    approval = company["approval1"]
    route("gas_meter", approval.department, manager=approval, by=company["sysadmin1"], at=now())
    order = taken(company["agent1"], "repair", category="gas_meter")
    do(order, Act.DISPATCH, company["dispatcher1"], department="TL-SOUTH")
    do(order, Act.TRANSFER, company["head2"], department="TL-NORTH")

    assert in_charge(order) == "approval1"


def test_a_route_is_changed_and_removed_with_a_line_of_audit(company: Company) -> None:
    approval, at = company["approval1"], now() + timedelta(minutes=1)
    for manager in (approval, approval, None):
        route("gas_meter", approval.department, manager=manager, by=company["sysadmin1"], at=at)

    assert not Route.objects.exists()
    keys = list(Entry.objects.filter(at=at).order_by("id").values_list("key", flat=True))
    assert keys == ["workorders.routed", "workorders.routed", "workorders.route_removed"]


@pytest.mark.parametrize("nobody", ["head2", "head1"])
def test_only_an_approval_manager_of_the_department_answers_for_a_category(company: Company, nobody: str) -> None:
    with pytest.raises(Unfit):
        route("gas_meter", company["head1"].department, manager=company[nobody], by=company["sysadmin1"], at=now())

    assert not Route.objects.exists()
