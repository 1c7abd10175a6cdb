"""How long an order stayed at each of its steps, worked out from its history: plain functions, no queries.

Time is elapsed time; what an order spent suspended, held or waiting is told apart as rest. (Which of it counts against
a promise is the business of the clocks.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from jingming.workorders.rules import ENDED_STATES, Status


class Step(Protocol):
    """What a line of history says of the order's way."""

    occurred_at: datetime
    act: str
    by_name: str
    to_status: str
    to_step: str
    facts: Mapping[str, Any]


@dataclass
class Stay:
    """One stretch at a step; `ended` is None while the order is still there, `left_by` who sent it on."""

    step: str
    began: datetime
    ended: datetime | None = None
    left_by: str = ""
    rest: timedelta = timedelta()
    acts: dict[str, datetime] = field(default_factory=dict)  # act → when it was done here last


@dataclass(frozen=True)
class Spent:
    """All stretches at one step together; `since` is set while the order is there."""

    visits: int
    work: timedelta
    rest: timedelta
    since: datetime | None
    left_at: datetime | None
    left_by: str
    acts: Mapping[str, datetime]


def stays(history: Iterable[Step], *, until: datetime) -> list[Stay]:
    """The stretches of the way, oldest first; the last one is measured to `until` unless the order has ended."""
    found: list[Stay] = []
    pause = _Pause()
    before: datetime | None = None
    for line in history:
        here = found[-1] if found and found[-1].ended is None else None
        if here and before and pause.on:
            here.rest += max(line.occurred_at - before, timedelta())
        before = line.occurred_at
        pause.hear(line)
        if here and (line.to_step != here.step or line.to_status in ENDED_STATES):
            here.ended, here.left_by = line.occurred_at, line.by_name
        if here is None or line.to_step != here.step:
            here = Stay(line.to_step, line.occurred_at)
            if line.to_status not in ENDED_STATES:
                found.append(here)
        here.acts[line.act] = line.occurred_at
    if found and found[-1].ended is None and before and pause.on:
        found[-1].rest += max(until - before, timedelta())
    return found


@dataclass
class _Pause:
    """Whether the order stands still, as far as the lines have been read."""

    suspended: bool = False
    waiting: bool = False
    held: bool = False

    @property
    def on(self) -> bool:
        return self.suspended or self.waiting or self.held

    def hear(self, line: Step) -> None:
        changes = line.facts.get("changes", {})
        self.suspended = line.to_status == Status.SUSPENDED
        if "waiting_for" in changes:
            self.waiting = bool(changes["waiting_for"][1])
        if "held_until" in changes:
            self.held = bool(changes["held_until"][1])


def spent(found: Iterable[Stay], *, until: datetime) -> dict[str, Spent]:
    """Step → all its stretches together."""
    by_step: dict[str, list[Stay]] = {}
    for stay in found:
        by_step.setdefault(stay.step, []).append(stay)
    return {step: _together(several, until) for step, several in by_step.items()}


def _together(several: list[Stay], until: datetime) -> Spent:
    whole = sum(((stay.ended or until) - stay.began for stay in several), timedelta())
    rest = sum((stay.rest for stay in several), timedelta())
    last = several[-1]
    return Spent(
        visits=len(several),
        work=max(whole - rest, timedelta()),
        rest=rest,
        since=last.began if last.ended is None else None,
        left_at=last.ended,
        left_by=last.left_by,
        acts={act: at for stay in several for act, at in stay.acts.items()},
    )
