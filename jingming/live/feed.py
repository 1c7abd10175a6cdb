"""The one connection of a stream process that listens to the database, and what it hears."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import psycopg

from jingming.database.direct import parameters

from .rules import CHANNEL, Change, Memory, mark, read

LOOK = 15.0  # seconds of silence after which we see whether the database is still there
LONGEST_PAUSE = 5.0

log = logging.getLogger(__name__)


class Feed:
    """Changes as the database tells them, taken in batches by the house that tells its guests."""

    def __init__(self) -> None:
        self.memory = Memory()
        self._fresh: list[Change] = []
        self._gap = False
        self._news = asyncio.Event()

    async def batch(self, gather: float) -> Sequence[Change] | None:
        """The next changes: waits for the first, then `gather` seconds for those that come with it. None where some
        were lost."""
        await self._news.wait()
        await asyncio.sleep(gather)
        changes, gap = self._fresh, self._gap
        self._fresh, self._gap = [], False
        self._news.clear()
        return None if gap else changes

    async def run(self) -> None:
        """Listen for ever; when the database goes away, come back and say that there is a gap."""
        pause = 0.1
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(autocommit=True, **parameters())
                async with connection:
                    found = await (await connection.execute("SELECT nextval('live_change_id_seq')")).fetchone()
                    # nosemgrep: sql-put-together  # a constant; LISTEN takes no parameters
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._begin_anew(mark(found[0] if found else 0))
                    pause = 0.1
                    await self._hear(connection)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                log.warning("no word from the database (%s); trying again in %.1f s", str(error).strip(), pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _hear(self, connection: psycopg.AsyncConnection) -> None:
        while True:
            async for notice in connection.notifies(timeout=LOOK):
                self._take(notice.payload)
            await connection.execute("SELECT 1")

    def _take(self, payload: str) -> None:
        try:
            change = read(payload)
        except (ValueError, KeyError, TypeError):
            log.warning("a notification that is none of ours: %.100r", payload)
            return
        self.memory.keep(change)
        self._fresh.append(change)
        self._news.set()

    def _begin_anew(self, beginning: Change) -> None:
        self.memory.forget()
        self.memory.keep(beginning)
        self._fresh, self._gap = [], True
        self._news.set()
