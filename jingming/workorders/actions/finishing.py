"""Acts that bring an order to its end, or back from it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.access import duties_of
from jingming.accounts.models import Staff
from jingming.base.errors import Unfit
from jingming.codes.queries import check as check_code
from jingming.organisation.models import Department
from jingming.organisation.queries import departments
from jingming.ui.labels import in_language

from .. import access
from ..flows import Step
from ..models import Callback, History, Review, Task, WorkOrder
from ..rules import Act, CallbackResult, ReviewResult, Status, callback_wanted
from .ground import CannotAct, Doing, begin, hand_over, permission_of, responsible, rest_no_more, take_part
from .moving import step_done


def _end(doing: Doing, outcome: str) -> None:
    order = doing.order
    order.status, order.closed_at, order.recallable = Status.CLOSED, doing.at, False
    order.processed_at = order.processed_at or doing.at
    order.outcome = outcome or order.outcome
    rest_no_more(order)


@transaction.atomic
def answer(order: WorkOrder, *, text: str, by: Staff, at: datetime, version: int | None) -> WorkOrder:
    """Answer while the customer is still on the line, and close in the same act."""
    doing = begin(order, Act.ANSWER, by=by, at=at, version=version)
    _end(doing, text)
    return doing.done(text=text)


@transaction.atomic
def terminate(order: WorkOrder, *, text: str, by: Staff, at: datetime, version: int | None) -> WorkOrder:
    """End an order whose customer has been told (终止): by operations itself, or by the call centre after a reply."""
    doing = begin(order, Act.TERMINATE, by=by, at=at, version=version)
    _end(doing, text)
    return doing.done(text=text)


@transaction.atomic
def complete(order: WorkOrder, *, text: str, by: Staff, at: datetime, version: int | None) -> WorkOrder:
    """Say that the work is done; a callback falls due where the type or the sample asks for one."""
    doing = begin(order, Act.COMPLETE, by=by, at=at, version=version)
    here, plan = doing.order, doing.order.flow.callback
    # Work that was split has been noted for review with each task's report.
    if not Task.objects.filter(order=here, round=here.round).exists():
        step_done(doing, text)
    here.callback_waived = not callback_wanted(plan.when, plan.share, here.number)
    here.status, here.processed_at, here.outcome, here.satisfied = Status.PROCESSED, at, text, None
    hand_over(doing)
    if not here.callback_waived:
        _callback_falls_due(here, at)
    return doing.done(text=text)


def _callback_falls_due(order: WorkOrder, at: datetime) -> None:
    Callback.objects.create(order=order, round=order.round, department=order.home_department, due_at=at)


@transaction.atomic
def review(
    order: WorkOrder, *, result: ReviewResult, by: Staff, at: datetime, version: int | None, text: str = "",
    review: int | None = None, to_step: str = "",
) -> WorkOrder:  # fmt: skip
    """A head's review 审核 of a step of own department. Returning needs a remark, keeps the number, and sends the
    order back to the step that it names (the reviewed one if it names none)."""
    doing = begin(order, Act.REVIEW, by=by, at=at, version=version)
    looked_at = _own_review(doing, review)
    if result == ReviewResult.RETURNED and not text:
        raise Unfit(fields={"text": _("Say what is to be done better.")})
    if result == ReviewResult.RETURNED and doing.order.status == Status.CLOSED:
        raise CannotAct(_("The order is closed. Have it reopened before you return a step of it."))
    looked_at.result, looked_at.reviewer, looked_at.reviewed_at, looked_at.remark = result, by, at, text
    looked_at.save()
    if result == ReviewResult.RETURNED:
        _back_to(doing, to_step, looked_at)
    return doing.done(
        text=text,
        facts={"review": looked_at.pk, "result": str(result), "step": looked_at.step, "done_by": looked_at.done_by_id},
    )


def _own_review(doing: Doing, wanted: int | None) -> Review:
    roles = permission_of(doing).by
    posts = [post for post in duties_of(doing.by) if post.role.works_as in roles]
    own = [
        pending
        for pending in doing.hanging.pending_reviews
        if wanted in (None, pending.pk) and any(access.may_review(post, doing.by, pending) for post in posts)
    ]
    if not own:
        raise CannotAct(_("This step does not wait for your review."))
    return own[0]


def _back_to(doing: Doing, step_key: str, looked_at: Review) -> None:
    """Return the order for reassignment: the step is open again, what hung on its being done is withdrawn."""
    order = doing.order
    step = _step_to_return_to(order, step_key, looked_at)
    due = Callback.objects.filter(order=order, result="")
    due.update(result=CallbackResult.WITHDRAWN, by=doing.by, at=doing.at)
    if looked_at.task:
        Task.objects.create(
            order=order, round=order.round, department=looked_at.department, assignee=looked_at.task.assignee,
            instruction=looked_at.remark, given_by=doing.by, given_at=doing.at,
        )  # fmt: skip
    department = looked_at.department
    if step.key != looked_at.step or looked_at.task is not None or not department.active:
        department = _who_did(order, step)
    if looked_at.task is None or department.pk != order.department_id:
        order.assignee = None
    order.department, order.step, order.status = department, step.key, Status.PROCESSING
    order.processed_at = order.satisfied = None
    order.recallable = False
    take_part(order, department)
    rest_no_more(order)


def _who_did(order: WorkOrder, step: Step) -> Department:
    """The department that had the order at this step, else whoever is responsible for the step now."""
    lines = History.objects.filter(order_id=order.pk, from_step=step.key, occurred_at__gte=order.occurred_at)
    last = lines.order_by("-version", "-id").first()
    did = departments().get(last.department_id or 0) if last else None
    return did if did is not None and did.active and did.kind in step.kinds else responsible(order, step.kinds)


def _step_to_return_to(order: WorkOrder, wanted: str, looked_at: Review) -> Step:
    """The step at which work begins again: the reviewed one or one before it, never one that lies ahead. Of a step
    that the type no longer knows, the first."""
    if order.must_reassign:
        raise CannotAct(_("The customer was not satisfied: the original order must be reassigned first."))
    if looked_at.round != order.round:
        raise CannotAct(_("A new round of work has begun since. Review the step as passed, with your remark."))
    steps = order.flow.steps
    reviewed = next((place for place, step in enumerate(steps) if step.key == looked_at.step), 0)
    wanted = wanted or steps[reviewed].key
    step = next((step for step in steps[: reviewed + 1] if step.key == wanted), None)
    if step is None:
        raise Unfit(
            fields={
                "to_step": _("Work goes back to the reviewed step or to one before it: %(steps)s.")
                % {"steps": ", ".join(in_language(step.label.model_dump()) for step in steps[: reviewed + 1])}
            }
        )
    return step


@transaction.atomic
def call_back(
    order: WorkOrder, *, result: CallbackResult, by: Staff, at: datetime, version: int | None,
    satisfaction: int | None = None, text: str = "",
) -> WorkOrder:  # fmt: skip
    """Record a callback 回访. Satisfied: the order may be closed. Dissatisfied: it must be reassigned. Not reached:
    another one falls due, until the plan's number of attempts lets it go."""
    doing = begin(order, Act.CALL_BACK, by=by, at=at, version=version)
    here, made = doing.order, doing.hanging.due_callback
    if made is None:  # pragma: no cover - begin() refuses before
        raise CannotAct(_("No callback is due on this order."))
    if result == CallbackResult.WITHDRAWN:
        raise Unfit(fields={"result": _("Say whether the customer is satisfied, or was not reached.")})
    if result != CallbackResult.UNREACHABLE and satisfaction is None:
        raise Unfit(fields={"satisfaction": _("Ask the customer for a value from 1 to 5.")})
    made.result, made.satisfaction, made.text, made.by, made.at = result, satisfaction, text, by, at
    made.save()
    if result == CallbackResult.SATISFIED:
        here.satisfied = True
        hand_over(doing)
    elif result == CallbackResult.DISSATISFIED:
        here.satisfied, here.must_reassign = False, True
    elif doing.hanging.unreached + 1 < here.flow.callback.attempts:
        _callback_falls_due(here, at)
    else:
        hand_over(doing)
    return doing.done(text=text, facts={"callback": made.pk, "result": str(result), "satisfaction": satisfaction})


