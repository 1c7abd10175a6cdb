"""What every act on an order shares: lock and decide, then save, record, publish.

doing = begin(order, Act.ACCEPT, by=by, at=at, version=version)   # refuses, or holds the locked order
doing.order.assignee = by                                         # the act itself
return doing.done()                                               # saves, history, audit, event
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jingming.accounts.access import stands_for
from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.clock import now as wall_clock
from jingming.base.errors import NotAllowed, Refusal, Stale, Unfit
from jingming.base.events import publish
from jingming.organisation.models import Department
from jingming.organisation.queries import department_for, departments

from .. import access
from ..events import WorkOrderActed
from ..flows import HOME, PREVIOUS, Permission, Step
from ..masks import value_seen
from ..models import History, Participation, WorkOrder
from ..rules import BESIDE, Act, Status, may_lead_to, why_not_in_state


class CannotAct(Refusal):
    """The order's state, step or surroundings do not admit the act; the message says the way out."""

    kind = "cannot-act"


TRACKED = (
    "status", "step", "department_id", "assignee_id", "type_id", "customer_id", "service_point_id", "caller_name",
    "caller_phone", "address", "verified", "category", "level", "description", "form", "outcome", "waiting_for",
    "held_until", "arrived_at", "suspended_by_id", "round", "must_reassign", "satisfied",
)  # fmt: skip


def _snapshot(order: WorkOrder) -> dict[str, Any]:
    values = {name: getattr(order, name) for name in TRACKED}
    return values | {"form": dict(order.form), "verified": list(order.verified)}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


@dataclass
class Doing:
    """An act under way on a locked order."""

    order: WorkOrder
    act: Act
    by: Staff
    at: datetime
    hanging: access.Situation
    before: dict[str, Any]
    whose: Staff  # in whose name: `by`, or whoever has lent the only posts that give the act

    def done(
        self,
        *,
        reason: str = "",
        text: str = "",
        facts: Mapping[str, object] | None = None,
        to_staff: Staff | None = None,
    ) -> WorkOrder:
        """Save the order, write one line of history and one of audit, publish; returns the order."""
        order, was = self.order, self.before
        if not may_lead_to(self.act, was["status"], order.status):
            raise CannotAct(why_not_in_state(self.act, was["status"]))
        self._left_the_site()
        changes = {
            name: [_plain(was[name]), _plain(getattr(order, name))]
            for name in TRACKED
            if was[name] != getattr(order, name)
        }
        if self.act not in BESIDE:
            order.version += 1
            order.save()
        moved = order.department_id != was["department_id"]
        said = {"acting_for": self.whose.name} if self.whose.pk != self.by.pk else {}
        write_history(
            order,
            act=self.act,
            by=self.by,
            at=self.at,
            from_status=was["status"],
            from_step=was["step"],
            department_id=was["department_id"],
            to_department_id=order.department_id if moved else None,
            to_staff_id=to_staff.pk if to_staff else None,
            reason=reason,
            text=text,
            facts={
                **(facts or {}),
                **({"changes": changes} if changes else {}),
                **said,
            },
        )
        audit.record(f"workorders.{self.act}", order, by=self.by, at=self.at, changed=sorted(changes), **said)
        publish(WorkOrderActed(order_id=order.pk, act=self.act, status=order.status))
        return order

    def _left_the_site(self) -> None:
        """Whoever does the order next has still to come; a completed round keeps when somebody came."""
        moved = any(self.before[name] != getattr(self.order, name) for name in ("department_id", "assignee_id", "step"))
        if moved and self.order.status != Status.PROCESSED and self.act not in {Act.ARRIVE, Act.CLOSE}:
            self.order.arrived_at = None


def write_history(order: WorkOrder, *, act: Act, by: Staff | None, at: datetime, **values: object) -> None:
    """One line of the order's way, standing where the order stands."""
    History.objects.create(
        order_id=order.pk,
        occurred_at=at,
        recorded_at=wall_clock(),
        version=order.version,
        act=act,
        to_status=order.status,
        to_step=order.step,
        by_id=by.pk if by else None,
        by_name=by.name if by else "",
        province_id=order.province_id,
        city_id=order.city_id,
        district_id=order.district_id,
        **values,
    )


def begin(order: WorkOrder, act: Act, *, by: Staff, at: datetime, version: int | None) -> Doing:
    """Lock the order and decide. Raises Stale if `version` is not the present one, CannotAct or NotAllowed if the
    act is refused. `version` may be None only for acts beside the order, and for callers who have just made it."""
    # Ids never change, so rows that name the order (links, tasks) need not wait for this lock, nor it for them.
    # Alone, without a join: a row that was retyped while we waited would no longer match its old type, and be missed.
    locked = WorkOrder.objects.select_for_update(no_key=True).get(pk=order.pk)
    if version is not None and version != locked.version and act not in BESIDE:
        raise stale(locked, since=version)
    if at < locked.occurred_at:
        raise Unfit(_("An act cannot be earlier than the contact that the order began with."))
    hanging = access.situation(locked)
    if reason := why_not_in_state(act, locked.status):
        raise CannotAct(reason)
    if reason := access.why_not_by(locked, act, by, hanging):
        raise NotAllowed(reason)
    if reason := access.why_not_now(locked, act, hanging):
        raise CannotAct(reason)
    whose = stands_for(by, access.posts_for(locked, act, by, hanging))
    return Doing(locked, act, by, at, hanging, _snapshot(locked), whose)


