"""GET /stream: server-sent events for one browser, as an ASGI application.

It needs the session cookie of somebody active, and ends within a minute when that person is disabled or signs out.
Only pages of the desk may open it: another origin is refused, and so is a foreign Host.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.http.request import split_domain_port, validate_host

from . import access
from .feed import Feed, Gap, Listener
from .rules import GREETING, RELOAD, Change, changed, heartbeat
from .sessions import person_of, session_key

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Result = TypeVar("Result")

BEAT = 15.0  # seconds between two heartbeats
LOOK_AGAIN = 30.0  # seconds between two looks at whether the person may still listen
GATHER = 0.1  # seconds for which changes are gathered, so that a burst costs one question about rights
THREADS = 4  # questions to the database at a time

log = logging.getLogger(__name__)


@dataclass
class Guest:
    """Who listens: a session, and its person as last looked up."""

    key: str
    person: AbstractBaseUser


class Stream:
    """The application; one for each process."""

    def __init__(self, *, beat: float = BEAT, look_again: float = LOOK_AGAIN) -> None:
        self.feed = Feed()
        self.beat = beat
        self.look_again = look_again
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="stream")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        listening = asyncio.create_task(self.feed.run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        listening.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get("origin")
        if scope["path"] != "/stream":
            return await _refuse(send, 404)
        if scope["method"] != "GET":
            return await _refuse(send, 405)
        if not own_host(headers.get("host", "")) or (origin is not None and not own_origin(origin)):
            return await _refuse(send, 403)
        key = session_key(headers.get("cookie", ""))
        try:
            person = await self._ask(lambda: person_of(key)) if key else None
        except DatabaseError:
            return await _refuse(send, 503)
        if key is None or person is None:
            return await _refuse(send, 401, origin)
        listener = self.feed.join(_number(headers.get("last-event-id", "")))
        try:
            await _begin(send, origin)
            guest = Guest(key, person)
            await self._until_first([_gone(receive), self._tell(send, listener, guest), self._mind(guest)])
        finally:
            self.feed.leave(listener)
        with contextlib.suppress(OSError):
            await send({"type": "http.response.body", "body": b""})
        return None

    async def _tell(self, send: Send, listener: Listener, guest: Guest) -> None:
        """Send news as it comes, and a heartbeat where none does."""
        while True:
            news = await listener.next(patience=self.beat, gather=GATHER)
            if body := await self._in_words(news, guest):
                await send({"type": "http.response.body", "body": body, "more_body": True})

    async def _in_words(self, news: list[Change | Gap], guest: Guest) -> bytes:
        if not news:
            return heartbeat(self.feed.memory.latest)
        changes = [one for one in news if isinstance(one, Change)]
        if len(changes) < len(news):  # there is a gap
            return RELOAD
        return b"".join(map(changed, await self._ask(lambda: visible(guest.person, changes))))

    async def _mind(self, guest: Guest) -> None:
        """Keep the person and their rights fresh; return once they may no longer listen."""
        while True:
            await asyncio.sleep(self.look_again)
            person = await self._ask(lambda: person_of(guest.key))
            if person is None:
                return
            guest.person = person

    async def _until_first(self, works: Iterable[Awaitable[None]]) -> None:
        """Run them until one returns or fails; the browser comes back by itself if it still wants to listen."""
        tasks = [asyncio.ensure_future(work) for work in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            if (error := task.exception()) and not isinstance(error, DatabaseError | OSError):
                raise error

    async def _ask(self, question: Callable[[], Result]) -> Result:
        """Ask the database in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _with_connection, question)


def _with_connection(question: Callable[[], Result]) -> Result:
    close_old_connections()
    try:
        return question()
    finally:
        close_old_connections()


def visible(person: AbstractBaseUser, changes: list[Change]) -> list[Change]:
    """The changes of which the person may hear, each row once, in order."""
    latest = {(change.kind, change.pk): change for change in changes}
    seen: set[tuple[str, int]] = set()
    for kind in {kind for kind, _ in latest}:
        ids = {pk for its_kind, pk in latest if its_kind == kind}
        seen.update((kind, pk) for pk in access.visible_ids(person, kind, ids))
    return [change for row, change in latest.items() if row in seen]


def own_host(host: str) -> bool:
    """Whether a Host header names this installation."""
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def own_origin(origin: str) -> bool:
    """Whether an Origin header is that of the desk."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return False
    expected = ("https", None) if settings.SESSION_COOKIE_SECURE else ("http", settings.PORT)
    return (parts.scheme, port) == expected and own_host(parts.hostname or "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _cors(origin: str | None) -> list[tuple[bytes, bytes]]:
    if origin is None:
        return []
    allowed = (b"access-control-allow-origin", origin.encode("latin-1"))
    return [allowed, (b"access-control-allow-credentials", b"true"), (b"vary", b"Origin")]


async def _begin(send: Send, origin: str | None) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        *_cors(origin),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": GREETING, "more_body": True})


async def _refuse(send: Send, status: int, origin: str | None = None) -> None:
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store"), *_cors(origin)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
