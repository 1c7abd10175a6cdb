"""Every answer carries every header of safety: pages, operations, files, refusals of each kind, faults, the stream."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.test import Client, override_settings

from jingming.live.stream import Stream
from tests.matrix.answers import undone
from tests.matrix.declared import OPERATIONS, PAGES
from tests.matrix.listening import Ear, listen
from tests.matrix.oracle import PUBLIC
from tests.matrix.test_outside import permitted
from tests.matrix.walking import Walker, address

pytest_plugins = ["tests.matrix.standing"]

EXACT = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
}
KINDS = (400, 401, 403, 404, 405, 413, 422, 500)


@pytest.fixture(autouse=True)
def _https():
    with override_settings(SECURE_HSTS_SECONDS=31_536_000, SECURE_SSL_REDIRECT=True, SESSION_COOKIE_SECURE=True):
        yield


def lacks(headers: dict[str, str], where: str, *, kept: bool = False) -> list[str]:
    """What an answer should say and does not; `kept`: a browser may keep it."""
    told = {name.lower(): value for name, value in headers.items()}
    wrong = [name for name, value in EXACT.items() if told.get(name) != value]
    policy = told.get("content-security-policy", "")
    if "sandbox" not in policy and "frame-ancestors 'none'" not in policy:
        wrong.append("frame-ancestors")
    wrong += ["default-src"] if "default-src 'none'" not in policy else []
    wrong += ["unsafe"] if "unsafe-" in policy or "*" in policy else []
    wrong += ["permissions-policy"] if "camera=()" not in told.get("permissions-policy", "") else []
    stores = told.get("cache-control", "")
    wrong += [f"cache-control: {stores}"] if not kept and "no-store" not in stores else []
    return [f"{where}: {one}" for one in wrong]


def visitor(walker: Walker, person: str) -> Client:
    """Somebody over HTTPS; each client reads the settings anew."""
    client = Client(raise_request_exception=False)
    if person:
        client.cookies[settings.SESSION_COOKIE_NAME] = walker.world.cookies[person]
    return client


def program(walker: Walker, person: str) -> Client:
    headers = {"authorization": f"Bearer {walker.world.tokens[person]}"}
    return Client(raise_request_exception=False, headers=headers)


def test_every_page_and_every_operation_carries_them(walker: Walker):
    complaints: list[str] = []
    for route, page in PAGES.items():
        if route == "orders/<str:number>/acts/<str:act>/":
            person, names = "agent1", walker.world.thing("act", "repair-north note").names
        else:
            person, names = permitted(route, walker) if page.look != (404,) else ("agent1", {"rest": "nothing"})
        for who in {person, ""}:
            client, path = visitor(walker, who if page.to != PUBLIC else ""), address(route, names)
            with undone():
                answers = [client.get(path, secure=True), client.post(path, secure=True)]
            for answer in answers:
                complaints += lacks(answer.headers, f"{who} at {route} {answer.status_code}")
                answer.close()  # and with it a connection in the middle of something
    for name, call in OPERATIONS.items():
        method, _, route = name.partition(" ")
        for thing in (walker.world.of(call.of) if call.of else [None])[:1]:
            path = address(route, thing.names if thing else {})
            for client in (program(walker, "agent1"), Client(raise_request_exception=False)):
                with undone():
                    answer = client.generic(method, path + call.query, b"", "application/json", secure=True)
                complaints += lacks(answer.headers, f"{name} {answer.status_code}")
    assert complaints == []


def refusals(walker: Walker) -> dict[str, Any]:
    """An answer of each kind, by page and by API."""
    page, api = visitor(walker, "agent1"), program(walker, "agent1")
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies[settings.SESSION_COOKIE_NAME] = walker.world.cookies["agent1"]
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000):
        words = {"name": "x" * 2000}
        too_large = api.post("/api/v1/customers", words, content_type="application/json", secure=True)
    return {
        "page 400": page.get("/orders/?queue=%00", secure=True),
        "page 403": strict.post("/intake/", {"x": "1"}, secure=True),
        "page 404": page.get("/nothing/", secure=True),
        "page 405": page.delete("/orders/", secure=True),
        "page 422": page.post("/intake/", {"act": "open"}, secure=True),
        "api 400": api.get("/api/v1/customers?cursor=%00", secure=True),
        "api 401": Client().get("/api/v1/me", secure=True),
        "api 403": program(walker, "evaluator1").get("/api/v1/work-orders", secure=True),
        "api 404": api.get("/api/v1/nothing", secure=True),
        "api 405": api.delete("/api/v1/customers", secure=True),
        "api 413": too_large,
        "api 422": api.post("/api/v1/customers", {}, content_type="application/json", secure=True),
        "host": page.get("/orders/", secure=True, headers={"host": "evil.example"}),
        "to https": page.get("/orders/"),
    }  # fmt: skip


def test_every_kind_of_refusal_carries_them(walker: Walker, monkeypatch: pytest.MonkeyPatch):
    with undone():
        answers = refusals(walker)
        for place, fault in (("page 500", RuntimeError("x")), ("page 400 suspicious", SuspiciousOperation("x"))):
            with monkeypatch.context() as broken:
                broken.setattr("jingming.workspace.views.queue.read_listing", Mock(side_effect=fault))
                answers[place] = visitor(walker, "agent1").get("/orders/?queue=all", secure=True)
    without_https = {"to https": True}
    complaints = [
        complaint
        for place, answer in answers.items()
        for complaint in lacks(answer.headers, f"{place} {answer.status_code}")
        if not (place in without_https and "strict-transport" in complaint)  # browsers heed it over HTTPS only
    ]
    assert complaints == []
    told = {place: answer.status_code for place, answer in answers.items()}
    assert set(told.values()) >= {*KINDS, 301}, told


def test_files_for_browsers_carry_them(walker: Walker):
    answer = visitor(walker, "").get(f"{settings.STATIC_URL}ui/tokens.css", secure=True)
    assert answer.status_code == 200
    assert lacks(answer.headers, "tokens.css", kept=True) == []
    answer.close()


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/stream", "GET", 401), ("/x", "GET", 404), ("/stream", "POST", 405)]
)
def test_the_stream_carries_them(path: str, method: str, status: int):
    sent: list[dict[str, Any]] = []

    async def ask() -> None:
        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.disconnect"}

        scope = {"type": "http", "path": path, "method": method, "headers": [(b"host", b"testserver")]}
        await Stream()(scope, receive, send)

    asyncio.run(ask())
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}

    assert sent[0]["status"] == status
    assert lacks(headers, "stream") == []


def test_the_stream_that_is_open_carries_them(walker: Walker):
    ears = [Ear(walker.world.cookies["agent1"], more) for more in ({}, {"origin": "https://localhost"})]
    listen(ears, [])

    assert [ear.status for ear in ears] == [200, 200]
    assert [complaint for ear in ears for complaint in lacks(ear.told, "open stream")] == []
    assert {ear.told["content-type"] for ear in ears} == {"text/event-stream; charset=utf-8"}
    assert [ear.told.get("access-control-allow-origin") for ear in ears] == [None, "https://localhost"]
