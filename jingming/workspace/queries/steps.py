"""The step bar of an order: who left each step when, and how long it took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingming.ui.templatetags.ui import minutes
from jingming.workorders.models import History, WorkOrder
from jingming.workorders.rules import Act
from jingming.workspace import history as words
from jingming.workspace.stays import Spent, spent, stays

from .chips import rest_chip, state_chip

MINUTE = timedelta(minutes=1)


def step_bar(
    order: WorkOrder, history: Sequence[History], names: words.Names, *, at: datetime
) -> list[dict[str, object]]:
    """Taken, then the steps of the flow as ui/_steps.html shows them: those behind with who, when and the time used,
    the present one with how long the order has been there."""
    found = spent(stays(history, until=at), until=at)
    keys = [step.key for step in order.flow.steps]
    here = keys.index(order.step) if order.step in keys else 0
    bar: list[dict[str, object]] = [{"label": _("Taken"), "state": "done", "note": _taken(history[:1], at)}]
    for place, key in enumerate(keys):
        entry: dict[str, object] = {"label": names.step(key), "state": "next", "note": ""}
        there = found.get(key)
        if place == here and not order.ended:
            chip = rest_chip(order) or state_chip(order.status)
            entry |= {"state": "now", "chip": chip, "note": _joined(_now(there, at)) if there else ""}
        elif there is not None:
            entry |= {"state": "done" if order.ended or place < here else "next", "note": _joined(_behind(there, at))}
        elif order.ended or place < here:
            entry |= {"state": "done" if place < here and not order.ended else "next", "note": _("not needed")}
        bar.append(entry)
    return bar


def _taken(first: Sequence[History], at: datetime) -> str:
    return " ".join(filter(None, (f"{clock(line.occurred_at, at)} {line.by_name}" for line in first)))


def _behind(there: Spent, at: datetime) -> Iterable[str]:
    if there.left_at is not None:
        yield f"{clock(there.left_at, at)} {there.left_by}".rstrip()
    yield from _arrival(there, at)
    yield _("%(length)s used") % {"length": length(there.work)}
    yield from _besides(there)


def _now(there: Spent, at: datetime) -> Iterable[str]:
    yield from _arrival(there, at)
    yield _("%(length)s so far") % {"length": length(there.work)}
    yield from _besides(there)


def _arrival(there: Spent, at: datetime) -> Iterable[str]:
    if arrived := there.acts.get(Act.ARRIVE):
        yield _("on site %(time)s") % {"time": clock(arrived, at)}


def _besides(there: Spent) -> Iterable[str]:
    if there.rest >= MINUTE:
        yield _("%(length)s at rest") % {"length": length(there.rest)}
    if there.visits > 1:
        yield ngettext("%(count)d visit", "%(count)d visits", there.visits) % {"count": there.visits}


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(parts)


def length(time: timedelta) -> str:
    """A length of time in words; what is shorter than a minute is not called nothing."""
    return minutes(time) if time >= MINUTE else _("under a minute")


def clock(moment: datetime, at: datetime) -> str:
    """A time as short as it can be said on the day of `at`."""
    there, today = localtime(moment), localtime(at)
    if there.date() == today.date():
        return f"{there:%H:%M}"
    return f"{there:%m-%d %H:%M}" if there.year == today.year else f"{there:%Y-%m-%d}"
