"""Nobody checks their own work, and the department that splits a complaint is not the one that judges it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jingming.accounts import actions as people
from jingming.accounts.models import Role, Staff
from jingming.base.clock import now
from jingming.base.errors import NotAllowed
from jingming.organisation.models import Department
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Act
from tests.orders import do, taken

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
Company = dict[str, Staff]


def posted(person: Staff, role: str, department: str) -> Staff:
    """The person, with one post more."""
    where = Department.objects.get(code=department)
    people.post(person, role=Role.objects.get(code=role), department=where, scope="department", by=None, at=AT)
    return Staff.objects.select_related("department").get(pk=person.pk)


def split(company: Company, by: Staff, *departments: str) -> WorkOrder:
    tasks = [{"department": code, "instruction": "查明原因"} for code in departments]
    return do(taken(company["agent1"], "complaint"), Act.SPLIT, by, tasks=tasks)


def judged(order: WorkOrder, by: Staff) -> WorkOrder:
    return do(order, Act.JUDGE, by, department="TL-NORTH", text="施工未告知")


def test_supervision_judges_what_inspection_split(company: Company):
    order = split(company, company["inspector1"], "TL-NORTH")

    assert judged(order, company["supervisor1"]).number == order.number


def test_whoever_split_it_does_not_judge_it_with_another_post(company: Company):
    order = split(company, company["inspector1"], "TL-NORTH")
    inspector = posted(company["inspector1"], "supervisor", "TL-SUPER")

    with pytest.raises(NotAllowed):
        judged(order, inspector)


def test_a_department_with_a_part_in_it_does_not_judge_it(company: Company):
    order = split(company, company["inspector1"], "TL-SUPER")

    with pytest.raises(NotAllowed):
        judged(order, company["supervisor1"])


def test_whoever_did_a_part_of_it_does_not_judge_it(company: Company):
    order = split(company, company["inspector1"], "TL-NORTH")
    head = posted(company["head1"], "supervisor", "TL-SUPER")
    do(order, Act.REPORT, head, handling="已致歉", satisfaction=4, receipt_person="王", handled_at=now().isoformat())

    with pytest.raises(NotAllowed):
        judged(order, head)
    judged(order, company["supervisor1"])
