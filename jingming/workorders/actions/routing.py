"""Whose problems a category is: category → approval manager → engineer, as in the software company's system."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.errors import Unfit
from jingming.codes.queries import check as check_code
from jingming.organisation.models import Department

from ..models import Route
from .ground import belongs


@transaction.atomic
def route(category: str, department: Department, *, manager: Staff | None, by: Staff, at: datetime) -> Route | None:
    """Make somebody the approval manager of a category in a department; without `manager` nobody is any longer."""
    check_code("category", category, "category", at)
    if manager is None:
        for gone in Route.objects.filter(category=category, department=department):
            audit.record("workorders.route_removed", gone, by=by, at=at, category=category, department=department.code)
            gone.delete()
        return None
    belongs(manager, department)
    if not manager.posts.filter(department=department, role__works_as="approval_manager").exists():
        raise Unfit(
            fields={
                "manager": _("%(person)s is no approval manager of %(department)s.")
                % {"person": manager, "department": department}
            }
        )
    kept, _created = Route.objects.update_or_create(
        category=category, department=department, defaults={"manager": manager}
    )
    audit.record("workorders.routed", kept, by=by, at=at, category=category, manager=manager.username)
    return kept
