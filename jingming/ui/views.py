"""The page that shows every component, for looking, for axe, and for whoever builds the next page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from jingming.base.clock import now

from . import reference
from .forms import ExampleForm


def components(request: HttpRequest) -> HttpResponse:
    """Every component once, with made-up content in the reader's language."""
    return render(
        request,
        "ui/components.html",
        {
            "form": ExampleForm(),
            "form_with_errors": ExampleForm({"subject": "", "kind": "repair", "phone": "12345"}),
            "steps": _steps(),
            "lines": _lines(),
            "rows": _rows(),
            "differences": [
                {"label": _("Level"), "theirs": _("Urgent"), "yours": _("Normal")},
                {"label": _("Appointment"), "theirs": "", "yours": _("Today after 14:00")},
            ],
            "icons": ["phone-incoming", "list-check", "building", "users", "tool", "clock", "paperclip"],
            "moment": now() - timedelta(days=1, hours=3),
            "colours": reference.colours(),
            "sizes": reference.sizes(),
        },
    )


def _steps() -> list[dict[str, object]]:
    left = {"text": _("1 hour 12 minutes left"), "tone": "soon", "icon": "clock"}
    return [
        {"label": _("Taken"), "state": "done", "note": _("09:07 · 1 minute")},
        {"label": _("Dispatched"), "state": "done", "note": _("09:09 · 2 minutes")},
        {"label": _("Processing"), "state": "now", "chip": left},
        {"label": _("Callback"), "state": "next", "note": _("by tomorrow noon")},
        {"label": _("Closed"), "state": "next"},
    ]


def _lines() -> list[dict[str, object]]:
    at = now()
    team = _("North maintenance team")
    urged = _("“How much longer?” Told that the engineer is on site.")
    told = _("No gas at the stove since seven this morning; the neighbour has none either.")
    return [
        _line(at, _("Engineer"), _("uploaded 2 photos"), where=team, tone="act"),
        _line(at - timedelta(minutes=7), "", _("urged for the first time"), text=urged, tone="soon"),
        _line(at - timedelta(minutes=24), _("Engineer"), _("arrived on site")),
        _line(
            at - timedelta(minutes=53),
            _("Dispatcher"),
            _("dispatched to the north maintenance team"),
            change=_("untreated → processing"),
            tone="act",
        ),
        _line(at - timedelta(days=1), _("Agent"), _("took the call"), text=told, tone="act"),
    ]


def _line(at: datetime, who: str, what: str, **more: str) -> dict[str, object]:
    return {"at": at, "who": who, "what": what, **more}


def _rows() -> list[dict[str, object]]:
    return [
        _row("late", _("12 minutes late"), "BX-0562-20261122-000009", _("Smell in the stairwell, possibly a leak"))
        | {"place": _("North · Riverside Road 88"), "step": _("On site")},
        _row("soon", _("18 minutes left"), "BX-0562-20261122-000017", _("No gas at the stove, neighbour likewise"))
        | {"place": _("North · Osmanthus Court 12"), "step": _("Processing")},
        _row("", _("today 16:30"), "ZX-0562-20261122-000204", _("Where is the tariff for schools published?"))
        | {"place": _("South · Second Primary School"), "step": _("Reply")},
    ]


def _row(tone: str, due: str, number: str, subject: str) -> dict[str, object]:
    return {"due": {"text": due, "tone": tone}, "number": number, "subject": subject}
