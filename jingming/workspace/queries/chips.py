"""What an order's state, level and rest look like as chips."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jingming.base.clock import now
from jingming.codes.queries import label_of
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Status, Waiting
from jingming.workspace import history as words


@dataclass(frozen=True)
class Chip:
    """What ui/_chip.html shows."""

    text: str
    tone: str = ""
    icon: str = ""
    title: str = ""


STATE_LOOKS = {
    Status.UNTREATED: ("", "inbox"),
    Status.PROCESSING: ("accent", "tool"),
    Status.PROCESSED: ("done", "check"),
    Status.SUSPENDED: ("accent", "player-pause"),
    Status.CLOSED: ("done", "circle-check"),
    Status.VOID: ("", "ban"),
}
URGENT = ("critical", "urgent")


def state_chip(status: str) -> Chip:
    """The state of an order."""
    tone, icon = STATE_LOOKS[Status(status)]
    return Chip(str(Status(status).label), tone, icon)


def level_chip(level: str) -> Chip | None:
    """The level of an order, if it stands out."""
    return Chip(label_of("level", level), "late", "alarm") if level in URGENT else None


def rest_chip(order: WorkOrder) -> Chip | None:
    """Why an open order stands still, or what it must suffer next."""
    if order.must_reassign:
        return Chip(_("To be reassigned"), "late", "refresh", _("The customer was not satisfied with the result."))
    if order.waiting_for:
        whom = Waiting(order.waiting_for).label
        return Chip(_("Waits for %(whom)s") % {"whom": whom}, "soon", "clock")
    if order.held_until:
        until = words.moment(order.held_until)
        return Chip(
            _("Until %(time)s") % {"time": _short(order.held_until)},
            "soon",
            "hourglass",
            _("Held until %(time)s") % {"time": until},
        )
    return None


def _short(moment: datetime) -> str:
    """A time as short as it can be said this year."""
    there = localtime(moment)
    return f"{there:%m-%d %H:%M}" if there.year == localtime(now()).year else f"{there:%Y-%m-%d %H:%M}"
