"""The type editor: the types, the draft of the next version of one, its preview, and how it comes into force."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_form
from jingming.workorders import actions
from jingming.workorders.drafting import EVERYWHERE, Edit, Forbid, MoveStep, RemoveStep
from jingming.workorders.faults import step_name
from jingming.workorders.flows import Flow
from jingming.workorders.models import OrderType, TypeDraft, TypeVersion
from jingming.workorders.rules import Act
from jingming.workorders.shipping import shipped
from jingming.workspace import access, drawing, queries
from jingming.workspace.differing import differences
from jingming.workspace.forms import types as forms
from jingming.workspace.forms.intake import IntakeForm

ALL_STEPS = "-"  # in addresses, where a step stands
NEW = "new"  # in addresses, where an act stands


@require_GET
def types(request: StaffRequest) -> HttpResponse:
    """All types: what they are called, which version is in force, what is under way, whether a draft is worked on."""
    under_way = queries.open_by_version()
    drafts = {draft.type_id: draft for draft in TypeDraft.objects.select_related("changed_by")}
    rows = [
        {
            "version": version,
            "open": sum(many for (of, _version), many in under_way.items() if of == version.type_id),
            "draft": drafts.get(version.type_id),
        }
        for version in queries.versions_now()
    ]
    return render(request, "workspace/types.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def type_(request: StaffRequest, code: str) -> HttpResponse:
    """One type: its draft with what is wrong and what is different, or the way to begin one; and its versions."""
    kind = access.get_type(code)
    if request.method == "POST":
        return _pressed(request, kind)
    versions = list(kind.versions.select_related("published_by").order_by("-number"))
    under_way = queries.open_by_version(kind)
    draft = getattr(kind, "draft", None)
    context = {
        "kind": kind,
        "draft": draft,
        "current": versions[0],
        "versions": [(version, under_way[kind.pk, version.pk]) for version in versions],
        "other_than_shipped": bool(shipped(code)) and versions[0].definition != shipped(code),
        **(_drafted(request, draft, versions[0]) if draft else {}),
    }
    return render(request, "workspace/type.html", context)


def _drafted(request: StaffRequest, draft: TypeDraft, current: TypeVersion) -> dict[str, Any]:
    flow = draft.flow
    described = drawing.described(flow)
    return {
        "flow": flow,
        "faults": actions.faults_of(draft.definition),
        "differences": differences(current.flow, flow),
        "steps": [
            {**told, "key": step.key, "name": step_name(step), "left_out": step.unless_waived,
             "rows": _acts(step.acts, told["acts"])}
            for step, told in zip(flow.steps, described["steps"], strict=True)
        ],
        "anywhere": _acts(flow.acts, described["anywhere"]),
        "plans": described["plans"],
        "required": [
            (act, _(", ").join(drawing.field_label(flow, key) for key in flow.required_by(act)))
            for act in _acts_of(flow)
        ],
        "at": request.GET.get("at", ""),
        "did": request.GET.get("did", ""),
    }  # fmt: skip


def _acts(acts: Collection[Act], told: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows of the flow page, with the codes of their acts."""
    return [{**row, "act": act.value} for act, row in zip((one for one in Act if one in acts), told, strict=True)]


def _acts_of(flow: Flow) -> list[Act]:
    """The acts that the flow knows anywhere, in their order."""
    return [act for act in Act if act in flow.acts or any(act in step.acts for step in flow.steps)]


def _pressed(request: StaffRequest, kind: OrderType) -> HttpResponse:
    """A button of the page."""
    here, post, by, at = reverse("type", args=[kind.code]), request.POST, request.user, now()
    revision = _whole(post.get("revision", ""))
    did, what = next(((name, post[name]) for name in (*EDITS, "discard", "begin") if name in post), ("", ""))
    try:
        if did in EDITS:
            actions.change_draft(kind, EDITS[did](what), revision=revision, by=by, at=at)
        elif did == "discard":
            actions.discard_draft(kind, revision=revision, by=by, at=at)
            messages.success(request, _("The draft is discarded. The version in force has not changed."))
        elif did == "begin":
            actions.begin_draft(kind, by=by, at=at)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect(f"{here}?{urlencode({'at': what, 'did': did})}" if did in ("up", "down") else here)


def _forbid(pressed: str) -> Edit:
    step, _colon, act = pressed.partition(":")
    return Forbid(step=EVERYWHERE if step == ALL_STEPS else step, act=act)


EDITS: dict[str, Callable[[str], Edit]] = {
    "up": lambda key: MoveStep(step=key, by=-1),
    "down": lambda key: MoveStep(step=key, by=1),
    "remove": lambda key: RemoveStep(step=key),
    "forbid": _forbid,
}


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


# --- Forms about the draft --------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def plan(request: StaffRequest, code: str) -> HttpResponse:
    """Name, review, callback and time limits."""
    kind, draft = _draft(code)
    return _edited(request, kind, forms.PlanForm(request.POST or None, draft), _("Name, review, callback and hold"))


