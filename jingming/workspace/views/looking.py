"""Who else is looking at an order: read by GET; a page says by POST that it is open, and that it is being left."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from jingming.base.clock import now
from jingming.base.http import StaffRequest
from jingming.workorders import access
from jingming.workspace import actions, queries


@require_http_methods(["GET", "HEAD", "POST"])
def looking(request: StaffRequest, number: str) -> HttpResponse:
    """The colleagues who have the order open, as the piece of the page that names them."""
    order = access.get_order(request.user, number)
    if request.method == "POST":
        if (tab := _tab(request.POST.get("tab", ""))) is None:
            return HttpResponse(status=400)
        if "left" in request.POST:
            actions.look_away(order, by=request.user, tab=tab)
            return HttpResponse(status=204)
        actions.look(order, by=request.user, at=now(), tab=tab, writing="writing" in request.POST)
    people = queries.onlookers(order, besides=request.user, at=now())
    return render(request, "workspace/_onlookers.html", {"order": order, "onlookers": people})


def _tab(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
