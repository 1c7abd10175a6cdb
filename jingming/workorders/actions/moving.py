"""Acts that take an order up or hand it to somebody else."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.access import duties_of, selves
from jingming.accounts.models import Staff
from jingming.base.errors import NotAllowed, Unfit
from jingming.codes.queries import check as check_code
from jingming.organisation.models import Department

from ..models import History, Review, Route, WorkOrder
from ..rules import HANDING_OVER, Act, Status
from .ground import (
    CannotAct,
    Doing,
    begin,
    belongs,
    hand_over,
    permission_of,
    rest_no_more,
    settle_status,
    take_part,
    works_in,
)


@transaction.atomic
def accept(order: WorkOrder, *, by: Staff, at: datetime, version: int | None) -> WorkOrder:
    """Take charge of an order that stands in one's queue; whoever only acts for somebody takes it for them."""
    doing = begin(order, Act.ACCEPT, by=by, at=at, version=version)
    if doing.order.assignee_id not in {None, *selves(by)}:
        raise CannotAct(
            _("%(person)s has taken this order already. Ask for it to be assigned to you.")
            % {"person": doing.order.assignee}
        )
    if not works_in(doing.whose, doing.order.department):
        raise CannotAct(
            _("You do not work in %(department)s. Assign the order to somebody there.")
            % {"department": doing.order.department}
        )
    doing.order.assignee, doing.order.recallable = doing.whose, False
    settle_status(doing.order)
    belongs_here(doing, doing.whose)
    return doing.done(to_staff=doing.whose)


def belongs_here(doing: Doing, staff: Staff) -> None:
    """Let the person keep seeing the order, as one of the department that has it."""
    take_part(doing.order, doing.order.department, staff)


@transaction.atomic
def assign(
    order: WorkOrder, *, staff: Staff | None, by: Staff, at: datetime, version: int | None, text: str = ""
) -> WorkOrder:
    """Give the order to one of the department's people (工作任务分配); an approval manager only to own engineers.
    None takes it from whoever has it: how an assignment of an order that nobody had is undone."""
    doing = begin(order, Act.ASSIGN, by=by, at=at, version=version)
    if staff is not None:
        belongs(staff, doing.order.department)
    allowed_as = permission_of(doing).by
    able = [post for post in duties_of(by) if post.role.works_as in allowed_as]
    roles = {post.role.works_as for post in able}
    whose = staff or doing.order.assignee
    if roles == {"approval_manager"} and whose is not None and whose.manager_id not in {post.staff_id for post in able}:
        raise NotAllowed(
            _("An approval manager assigns own engineers. %(person)s is not one of yours.") % {"person": whose}
        )
    doing.order.assignee, doing.order.recallable = staff, False
    settle_status(doing.order)
    if staff is not None:
        belongs_here(doing, staff)
    return doing.done(to_staff=staff, text=text)


@transaction.atomic
def arrive(order: WorkOrder, *, by: Staff, at: datetime, version: int | None) -> WorkOrder:
    """Note that somebody is on site (到场); an order that nobody has is in charge of whoever came."""
    doing = begin(order, Act.ARRIVE, by=by, at=at, version=version)
    doing.order.arrived_at, doing.order.recallable = at, False
    if doing.order.assignee_id is None and works_in(doing.whose, doing.order.department):
        doing.order.assignee = doing.whose
        belongs_here(doing, doing.whose)
    rest_no_more(doing.order)
    return doing.done()


@transaction.atomic
def dispatch(
    order: WorkOrder, *, by: Staff, at: datetime, version: int | None, department: Department | None = None,
    staff: Staff | None = None, text: str = "",
) -> WorkOrder:  # fmt: skip
    """Send the order to the department that will do it; without a person, to the approval manager of its category."""
    doing = begin(order, Act.DISPATCH, by=by, at=at, version=version)
    return _sent(doing, department, staff, text)


@transaction.atomic
def transfer(
    order: WorkOrder, *, by: Staff, at: datetime, version: int | None, department: Department,
    staff: Staff | None = None, text: str = "",
) -> WorkOrder:  # fmt: skip
    """Pass the order on to another department (转派)."""
    doing = begin(order, Act.TRANSFER, by=by, at=at, version=version)
    if department.pk == doing.order.department_id:
        raise Unfit(fields={"department": _("The order is with this department already. Choose another.")})
    step_done(doing, text)
    return _sent(doing, department, staff, text)


def _sent(doing: Doing, department: Department | None, staff: Staff | None, text: str) -> WorkOrder:
    settle_status(doing.order)
    hand_over(doing, department=department, staff=staff, recallable=True)
    if staff is None and (manager := _approval_manager(doing.order)):
        doing.order.assignee = staff = manager
        belongs_here(doing, manager)
    return doing.done(text=text, to_staff=staff)


def _approval_manager(order: WorkOrder) -> Staff | None:
    """Whose problems the order's category is, in the department that has it."""
    if not order.category:
        return None
    route = Route.objects.select_related("manager").filter(category=order.category, department=order.department).first()
    return route.manager if route and works_in(route.manager, order.department) else None


@transaction.atomic
def reply(order: WorkOrder, *, text: str, by: Staff, at: datetime, version: int | None) -> WorkOrder:
    """Send the order back with what is to be told: a department to operations, operations to the call centre (回复)."""
    doing = begin(order, Act.REPLY, by=by, at=at, version=version)
    step_done(doing, text)
    settle_status(doing.order)
    doing.order.outcome = text
    hand_over(doing, recallable=True)
    return doing.done(text=text)


@transaction.atomic
def return_to_sender(
    order: WorkOrder, *, reason: str, by: Staff, at: datetime, version: int | None, text: str = ""
) -> WorkOrder:
    """Return an order that is not one's own to do (退单), with the reason."""
    doing = begin(order, Act.RETURN, by=by, at=at, version=version)
    check_code("return_reason", reason, "reason", at)
    settle_status(doing.order)
    hand_over(doing)
    return doing.done(reason=reason, text=text)


@transaction.atomic
def recall(order: WorkOrder, *, by: Staff, at: datetime, version: int | None, text: str) -> WorkOrder:
    """Take back an order sent by mistake, while nobody has touched it: it stands again where it stood."""
    doing = begin(order, Act.RECALL, by=by, at=at, version=version)
    here = doing.order
    last = History.objects.filter(order_id=here.pk, act__in=HANDING_OVER, occurred_at__gte=here.occurred_at)
    sent = last.order_by("-version", "-id").first()
    if sent is None or here.sent_from is None:
        raise CannotAct(_("Nothing was handed over that could be recalled."))
    if not here.sent_from.active:
        raise CannotAct(
            _("%(department)s works no more. Ask the other side to return the order.") % {"department": here.sent_from}
        )
    back_to = here.sent_assignee if here.sent_assignee and works_in(here.sent_assignee, here.sent_from) else None
    here.department, here.step, here.assignee = here.sent_from, here.sent_step, back_to
    here.status = Status(sent.from_status)
    here.recallable = False
    rest_no_more(here)
    # What the sender had reported of the step is no longer reported.
    withdrawn = Review.objects.filter(order=here, step=here.step, result="", done_at=sent.occurred_at)
    withdrawn.update(result="returned", reviewer=by, reviewed_at=at, remark=text)
    return doing.done(text=text)


def step_done(doing: Doing, text: str) -> None:
    """Note a step that its department's head reviews."""
    order = doing.order
    if order.flow.review != "none" and order.flow.step(order.step).review:
        Review.objects.create(
            order=order, round=order.round, step=order.step, department=order.department, done_by=doing.by,
            done_at=doing.at, work=text,
        )  # fmt: skip
