"""Who may see which orders, and who may do what to them. Page, API, search and push all ask here.

Seeing: everything, the orders of one's units, those that have been with one's departments, or those that have been
with oneself. Doing: the table of states, then the flow's permission at the step, then the person's standing to the
order, then what the order itself still lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from jingming.accounts.access import Reach, covers, duties_of, reach, selves
from jingming.accounts.models import Post, Staff
from jingming.accounts.queries import with_duties
from jingming.accounts.rules import Authority, Scope
from jingming.organisation.models import Department
from jingming.organisation.queries import departments
from jingming.organisation.rules import Kind
from jingming.ui.labels import in_language

from .flows import OWN_FIELDS
from .models import Callback, History, Participation, Review, Task, WorkOrder, WorkOrderQuerySet
from .rules import BESIDE, Act, CallbackResult, Status, why_not_in_state


def visible_to(person: Staff | object) -> WorkOrderQuerySet:
    """The orders that the person may see."""
    reached = reach(person, Authority.SEE_ORDERS)
    if not reached:
        return WorkOrder.objects.none()
    condition = _reached(reached)
    # Everywhere is the empty condition, which an "or" would drop.
    if reached.own and not reached.everywhere and isinstance(person, Staff):
        condition |= Q(Exists(Participation.objects.filter(order=OuterRef("pk"), staff__in=reached.own_of)))
    return WorkOrder.objects.filter(condition)


def _reached(reached: Reach) -> Q:
    """The orders of whole units and departments that are reached, without one's own."""
    if reached.everywhere:
        return Q()
    condition = reached.placed() or Q(pk__in=[])
    if reached.departments:
        with_it = Participation.objects.filter(order=OuterRef("pk"), department__in=reached.departments)
        condition |= Q(Exists(with_it.filter(staff__isnull=True)))
    return condition


def visible_among(people: Iterable[object], ids: Collection[int]) -> dict[int, set[int]]:
    """Which of the orders each of the people may see, by the person's pk, as `visible_to` says it: one query for each
    different reach, and one for all of whom orders have been with themselves."""
    staff = [person for person in people if isinstance(person, Staff)]
    with_duties(staff)
    seen: dict[int, set[int]] = {person.pk: set() for person in staff}
    alike: dict[Reach, list[int]] = {}
    own: dict[int, list[int]] = {}  # whose own orders → who sees them
    for person in staff:
        reached = reach(person, Authority.SEE_ORDERS)
        for whose in () if reached.everywhere else reached.own_of:
            own.setdefault(whose, []).append(person.pk)
        alike.setdefault(replace(reached, own_of=frozenset()), []).append(person.pk)
    for reached, group in alike.items():
        found = (
            set(WorkOrder.objects.filter(_reached(reached), pk__in=ids).values_list("pk", flat=True)) if reached else ()
        )
        for pk in group:
            seen[pk].update(found)
    mine = Participation.objects.filter(order__in=ids, staff__in=own) if own else Participation.objects.none()
    for order, whose in mine.values_list("order_id", "staff_id"):
        for pk in own.get(whose or 0, ()):
            seen[pk].add(order)
    return seen


def get_order(person: Staff | object, number: str) -> WorkOrder:
    """The order of this number if the person may see it; Http404 alike for unknown and unseen."""
    found = visible_to(person).select_related("type", "interaction").filter(number=number).first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class Situation:
    """What hangs on an order now, as far as it decides what can be done."""

    open_tasks: tuple[Task, ...]
    pending_reviews: tuple[Review, ...]
    due_callback: Callback | None
    unreached: int


def situation(order: WorkOrder) -> Situation:
    """Read what hangs on the order: three queries."""
    return situated(
        order,
        tasks=Task.objects.filter(order=order, reported_at__isnull=True).order_by("id"),
        reviews=Review.objects.filter(order=order, result="").order_by("id"),
        callbacks=Callback.objects.filter(order=order, round=order.round).order_by("id"),
    )


