"""One page for every act on an order: the form, the refusal, the difference after a stale save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingming.accounts import eyes
from jingming.audit.actions import looked
from jingming.base.clock import now
from jingming.base.errors import Refusal, Stale
from jingming.base.http import StaffRequest
from jingming.organisation.queries import departments
from jingming.workorders import access
from jingming.workorders.actions import BY_ACT
from jingming.workorders.actions.ground import stale
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import BESIDE, Act, Status, why_not_in_state
from jingming.workspace import history, offers, queries
from jingming.workspace.acts import FINAL, ICONS
from jingming.workspace.forms.acts import ActForm


@require_http_methods(["GET", "POST"])
def act(request: StaffRequest, number: str, act: str) -> HttpResponse:
    """Show the form of an act, or do it and go back to the order. What the person may not do says why."""
    order, chosen = access.get_order(request.user, number), _known(act)
    if request.method == "POST":
        return _do(request, order, chosen)
    if reason := access.why_not(order, chosen, request.user, access.situation(order)):
        return _refused(request, order, chosen, reason)
    looked("order", order, by=request.user, at=now())
    came = {"back": "field"} if request.GET.get("back") == "field" else None
    return _page(request, order, chosen, ActForm(chosen, order, request.user, at=now(), typed=came))


ONE_PRESS = (Act.ACCEPT, Act.ARRIVE)  # big buttons of the engineer's page, without a form to come back to


def _known(code: str) -> Act:
    if code not in Act.values or Act(code) not in BY_ACT:
        raise Http404
    return Act(code)


def _do(request: StaffRequest, order: WorkOrder, chosen: Act) -> HttpResponse:
    if chosen == Act.ATTACH and len(request.FILES.getlist("file")) > 1:
        return _attach_each(request, order)
    form = ActForm(chosen, order, request.user, at=now(), data=request.POST, files=request.FILES)
    if (answer := _in_the_way(request, order, chosen, form)) is not None:
        return answer
    version = form.cleaned_data.get("version")
    try:
        BY_ACT[chosen](order, by=request.user, at=now(), version=version, **form.values())
    except Stale as refusal:
        return _stale(request, access.get_order(request.user, order.number), chosen, form, refusal)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, order, chosen, form, status=refusal.status)
    messages.success(request, _said(request, order.number, chosen))
    return _back(request, order)


def _back(request: StaffRequest, order: WorkOrder) -> HttpResponse:
    """Where the person came from: the engineer's page, or the order's own."""
    if request.POST.get("back") != "field":
        return redirect("order", order.number)
    chosen = f"?{urlencode({'job': order.number})}" if request.POST.get("job") == order.number else ""
    return redirect(f"{reverse('field')}{chosen}")


def _attach_each(request: StaffRequest, order: WorkOrder) -> HttpResponse:
    """Several files at once: each is an act of its own, so what is refused keeps none of the others out."""
    for file in request.FILES.getlist("file"):
        one = MultiValueDict({"file": [file]})
        form = ActForm(Act.ATTACH, order, request.user, at=now(), data=request.POST, files=one)
        if form.is_valid():
            try:
                BY_ACT[Act.ATTACH](order, by=request.user, at=now(), version=None, **form.values())
            except Refusal as refusal:
                form.refuse(refusal)
        if form.errors:
            for sentence in (told for found in form.errors.get_json_data().values() for told in found):
                messages.error(request, sentence["message"])
        else:
            messages.success(request, _("%(name)s is attached.") % {"name": file.name})
    return _back(request, order)


def _in_the_way(request: StaffRequest, order: WorkOrder, chosen: Act, form: ActForm) -> HttpResponse | None:
    """The answer to what cannot even be tried: a stale form, an act that is not possible, values that do not fit."""
    fit, version = form.is_valid(), form.cleaned_data.get("version")
    if request.POST.get("back") == "field" and chosen in ONE_PRESS and version != order.version:
        messages.warning(request, _("The order has changed meanwhile. This is how it stands now."))
        return redirect("field")
    if chosen not in BESIDE and version is None:
        form.add_error(None, _("The form has lost which version of the order it was. Reload the page and try again."))
    elif version is not None and version != order.version:
        return _stale(request, order, chosen, form, stale(order, since=version))
    elif reason := access.why_not(order, chosen, request.user, access.situation(order)):
        return _refused(request, order, chosen, reason)
    elif fit and chosen == Act.AMEND and not form.touched():
        form.add_error(None, _("Change at least one field, then save."))
    return _page(request, order, chosen, form, status=422) if form.errors else None


def _said(request: StaffRequest, number: str, chosen: Act) -> str:
    """What the act has come to, for the top of the order's page."""
    order = access.get_order(request.user, number)
    facts = {"act": chosen.label, "state": Status(order.status).label, "department": departments()[order.department_id]}
    if order.ended or chosen in BESIDE:
        return _("%(act)s: done. The order is %(state)s.") % facts
    return _("%(act)s: done. The order is %(state)s, with %(department)s.") % facts


