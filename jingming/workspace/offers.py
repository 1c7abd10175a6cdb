"""What the form of an act offers: departments nearest first, people, one's own tasks and reviews."""

from __future__ import annotations

from collections.abc import Sequence

from jingming.accounts.access import covers, duties_of
from jingming.accounts.models import Staff
from jingming.accounts.rules import Scope
from jingming.organisation.models import Department
from jingming.organisation.queries import departments, units
from jingming.workorders import access
from jingming.workorders.flows import HOME, PREVIOUS
from jingming.workorders.models import Review, Task, WorkOrder
from jingming.workorders.rules import Act


def target_kinds(order: WorkOrder, act: Act) -> tuple[str, ...]:
    """The kinds of departments to which the act may send the order from its present step."""
    permission = order.flow.permission(order.step, act)
    if permission is None:
        return ()
    step = order.flow.step(permission.to if permission.to not in ("", PREVIOUS) else order.step)
    return permission.to_kinds or step.kinds


def departments_for(order: WorkOrder, act: Act) -> list[Department]:
    """The departments that the act may choose from, nearest to the matter first."""
    kinds = target_kinds(order, act)
    able = [
        department
        for department in departments().values()
        if department.active
        and (
            act == Act.JUDGE
            or department.kind in kinds
            or (HOME in kinds and department.pk == order.home_department_id)
        )
        and access.may_take_part(order, department)
        and not (act == Act.TRANSFER and department.pk == order.department_id)
    ]
    return sorted(able, key=lambda department: _distance(order, department))


def _distance(order: WorkOrder, department: Department) -> tuple[int, str]:
    for far, level in enumerate(("district_id", "city_id", "province_id")):
        if getattr(department, level) is not None and getattr(department, level) == getattr(order, level):
            return far, units()[department.unit_id].code
    return 3, units()[department.unit_id].code


def handlers_in(chosen: Sequence[Department]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The people to whom work of these departments can be given, [(department, [(username, name)])]. One query."""
    wanted = {department.pk: department for department in chosen}
    people = Staff.objects.filter(
        posts__department__in=wanted, posts__role__works_as__in=access.HANDLING_ROLES, is_active=True
    )
    groups: dict[int, dict[str, str]] = {pk: {} for pk in wanted}
    for username, name, department in people.order_by("name", "id").values_list(
        "username", "name", "posts__department"
    ):
        groups[department][username] = name
    return [(str(wanted[pk]), list(members.items())) for pk, members in groups.items() if members]


def near(order: WorkOrder, chosen: Sequence[Department]) -> list[Department]:
    """Those of the departments that are in the order's own city: people are named only there. All if it has none."""
    return [one for one in chosen if order.city_id in (None, one.city_id)]


def own_reviews(order: WorkOrder, person: Staff) -> list[Review]:
    """The reviews that wait for the person. One query."""
    permission = order.flow.permission(order.step, Act.REVIEW)
    posts = [post for post in duties_of(person) if permission and post.role.works_as in permission.by]
    pending = Review.objects.filter(order=order, result="").select_related("done_by").order_by("id")
    return [review for review in pending if any(access.may_review(post, person, review) for post in posts)]


def own_tasks(order: WorkOrder, person: Staff) -> list[Task]:
    """The open tasks that the person can report. One query."""
    pending = Task.objects.filter(order=order, reported_at__isnull=True).select_related("assignee").order_by("id")
    return [
        task
        for task in pending
        if any(
            covers(post, departments()[task.department_id])
            and (post.scope != Scope.OWN or task.assignee_id == post.staff_id)
            for post in duties_of(person)
        )
    ]