@transaction.atomic
def reassign(
    order: WorkOrder, *, text: str, by: Staff, at: datetime, version: int | None, department: Department | None = None
) -> WorkOrder:
    """Reassign the original order (对原工单转派) after a callback with a dissatisfied customer; a new round begins."""
    doing = begin(order, Act.REASSIGN, by=by, at=at, version=version)
    here = doing.order
    if department is None:
        here.sent_from = _last_handler(here)
    here.must_reassign, here.status, here.processed_at, here.holds = False, Status.PROCESSING, None, 0
    here.satisfied = None  # of this round nothing has been heard yet
    here.round += 1
    hand_over(doing, department=department)
    return doing.done(text=text)


def _last_handler(order: WorkOrder) -> Department | None:
    last = Review.objects.filter(order=order, task__isnull=True).order_by("-id").first()
    return last.department if last else order.sent_from


@transaction.atomic
def close(order: WorkOrder, *, by: Staff, at: datetime, version: int | None, text: str = "") -> WorkOrder:
    """Close an order whose callback is satisfied or not asked for."""
    doing = begin(order, Act.CLOSE, by=by, at=at, version=version)
    _end(doing, "")
    return doing.done(text=text)


@transaction.atomic
def reopen(order: WorkOrder, *, reason: str, by: Staff, at: datetime, version: int | None, text: str = "") -> WorkOrder:
    """Take up a closed order again: it begins its flow anew, in a new round, under its old number."""
    doing = begin(order, Act.REOPEN, by=by, at=at, version=version)
    check_code("reopen_reason", reason, "reason", at)
    here, flow = doing.order, doing.order.flow
    start = flow.step(flow.start)
    here.status, here.step = Status.PROCESSING, start.key
    here.department, here.assignee = responsible(here, start.kinds), None
    here.closed_at = here.processed_at = here.satisfied = None
    here.round += 1
    here.holds = 0
    take_part(here, here.department)
    return doing.done(reason=reason, text=text)


@transaction.atomic
def void(order: WorkOrder, *, reason: str, by: Staff, at: datetime, version: int | None, text: str = "") -> WorkOrder:
    """Make an order void 作废: the only way to delete one, with its reason; it keeps its number."""
    doing = begin(order, Act.VOID, by=by, at=at, version=version)
    check_code("void_reason", reason, "reason", at)
    doing.order.status, doing.order.status_before, doing.order.suspended_by = Status.VOID, "", None
    doing.order.closed_at, doing.order.recallable = at, False
    rest_no_more(doing.order)
    return doing.done(reason=reason, text=text)
