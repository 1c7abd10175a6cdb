"""Tasks: an order's work split among departments (以任务的形式再分配给相关部门), each reporting its part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.access import covers, duties_of
from jingming.accounts.models import Post, Staff
from jingming.accounts.rules import Scope
from jingming.base.errors import Unfit
from jingming.organisation.models import Department
from jingming.organisation.queries import departments

from ..models import Review, Task, WorkOrder
from ..rules import Act
from .ground import CannotAct, begin, belongs, hand_over, permission_of, settle_status, take_part


@dataclass(frozen=True)
class Assignment:
    """One part of the work: what a department, and perhaps a person of it, is to do."""

    department: Department
    instruction: str
    staff: Staff | None = None


@transaction.atomic
def split(
    order: WorkOrder, *, tasks: Sequence[Assignment], by: Staff, at: datetime, version: int | None, text: str = ""
) -> WorkOrder:
    """Split the order into tasks; it stays with the one who splits until all are reported."""
    doing = begin(order, Act.SPLIT, by=by, at=at, version=version)
    permission = permission_of(doing)
    if not tasks:
        raise Unfit(fields={"tasks": _("Name at least one department and what it is to do.")})
    for task in tasks:
        if task.department.kind not in permission.to_kinds or not task.department.active:
            raise Unfit(
                fields={"tasks": _("%(department)s takes no tasks of this type.") % {"department": task.department}}
            )
        if task.staff:
            belongs(task.staff, task.department)
    settle_status(doing.order)
    hand_over(doing, department=doing.order.department, staff=doing.whose)
    for task in tasks:
        Task.objects.create(
            order=doing.order, round=doing.order.round, department=task.department, assignee=task.staff,
            instruction=task.instruction, given_by=by, given_at=at,
        )  # fmt: skip
        take_part(doing.order, task.department, task.staff)
    given = [{"department": task.department.pk, "instruction": task.instruction} for task in tasks]
    return doing.done(text=text, facts={"tasks": given})


@transaction.atomic
def report(
    order: WorkOrder, *, handling: str, satisfaction: int, receipt_person: str, handled_at: datetime, by: Staff,
    at: datetime, version: int | None, task: int | None = None,
) -> WorkOrder:  # fmt: skip
    """Report one's task: what was done, the department's own satisfaction value 用户满意度 (1 to 5), who acknowledged
    it 回执人, and when. Without `task`, the only open one that is the person's."""
    doing = begin(order, Act.REPORT, by=by, at=at, version=version)
    done = _own_task(doing.hanging.open_tasks, by, task)
    if not (doing.order.occurred_at <= handled_at <= at):
        raise Unfit(fields={"handled_at": _("The time must lie between the customer's contact and now.")})
    done.handling, done.satisfaction, done.receipt_person = handling, satisfaction, receipt_person
    done.handled_at, done.reported_by, done.reported_at = handled_at, by, at
    done.save()
    if doing.order.flow.review != "none":
        Review.objects.create(
            order=doing.order, round=doing.order.round, step=doing.order.step, department=done.department, task=done,
            done_by=by, done_at=at, work=handling,
        )  # fmt: skip
    facts = {
        "task": done.pk,
        "satisfaction": satisfaction,
        "receipt_person": receipt_person,
        "handled_at": handled_at.isoformat(),
    }
    return doing.done(text=handling, facts=facts)


def _own_task(open_tasks: Sequence[Task], by: Staff, wanted: int | None) -> Task:
    own = [task for task in open_tasks if any(_works_on(post, task) for post in _reaching(by, task))]
    chosen = [task for task in own if wanted in (None, task.pk)]
    if not chosen:
        raise CannotAct(_("No open task of this order is yours."))
    if len(chosen) > 1:
        raise Unfit(fields={"task": _("Several tasks are yours. Say which one you report.")})
    return chosen[0]


def _reaching(by: Staff, task: Task) -> list[Post]:
    return [post for post in duties_of(by) if covers(post, departments()[task.department_id])]


def _works_on(post: Post, task: Task) -> bool:
    return post.scope != Scope.OWN or task.assignee_id == post.staff_id
