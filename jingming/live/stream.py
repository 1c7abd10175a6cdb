"""GET /stream: server-sent events for one browser, as an ASGI application.

It needs the session cookie of somebody active, and ends within a minute when that person is disabled or signs out.
Only pages of the desk may open it: another origin is refused, and so is a foreign Host.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.http.request import QueryDict, split_domain_port, validate_host

from jingming.base.headers import NOTHING, SAFETY

from .house import House
from .rules import GREETING
from .sessions import people_of, session_key

log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Result = TypeVar("Result")

BEAT = 15.0  # seconds between two heartbeats
LOOK_AGAIN = 30.0  # seconds between two looks at whether a person may still listen
THREADS = 4  # questions to the database at a time


class Stream:
    """The application; one for each process."""

    def __init__(self, *, beat: float = BEAT, look_again: float = LOOK_AGAIN) -> None:
        self.house = House(self._ask, look_again=look_again)
        self.beat = beat
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="stream")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        living = asyncio.create_task(self.house.run())
        living.add_done_callback(_end_with_it)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        living.cancel()
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
            people = await self._ask(lambda: people_of([key])) if key else {}
        except DatabaseError:
            return await _refuse(send, 503)
        if key is None or key not in people:
            return await _refuse(send, 401, origin)
        await _begin(send, origin)
        return await self._entertain(key, people[key], _last_id(scope, headers), receive, send)

    async def _entertain(  # ASGI's pair of ends and whom they lead to
        self, key: str, person: AbstractBaseUser, last_id: int | None, receive: Receive, send: Send
    ) -> None:
        """Send news as it comes, and a heartbeat where none does, until either side leaves."""
        guest = None
        going = asyncio.create_task(_gone(receive))
        try:
            guest = await self.house.join(key, person, last_id)
            going.add_done_callback(lambda _: guest.leave())
            while not guest.over:
                words = await guest.next(self.beat) or self.house.beat()
                if not guest.over:
                    await send({"type": "http.response.body", "body": words, "more_body": True})
        except DatabaseError as error:  # what was missed cannot be said now; the browser comes back by itself
            log.warning("a browser could not be told what it missed: %s", str(error).strip())
        finally:
            going.cancel()
            if guest is not None:
                self.house.leave(guest)
        with contextlib.suppress(OSError):
            await send({"type": "http.response.body", "body": b""})

    async def _ask(self, question: Callable[[], Result]) -> Result:
        """Ask the database in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _with_connection, question)


def _end_with_it(living: asyncio.Task[None]) -> None:
    """A stream that hears nothing any more must not look alive: end the process, and the parent starts it anew."""
    if not living.cancelled() and (error := living.exception()):
        log.critical("the stream cannot go on", exc_info=error)
        os.kill(os.getpid(), signal.SIGTERM)


def _with_connection(question: Callable[[], Result]) -> Result:
    close_old_connections()
    try:
        return question()
    finally:
        close_old_connections()


def _last_id(scope: Message, headers: Mapping[str, str]) -> int | None:
    """The last change that the browser has heard of: a header where it comes back by itself, a parameter where a page
    opens the stream, because there it cannot set the header."""
    if (told := _number(headers.get("last-event-id", ""))) is not None:
        return told
    return _number(QueryDict(scope.get("query_string", b"")).get("last_event_id", ""))


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


def _safety() -> list[tuple[bytes, bytes]]:
    told = {**SAFETY, "Content-Security-Policy": NOTHING, "Cache-Control": "no-store"}
    if settings.SECURE_HSTS_SECONDS:
        told["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    return [(name.lower().encode(), value.encode()) for name, value in told.items()]


async def _begin(send: Send, origin: str | None) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"x-accel-buffering", b"no"),
        *_safety(),
        *_cors(origin),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": GREETING, "more_body": True})


async def _refuse(send: Send, status: int, origin: str | None = None) -> None:
    headers = [(b"content-length", b"0"), *_safety(), *_cors(origin)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