@require_http_methods(["GET", "POST"])
def step_new(request: StaffRequest, code: str) -> HttpResponse:
    """A new step."""
    kind, draft = _draft(code)
    return _edited(request, kind, forms.NewStepForm(request.POST or None, draft), _("Add a step"))


@require_http_methods(["GET", "POST"])
def step(request: StaffRequest, code: str, key: str) -> HttpResponse:
    """A step: its name, who does it, its flags."""
    kind, draft = _draft(code)
    found = next((one for one in draft.flow.steps if one.key == key), None)
    if found is None:
        raise Http404
    title = _("Step “%(step)s”") % {"step": step_name(found)}
    return _edited(request, kind, forms.StepForm(request.POST or None, draft, found), title)


@require_http_methods(["GET", "POST"])
def act(request: StaffRequest, code: str, key: str, act: str) -> HttpResponse:
    """An act at a step, or at every step: who may, and where it leads."""
    kind, draft = _draft(code)
    flow = draft.flow
    place = next((one for one in flow.steps if one.key == key), None)
    acts: Collection[str] | None = flow.acts if key == ALL_STEPS else place.acts if place else None
    if acts is None or (act != NEW and act not in acts):
        raise Http404
    where = step_name(place) if place else _("At every step")
    wanted = None if act == NEW else Act(act)
    form = forms.ActForm(request.POST or None, draft, place.key if place else EVERYWHERE, wanted)
    title = _("%(where)s: %(act)s") % {"where": where, "act": wanted.label if wanted else _("Add an act")}
    return _edited(request, kind, form, title)


@require_http_methods(["GET", "POST"])
def required(request: StaffRequest, code: str, act: str) -> HttpResponse:
    """What must be filled in before an act."""
    kind, draft = _draft(code)
    found = next((one for one in _acts_of(draft.flow) if one == act), None)
    if found is None:
        raise Http404
    title = _("Required before “%(act)s”") % {"act": found.label}
    return _edited(request, kind, forms.RequiredForm(request.POST or None, draft, found), title)


def _draft(code: str) -> tuple[OrderType, TypeDraft]:
    """The type and its draft; 404 if nobody works on one."""
    kind = access.get_type(code)
    draft: TypeDraft | None = getattr(kind, "draft", None)
    if draft is None:
        raise Http404
    return kind, draft


def _edited(request: StaffRequest, kind: OrderType, form: forms.EditForm, title: str) -> HttpResponse:
    """Show the form; sent and clean, it changes the draft as its revision shows it."""

    def do(values: dict[str, Any]) -> None:
        actions.change_draft(kind, form.edit(), revision=values["revision"], by=request.user, at=now())

    return act_by_form(
        request, form, do, back=reverse("type", args=[kind.code]), title=title,
        sub=_("Draft of “%(type)s”; holds for new orders once it is published.") % {"type": kind},
    )  # fmt: skip


# --- Into force -------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def publish(request: StaffRequest, code: str) -> HttpResponse:
    """Put the draft in force, with the reason."""
    kind, draft = _draft(code)
    form = forms.PublishForm(request.POST or None, draft)

    def do(values: dict[str, Any]) -> None:
        version = actions.publish_draft(kind, **values, by=request.user, at=now())
        messages.success(request, _("Version %(number)d is in force for new orders.") % {"number": version.number})

    return act_by_form(
        request, form, do, back=reverse("type", args=[code]),
        title=_("Publish the draft of “%(type)s”") % {"type": kind}, submit=_("Publish"),
        sub=_("New orders begin with it at once; orders under way keep their version."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def as_shipped(request: StaffRequest, code: str) -> HttpResponse:
    """Put what Jingming ships in force again."""
    kind = access.get_type(code)
    definition = shipped(code)
    if not definition:
        raise Http404
    form = forms.ReasonForm(request.POST or None)

    def do(values: dict[str, Any]) -> None:
        version = actions.return_to_shipped(kind, definition, **values, by=request.user, at=now())
        messages.success(request, _("Version %(number)d is in force for new orders.") % {"number": version.number})

    return act_by_form(
        request, form, do, back=reverse("type", args=[code]), title=_("“%(type)s” as shipped") % {"type": kind},
        submit=_("Publish"), sub=_("A new version that says what Jingming ships; earlier versions stay."),
    )  # fmt: skip


@dataclass(frozen=True)
class _AsItWouldBe:
    """The draft where a version is expected."""

    type: OrderType
    flow: Flow


@require_GET
def preview(request: StaffRequest, code: str) -> HttpResponse:
    """The flow and the intake form as they would be, and what would be different."""
    kind, draft = _draft(code)
    flow, current = draft.flow, kind.versions.order_by("-number")[0]
    shown = _AsItWouldBe(OrderType(code=kind.code, prefix=kind.prefix, label=flow.label.model_dump()), flow)
    form = IntakeForm([shown], at=now(), start={"type": kind.code, "level": "normal"})
    context = {
        "kind": kind, "flow": flow, "current": current, "form": form,
        "differences": differences(current.flow, flow), "faults": actions.faults_of(draft.definition),
        **drawing.described(flow),
    }  # fmt: skip
    return render(request, "workspace/type_preview.html", context)
