"""Pages on which menus are arranged: all roles at a glance, one role, and one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from jingming.base.clock import now
from jingming.base.errors import Http404, Refusal
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_form
from jingming.workspace import access, actions, menu
from jingming.workspace.forms.menus import EntryNameForm
from jingming.workspace.rules import Change


@require_http_methods(["GET", "POST"])
def menus(request: StaffRequest) -> HttpResponse:
    """Role × entry: what stands in whose menu, each switched by a button."""
    roles = list(access.roles())
    if request.method == "POST":
        change, pressed = _pressed(request)
        code, _colon, key = pressed.partition(":")
        found = next((role for role in roles if role.code == code), None)
        if found is None:
            messages.error(request, _("There is no such role. Reload the page."))
        else:
            _tried(request, lambda: actions.arrange_for_role(found, change, key, by=request.user, at=now()))
        return _back(reverse("menus"), pressed)
    lines = {role.code: {line.entry.key: line for line in menu.of_role(role)} for role in roles}
    given = [role for role in roles if lines[role.code]]
    rows = [
        {"entry": entry, "cells": [{"role": role, "line": lines[role.code].get(entry.key)} for role in given]}
        for entry in menu.ENTRIES
    ]
    return render(request, "workspace/menus.html", {"roles": given, "rows": rows, "at": request.GET.get("at", "")})


@require_http_methods(["GET", "POST"])
def role(request: StaffRequest, code: str) -> HttpResponse:
    """The menu of a role: order, what is hidden, names; everybody who has the role sees it at their next page."""
    found = access.get_role(code)
    here = reverse("menu_of_role", args=[code])
    if request.method == "POST":
        if "reset" in request.POST:
            actions.reset_for_role(found, by=request.user, at=now())
            messages.success(request, _("The menu is as shipped again."))
            return redirect(here)
        change, key = _pressed(request)
        _tried(request, lambda: actions.arrange_for_role(found, change, key, by=request.user, at=now()))
        return _back(here, key, change)
    context = {"role": found, "arranged": bool(found.menu), **_listed(request, menu.of_role(found))}
    return render(request, "workspace/menu_of_role.html", context)


@require_http_methods(["GET", "POST"])
def rename(request: StaffRequest, code: str, key: str) -> HttpResponse:
    """What a role calls an entry."""
    found = access.get_role(code)
    line = next((line for line in menu.of_role(found) if line.entry.key == key), None)
    if line is None:
        raise Http404
    form = EntryNameForm(request.POST or None, initial=found.menu.get("names", {}).get(key))

    def act(values: dict[str, Any]) -> None:
        actions.rename_for_role(found, key, values, by=request.user, at=now())

    return act_by_form(
        request, form, act, back=reverse("menu_of_role", args=[code]),
        title=_("Name of “%(entry)s” for %(role)s") % {"entry": line.entry.label, "role": found},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def own(request: StaffRequest) -> HttpResponse:
    """One's own menu, within what the roles leave."""
    here = reverse("own_menu")
    if request.method == "POST":
        if "reset" in request.POST:
            actions.reset_own(request.user, at=now())
            messages.success(request, _("Your menu is that of your roles again."))
            return redirect(here)
        change, key = _pressed(request)
        _tried(request, lambda: actions.arrange_own(request.user, change, key, at=now()))
        return _back(here, key, change)
    left = [line for line in menu.of_person(request.user) if line.left]
    context = {"arranged": bool(request.user.menu), **_listed(request, left)}
    return render(request, "workspace/own_menu.html", context)


def _pressed(request: StaffRequest) -> tuple[Change, str]:
    """Which button was pressed: `name` says what to do, `value` to what."""
    return next(((change, request.POST[change]) for change in Change if change in request.POST), (Change.SHOW, ""))


def _tried(request: StaffRequest, act: Callable[[], None]) -> None:
    try:
        act()
    except Refusal as refusal:
        messages.error(request, refusal.message)


def _back(here: str, at: str, change: str = "") -> HttpResponse:
    """To the page, where the button that was pressed has the focus again."""
    return redirect(f"{here}?{urlencode({'at': at, 'did': change})}")


def _listed(request: StaffRequest, lines: Iterable[menu.Line]) -> dict[str, object]:
    """The groups as the list shows them, and the button that takes the focus."""
    headings = {**menu.GROUPS, "work": _("Work"), menu.PINNED: pgettext("menu", "Pinned")}
    groups = [{"label": headings[name], "lines": below} for name, below in menu.together(lines).items()]
    return {"groups": groups, "at": request.GET.get("at", ""), "did": request.GET.get("did", "")}
