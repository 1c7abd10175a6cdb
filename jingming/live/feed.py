"""The one connection of a stream process that listens to the database, and the browsers that hear from it."""

from __future__ import annotations

import asyncio
import logging

import psycopg

from jingming.database.direct import parameters

from .rules import CHANNEL, Change, Memory, read

LOOK = 15.0  # seconds of silence after which we see whether the database is still there
LONGEST_PAUSE = 5.0
WAITING = 500  # changes that may wait for one slow browser; then it is told to fetch everything anew

log = logging.getLogger(__name__)


class Gap:
    """Stands among the changes where some were lost."""


GAP = Gap()


class Listener:
    """One browser's queue."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[Change | Gap] = asyncio.Queue(WAITING)

    def hear(self, news: Change | Gap) -> None:
        try:
            self.waiting.put_nowait(news)
        except asyncio.QueueFull:
            while not self.waiting.empty():
                self.waiting.get_nowait()
            self.waiting.put_nowait(GAP)

    async def next(self, *, patience: float, gather: float) -> list[Change | Gap]:
        """The next news: waits `patience` seconds for the first, then `gather` for those that come with it."""
        try:
            news = [await asyncio.wait_for(self.waiting.get(), patience)]
        except TimeoutError:
            return []
        await asyncio.sleep(gather)
        while not self.waiting.empty():
            news.append(self.waiting.get_nowait())
        return news


class Feed:
    """Changes as the database tells them, to everybody who listens."""

    def __init__(self) -> None:
        self.memory = Memory()
        self._listeners: set[Listener] = set()

    def join(self, last_id: int | None) -> Listener:
        """A queue that begins with what was missed since `last_id`, or with a gap where that is not known."""
        listener = Listener()
        self._listeners.add(listener)
        if last_id is not None:
            missed = self.memory.after(last_id)
            for news in [GAP] if missed is None else missed:
                listener.hear(news)
        return listener

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    async def run(self) -> None:
        """Listen for ever; when the database goes away, come back and say that there is a gap."""
        pause = 0.1
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(autocommit=True, **parameters())
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._begin_anew()
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
        for listener in self._listeners:
            listener.hear(change)

    def _begin_anew(self) -> None:
        self.memory.forget()
        for listener in self._listeners:
            listener.hear(GAP)