def situated(
    order: WorkOrder, *, tasks: Iterable[Task], reviews: Iterable[Review], callbacks: Iterable[Callback]
) -> Situation:
    """The situation, out of what has been read already; what is done with does not matter in it."""
    calls = [call for call in callbacks if call.round == order.round]
    return Situation(
        open_tasks=tuple(task for task in tasks if task.reported_at is None),
        pending_reviews=tuple(review for review in reviews if not review.result),
        due_callback=next((call for call in calls if not call.result), None),
        unreached=sum(call.result == CallbackResult.UNREACHABLE for call in calls),
    )


def situations(orders: Iterable[WorkOrder]) -> dict[int, Situation]:
    """The situations of many orders by their ids, in the same three queries."""
    by_id = {order.pk: order for order in orders}
    tasks: dict[int, list[Task]] = {pk: [] for pk in by_id}
    reviews: dict[int, list[Review]] = {pk: [] for pk in by_id}
    callbacks: dict[int, list[Callback]] = {pk: [] for pk in by_id}
    for task in Task.objects.filter(order__in=by_id, reported_at__isnull=True).order_by("id"):
        tasks[task.order_id].append(task)
    for review in Review.objects.filter(order__in=by_id, result="").order_by("id"):
        reviews[review.order_id].append(review)
    for call in Callback.objects.filter(order__in=by_id).order_by("id"):
        callbacks[call.order_id].append(call)
    return {
        pk: situated(order, tasks=tasks[pk], reviews=reviews[pk], callbacks=callbacks[pk])
        for pk, order in by_id.items()
    }


class Standing(Protocol):
    """Whether a post stands to the order as the act asks."""

    def __call__(self, post: Post, person: Staff, order: WorkOrder, now: Situation) -> bool: ...


def _reaches(post: Post, person: Staff, department_id: int, assignee_id: int | None) -> bool:
    """Whether the post works the queue of a department; a post of scope `own` only what is assigned to its owner."""
    if not covers(post, departments()[department_id]):
        return False
    return post.scope != Scope.OWN or assignee_id == post.staff_id


def _holds(post: Post, person: Staff, order: WorkOrder, now: Situation) -> bool:
    return _reaches(post, person, order.department_id, order.assignee_id)


def _at_home(post: Post, person: Staff, order: WorkOrder, now: Situation) -> bool:
    return post.scope != Scope.OWN and covers(post, departments()[order.home_department_id])


def _in_the_call_centre(post: Post, person: Staff, order: WorkOrder, now: Situation) -> bool:
    return departments()[post.department_id].kind == Kind.CALL_CENTRE and _at_home(post, person, order, now)


def _holds_or_at_home(post: Post, person: Staff, order: WorkOrder, now: Situation) -> bool:
    return _holds(post, person, order, now) or _at_home(post, person, order, now)


def _has_a_task(post: Post, person: Staff, order: WorkOrder, now: Situation) -> bool:
    return any(_reaches(post, person, task.department_id, task.assignee_id) for task in now.open_tasks)


def _holds_or_has_a_task(post: Post, person: Staff, order: WorkOrder, now: Situation) -> bool:
    return _holds(post, person, order, now) or _has_a_task(post, person, order, now)


def _resumes(post: Post, person: Staff, order: WorkOrder, now: Situation) -> bool:
    if order.status == Status.SUSPENDED:
        return _in_the_call_centre(post, person, order, now)
    return _holds_or_has_a_task(post, person, order, now)


def _has_sent(post: Post, person: Staff, order: WorkOrder, now: Situation) -> bool:
    return order.sent_from_id is not None and _reaches(post, person, order.sent_from_id, order.sent_assignee_id)


def _heads_a_reviewed_department(post: Post, person: Staff, order: WorkOrder, now: Situation) -> bool:
    return any(may_review(post, person, review) for review in now.pending_reviews)


def _supervises(post: Post, person: Staff, order: WorkOrder, now: Situation) -> bool:
    return departments()[post.department_id].kind == Kind.SUPERVISION


