"""Roles: all of them against everything that can be given, one of them, and what the security administrator does."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jingming.accounts import queries, roles
from jingming.accounts.forms.roles import ChangedRoleForm, NewRoleForm
from jingming.accounts.models import Role
from jingming.accounts.rules import ITSELF, SHIPPED_ROLES
from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_button, act_by_form, put_on


@require_safe
def matrix(request: StaffRequest) -> HttpResponse:
    """Authority × role, grouped by business, and how far the posts of each role reach."""
    return render(request, "accounts/roles.html", {"matrix": queries.matrix_of_roles()})


@require_http_methods(["GET", "POST"])
def page(request: StaffRequest, code: str) -> HttpResponse:
    """One role: its name, work and authorities to change; copy, retire, return to what is shipped."""
    role = get_object_or_404(Role, code=code)
    shipped = role.code in SHIPPED_ROLES
    initial = {**_beginning(role), **role.label, "known": roles.as_known(role)}
    form = ChangedRoleForm(request.POST or None, initial=initial, shipped=shipped)

    context = {
        "role": role,
        "form": form,
        "holders": queries.holders_of(role),
        "shipped": shipped,
        "differs": shipped and not _is_as_shipped(role),
    }
    if form.is_valid():
        try:
            roles.change(role, **form.values(), by=request.user, at=now())
        except Refusal as refusal:
            put_on(form, refusal)
            if isinstance(refusal, roles.ChangedMeanwhile):
                form.now_known(roles.as_known(Role.objects.get(pk=role.pk)))
        else:
            messages.success(request, _("Saved. It holds at the next request of everybody who has the role."))
            return redirect(_page_of(role))
    return render(request, "accounts/role.html", context, status=422 if form.errors else 200)


def _beginning(role: Role) -> dict[str, Any]:
    """What the form of a role and that of a copy of it begin with."""
    return {"authorities": role.authorities, "works_as": ITSELF if _of_its_own(role) else role.works_as}


def _of_its_own(role: Role) -> bool:
    return role.works_as == role.code and role.code not in SHIPPED_ROLES


def _is_as_shipped(role: Role) -> bool:
    chinese, english, authorities = SHIPPED_ROLES[role.code]
    return role.label == {"zh": chinese, "en": english} and set(role.authorities) == {str(a) for a in authorities}


@require_http_methods(["GET", "POST"])
def make(request: StaffRequest) -> HttpResponse:
    """Make a role."""
    return _make(request, of=None)


@require_http_methods(["GET", "POST"])
def copy(request: StaffRequest, code: str) -> HttpResponse:
    """Make a role that begins with what another may do."""
    return _make(request, of=get_object_or_404(Role, code=code))


def _make(request: StaffRequest, *, of: Role | None) -> HttpResponse:
    form = NewRoleForm(request.POST or None, initial=_beginning(of) if of else None)

    def act(_values: dict[str, Any]) -> None:
        roles.make(**form.values(), of=of, by=request.user, at=now())

    title = _("Copy of %(role)s") % {"role": of} if of else _("New role")
    sub = _("Rights say what may be seen and changed; what it works as says whose queues and acts of orders it has.")
    return act_by_form(request, form, act, back=reverse("roles"), title=title, sub=sub)


@require_POST
def reset(request: StaffRequest, code: str) -> HttpResponse:
    """Return a role to what is shipped."""
    role = get_object_or_404(Role, code=code)
    return act_by_button(request, lambda: roles.reset(role, by=request.user, at=now()), back=_page_of(role))


@require_POST
def switch(request: StaffRequest, code: str) -> HttpResponse:
    """Retire a role, or bring it back."""
    role = get_object_or_404(Role, code=code)
    act = roles.restore if request.POST.get("on") == "yes" else roles.retire
    return act_by_button(request, lambda: act(role, by=request.user, at=now()), back=_page_of(role))


def _page_of(role: Role) -> str:
    return reverse("role", args=[role.code])
