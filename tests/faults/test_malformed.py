"""What is sent wrongly to the API is told in the caller's language, changes nothing, and is never our fault.

Every case is sent in Chinese and in English. Pages have their own in test_malformed_pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from jingming.accounts.actions import make_token, revoke_token
from jingming.accounts.models import ApiToken, Staff
from jingming.base.clock import now
from jingming.intake import actions as intake
from jingming.workorders import actions
from jingming.workorders.models import WorkOrder
from tests.cast import FOUNDED, Caller
from tests.faults.world import look

HAN = re.compile(r"[\u4e00-\u9fff]")
NEW: dict[str, Any] = {
    "type": "repair",
    "channel": "phone",
    "description": "灶前无气",
    "caller_phone": "13800000417",
}


@dataclass
class Desk:
    """What a case works with: somebody at the API, and an order in each state that matters."""

    company: dict[str, Staff]
    language: str
    order: WorkOrder
    split: WorkOrder
    ended: dict[str, WorkOrder]
    callers: dict[str, Caller] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("agent1", "agent2", "dispatcher1", "inspector1", "account1", "stranger1", "evaluator1"):
            self.callers[name] = Caller(make_token(self.company[name], label="test", by=None, at=FOUNDED))
        dead = ApiToken.objects.get(staff=self.company["agent2"])
        revoke_token(dead, by=self.company["secadmin1"], at=now())

    def of(self, username: str) -> Caller:
        self.callers[username].client.defaults["HTTP_ACCEPT_LANGUAGE"] = self.language
        return self.callers[username]

    @property
    def agent(self) -> Caller:
        return self.of("agent1")


Case = tuple[Callable[[Desk], HttpResponse], int, str]
CASES: dict[str, Case] = {}


def opening(name: str, status: int, kind: str = "unfit", **values: object) -> None:
    """POST /work-orders with these values instead of good ones."""
    CASES[f"open: {name}"] = (lambda desk: desk.agent.post("/work-orders", {**NEW, **values}), status, kind)


def raw(name: str, status: int, kind: str, body: bytes, **headers: str) -> None:
    """POST /work-orders with this body, byte for byte."""

    def send(desk: Desk) -> HttpResponse:
        content_type = headers.get("content_type", "application/json")
        return desk.agent.client.post("/api/v1/work-orders", body, content_type=content_type)

    CASES[f"body: {name}"] = (send, status, kind)


def acting(
    name: str, status: int, problem: str = "unfit", *, by: str = "dispatcher1", on: str = "order", **values: object
) -> None:
    """An act on an order; without `version` in the values the right one is sent."""

    def send(desk: Desk) -> HttpResponse:
        order = desk.ended[on] if on in desk.ended else getattr(desk, on)
        body = {"version": order.version, **values}
        return desk.of(by).post(
            f"/work-orders/{order.number}/acts", {key: value for key, value in body.items() if value is not ...}
        )

    CASES[f"act: {name}"] = (send, status, problem)


def asking(name: str, status: int, kind: str, path: str, **headers: str) -> None:
    """GET this address under /api/v1."""
    CASES[f"get: {name}"] = (lambda desk: desk.agent.client.get(f"/api/v1{path}", headers=headers), status, kind)


# --- Opening an order: every field in a wrong shape -----------------------------------------------------------------
for name, value in {
    "type": 5, "channel": [], "description": {}, "channel_account": 1, "external_id": True, "direction": "sideways",
    "caller_name": 7, "caller_phone": 13800000417, "account_number": 562000417, "occurred_at": "yesterday",
    "ended_at": [], "customer": "周", "address": 1, "category": 3, "level": None, "verified": "name", "fields": [],
    "answer": 1, "second_of": 3, "nobody_knows": 1,
}.items():  # fmt: skip
    opening(f"{name} is {value!r}", 422, **{name: value})
opening("unknown type", 422, type="teleport")
opening("unknown channel", 422, channel="pigeon")
opening("unknown level", 422, level="apocalyptic")
opening("unknown category", 422, category="weather")
opening("unknown account number", 422, account_number="999999999")
opening("account number that is none", 422, account_number="'; DROP TABLE")
opening("unknown customer", 422, customer=4711)
opening("customer 0", 422, customer=0)
opening("customer −1", 422, customer=-1)
opening("customer 2^31", 422, customer=2**31)
opening("customer 2^63", 422, customer=2**63)
opening("a phone of letters", 422, caller_phone="call me")
opening("nobody to reach", 422, caller_phone="")
opening("verified by a guess", 422, verified=["guess"])
opening("verified by a list", 422, verified=[["name"]])
opening("a field of another type", 422, fields={"complaint_kind": "service_late"})
opening("a code that is none", 422, fields={"repair_kind": "magic"})
opening("a code that is an object", 422, fields={"repair_kind": {"a": 1}})
opening("began in the future", 422, occurred_at="2199-01-01T00:00:00+08:00")
opening("began in the year 1", 422, occurred_at="0001-01-01T00:00:00+08:00")
opening("began at no zone's time", 422, occurred_at="2026-11-22T10:00:00")
opening("ended before it began", 422, occurred_at="2026-01-02T00:00:00Z", ended_at="2026-01-01T00:00:00Z")
opening("second matter of an unknown order", 404, "not-found", second_of="BX-0562-20200101-000001")
opening("answered at once, a repair", 403, "not-allowed", answer="已告知")
opening("1 MB of text", 422, description="x" * 1_000_000)
opening("10,001 characters", 422, description="x" * 10_001)
opening("only spaces", 422, description="   ")
opening("NUL in a text", 422, description="a\0b")
opening("NUL in a form's text", 422, fields={"appointment": "a\0b"})
opening("NUL in a name", 422, fields={"a\0": 1})
opening("half a character", 422, description="\ud83d")
opening("half a character in a name", 422, fields={"\udc00": 1})
opening("a number of the form that is too large", 422, fields={"repair_kind": 2**63})

# --- Bodies -----------------------------------------------------------------------------------------------------------
GOOD = json.dumps(NEW).encode()
raw("empty", 422, "unfit", b"")
raw("not JSON", 400, "malformed", b"type=repair")
raw("half of it", 400, "malformed", GOOD[:-1])
raw("two of it", 400, "malformed", GOOD + GOOD)
raw("not UTF-8", 400, "malformed", b'{"type": "\xff\xfe"}')
raw("UTF-16", 400, "malformed", b"\xfe\xff\x00{")
raw("a list", 422, "unfit", b"[" + GOOD + b"]")
raw("a word", 422, "unfit", b'"repair"')
raw("null", 422, "unfit", b"null")
raw("NaN", 400, "malformed", GOOD[:-1] + b', "customer": NaN}')
raw("-Infinity", 400, "malformed", GOOD[:-1] + b', "customer": -Infinity}')
raw("1e400", 422, "unfit", GOOD[:-1] + b', "fields": {"a": 1e400}}')
raw("10,000 digits", 422, "unfit", GOOD[:-1] + b', "customer": ' + b"9" * 10_000 + b"}")
raw("10,000 levels", 400, "malformed", GOOD[:-1] + b', "fields": {"a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}}")
raw("100 levels", 422, "unfit", GOOD[:-1] + b', "fields": {"a": ' + b"[" * 100 + b"]" * 100 + b"}}")
raw("a name twice", 400, "malformed", GOOD[:-1] + b', "type": "praise"}')
raw("a name twice, deep inside", 400, "malformed", GOOD[:-1] + b', "fields": {"a": 1, "a": 2}}')
raw("beyond 2 MB", 413, "too-large", GOOD[:-1] + b', "answer": "' + b"a" * 2_200_000 + b'"}')
raw("sent as a form", 400, "malformed", b"type=repair&channel=phone", content_type="application/x-www-form-urlencoded")
raw("sent as files", 400, "malformed", GOOD, content_type="multipart/form-data; boundary=x")
raw("sent as files without a boundary", 400, "malformed", GOOD, content_type="multipart/form-data")

# --- Acts -------------------------------------------------------------------------------------------------------------
acting("unknown", 422, act="teleport")
acting("none", 422)
acting("open", 422, act="open")
acting("a list", 422, act=["accept"])
acting("on a closed order", 409, "cannot-act", on="closed", act="accept")
acting("on a void order", 409, "cannot-act", on="void", act="dispatch", department="TL-NORTH")
acting("reopening what is void", 409, "cannot-act", on="void", act="reopen", reason="not_solved")
acting("a stale version", 409, "stale", version=7, act="accept")
acting("no version", 422, version=..., act="accept")
for value in (0, -1, 2**31, 2**63, 1.5, "one", [1]):
    acting(f"version {value}", 422, version=value, act="accept")
acting("not one's own to do", 403, "not-allowed", by="agent1", act="accept")
acting("by a department that has never had it", 404, "not-found", by="stranger1", act="accept")
acting("by somebody who sees no orders", 403, "not-allowed", by="evaluator1", act="accept")
acting("something missing first", 409, "cannot-act", act="dispatch", department="TL-NORTH")
acting("a field that the act does not have", 422, act="accept", text="好")
acting("a field that no act has", 422, act="accept", colour="red")
acting("without its reason", 422, act="void")
acting("unknown reason", 422, act="void", reason="boredom")
acting("reason 2^63", 422, act="void", reason=2**63)
acting("waits for nobody", 422, act="wait", waiting_for="godot")
acting("held until the past", 422, act="hold", reason="material", until="2020-01-01T00:00:00Z")
acting("held until the year 9999", 422, act="hold", reason="material", until="9999-12-31T23:59:59Z")
acting("no fields to amend", 422, act="amend", fields={})
acting("fields are a list", 422, act="amend", fields=["level"])
acting("amend what is not a field", 422, act="amend", fields={"status": "closed"})
acting("amend the version", 422, act="amend", fields={"version": 99})
acting("verified by lists", 422, act="amend", fields={"verified": [["name"]]})
acting("verified by objects", 422, act="amend", fields={"verified": [{}]})
acting("level taken away", 422, act="amend", fields={"level": ""})
acting("description taken away", 422, act="amend", fields={"description": None})
acting("customer 2^63", 422, act="amend", fields={"customer": 2**63})
acting("customer true", 422, act="amend", fields={"customer": True})
acting("service point is a list", 422, act="amend", fields={"service_point": [1]})
acting("phone is an object", 422, act="amend", fields={"caller_phone": {"a": 1}})
acting("a name of 121 characters", 422, act="amend", fields={"caller_name": "长" * 121})
acting("a field key of 9,000 characters", 422, act="amend", fields={"k" * 9000: 1})
acting("type that there is not", 422, act="retype", type="teleport")
acting("type that it has", 422, act="retype", type="repair")
acting("linked to itself", 422, act="link", kind="related", other="SELF")
acting("linked to an unknown order", 422, act="link", kind="related", other="BX-0562-20200101-000001")
acting("link kind", 422, act="link", kind="cousin", other="BX-0562-20200101-000001")
acting("note of nothing", 422, act="note", text="   ")
acting("note of NUL", 422, act="note", text="\0")
acting("judged by somebody else", 403, "not-allowed", on="split", act="judge", department="TL-BIZ", text="…")
acting(
    "unknown department", 422, by="inspector1", on="split", act="split", tasks=[{"department": "X", "instruction": "y"}]
)
acting("a task without instruction", 422, by="inspector1", on="split", act="split", tasks=[{"department": "TL-BIZ"}])
acting("no tasks", 422, by="inspector1", on="split", act="split", tasks=[])
acting(
    "21 tasks", 422, by="inspector1", on="split", act="split", tasks=[{"department": "TL-BIZ", "instruction": "y"}] * 21
)
acting(
    "a department that takes none", 422, by="inspector1", on="split", act="split",
    tasks=[{"department": "HQ-MGT", "instruction": "y"}],
)  # fmt: skip
acting(
    "somebody of another department", 422, by="inspector1", on="split", act="split",
    tasks=[{"department": "TL-BIZ", "instruction": "y", "staff": "engineer1"}],
)  # fmt: skip
REPORT = {"handling": "已核对", "satisfaction": 4, "receipt_person": "周晓岚", "handled_at": "2026-11-22T01:00:00Z"}
for name, value in {
    "satisfaction": 6, "task": 2**63, "handled_at": "2199-01-01T00:00:00Z", "receipt_person": "长" * 61, "handling": "",
}.items():  # fmt: skip
    acting(
        f"reported with {name} {value!r:.20}", 422, by="account1", on="split", act="report", **{**REPORT, name: value}
    )
acting("somebody else's task", 409, "cannot-act", by="account1", on="split", act="report", **{**REPORT, "task": 4711})

# --- Questions --------------------------------------------------------------------------------------------------------
asking("unknown order", 404, "not-found", "/work-orders/BX-0562-20200101-000001")
asking("order number of 5,000 characters", 414, "too-long", "/work-orders/" + "B" * 5000)
asking("NUL in the path", 400, "malformed", "/work-orders/BX%00")
asking("NUL in a query", 400, "malformed", "/work-orders?queue=a%00b")
asking("invalid UTF-8 in the path", 404, "not-found", "/work-orders/%ff%fe")
asking("invalid UTF-8 in a query", 422, "unfit", "/work-orders?cursor=%ff%fe")
asking("half a character in a query", 422, "unfit", "/work-orders?cursor=%ed%a0%80")
asking("a cursor that is none", 422, "unfit", "/work-orders?cursor=garbage")
asking("a cursor of an object", 422, "unfit", "/work-orders?cursor=eyJhIjogMX0")
asking("a cursor of 10,000 characters", 414, "too-long", "/work-orders?cursor=" + "A" * 10_000)
asking("unknown queue", 422, "unfit", "/work-orders?queue=theirs")
asking("unknown state", 422, "unfit", "/work-orders?status=lost")
asking("unknown type", 422, "unfit", "/work-orders?type=teleport")
asking("contact 2^63", 404, "not-found", "/interactions/9223372036854775808")
asking("contact of 100 digits", 404, "not-found", "/interactions/" + "9" * 100)
asking("contact −1", 404, "not-found", "/interactions/-1")
asking("an address that is not there", 404, "not-found", "/teleports")


def case(name: str, status: int, kind: str) -> Callable[[Callable[[Desk], HttpResponse]], None]:
    def keep(send: Callable[[Desk], HttpResponse]) -> None:
        CASES[name] = (send, status, kind)

    return keep


for method in ("put", "patch", "delete"):
    CASES[f"method: {method}"] = (
        lambda desk, method=method: getattr(desk.agent.client, method)("/api/v1/work-orders"), 405, "wrong-method",
    )  # type: ignore[misc]  # fmt: skip
for name, key in {"empty": "", "129 characters": "k" * 129, "not ASCII": "钥匙", "a tab": "a\tb"}.items():

    def with_key(desk: Desk, key: str = key) -> HttpResponse:
        return desk.agent.post("/work-orders", NEW, key=key)

    CASES[f"key: {name}"] = (with_key, 400, "unusable-key")
for name, value in {
    "none": "", "garbage": "Bearer garbage", "nobody's": "Bearer jm_" + "a" * 43, "basic": "Basic YWdlbnQxOng=",
    "of 100,000 characters": "Bearer " + "a" * 100_000, "not ASCII": "Bearer 令牌",
}.items():  # fmt: skip

    def without_token(desk: Desk, value: str = value) -> HttpResponse:
        desk.agent.client.defaults["HTTP_AUTHORIZATION"] = value
        return desk.agent.post("/work-orders", NEW)

    CASES[f"token: {name}"] = (without_token, 401, "not-signed-in")


@case("token: revoked", 401, "not-signed-in")
def _revoked(desk: Desk) -> HttpResponse:
    return desk.of("agent2").post("/work-orders", NEW)


@case("headers: 100,000 characters", 404, "not-found")
def _huge_header(desk: Desk) -> HttpResponse:
    return desk.agent.client.get("/api/v1/work-orders/X", headers={"x-request-id": "a" * 100_000})


@case("contact: neither order nor reason", 422, "unfit")
def _no_disposition(desk: Desk) -> HttpResponse:
    return desk.agent.post("/interactions", {"channel": "phone"})


@case("contact: order and reason", 422, "unfit")
def _two_dispositions(desk: Desk) -> HttpResponse:
    return desk.agent.post("/interactions", {"channel": "phone", "order": desk.order.number, "reason": "silent"})


@case("contact: unknown reason", 422, "unfit")
def _unknown_reason(desk: Desk) -> HttpResponse:
    return desk.agent.post("/interactions", {"channel": "phone", "reason": "boredom"})


@case("contact: of an order that has ended", 422, "unfit")
def _joins_what_has_ended(desk: Desk) -> HttpResponse:
    return desk.agent.post("/interactions", {"channel": "phone", "order": desk.ended["closed"].number})


@case("contact: of an unknown order", 404, "not-found")
def _joins_nothing(desk: Desk) -> HttpResponse:
    return desk.agent.post("/interactions", {"channel": "phone", "order": "BX-0562-20200101-000001"})


def upload(desk: Desk, name: str, content: bytes, **values: str) -> HttpResponse:
    address = f"/api/v1/work-orders/{desk.order.number}/attachments"
    return desk.agent.client.post(address, {"file": SimpleUploadedFile(name, content), **values})


CASES["file: none"] = (
    lambda desk: desk.agent.client.post(f"/api/v1/work-orders/{desk.order.number}/attachments", {}), 422, "unfit",
)  # fmt: skip
CASES["file: a program"] = (lambda desk: upload(desk, "setup.exe", b"MZ\x90"), 422, "unfit")
CASES["file: not what its name says"] = (lambda desk: upload(desk, "照片.png", b"<html>"), 422, "unfit")
CASES["file: for an unknown purpose"] = (lambda desk: upload(desk, "a.txt", b"text\n", purpose="fun"), 422, "unfit")
CASES["file: NUL in its purpose"] = (lambda desk: upload(desk, "a.txt", b"text\n", purpose="f\0n"), 400, "malformed")


# --- The proof --------------------------------------------------------------------------------------------------------
@pytest.fixture
def desk(company: dict[str, Staff]) -> Desk:
    agent, at = company["agent1"], now() - timedelta(hours=1)

    def take(type_: str, **form: str) -> WorkOrder:
        matter = intake.Matter(type_, "灶前无气", caller_phone="13800000417", form=form)
        order = intake.take(intake.Contact(channel="phone"), matter, by=agent, at=at).order
        assert order is not None
        return order

    closed = actions.answer(take("consultation", consultation_kind="bill"), text="已答", by=agent, at=at, version=1)
    void = actions.void(take("repair"), reason="test", by=agent, at=at, version=1)
    split = take("complaint", complaint_kind="service_late")
    tasks = [actions.Assignment(company["account1"].department, "核对")]
    split = actions.split(split, tasks=tasks, by=company["inspector1"], at=at, version=1)
    return Desk(company, "", take("repair"), split, {"closed": closed, "void": void})


def speaks(language: str, told: dict[str, Any]) -> bool:
    """Whether everything that is told to people is in the language; data may be quoted in either."""
    words = [told["title"], told["detail"], *(error["message"] for error in told.get("errors", []))]
    if language == "en":
        return all(re.search(r"[A-Za-z]{2}", word) for word in words) and not HAN.search(told["title"])
    return all(HAN.search(word) for word in words)


@pytest.mark.parametrize("name", CASES)
def test_it_is_told_in_the_callers_language_and_changes_nothing(desk: Desk, name: str) -> None:
    send, status, kind = CASES[name]
    before = look()
    for language in ("zh-hans", "en"):
        desk.language = language
        answer = send(desk)

        assert answer.headers["Content-Type"] == "application/problem+json"
        told = answer.json()
        assert (answer.status_code, told["status"], told["type"]) == (status, status, f"/problems/{kind}"), told
        assert speaks(language, told), told
        assert before.differences(look()) == []


def test_the_same_key_for_something_else_is_refused_and_changes_nothing(desk: Desk) -> None:
    desk.language = "en"
    assert desk.agent.post("/work-orders", NEW, key="k1").status_code == 201
    before = look()
    answer = desk.agent.post("/work-orders", {**NEW, "description": "Another"}, key="k1")

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/key-used-before")
    assert before.differences(look()) == []


@pytest.mark.parametrize(
    "wish", ["", "xx", "*", "fr;q=0.9", "zh;q=nonsense", ",,,;;;q=", "a" * 100_000, "\u4e2d\u6587"]
)
def test_whoever_asks_for_no_language_of_ours_hears_their_own(desk: Desk, wish: str) -> None:
    answer = desk.agent.client.get("/api/v1/work-orders/X", headers={"accept-language": wish})

    assert answer.status_code == 404
    assert speaks("zh-hans", answer.json())
