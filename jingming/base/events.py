"""Facts that others may react to: published in the transaction that made them true, at the cost of one row.

An event is a frozen dataclass of plain values (ids, codes, ISO times). `publish` writes one queued job in the current
transaction; the worker hands it to the reactions that `jingming.wiring` lists. A rolled-back change is never heard of.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import ClassVar

from procrastinate.contrib.django import app as queue

FAN_OUT = "jingming.wiring.fan_out"


@dataclass(frozen=True)
class Event:
    """Base of all events; `name` is what the queue and the wiring table call it, and never changes once used."""

    name: ClassVar[str]


def publish(event: Event) -> None:
    """Queue the event in the current transaction; one row, fanned out to its reactions by the worker."""
    queue.configure_task(FAN_OUT, queue="events").defer(event=event.name, facts=asdict(event))