def stale(order: WorkOrder, *, since: int) -> Stale:
    """The refusal of a save that knows an older version: who changed what since then, field by field."""
    lines = History.objects.filter(order_id=order.pk, version__gt=since, occurred_at__gte=order.occurred_at)
    differences: dict[str, dict[str, object]] = {}
    for line in lines.order_by("occurred_at", "id"):
        for name, (before, after) in line.facts.get("changes", {}).items():
            entry = differences.setdefault(
                name,
                {
                    "field": name,
                    "label": access.field_label(order, name.removesuffix("_id")),
                    "before": value_seen(order, name, before),
                },
            )
            entry |= {"now": value_seen(order, name, after), "by": line.by_name, "at": line.occurred_at.isoformat()}
    return Stale(
        _("Somebody else has changed order %(number)s meanwhile. Look at the differences, then save again.")
        % {"number": order.number},
        differences=list(differences.values()),
        version=order.version,
    )


def permission_of(doing: Doing) -> Permission:
    """The flow's permission for the act under way; begin() has made sure that there is one."""
    permission = doing.order.flow.permission(doing.order.step, doing.act)
    if permission is None:  # pragma: no cover - begin() refuses before
        raise CannotAct(_("The flow of this type does not have this act at this step."))
    return permission


def hand_over(
    doing: Doing, *, department: Department | None = None, staff: Staff | None = None, recallable: bool = False
) -> None:
    """Move the order to the step its flow names for the act, to `department` or to whoever is responsible there."""
    order, permission = doing.order, permission_of(doing)
    step = _next_step(order, permission)
    kinds = permission.to_kinds or step.kinds
    target = department or responsible(order, kinds)
    if not target.active or (
        target.kind not in kinds and not (HOME in kinds and target.pk == order.home_department_id)
    ):
        raise Unfit(
            fields={
                "department": _("%(department)s does not do this step. Choose another department.")
                % {"department": target}
            }
        )
    if staff is not None:
        belongs(staff, target)
    order.sent_from_id, order.sent_step, order.sent_assignee_id = order.department_id, order.step, order.assignee_id
    order.recallable = recallable
    order.step, order.department, order.assignee = step.key, target, staff
    take_part(order, target, staff)
    rest_no_more(order)


def _next_step(order: WorkOrder, permission: Permission) -> Step:
    flow = order.flow
    key = order.sent_step if permission.to == PREVIOUS else permission.to
    step = flow.step(key or order.step)
    if step.unless_waived and order.callback_waived:
        after = step.acts[Act.CALL_BACK].to
        return flow.step(after)
    return step


def responsible(order: WorkOrder, kinds: Iterable[str]) -> Department:
    """Who does a step of these kinds for this order: where it came from if that fits, else the nearest department."""
    wanted = list(kinds)
    if HOME in wanted:
        return departments()[order.home_department_id]
    if order.sent_from_id and departments()[order.sent_from_id].kind in wanted:
        return departments()[order.sent_from_id]
    for kind in wanted:
        if found := department_for(kind, order):
            return found
    raise Unfit(fields={"department": _("No department of this place does this step. Choose one.")})


def works_in(staff: Staff, department: Department) -> bool:
    """Whether the person holds a post in the department itself; reaching down to it is not enough to take charge."""
    return staff.is_active and staff.posts.filter(department=department).exists()


def belongs(staff: Staff, department: Department) -> None:
    """Refuse a person who does not work in the department."""
    if not works_in(staff, department):
        raise Unfit(
            fields={
                "staff": _("%(person)s does not work in %(department)s. Choose somebody who does.")
                % {"person": staff, "department": department}
            }
        )


def take_part(order: WorkOrder, department: Department, staff: Staff | None = None) -> None:
    """Let a department, and a person of it, keep seeing the order."""
    Participation.objects.bulk_create(
        [
            Participation(order=order, department=department, staff=person, occurred_at=order.occurred_at)
            for person in ([None, staff] if staff else [None])
        ],
        ignore_conflicts=True,
    )


def rest_no_more(order: WorkOrder) -> None:
    """An order that moves on neither waits nor is held."""
    order.waiting_for, order.held_until = "", None


def settle_status(order: WorkOrder) -> None:
    """Put an untreated order under way."""
    if order.status == Status.UNTREATED:
        order.status = Status.PROCESSING
