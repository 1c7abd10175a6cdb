"""The stream as browsers meet it: uvicorn on a port of its own, a real database, a real session."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from importlib import import_module
from queue import Empty, Queue

import httpx
import pytest
import uvicorn
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, connections, transaction

from jingming.accounts import actions as accounts
from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.database.tests.workbench import OwnDatabase
from jingming.live import access
from jingming.live.actions import announce
from jingming.live.stream import Stream
from jingming.organisation.actions import add_department, add_unit
from jingming.organisation.rules import Kind, Level

KIND = "live.Lamp"
ORIGIN = f"http://localhost:{settings.PORT}"


def person(username: str, number: str) -> Staff:
    hq = add_unit(level=Level.HQ, parent=None, code=f"HQ{number}", label={"zh": "总", "en": "HQ"}, by=None, at=now())
    department = add_department(
        unit=hq, kind=Kind.OPERATIONS, code=f"OPS{number}", label={"zh": "运", "en": "Ops"}, by=None, at=now()
    )
    return accounts.engage(
        username=username,
        employee_number=number,
        name=username,
        department=department,
        password=None,
        by=None,
        at=now(),
    )


def signed_in(staff: Staff) -> dict[str, str]:
    """The cookie of a session of this person."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(staff.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = staff.get_session_auth_hash()
    session.create()
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}


