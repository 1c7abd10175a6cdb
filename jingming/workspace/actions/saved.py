"""Views that somebody saves, shares, renames and deletes, and the columns that somebody chooses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Role, Staff
from jingming.audit import actions as audit
from jingming.base.errors import NotAllowed, Unfit
from jingming.organisation.models import Department, Unit

from .. import access
from ..models import ChosenColumns, SavedView
from ..rules import fit_columns


@dataclass(frozen=True)
class Audience:
    """With whom a view is shared: nobody, a department, or a role in a unit and all below."""

    department: Department | None = None
    role: Role | None = None
    unit: Unit | None = None


@transaction.atomic
def save_view(*, name: str, query: str, audience: Audience, by: Staff, at: datetime) -> SavedView:
    """Keep a queue's address under a name."""
    _may_share(by, audience)
    _name_is_free(by, name)
    view = SavedView.objects.create(
        owner=by, name=name, query=query, created_at=at, department=audience.department, role=audience.role,
        unit=audience.unit,
    )  # fmt: skip
    audit.record("workspace.view_saved", view, by=by, at=at, name=name, **_told(view))
    return view


@transaction.atomic
def change_view(view: SavedView, *, name: str, audience: Audience, by: Staff, at: datetime) -> SavedView:
    """Give a view another name, or share it with others."""
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    if not access.changes(by, view):
        raise NotAllowed(_("The view was shared by somebody else. Save one of your own under another name."))
    _may_share(by, audience)
    if name != view.name:
        _name_is_free(view.owner, name)
    was = {"name": view.name, **_told(view)}
    view.name, view.department, view.role, view.unit = name, audience.department, audience.role, audience.unit
    view.save()
    audit.record("workspace.view_changed", view, by=by, at=at, was=was, now={"name": name, **_told(view)})
    return view


@transaction.atomic
def delete_view(view: SavedView, *, by: Staff, at: datetime) -> None:
    """Forget a view; the orders that it showed are untouched."""
    if not access.changes(by, view):
        raise NotAllowed(_("The view was shared by somebody else. Save one of your own under another name."))
    audit.record("workspace.view_deleted", view, by=by, at=at, name=view.name, query=view.query)
    view.delete()


@transaction.atomic
def choose_columns(columns: Iterable[str], *, by: Staff, at: datetime) -> list[str]:
    """Keep which columns the person wants to see in queues, in this order; what was kept."""
    fit = fit_columns(columns)
    kept, _created = ChosenColumns.objects.update_or_create(staff=by, defaults={"columns": fit})
    audit.record("workspace.columns_chosen", kept, by=by, at=at, columns=fit)
    return fit


def _may_share(by: Staff, audience: Audience) -> None:
    department, unit = audience.department, audience.unit
    if not access.may_share(by, department_id=department.pk if department else None, unit_id=unit.pk if unit else None):
        raise NotAllowed(_("Views are shared by whoever answers for these people. Keep it for yourself."))


def _name_is_free(owner: Staff, name: str) -> None:
    if SavedView.objects.filter(owner=owner, name=name).exists():
        raise Unfit(fields={"name": _("There is a view of this name already. Choose another.")})


def _told(view: SavedView) -> dict[str, int]:
    told = {"department": view.department_id, "role": view.role_id, "unit": view.unit_id}
    return {name: pk for name, pk in told.items() if pk is not None}
