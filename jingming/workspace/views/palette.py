"""What the command palette shows while somebody types."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jingming.base.http import StaffRequest
from jingming.workspace import palette
from jingming.workspace.context import navigation


@require_GET
def found(request: StaffRequest) -> HttpResponse:
    """The groups of lines as a fragment. `q` what is typed, `on` the order whose page is open, `recent` (several) what
    this browser opened last; all of it is looked up through access."""
    words = request.GET.get("q", "").strip()
    places = [
        (str(item["label"]), item["icon"], item["url"])
        for group in navigation(request, request.user)
        for item in group["items"]
    ]
    groups = palette.answer(
        request.user, words, places=places, on=request.GET.get("on", ""), recent=request.GET.getlist("recent")
    )
    count = sum(len(group.items) for group in groups)
    return render(request, "ui/_palette_lines.html", {"groups": groups, "count": count, "words": words})