@pytest.fixture
def stream(own_database: OwnDatabase) -> Iterator[str]:
    """The address of a running stream that looks at rights often and beats fast."""
    application = Stream(beat=0.3, look_again=0.3)
    server = uvicorn.Server(
        uvicorn.Config(application, port=0, log_level="error", lifespan="on", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    assert wait_until(lambda: application.house._told is not None)
    yield f"http://127.0.0.1:{port}/stream"
    server.should_exit = True
    thread.join(5)


def wait_until(done: Callable[[], bool], seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def lamps() -> Iterator[dict[str, set[int]]]:
    """Which lamps whom may see."""
    seen: dict[str, set[int]] = {}

    def hearers(people: Collection[AbstractBaseUser], ids: Collection[int]) -> dict[int, Collection[int]]:
        return {who.pk: seen.get(who.get_username(), set()) & set(ids) for who in people}

    access.register(KIND, hearers)
    yield seen
    access._visible.pop(KIND)


class Browser:
    """Collects what the stream says."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.lines: Queue[str | None] = Queue()
        self.last_id = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            for line in self.response.iter_lines():
                self.lines.put(line)
        except httpx.HTTPError:
            pass
        self.lines.put(None)

    def hears(self, seconds: float = 5.0) -> tuple[str, object] | None:
        """The next event and its data, heartbeats aside; None if the stream ends."""
        name = ""
        deadline = time.monotonic() + seconds
        while (line := self.lines.get(timeout=max(0.01, deadline - time.monotonic()))) is not None:
            if line.startswith("id: "):
                self.last_id = line[4:]
            if line.startswith("event: "):
                name = line[7:]
            if line.startswith("data: ") and name != "here":
                return name, json.loads(line[6:]) if line[6:] else ""
        return None

    def hears_nothing(self, seconds: float = 0.6) -> bool:
        try:
            self.hears(seconds)
        except Empty:
            return True
        return False


@contextmanager
def browser(address: str, cookie: dict[str, str], *, query: str = "", **headers: str) -> Iterator[Browser]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    address += query
    with httpx.Client(timeout=10) as client, client.stream("GET", address, headers={**cookie, **named}) as response:
        assert response.status_code == HTTPStatus.OK, response.read()
        one = Browser(response)
        assert one.lines.get(timeout=5) == "retry: 2000"
        yield one


def test_who_may_see_it_hears_and_nobody_else(stream: str, lamps: dict[str, set[int]]):
    agent, stranger = person("agent", "1"), person("stranger", "2")
    lamps["agent"] = {7, 8}
    with browser(stream, signed_in(agent)) as hers, browser(stream, signed_in(stranger)) as theirs:
        announce(KIND, 7)
        announce(KIND, 9)
        announce("live.Unknown", 7)
        assert hers.hears() == ("changed", {"kind": KIND, "id": 7})
        assert theirs.hears_nothing()
        assert hers.hears_nothing(0.3)


def test_what_is_rolled_back_is_never_heard_of(stream: str, lamps: dict[str, set[int]]):
    agent = person("agent", "1")
    lamps["agent"] = {7, 8}
    with browser(stream, signed_in(agent)) as hers:
        with transaction.atomic():
            announce(KIND, 7)
            transaction.set_rollback(True)
        announce(KIND, 8)
        assert hers.hears() == ("changed", {"kind": KIND, "id": 8})


def test_a_browser_that_was_away_hears_what_it_missed(stream: str, lamps: dict[str, set[int]]):
    cookie = signed_in(person("agent", "1"))
    lamps["agent"] = {1, 2, 3}
    with browser(stream, cookie) as before:
        announce(KIND, 1)
        assert before.hears() == ("changed", {"kind": KIND, "id": 1})
    announce(KIND, 2)
    announce(KIND, 3)
    with browser(stream, cookie, Last_Event_ID=before.last_id) as after:
        assert [after.hears(), after.hears()] == [("changed", {"kind": KIND, "id": n}) for n in (2, 3)]
    with browser(stream, cookie, query=f"?last_event_id={before.last_id}") as opened_by_a_page:
        assert [opened_by_a_page.hears(), opened_by_a_page.hears()] == [
            ("changed", {"kind": KIND, "id": n}) for n in (2, 3)
        ]
        latest = opened_by_a_page.last_id
    with browser(stream, cookie, query=f"?last_event_id={before.last_id}", Last_Event_ID=latest) as came_back:
        assert came_back.hears_nothing()
    with browser(stream, cookie, query="?last_event_id=-1%00x") as nonsense:
        assert nonsense.hears_nothing()
    with browser(stream, cookie, Last_Event_ID="4711") as lost:
        assert lost.hears() == ("reload", "")


def _break_off() -> None:
    """The server ends the connection of whoever listens here; other tests listen in databases of their own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'LISTEN%%' AND datname = current_database()"
        )


def test_after_a_break_of_the_database_connection_everybody_reloads(stream: str, lamps: dict[str, set[int]]):
    cookie = signed_in(person("agent", "1"))
    lamps["agent"] = {1}
    with browser(stream, cookie) as hers:
        _break_off()
        assert hers.hears() == ("reload", "")
        announce(KIND, 1)
        assert hers.hears() == ("changed", {"kind": KIND, "id": 1})


def test_a_break_is_made_up_for_by_whoever_was_away_through_it(stream: str, lamps: dict[str, set[int]]):
    cookie = signed_in(person("agent", "1"))
    lamps["agent"] = {1, 2}
    with browser(stream, cookie) as before:
        announce(KIND, 1)
        assert before.hears() == ("changed", {"kind": KIND, "id": 1})
        last = before.last_id
        _break_off()
        assert before.hears() == ("reload", "")
    announce(KIND, 2)
    with browser(stream, cookie, Last_Event_ID=last) as from_before_it:
        assert from_before_it.hears() == ("reload", "")
        assert from_before_it.last_id not in ("", last)
    with browser(stream, cookie, Last_Event_ID=before.last_id) as from_after_it:
        assert from_after_it.hears() == ("changed", {"kind": KIND, "id": 2})


def test_a_browser_knows_where_it_stands_before_anything_has_changed(stream: str, lamps: dict[str, set[int]]):
    cookie = signed_in(person("agent", "1"))
    lamps["agent"] = {1}
    with browser(stream, cookie) as hers:
        assert hers.hears_nothing()
    announce(KIND, 1)
    with browser(stream, cookie, Last_Event_ID=hers.last_id) as again:
        assert again.hears() == ("changed", {"kind": KIND, "id": 1})


def test_of_many_who_listen_only_those_who_were_switched_off_or_signed_out_are_seen_out(
    stream: str, lamps: dict[str, set[int]]
):
    agent, leaver, secadmin = person("agent", "1"), person("leaver", "2"), person("secadmin", "3")
    stays, goes, signs_out = signed_in(agent), signed_in(leaver), signed_in(agent)
    lamps["agent"] = {1}
    with browser(stream, stays) as first, browser(stream, goes) as second, browser(stream, signs_out) as third:
        accounts.switch_off(leaver, by=secadmin, at=now())
        import_module(settings.SESSION_ENGINE).SessionStore(signs_out["Cookie"].partition("=")[2]).delete()
        assert [second.hears(), third.hears()] == [None, None]
        announce(KIND, 1)
        assert first.hears() == ("changed", {"kind": KIND, "id": 1})


def test_a_person_who_is_switched_off_hears_no_more(stream: str, lamps: dict[str, set[int]]):
    agent, secadmin = person("agent", "1"), person("secadmin", "2")
    cookie = signed_in(agent)
    with browser(stream, cookie) as hers:
        accounts.switch_off(agent, by=secadmin, at=now())
        assert hers.hears() is None
    assert httpx.get(stream, headers=cookie).status_code == HTTPStatus.UNAUTHORIZED


def test_only_the_desk_may_listen(stream: str):
    cookie = signed_in(person("agent", "1"))
    refused = [
        ({}, HTTPStatus.UNAUTHORIZED),
        ({"Cookie": "sessionid=nonsense"}, HTTPStatus.UNAUTHORIZED),
        ({**cookie, "Origin": "http://evil.example"}, HTTPStatus.FORBIDDEN),
        ({**cookie, "Origin": f"http://localhost:{settings.PORT + 5}"}, HTTPStatus.FORBIDDEN),
        ({**cookie, "Origin": "null"}, HTTPStatus.FORBIDDEN),
        ({**cookie, "Host": "evil.example"}, HTTPStatus.FORBIDDEN),
    ]
    assert [httpx.get(stream, headers=headers).status_code for headers, _ in refused] == [code for _, code in refused]
    assert httpx.post(stream, headers=cookie).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert httpx.get(f"{stream}/more", headers=cookie).status_code == HTTPStatus.NOT_FOUND
    with httpx.stream("GET", stream, headers={**cookie, "Origin": ORIGIN}) as response:
        assert response.headers["access-control-allow-origin"] == ORIGIN
        assert response.headers["access-control-allow-credentials"] == "true"
        assert response.headers["content-type"].startswith("text/event-stream")
    connections.close_all()