# --- Answers --------------------------------------------------------------------------------------------------------
def _page(
    request: StaffRequest, order: WorkOrder, chosen: Act, form: ActForm | None, *, status: int = 200, **more: object
) -> HttpResponse:
    eyes.about(order)
    context = {
        "order": order,
        "act": chosen,
        "icon": ICONS[chosen],
        "danger": chosen in FINAL,
        "form": form,
        "row": queries.rows([order])[0],
        "reviews": offers.own_reviews(order, request.user) if chosen == Act.REVIEW else [],
        "tasks": offers.own_tasks(order, request.user) if chosen == Act.REPORT else [],
        "lacking": [access.field_label(order, key) for key in access.missing(order)],
        "step_of": {step.key: step.label.model_dump() for step in order.flow.steps},
        **more,
    }
    return render(request, "workspace/act.html", context, status=status)


def _refused(request: StaffRequest, order: WorkOrder, chosen: Act, reason: str) -> HttpResponse:
    """The reason in place of the form: 409 where the order's state or what it lacks is in the way, 403 where it is
    not the person's to do."""
    hanging = access.situation(order)
    in_the_way = bool(why_not_in_state(chosen, order.status)) or not access.why_not_by(
        order, chosen, request.user, hanging
    )
    can_amend = not access.why_not(order, Act.AMEND, request.user, hanging)
    return _page(request, order, chosen, None, status=409 if in_the_way else 403, reason=reason, can_amend=can_amend)


def _stale(request: StaffRequest, order: WorkOrder, chosen: Act, form: ActForm, refusal: Stale) -> HttpResponse:
    """The differences beside what was typed, over a form that knows the new version: saving again is a decision."""
    differences = _differences(order, form, refusal)
    if reason := access.why_not(order, chosen, request.user, access.situation(order)):
        return _page(request, order, chosen, None, status=refusal.status, reason=reason, differences=differences)
    again = ActForm(chosen, order, request.user, at=now(), typed=form.typed())
    return _page(request, order, chosen, again, status=refusal.status, differences=differences)


def _differences(order: WorkOrder, form: ActForm, refusal: Stale) -> list[dict[str, str]]:
    """What a colleague saved, field by field, beside what the person typed there (or saw there, if nothing)."""
    found: list[Mapping[str, Any]] = list(refusal.facts.get("differences") or [])  # type: ignore[call-overload]  # put there by our actions
    names = queries.names_for(
        order, [], ids=[entry[side] for entry in found if entry["field"] in PEOPLE for side in ("before", "now")]
    )
    typed = form.typed()
    return [
        {
            "label": str(entry["label"]),
            "theirs": history.shown(entry["field"], entry["now"], names),
            "yours": _typed_there(order, typed, entry, names),
        }
        for entry in found
    ]


PEOPLE = ("assignee_id", "suspended_by_id")


def _typed_there(order: WorkOrder, typed: Mapping[str, Any], entry: Mapping[str, Any], names: history.Names) -> str:
    field = str(entry["field"])
    if field == "form":
        own = {one.key: typed[one.key] for one in order.flow.fields if one.key in typed}
        return history.shown("form", own or entry["before"], names)
    if (value := typed.get(field.removesuffix("_id"))) not in (None, ""):
        by_code = {one.code: str(one) for one in departments().values()} if field == "department_id" else {}
        return by_code.get(str(value)) or (str(value) if field.endswith("_id") else history.shown(field, value, names))
    return history.shown(field, entry["before"], names)
