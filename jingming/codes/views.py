"""The dictionary on pages: the sets, the codes of one, and what an administrator changes."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jingming.base.clock import now
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_button, act_by_form

from . import actions, forms, queries
from .models import Code
from .rules import GIVEN_UNASKED, Set


@require_safe
def sets(request: StaffRequest) -> HttpResponse:
    """All sets, with how many codes each offers today."""
    at = now()
    rows = [{"set": set_, "count": len(queries.choosable(set_, at))} for set_ in Set]
    return render(request, "codes/sets.html", {"rows": rows})


@require_safe
def codes(request: StaffRequest, set_: str) -> HttpResponse:
    """The codes of one set: what is offered today, what will be, what was."""
    of, at = _set(set_), now()
    offered = queries.choosable(of, at)
    others = [code for code in queries.known(of).values() if code not in offered]
    to_come = [code for code in others if queries.is_to_come(code, queries.day_of(at))]
    return render(
        request,
        "codes/codes.html",
        {
            "set": of,
            "offered": _with_ways(offered),
            "to_come": to_come,
            "retired": [code for code in others if code not in to_come],
            "fixed": GIVEN_UNASKED.get(of),
        },
    )


@require_POST
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """Move a code up or down among those beside it."""
    code = get_object_or_404(Code, pk=pk)
    up = request.POST.get("to") != "down"
    return act_by_button(request, lambda: actions.move(code, up=up, by=request.user, at=now()), back=_page_of(code.set))


@require_http_methods(["GET", "POST"])
def schedule(request: StaffRequest, pk: int) -> HttpResponse:
    """Say from which day to which a code is offered."""
    code = get_object_or_404(Code, pk=pk)
    form = forms.ScheduleForm(request.POST or None, initial={"first_day": code.valid_from, "last_day": code.valid_to})

    def act(values: dict[str, Any]) -> None:
        actions.schedule(code, **values, by=request.user, at=now())

    return act_by_form(
        request,
        form,
        act,
        back=_page_of(code.set),
        title=_("When “%(code)s” is offered") % {"code": code},
        sub=_("Outside these days no form offers it. What was recorded under it keeps it, and filters still find it."),
    )


@require_http_methods(["GET", "POST"])
def add(request: StaffRequest, set_: str) -> HttpResponse:
    """Add a code to a set."""
    of = _set(set_)
    form = forms.NewCodeForm(of, request.POST or None)

    def act(values: dict[str, Any]) -> None:
        actions.add(set_=of, **values, by=request.user, at=now())

    return act_by_form(request, form, act, back=_page_of(of), title=_("Add a code to “%(set)s”") % {"set": of.label})


@require_http_methods(["GET", "POST"])
def relabel(request: StaffRequest, pk: int) -> HttpResponse:
    """Call a code by another name."""
    code = get_object_or_404(Code, pk=pk)
    initial = {"label_zh": code.label.get("zh", ""), "label_en": code.label.get("en", "")}
    form = forms.LabelForm(request.POST or None, initial=initial)

    def act(values: dict[str, Any]) -> None:
        actions.relabel(code, **values, by=request.user, at=now())

    return act_by_form(request, form, act, back=_page_of(code.set), title=_("Rename %(thing)s") % {"thing": code})


@require_http_methods(["GET", "POST"])
def retire(request: StaffRequest, pk: int) -> HttpResponse:
    """Stop offering a code after a day."""
    code = get_object_or_404(Code, pk=pk)
    form = forms.RetireForm(request.POST or None, initial={"last_day": queries.day_of(now())})

    def act(values: dict[str, Any]) -> None:
        actions.retire(code, **values, by=request.user, at=now())

    return act_by_form(
        request,
        form,
        act,
        back=_page_of(code.set),
        title=_("Retire %(code)s") % {"code": code},
        sub=_("It is offered for the last time on this day. What was recorded under it stays."),
    )


@require_POST
def restore(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer a retired code again."""
    code = get_object_or_404(Code, pk=pk)
    return act_by_button(request, lambda: actions.restore(code, by=request.user, at=now()), back=_page_of(code.set))


def _with_ways(codes: list[Code]) -> list[dict[str, Any]]:
    """Each code with whether it may move up and down among those under the same code above."""
    families: dict[int | None, list[Code]] = {}
    for code in codes:
        families.setdefault(code.parent_id, []).append(code)
    return [
        {"code": code, "up": family[0].pk != code.pk, "down": family[-1].pk != code.pk}
        for code in codes
        for family in [families[code.parent_id]]
    ]


def _set(name: str) -> Set:
    try:
        return Set(name)
    except ValueError:
        raise Http404 from None


def _page_of(set_: str) -> str:
    return reverse("codes_set", args=[set_])
