"""Vocabulary of the desk itself: columns of a queue, what can be done to many orders at once, looks at an order,
how a menu is arranged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jingming.workorders.rules import Act

# Column → what its head says, in the order in which the form offers them.
COLUMNS: Mapping[str, Promise] = {
    "state": _("State"),
    "number": _("Number"),
    "type": _("Type"),
    "description": _("Description"),
    "level": _("Level"),
    "category": _("Category"),
    "place": _("Place"),
    "department": _("Department"),
    "charge": _("Person in charge"),
    "step": _("Step"),
    "caller": _("Caller"),
    "channel": _("Channel"),
    "time": _("Contact time"),
}
ALWAYS = ("number", "description")
AT_FIRST = ("state", "number", "type", "description", "place", "department", "charge", "step", "time")


def fit_columns(wanted: Iterable[str]) -> list[str]:
    """The columns out of a wish: each once, none that there is not, and those without which a row says nothing."""
    known = [name for name in dict.fromkeys(wanted) if name in COLUMNS]
    return [*(name for name in ALWAYS if name not in known), *known] if known else [*AT_FIRST]


# What can be done to many orders at once; each of them by the same action as alone.
BULK = (Act.ACCEPT, Act.ASSIGN, Act.TRANSFER, Act.NOTE)
UNDONE_BY: Mapping[Act, Act] = {Act.ACCEPT: Act.ASSIGN, Act.ASSIGN: Act.ASSIGN, Act.TRANSFER: Act.RECALL}
MOST_AT_ONCE = 200


class Outcome(TextChoices):
    """What became of one order of a bulk act."""

    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    CHANGED = "changed", _("Changed meanwhile")
    UNKNOWN = "unknown", _("Not found")


# --- Who else is looking ----------------------------------------------------------------------------------------------
LOOKING = "workspace.Looking"  # numbered by the order that is looked at
BEAT = 20  # seconds between two signs of a page that somebody looks at
COUNTS = 45  # seconds for which a sign counts: two may be lost on the way


# --- Menus ------------------------------------------------------------------------------------------------------------
class Change(TextChoices):
    """What can be done to one entry of a menu; roles pin nothing."""

    UP = "up", _("Move up")
    DOWN = "down", _("Move down")
    HIDE = "hide", _("Hide")
    SHOW = "show", _("Show")
    PIN = "pin", _("Pin")
    UNPIN = "unpin", _("Unpin")


LONGEST_ENTRY = 24  # characters of a name in the menu
