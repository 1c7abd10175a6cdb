"""What the command palette shows while somebody types."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jingming.audit.actions import was_shown
from jingming.base.clock import now
from jingming.base.http import StaffRequest
from jingming.workspace import menu, palette


@require_GET
def found(request: StaffRequest) -> HttpResponse:
    """The groups of lines as a fragment. `q` what is typed, `on` the order whose page is open, `recent` (several) what
    this browser opened last; all of it is looked up through access."""
    words = request.GET.get("q", "").strip()
    places = [
        palette.Place(
            str(line.label),
            line.entry.icon,
            line.entry.url,
            shipped=str(line.entry.label) if line.renamed else "",
            hidden=not line.shown,
        )
        for line in menu.of_person(request.user)
    ]
    groups = palette.answer(
        request.user, words, places=places, on=request.GET.get("on", ""), recent=request.GET.getlist("recent")
    )
    shown = [item.customer for group in groups for item in group.items if item.customer] if words else []
    was_shown("search", shown, to=request.user, by=request.user, at=now())
    count = sum(len(group.items) for group in groups)
    return render(request, "ui/_palette_lines.html", {"groups": groups, "count": count, "words": words})
