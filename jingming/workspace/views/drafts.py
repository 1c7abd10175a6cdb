"""Drafts as a page's script saves them, and as a button throws them away."""

from __future__ import annotations

from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.workspace import access, actions
from jingming.workspace.forms.intake import BESIDE

PLACES = {"intake": "intake"}  # place of a draft → name of the page that shows it
NOT_KEPT = (*BESIDE, "rev", "force", "act", "belongs_to", "another")


@require_POST
def save(request: StaffRequest, place: str, key: str) -> HttpResponse:
    """Keep what the form holds; answers the number of the save and when it was. A beacon sent while the page goes away
    looks the same."""
    _known(place)
    content = content_of(request.POST)
    if not content:  # a form in which nothing stands begins no draft
        access.get_draft(request.user, place, key)
    rev = request.POST.get("rev", "")
    try:
        draft = actions.save_draft(
            place,
            key,
            content,
            by=request.user,
            at=now(),
            rev=int(rev) if rev.isascii() and rev.isdecimal() and len(rev) < 10 else 0,
            force=request.POST.get("force") == "1",
        )
    except Refusal as refusal:
        return JsonResponse({"kind": refusal.kind, "detail": refusal.message}, status=refusal.status)
    return JsonResponse({"rev": draft.rev})


@require_POST
def throw_away(request: StaffRequest, place: str, key: str) -> HttpResponse:
    """Remove an own draft and go back to where it was begun."""
    _known(place)
    access.get_draft(request.user, place, key)
    actions.throw_away_draft(place, key, by=request.user)
    return redirect(PLACES[place])


def content_of(post: QueryDict) -> dict[str, list[str]]:
    """What was typed, field by field; without the form's own tokens and buttons."""
    return {
        name: [str(value) for value in values] for name, values in post.lists() if name not in NOT_KEPT and any(values)
    }


def _known(place: str) -> None:
    if place not in PLACES:
        raise Http404(_("There is no such form."))