def _sees(post: Post, person: Staff, order: WorkOrder, now: Situation) -> bool:
    return True  # the order was fetched through visible_to


STANDING: dict[Act, Standing] = {
    Act.ANSWER: _at_home,
    Act.ACCEPT: _holds,
    Act.ASSIGN: _holds,
    Act.ARRIVE: _holds,
    Act.DISPATCH: _holds,
    Act.TRANSFER: _holds,
    Act.REPLY: _holds,
    Act.TERMINATE: _holds,
    Act.RETURN: _holds,
    Act.SPLIT: _holds,
    Act.REPORT: _has_a_task,
    Act.HOLD: _holds_or_has_a_task,
    Act.WAIT: _holds_or_has_a_task,
    Act.SUSPEND: _in_the_call_centre,
    Act.RESUME: _resumes,
    Act.COMPLETE: _holds,
    Act.REVIEW: _heads_a_reviewed_department,
    Act.CALL_BACK: _at_home,
    Act.REASSIGN: _at_home,
    Act.CLOSE: _at_home,
    Act.REOPEN: _at_home,
    Act.VOID: _holds_or_at_home,
    Act.RECALL: _has_sent,
    Act.AMEND: _holds_or_at_home,
    Act.RETYPE: _holds_or_at_home,
    Act.WORK: _sees,
    Act.NOTE: _sees,
    Act.ATTACH: _sees,
    Act.LINK: _sees,
    Act.JUDGE: _supervises,
}


def may_review(post: Post, person: Staff, review: Review) -> bool:
    """Whether the post reviews this step: its department's, and nobody reviews their own work, nor that of those for
    whom they act."""
    return covers(post, departments()[review.department_id]) and review.done_by_id not in selves(person)


def missing(order: WorkOrder, act: Act | None = None) -> list[str]:
    """Fields still empty that `act` asks for; without an act, all that some later act will ask for."""
    wanted = order.flow.required_by(act) if act else order.flow.wanted()
    return [key for key in wanted if value_of(order, key) in (None, "", [])]  # no and 0 are answers


def value_of(order: WorkOrder, key: str) -> object:
    """The value of one of the order's own fields or of its type's form."""
    if key in {"service_point", "customer"}:
        return getattr(order, f"{key}_id")
    return getattr(order, key) if key in OWN_FIELDS else order.form.get(key)


def field_label(order: WorkOrder, key: str) -> str:
    """What a field is called on screen."""
    field = order.flow.field(key)
    return in_language(field.label.model_dump()) if field else str(OWN_LABELS.get(key, lambda: key)())


OWN_LABELS: dict[str, Callable[[], str]] = {
    "service_point": lambda: _("Service point"),
    "customer": lambda: _("Customer"),
    "caller_name": lambda: _("Caller"),
    "caller_phone": lambda: _("Phone"),
    "address": lambda: _("Address"),
    "category": lambda: _("Category"),
    "level": lambda: _("Level"),
    "verified": lambda: _("Customer verified by"),
    "description": lambda: _("Description"),
    "status": lambda: _("State"),
    "step": lambda: _("Step"),
    "department": lambda: _("Department"),
    "assignee": lambda: _("Person in charge"),
    "arrived_at": lambda: _("Arrived on site"),
    "outcome": lambda: _("Outcome"),
    "waiting_for": lambda: _("Waiting for"),
    "held_until": lambda: _("Held until"),
    "type": lambda: _("Type"),
    "round": lambda: _("Round"),
    "form": lambda: _("Form"),
}


def why_not(order: WorkOrder, act: Act, person: Staff, now: Situation) -> str:
    """Empty if the person may do the act to the order now, else the first reason, with the way out."""
    return why_not_in_state(act, order.status) or why_not_by(order, act, person, now) or why_not_now(order, act, now)


