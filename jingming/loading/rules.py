"""Vocabulary of loads and exports of master data: what a run is doing, and how much of it is shown.

A run is one file on its way in or out. `STEPS` says which of its states follow which; nothing else does.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

LONGEST_REASON = 200  # characters that an export says why in
SHOWN = 200  # rows and sentences of a run that its page shows; the file of errors holds them all
FILES_KEPT = timedelta(days=1)  # as long as bytes that no attachment names (files.actions.sweep_orphans)
CHUNK = 2_000  # rows between two looks at whether somebody has cancelled


class Way(TextChoices):
    """Into the installation, or out of it."""

    IMPORT = "import", _("Import")
    EXPORT = "export", _("Export")


class State(TextChoices):
    """How far a run is."""

    OPENING = "opening", _("Reading the file")
    MAPPING = "mapping", _("Columns to be matched")
    CHECKING = "checking", _("Checking")
    CHECKED = "checked", _("Checked, nothing changed yet")
    LOADING = "loading", _("Loading")
    LOADED = "loaded", _("Loaded")
    REFUSED = "refused", _("Refused, nothing loaded")
    CANCELLED = "cancelled", _("Cancelled, nothing loaded")
    BROKEN = "broken", _("Broken off, nothing loaded")
    WRITING = "writing", _("Writing the file")
    WRITTEN = "written", _("Written")


# State → those that may follow it. Whatever the worker is busy with may be cancelled, refused or broken off.
_ENDS = frozenset({State.REFUSED, State.CANCELLED, State.BROKEN})
STEPS: dict[State, frozenset[State]] = {
    State.OPENING: frozenset({State.MAPPING}) | _ENDS,
    State.MAPPING: frozenset({State.CHECKING, State.CANCELLED}),
    State.CHECKING: frozenset({State.CHECKED}) | _ENDS,
    State.CHECKED: frozenset({State.CHECKING, State.LOADING, State.MAPPING, State.CANCELLED}),
    State.LOADING: frozenset({State.LOADED}) | _ENDS,
    State.LOADED: frozenset(),
    State.REFUSED: frozenset({State.OPENING, State.CHECKING, State.MAPPING}),
    State.CANCELLED: frozenset(),
    State.BROKEN: frozenset({State.OPENING, State.CHECKING, State.WRITING}),
    State.WRITING: frozenset({State.WRITTEN}) | _ENDS,
    State.WRITTEN: frozenset(),
}
BUSY = frozenset({State.OPENING, State.CHECKING, State.LOADING, State.WRITING})  # the worker has it
OPEN = BUSY | {State.MAPPING, State.CHECKED}  # may still be cancelled
