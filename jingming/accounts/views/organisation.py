"""The tree of units with their departments and areas: see it, and change it with the authority for that."""

from __future__ import annotations

from typing import Any, TypeVar

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jingming.accounts import access
from jingming.accounts.forms import places as forms
from jingming.base.clock import now
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_button, act_by_form
from jingming.organisation import actions, queries
from jingming.organisation.models import Department, ServiceArea, Unit
from jingming.organisation.rules import LEVEL_BELOW, Level


@require_safe
def tree(request: StaffRequest) -> HttpResponse:
    """All units, each below its own, with their departments."""
    return render(request, "accounts/organisation.html", {"branches": queries.branches()})


@require_safe
def unit(request: StaffRequest, pk: int) -> HttpResponse:
    """One unit: its departments, its areas, the units below."""
    shown = get_object_or_404(Unit.objects.select_related("parent"), pk=pk)
    context = {
        "unit": shown,
        "departments": shown.departments.order_by("code"),
        "areas": [{"area": area, "depth": area.path.count("/") - 1} for area in shown.areas.order_by("path")],
        "below": shown.children.order_by("code"),
        "level_below": Level(LEVEL_BELOW[Level(shown.level)]).label if Level(shown.level) in LEVEL_BELOW else "",
        "can_change": access.keeps(request.user, shown),
    }
    return render(request, "accounts/unit.html", context)


@require_http_methods(["GET", "POST"])
def change_unit(request: StaffRequest, pk: int) -> HttpResponse:
    """Rename a unit, correct its dialling code or time zone."""
    changed = _own(request, get_object_or_404(Unit, pk=pk))
    initial = {
        **forms.label_initial(changed.label),
        "number_code": changed.number_code,
        "time_zone": changed.time_zone,
    }
    form = forms.UnitForm(request.POST or None, initial=initial)

    def act(values: dict[str, Any]) -> None:
        actions.change_unit(changed, **values, by=request.user, at=now())

    return act_by_form(request, form, act, back=_unit_page(changed), title=_("Change %(unit)s") % {"unit": changed})


@require_http_methods(["GET", "POST"])
def add_unit(request: StaffRequest, pk: int) -> HttpResponse:
    """Add a unit below this one, on the next level down."""
    parent = _own(request, get_object_or_404(Unit.objects.exclude(level=Level.DISTRICT), pk=pk))
    form = forms.NewUnitForm(request.POST or None, initial={"time_zone": parent.time_zone})

    def act(values: dict[str, Any]) -> None:
        level = LEVEL_BELOW[Level(parent.level)]
        actions.add_unit(level=level, parent=parent, **values, by=request.user, at=now())

    return act_by_form(
        request, form, act, back=_unit_page(parent), title=_("Add a unit below %(unit)s") % {"unit": parent}
    )


@require_http_methods(["GET", "POST"])
def add_department(request: StaffRequest, pk: int) -> HttpResponse:
    """Add a department to a unit."""
    owner = _own(request, get_object_or_404(Unit, pk=pk))
    form = forms.NewDepartmentForm(request.POST or None)

    def act(values: dict[str, Any]) -> None:
        actions.add_department(unit=owner, **values, by=request.user, at=now())

    return act_by_form(
        request, form, act, back=_unit_page(owner), title=_("Add a department to %(unit)s") % {"unit": owner}
    )


@require_http_methods(["GET", "POST"])
def add_area(request: StaffRequest, pk: int) -> HttpResponse:
    """Add a service area to a unit."""
    owner = _own(request, get_object_or_404(Unit, pk=pk))
    form = forms.NewAreaForm(owner, request.POST or None)

    def act(values: dict[str, Any]) -> None:
        actions.add_area(unit=owner, **values, by=request.user, at=now())

    return act_by_form(request, form, act, back=_unit_page(owner), title=_("Add an area to %(unit)s") % {"unit": owner})


@require_http_methods(["GET", "POST"])
def rename(request: StaffRequest, kind: str, pk: int) -> HttpResponse:
    """Give a department or an area another name."""
    thing = _own(request, _thing(kind, pk))
    if isinstance(thing, Unit):  # its page for changes holds more than the name
        return redirect("unit_change", pk)
    form = forms.LabelForm(request.POST or None, initial=forms.label_initial(thing.label))

    def act(values: dict[str, Any]) -> None:
        actions.rename(thing, **values, by=request.user, at=now())

    return act_by_form(request, form, act, back=_unit_page(thing.unit), title=_("Rename %(thing)s") % {"thing": thing})


@require_POST
def switch(request: StaffRequest, kind: str, pk: int) -> HttpResponse:
    """Switch a unit, department or area off or on."""
    thing = _own(request, _thing(kind, pk))

    def act() -> None:
        actions.switch(thing, on=request.POST.get("on") == "yes", by=request.user, at=now())

    return act_by_button(request, act, back=_unit_page(thing if isinstance(thing, Unit) else thing.unit))


Place = TypeVar("Place", bound=Unit | Department | ServiceArea)


def _own(request: StaffRequest, place: Place) -> Place:
    """The place, if it is one that the person keeps."""
    access.refuse_foreign(request.user, place)
    return place


def _thing(kind: str, pk: int) -> Unit | Department | ServiceArea:
    if kind == "unit":
        return get_object_or_404(Unit, pk=pk)
    if kind == "department":
        return get_object_or_404(Department.objects.select_related("unit"), pk=pk)
    if kind == "area":
        return get_object_or_404(ServiceArea.objects.select_related("unit"), pk=pk)
    raise Http404


def _unit_page(shown: Unit) -> str:
    return reverse("unit", args=[shown.pk])