def why_not_by(order: WorkOrder, act: Act, person: Staff, now: Situation) -> str:
    """Empty if the flow gives the act at this step to one of the person's posts, that post stands to the order, and it
    is not about own work."""
    permission = order.flow.permission(order.step, act)
    if permission is None:
        return _("The flow of this type does not have “%(act)s” at this step.") % {"act": act.label}
    if not any(post.role.works_as in permission.by for post in duties_of(person)):
        return _("Your roles do not include “%(act)s” at this step.") % {"act": act.label}
    able = posts_for(order, act, person, now)
    if not able:
        return _not_standing(order, act)
    return OWN_WORK[act](order, person, able, now) if act in OWN_WORK else ""


def posts_for(order: WorkOrder, act: Act, person: Staff, now: Situation) -> list[Post]:
    """The person's posts, own and lent, to which the flow gives the act at this step and that stand to the order."""
    permission = order.flow.permission(order.step, act)
    posts = [post for post in duties_of(person) if permission and post.role.works_as in permission.by]
    return [post for post in posts if STANDING[act](post, person, order, now)]


def _own_callback(order: WorkOrder, person: Staff, _able: list[Post], now: Situation) -> str:
    if now.due_callback is None:
        return ""
    if Review.objects.filter(order=order, round=order.round, done_by__in=selves(person)).exists():
        return _("Nobody asks the customer about their own work. Leave the callback to a colleague.")
    return ""


def _own_judgement(order: WorkOrder, person: Staff, able: list[Post], _now: Situation) -> str:
    """Never by whoever split the order or did a part of it, not as one of a department that did, nor by whoever acts
    for one of these people."""
    own = selves(person)
    lines = History.objects.filter(order_id=order.pk, act=Act.SPLIT, occurred_at__gte=order.occurred_at)
    splits = set(lines.values_list("by_id", "department_id"))
    if any(by in own for by, _department in splits):
        return _("Whoever split the complaint does not judge it. Leave it to another supervisor.")
    tasks = set(Task.objects.filter(order=order).values_list("reported_by", "department"))
    done = Review.objects.filter(order=order, done_by__in=own)
    if any(by in own for by, _department in tasks) or done.exists():
        return _("Nobody judges their own work. Leave it to another supervisor.")
    concerned = {department for _by, department in splits | tasks}
    # Somebody of such a department does not judge with a post that is lent to them either.
    works_there = any(post.department_id in concerned for post in duties_of(person) if post.staff_id == person.pk)
    if all(post.department_id in concerned or (works_there and post.staff_id != person.pk) for post in able):
        return _("Your department split the complaint or did a part of it. Leave the judgement to another department.")
    return ""


# Act → empty unless it would be about work of the person's own; asks the database, for the few who may do the act.
OWN_WORK: dict[Act, Callable[[WorkOrder, Staff, list[Post], Situation], str]] = {
    Act.CALL_BACK: _own_callback,
    Act.JUDGE: _own_judgement,
}


def _not_standing(order: WorkOrder, act: Act) -> str:
    if act in {Act.SUSPEND, Act.RESUME} and order.status != Status.PROCESSED:
        return _("Only the call centre suspends and releases; holding is up to the department that has the order.")
    if act == Act.REVIEW:
        return _("No step of your department waits for a review by you.")
    if act == Act.REPORT:
        return _("No open task of this order is yours.")
    return _("The order is with %(department)s; ask them, or wait until it is with you.") % {
        "department": departments()[order.department_id]
    }


def why_not_now(order: WorkOrder, act: Act, now: Situation) -> str:
    """Empty if nothing about the order itself is in the way of an act that the person may otherwise do."""
    if order.must_reassign and act not in BESIDE | {Act.REASSIGN, Act.REVIEW, Act.AMEND}:
        return _("The customer was not satisfied: the original order must be reassigned first.")
    if lacking := missing(order, act):
        return _("Fill in first: %(fields)s.") % {"fields": ", ".join(field_label(order, key) for key in lacking)}
    check = CONDITIONS.get(act)
    return check(order, now) if check else ""


