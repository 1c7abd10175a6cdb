"""The stream as many people hear it at once: the application itself, with real sessions and real notifications."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connections

from jingming.live.actions import announce
from jingming.live.stream import Stream

HOST = b"localhost"


@dataclass
class Ear:
    """One browser at the stream: the status it was answered, and every byte that it heard."""

    cookie: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    told: dict[str, str] = field(default_factory=dict)  # headers of the answer
    said: bytes = b""
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def scope(self) -> dict[str, Any]:
        named = {"cookie": f"{settings.SESSION_COOKIE_NAME}={self.cookie}"} if self.cookie else {}
        pairs = [(name.encode(), value.encode()) for name, value in {**named, **self.headers}.items()]
        return {"type": "http", "path": "/stream", "method": "GET", "headers": [(b"host", HOST), *pairs]}

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Mapping[str, Any]) -> None:
        self.status = message.get("status", self.status)
        self.told |= {name.decode(): value.decode() for name, value in message.get("headers", ())}
        self.said += message.get("body", b"")

    def heard(self) -> list[tuple[int, str, int]]:
        """(number of the change, kind, id) of every change told."""
        found = []
        for event in self.said.decode().split("\n\n"):
            told = dict(line.split(": ", 1) for line in event.splitlines() if ": " in line)
            if told.get("event") == "changed":
                data = json.loads(told["data"])
                found.append((int(told["id"]), data["kind"], data["id"]))
        return found


def listen(ears: Iterable[Ear], changes: Iterable[tuple[str, int]], later: Iterable[Ear] = ()) -> None:
    """Let the ears listen while the changes are announced; then let the later ones come, each told its own past."""
    asyncio.run(_listen(list(ears), list(changes), list(later)))


async def _listen(ears: list[Ear], changes: list[tuple[str, int]], later: list[Ear]) -> None:
    stream = Stream(beat=60)
    living = asyncio.create_task(stream.house.run())
    try:
        await _until(lambda: stream.house._told is not None)  # until the database is listened to
        listening = [asyncio.create_task(stream(ear.scope(), ear.receive, ear.send)) for ear in ears]
        await _until(lambda: all(ear.status for ear in ears))
        before = len(stream.house.feed.memory._changes)
        await asyncio.to_thread(_announce, changes)
        await _until(lambda: len(stream.house.feed.memory._changes) >= before + len(changes))
        await asyncio.sleep(0.6)
        first = stream.house.feed.memory._changes[before - 1].id
        for ear in later:
            ear.headers = {**ear.headers, "last-event-id": str(first)}
        listening += [asyncio.create_task(stream(ear.scope(), ear.receive, ear.send)) for ear in later]
        await _until(lambda: all(ear.status for ear in later))
        await asyncio.sleep(0.6)
        for ear in (*ears, *later):
            ear.gone.set()
        await asyncio.gather(*listening)
    finally:
        living.cancel()
        with suppress(asyncio.CancelledError):
            await living
        stream._threads.shutdown(wait=True)


async def _until(done: Any) -> None:
    for _ in range(400):
        if done():
            return
        await asyncio.sleep(0.05)
    raise TimeoutError


def _announce(changes: list[tuple[str, int]]) -> None:
    try:
        for kind, pk in changes:
            announce(kind, pk)
    finally:
        connections.close_all()
