"""Orders and contacts as answers show them, each field as whoever asks may see it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from jingming.accounts import eyes
from jingming.base.http import StaffRequest
from jingming.interactions.models import Interaction
from jingming.organisation.queries import departments
from jingming.ui.labels import in_language
from jingming.workorders import access, masks, queries
from jingming.workorders.models import History, Review, Task, WorkOrder


def url_of(order: WorkOrder) -> str:
    """Where the desk shows the order."""
    return reverse("order", args=[order.number])


def _department(pk: int | None) -> str | None:
    found = departments().get(pk) if pk else None
    return found.code if found else None


def row(order: WorkOrder) -> dict[str, Any]:
    """An OrderRow."""
    return {
        **{
            name: getattr(order, name)
            for name in (
                "number", "status", "step", "level", "category", "description", "channel", "occurred_at",
                "recorded_at", "closed_at", "waiting_for", "held_until", "version",
            )
        },
        "address": eyes.shown("address", order.address, order),
        "type": order.type.code,
        "department": departments()[order.department_id].code,
        "assignee": order.assignee.username if order.assignee else None,
        "url": url_of(order),
    }  # fmt: skip


def _line(line: History, order: WorkOrder) -> dict[str, Any]:
    return {
        **{name: getattr(line, name) for name in ("act", "occurred_at", "recorded_at", "from_status", "to_status")},
        **{name: getattr(line, name) for name in ("from_step", "to_step", "reason", "text", "imported", "odd")},
        "facts": masks.facts_seen(order, line.facts),
        "by": line.by_name,
        "department": _department(line.department_id),
        "to_department": _department(line.to_department_id),
    }


def whole(order: WorkOrder, request: StaffRequest) -> dict[str, Any]:
    """An OrderOut: the order with all that hangs on it, and what whoever asks can do."""
    hanging, allowed = queries.hanging_on(order, request.user), access.acts_for(order, request.user)
    return {
        **row(order),
        **{name: getattr(order, name) for name in ("verified", "outcome", "round")},
        **{name: getattr(order, name) for name in ("must_reassign", "satisfied")},
        "caller_name": eyes.shown("name", order.caller_name, order),
        "caller_phone": eyes.shown("phone", order.caller_phone, order),
        "customer": order.customer_id,
        "service_point": order.service_point.account_number if order.service_point else None,
        "fields": masks.form_seen(order, order.form),
        "missing": access.missing(order),
        "step_label": in_language(order.flow.step(order.step).label.model_dump()),
        "history": [_line(line, order) for line in hanging.history],
        "acts": {
            "allowed": [str(act) for act in allowed.now],
            "refused": [{"act": str(act), "reason": reason} for act, reason in allowed.refused.items()],
        },
        "tasks": [_task(task, order) for task in hanging.tasks],
        "reviews": [_review(review) for review in hanging.reviews],
        "callbacks": [
            {"due_at": c.due_at, "result": c.result, "satisfaction": c.satisfaction, "text": c.text, "at": c.at}
            for c in hanging.callbacks
        ],
        "work": [
            {"by": w.staff.name, "began_at": w.began_at, "minutes": w.minutes, "text": w.text} for w in hanging.work
        ],
        "links": [
            {"number": (li.other if li.order_id == order.pk else li.order).number, "kind": li.kind, "at": li.at}
            for li in hanging.links
        ],
        "attachments": [
            {"id": a.pk, "name": a.name, "media_type": a.media_type, "size": a.size, "sha256": a.sha256, "at": a.at}
            for a in hanging.attachments
        ],
        "interactions": [contact_out(contact, order.number) for contact in hanging.interactions],
    }


def _task(task: Task, order: WorkOrder) -> dict[str, Any]:
    return {
        "id": task.pk,
        "department": _department(task.department_id),
        "assignee": task.assignee.username if task.assignee else None,
        "instruction": task.instruction,
        "given_at": task.given_at,
        "handling": task.handling,
        "satisfaction": task.satisfaction,
        "receipt_person": eyes.shown("name", task.receipt_person, order),
        "handled_at": task.handled_at,
        "reported_at": task.reported_at,
        "reported_by": task.reported_by.name if task.reported_by else None,
    }


def _review(review: Review) -> dict[str, Any]:
    return {
        "id": review.pk,
        "step": review.step,
        "department": _department(review.department_id),
        "task": review.task_id,
        "done_by": review.done_by.name,
        "done_at": review.done_at,
        "work": review.work,
        "result": review.result,
        "reviewer": review.reviewer.name if review.reviewer else None,
        "reviewed_at": review.reviewed_at,
        "remark": review.remark,
    }


def contact_out(contact: Interaction, order_number: str | None) -> dict[str, Any]:
    """A ContactOut."""
    return {
        "id": contact.pk,
        **{name: getattr(contact, name) for name in ("channel", "direction", "disposition", "reason", "outcome")},
        "order": order_number,
        "occurred_at": contact.occurred_at,
        "ended_at": contact.ended_at,
        "caller_name": eyes.shown("name", contact.party_name, contact),
        "caller_phone": eyes.shown("phone", contact.party_phone, contact),
    }
