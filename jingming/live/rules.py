"""What travels from the database to the browsers, and what a browser that was away has missed."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

CHANNEL = "jingming_changes"
REMEMBERED = 2000  # changes a process keeps for browsers that were away for a moment
LANGUAGE_OF_THE_WIRE = "utf-8"


@dataclass(frozen=True)
class Change:
    """The row `pk` of `kind` (app_label.Model) is not what it was; `id` names this change."""

    id: int
    kind: str
    pk: int


def mark(id: int) -> Change:
    """A change of nothing: from here on everything is known. Nobody hears of it."""
    return Change(id=id, kind="", pk=0)


def read(payload: str) -> Change:
    """The change in a notification that `actions.announce` sent."""
    facts = json.loads(payload)
    return Change(id=facts["id"], kind=facts["kind"], pk=facts["pk"])


class Memory:
    """The latest changes in the order in which they became visible, which is not that of their ids."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._changes: deque[Change] = deque(maxlen=size)

    def keep(self, change: Change) -> None:
        self._changes.append(change)

    def forget(self) -> None:
        """There is a gap: nobody can be told any more what they missed before now."""
        self._changes.clear()

    @property
    def latest(self) -> int | None:
        return self._changes[-1].id if self._changes else None

    def after(self, last_id: int) -> Sequence[Change] | None:
        """What came after the change `last_id`; None if that is not known here, so everything must be fetched anew."""
        missed: list[Change] = []
        for change in reversed(self._changes):
            if change.id == last_id:
                return missed[::-1]
            missed.append(change)
        return None


def event(name: str, data: str = "", *, id: int | None = None) -> bytes:
    """One server-sent event. Data is one line."""
    lines = [f"id: {id}"] if id is not None else []
    return "\n".join([*lines, f"event: {name}", f"data: {data}", "", ""]).encode(LANGUAGE_OF_THE_WIRE)


def changed(change: Change) -> bytes:
    """What the browser hears of a change."""
    return event("changed", json.dumps({"kind": change.kind, "id": change.pk}), id=change.id)


def heartbeat(latest: int | None) -> bytes:
    """Keeps proxies from closing the line, and tells the browser up to where it has heard everything."""
    return event("here", id=latest)


def reload(latest: int | None) -> bytes:
    """Something was missed: fetch everything that is shown anew."""
    return event("reload", id=latest)


GREETING = b"retry: 2000\n: here\n\n"
