"""What every act reads and hardly anybody changes, kept in the memory of each process for a few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar, cast

from django.db import connection, transaction

KEPT_SECONDS = 5.0
Thing = TypeVar("Thing")


class Memory:
    """Things by name. A change reaches the process that makes it at once, and every other within KEPT_SECONDS."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, object]] = {}

    def of(self, name: str, read: Callable[[], Thing]) -> Thing:
        """What is kept under the name, or what `read` gives, kept from now on."""
        until, kept = self._kept.get(name, (0.0, None))
        if time.monotonic() < until:
            return cast("Thing", kept)
        thing = read()
        if not self._is_changing():
            self._kept[name] = (time.monotonic() + KEPT_SECONDS, thing)
        return thing

    def forget(self) -> None:
        """Read everything afresh."""
        self._kept.clear()

    def change(self) -> None:
        """For the action that writes: forget now and once it is committed. What this transaction reads meanwhile is
        not kept, for a rollback would take it back."""
        self.forget()
        transaction.on_commit(self.forget)

    def _is_changing(self) -> bool:
        return any(waiting[1] == self.forget for waiting in connection.run_on_commit)