def _all_tasks_reported(order: WorkOrder, now: Situation) -> str:
    if not now.open_tasks:
        return ""
    return _("Tasks not reported yet: %(departments)s.") % {
        "departments": ", ".join(str(departments()[task.department_id]) for task in now.open_tasks)
    }


def _reviews_not_in_the_way(order: WorkOrder, now: Situation) -> str:
    if order.flow.review != "blocking" or not now.pending_reviews:
        return ""
    return _("The department head has to review first: %(departments)s.") % {
        "departments": ", ".join(sorted({str(departments()[r.department_id]) for r in now.pending_reviews}))
    }


def _callback_due(order: WorkOrder, now: Situation) -> str:
    if now.due_callback is None:
        return _("No callback is due on this order.")
    return _reviews_not_in_the_way(order, now)


def _called_back(order: WorkOrder, now: Situation) -> str:
    if now.due_callback is not None:
        return _("The customer has to be called back first.")
    return _all_tasks_reported(order, now) or _reviews_not_in_the_way(order, now)


def _was_dissatisfied(order: WorkOrder, now: Situation) -> str:
    return "" if order.must_reassign else _("An order is reassigned after a callback with a dissatisfied customer.")


def _was_handed_over(order: WorkOrder, now: Situation) -> str:
    if order.recallable:
        return ""
    return _("The other side has taken the order up already, or nothing was handed over. Ask them to return it.")


def _not_on_site(order: WorkOrder, now: Situation) -> str:
    return _("The arrival on site is recorded already.") if order.arrived_at else ""


def _stands_still(order: WorkOrder, now: Situation) -> str:
    if order.status == Status.SUSPENDED or order.waiting_for or order.held_until:
        return ""
    return _("The order is neither suspended nor held nor waiting.")


CONDITIONS: dict[Act, Callable[[WorkOrder, Situation], str]] = {
    Act.ANSWER: _called_back,
    Act.TERMINATE: _called_back,
    Act.RETYPE: _all_tasks_reported,
    Act.COMPLETE: _all_tasks_reported,
    Act.ARRIVE: _not_on_site,
    Act.CALL_BACK: _callback_due,
    Act.CLOSE: _called_back,
    Act.REASSIGN: _was_dissatisfied,
    Act.RECALL: _was_handed_over,
    Act.RESUME: _stands_still,
}


@dataclass(frozen=True)
class Allowed:
    """What a person may do to an order now, and why not the rest."""

    now: tuple[Act, ...]
    refused: dict[Act, str]


def acts_for(order: WorkOrder, person: Staff, hanging: Situation | None = None) -> Allowed:
    """Every act, sorted into allowed and refused with its reason; reads the situation if it is not given."""
    hanging = hanging or situation(order)
    reasons = {act: why_not(order, act, person, hanging) for act in Act if act != Act.OPEN}
    return Allowed(
        now=tuple(act for act, reason in reasons.items() if not reason),
        refused={act: reason for act, reason in reasons.items() if reason},
    )


def may_take_part(order: WorkOrder, department: Department) -> bool:
    """Whether the department can have to do with the order at all: work stays in its province."""
    return order.province_id is None or department.province_id in (None, order.province_id)


def may_be_named(order: WorkOrder) -> QuerySet[Staff]:
    """The people to whom work on the order can be given: those of its city, and of the department that has it. Others
    are as good as unknown here: departments elsewhere choose their own."""
    here = Q(posts__department=order.department_id)
    if order.city_id is not None:
        here |= Q(posts__department__city=order.city_id)
    elif order.province_id is None:
        here = Q()
    else:
        here |= Q(posts__department__province=order.province_id)
    return Staff.objects.filter(here, posts__role__works_as__in=HANDLING_ROLES, is_active=True).distinct()


HANDLING_ROLES = (
    "engineer",
    "head",
    "approval_manager",
    "inspector",
    "dispatcher",
    "agent",
    "callback",
    "account_manager",
    "supervisor",
)
