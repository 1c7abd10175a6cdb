"""The page that shows every component, for looking, for axe, and for whoever builds the next page."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from jingming.base.clock import now

from .forms import ExampleForm


def components(request: HttpRequest) -> HttpResponse:
    """Every component once, with made-up content in the reader's language."""
    return render(request, "ui/components.html", {
        "form": ExampleForm(),
        "form_with_errors": ExampleForm({"subject": "", "kind": "repair", "phone": "12345"}),
        "steps": _steps(),
        "lines": _lines(),
        "rows": _rows(),
        "differences": [
            {"label": _("Level"), "theirs": _("Urgent"), "yours": _("Normal")},
            {"label": _("Appointment"), "theirs": "", "yours": _("Today after 14:00")},
        ],
        "icons": ["phone-incoming", "list-check", "building", "users", "tool", "clock", "paperclip", "note", "history"],
        "moment": now() - timedelta(days=1, hours=3),
    })


def _steps() -> list[dict[str, object]]:
    return [
        {"label": _("Taken"), "state": "done", "note": _("09:07 · 1 minute")},
        {"label": _("Dispatched"), "state": "done", "note": _("09:09 · 2 minutes")},
        {"label": _("Processing"), "state": "now", "chip": {"text": _("1 hour 12 minutes left"), "tone": "soon", "icon": "clock"}},
        {"label": _("Callback"), "state": "next", "note": _("by tomorrow noon")},
        {"label": _("Closed"), "state": "next"},
    ]


def _lines() -> list[dict[str, object]]:
    at = now()
    return [
        {"at": at, "who": _("Engineer"), "what": _("uploaded 2 photos"), "where": _("North maintenance team"), "tone": "act"},
        {"at": at - timedelta(minutes=7), "what": _("urged for the first time"), "tone": "soon",
         "text": _("“How much longer?” Told that the engineer is on site.")},
        {"at": at - timedelta(minutes=24), "who": _("Engineer"), "what": _("arrived on site")},
        {"at": at - timedelta(minutes=53), "who": _("Dispatcher"), "what": _("dispatched to the north maintenance team"), "tone": "act",
         "change": _("untreated → processing")},
        {"at": at - timedelta(days=1), "who": _("Agent"), "what": _("took the call"), "tone": "act",
         "text": _("No gas at the stove since seven this morning; the neighbour has none either.")},
    ]


def _rows() -> list[dict[str, object]]:
    return [
        {"due": {"text": _("12 minutes late"), "tone": "late"}, "number": "BX-0562-20261122-000009",
         "subject": _("Smell in the stairwell, possibly a leak"), "place": _("North · Riverside Road 88"), "step": _("On site")},
        {"due": {"text": _("18 minutes left"), "tone": "soon"}, "number": "BX-0562-20261122-000017",
         "subject": _("No gas at the stove, neighbour likewise"), "place": _("North · Osmanthus Court 12"), "step": _("Processing")},
        {"due": {"text": _("today 16:30"), "tone": ""}, "number": "ZX-0562-20261122-000204",
         "subject": _("Where is the tariff for schools published?"), "place": _("South · Second Primary School"), "step": _("Reply")},
    ]
