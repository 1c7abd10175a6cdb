"""The browsers that listen to one stream process: told together, looked after together.

A change costs one question about rights for all who listen, and a look at who they still are costs two queries for
hundreds of them; so a guest costs memory and hardly anything else.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import Error as DatabaseError

from . import access
from .feed import Feed
from .rules import Change, changed, heartbeat, reload
from .sessions import people_of

GATHER = 0.05  # seconds for which changes are gathered, so that a burst costs one question about rights
WAITING = 500  # pieces of news that may wait for one slow browser; then it is told to fetch everything anew
AT_A_TIME = 250  # guests that are looked at together
TURN = 1.0  # seconds between two rounds to those who are due

Ask = Callable[[Callable[[], Any]], Awaitable[Any]]

log = logging.getLogger(__name__)


class Guest:
    """One browser that listens: a session, its person as last looked up, and what it is still to be told."""

    __slots__ = ("_waiting", "_wake", "due", "key", "over", "person")

    def __init__(self, key: str, person: AbstractBaseUser, due: float) -> None:
        self.key, self.person, self.due = key, person, due
        self.over = False
        self._waiting: list[bytes] = []
        self._wake = asyncio.Event()

    def hear(self, words: bytes, instead: bytes) -> None:
        """Tell them; whoever is too slow hears `instead` of all that waits."""
        if len(self._waiting) >= WAITING:
            self._waiting, words = [], instead
        self._waiting.append(words)
        self._wake.set()

    def leave(self) -> None:
        self.over = True
        self._wake.set()

    async def next(self, patience: float) -> bytes:
        """What there is to tell; nothing after `patience` seconds of silence."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._wake.wait()
        self._wake.clear()
        waiting, self._waiting = self._waiting, []
        return b"".join(waiting)


class House:
    """All guests of the process. `ask` puts a question to the database, in a thread."""

    def __init__(self, ask: Ask, *, look_again: float) -> None:
        self.feed = Feed()
        self._ask = ask
        self._look_again = look_again
        self._guests: set[Guest] = set()
        self._told: int | None = None  # up to where everybody has been told

    async def run(self) -> None:
        """Listen, tell and look after the guests for ever."""
        async with asyncio.TaskGroup() as all_three:
            for work in (self.feed.run(), self._spread(), self._mind()):
                all_three.create_task(work)

    # --- Coming and going -------------------------------------------------------------------------------------------
    async def join(self, key: str, person: AbstractBaseUser, last_id: int | None) -> Guest:
        """A guest whose news begin with what was missed since `last_id`, or with the word to fetch everything anew
        where that is not known. Twice told is harmless, not told is not: so it counts as a guest before we look."""
        guest = Guest(key, person, self._now() + self._look_again * random.uniform(0.5, 1))  # noqa: S311  # nosec B311  # no secret
        self._guests.add(guest)
        missed = [] if last_id is None else self.feed.memory.after(last_id)
        if missed is None:
            guest.hear(self.anew(), self.anew())
        elif missed:
            await self._tell([guest], missed)
        else:
            guest.hear(self.beat(), self.anew())
        return guest

    def leave(self, guest: Guest) -> None:
        self._guests.discard(guest)

    def beat(self) -> bytes:
        return heartbeat(self._told)

    def anew(self) -> bytes:
        return reload(self._told)

    # --- Telling ----------------------------------------------------------------------------------------------------
    async def _spread(self) -> None:
        while True:
            changes = await self.feed.batch(GATHER)
            try:
                if changes is not None:
                    await self._tell(self._guests.copy(), changes)
                    self._told = changes[-1].id
                    continue
            except DatabaseError as error:  # nobody can say who may hear of it
                log.warning("changes could not be told, everybody fetches anew: %s", str(error).strip())
            self._told = self.feed.memory.latest
            for guest in self._guests:
                guest.hear(self.anew(), self.anew())

    async def _tell(self, guests: Collection[Guest], changes: Sequence[Change]) -> None:
        """Each row once, in order, to those who may see it."""
        latest = {(change.kind, change.pk): change for change in changes}
        people = {guest.person.pk: guest.person for guest in guests}
        if not people:
            return
        seen = await self._ask(lambda: _seen(list(people.values()), latest))
        words = {row: changed(change) for row, change in latest.items()}
        for guest in guests:
            mine = seen.get(guest.person.pk)
            if mine and (told := b"".join(words[row] for row in latest if row in mine)):
                guest.hear(told, self.anew())

    # --- Looking after them -----------------------------------------------------------------------------------------
    async def _mind(self) -> None:
        """Keep people and their rights fresh, and see those out who may no longer listen."""
        while True:
            await asyncio.sleep(min(TURN, self._look_again / 4))
            due = sorted((one for one in self._guests if one.due <= self._now()), key=lambda one: one.due)
            for start in range(0, len(due), AT_A_TIME):
                with suppress(DatabaseError):  # they stay due; and without a database nobody is told anything
                    await self._look_at(due[start : start + AT_A_TIME])

    async def _look_at(self, guests: Sequence[Guest]) -> None:
        people: Mapping[str, AbstractBaseUser] = await self._ask(lambda: people_of([one.key for one in guests]))
        for guest in guests:
            person = people.get(guest.key)
            if person is None:
                guest.leave()
            else:
                guest.person, guest.due = person, self._now() + self._look_again

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _seen(people: list[AbstractBaseUser], rows: Collection[tuple[str, int]]) -> dict[int, set[tuple[str, int]]]:
    """By the person's pk: the rows of which they may hear."""
    seen: dict[int, set[tuple[str, int]]] = {}
    for kind in {kind for kind, _ in rows}:
        ids = {pk for its_kind, pk in rows if its_kind == kind}
        for person, heard in access.heard_by(people, kind, ids).items():
            seen.setdefault(person, set()).update((kind, pk) for pk in heard)
    return seen
