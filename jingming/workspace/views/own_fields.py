"""Pages on which the fields of a type's own form are looked after: all types, one type with a preview, one field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from jingming.base.clock import now
from jingming.base.errors import Http404
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_button, act_by_form
from jingming.ui.labels import in_language
from jingming.workorders import actions
from jingming.workorders.flows import FIELD_KINDS, Flow, FormField
from jingming.workorders.models import TypeVersion
from jingming.workorders.queries import version_of
from jingming.workorders.rules import Act
from jingming.workspace import queries
from jingming.workspace.forms.own_fields import KIND_WORDS, OwnFieldForm, Preview

BUTTONS: Mapping[str, Callable[..., object]] = {
    "up": partial(actions.move_field, up=True),
    "down": partial(actions.move_field, up=False),
    "retire": actions.retire_field,
    "restore": actions.restore_field,
}


@require_GET
def types(request: StaffRequest) -> HttpResponse:
    """All types, with how many fields each has."""
    rows = [
        {
            "version": version,
            "asked": len(version.flow.asked),
            "retired": len(version.flow.fields) - len(version.flow.asked),
            "filterable": sum(field.filterable for field in version.flow.fields),
        }
        for version in queries.versions_now()
    ]
    return render(request, "workspace/own_field_types.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def of_type(request: StaffRequest, code: str) -> HttpResponse:
    """The fields of a type in their order, each with its buttons; beside them the form as it is."""
    version = version_of(code)
    if request.method == "POST":
        return _pressed(request, version)
    flow = version.flow
    context = {
        "version": version,
        "rows": [_row(field) for field in flow.fields],
        "preview": Preview(flow.asked, at=now()),
    }
    return render(request, "workspace/own_fields.html", context)


def _pressed(request: StaffRequest, version: TypeVersion) -> HttpResponse:
    """The button that was pressed: its name says what to do, its value to which field."""
    pressed = next((name for name in BUTTONS if name in request.POST), "")
    if not pressed:
        return redirect(_page_of(version.type.code))
    key = request.POST[pressed]
    there = f"#field-{key}" if version.flow.field(key) else ""
    return act_by_button(
        request,
        lambda: BUTTONS[pressed](version.type, key, by=request.user, at=now()),
        back=_page_of(version.type.code) + there,
    )


@require_http_methods(["GET", "POST"])
def add(request: StaffRequest, code: str) -> HttpResponse:
    """Give a type another field: first its kind, then what is asked and checked."""
    version = version_of(code)
    kind = next((kind for kind in FIELD_KINDS if kind == request.GET.get("kind")), None)
    if kind is None and request.method == "POST":
        return HttpResponseNotAllowed(["GET"])
    if kind is None:
        context = {"version": version, "kinds": KIND_WORDS.items()}
        return render(request, "workspace/own_field_kinds.html", context)
    form = OwnFieldForm(kind, _acts_of(version.flow), request.POST or None)

    def act(values: dict[str, Any]) -> None:
        values.pop("seen", None)
        actions.add_field(version.type, values, by=request.user, at=now())

    return act_by_form(
        request, form, act, back=_page_of(code), title=_("Add a field to “%(type)s”") % {"type": version.type},
        sub=f"{KIND_WORDS[kind]} · {_('New orders ask for it; orders under way keep the form that they began with.')}",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def change(request: StaffRequest, code: str, key: str) -> HttpResponse:
    """Change a field; its code and kind stay."""
    version = version_of(code)
    field = version.flow.field(key)
    if field is None:
        raise Http404
    form = OwnFieldForm(field.kind, _acts_of(version.flow), request.POST or None, field=field, seen=version.number)

    def act(values: dict[str, Any]) -> None:
        seen = values.pop("seen", 0)
        actions.change_field(version.type, key, values, seen=seen, by=request.user, at=now())

    return act_by_form(
        request, form, act, back=_page_of(code),
        title=_("Change “%(field)s” of “%(type)s”") % {"field": _label(field), "type": version.type},
        sub=f"{key} · {KIND_WORDS[field.kind]}",
    )  # fmt: skip


def _acts_of(flow: Flow) -> list[Act]:
    """What can be done to orders of the type, in the order of the vocabulary."""
    known = {*flow.acts, *(act for step in flow.steps for act in step.acts)}
    return [act for act in Act if act in known]


def _row(field: FormField) -> dict[str, object]:
    return {
        "field": field,
        "label": _label(field),
        "kind": KIND_WORDS[field.kind],
        "before": _(", ").join(str(act.label) for act in field.required_for),
    }


def _label(field: FormField) -> str:
    return in_language(field.label.model_dump())


def _page_of(code: str) -> str:
    return reverse("own_fields_of_type", args=[code])
