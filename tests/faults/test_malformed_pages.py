"""What is typed, forged or mangled into the pages: a clear page in the reader's language, nothing changed, no fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.intake import actions as intake
from jingming.workorders import actions
from jingming.workorders.models import WorkOrder
from tests.faults.world import look

FORM = "application/x-www-form-urlencoded"
INTAKE = {
    "form_key": "0123456789abcdef", "channel": "phone", "type": "repair", "description": "灶前无气", "level": "normal",
    "caller_phone": "13800000417", "act": "open",
}  # fmt: skip
Case = tuple[str, Callable[[Client, dict[str, WorkOrder]], HttpResponse], int]
CASES: dict[str, Case] = {}


def taking(name: str, status: int, **values: object) -> None:
    """The intake form with these values instead of good ones; None leaves one out."""
    sent = {key: value for key, value in {**INTAKE, **values}.items() if value is not None}
    CASES[f"intake: {name}"] = ("agent1", lambda client, _orders: client.post("/intake/", sent), status)


def acting(name: str, status: int, act: str, *, by: str = "dispatcher1", on: str = "open", **values: Any) -> None:
    """The form of an act; `version` is the order's own unless another is given."""

    def send(client: Client, orders: dict[str, WorkOrder]) -> HttpResponse:
        sent = {"version": orders[on].version, **values}
        return client.post(f"/orders/{orders[on].number}/acts/{act}/", {k: v for k, v in sent.items() if v is not None})

    CASES[f"{act}: {name}"] = (by, send, status)


taking("nothing at all", 422, **dict.fromkeys(INTAKE))
taking("no key of its form", 422, form_key=None)
taking("a forged key of its form", 422, form_key="' OR 1=1")
taking("unknown channel", 422, channel="pigeon")
taking("unknown type", 422, type="teleport")
taking("unknown level", 422, level="apocalyptic")
taking("unknown category", 422, category="weather")
taking("no description", 422, description="  ")
taking("10,001 characters", 422, description="长" * 10_001)
taking("NUL", 400, description="a\0b")
taking("NUL in a name", 400, **{"des\0cription": "x"})
taking("a phone of letters", 422, caller_phone="call me")
taking("customer 2^63", 422, customer=2**63)
taking("customer of letters", 422, customer="周")
taking("a service point that is nobody's", 422, service_point="4711")
taking("verified by a guess", 422, verified=["guess"])
taking("a code of the type that is none", 422, **{"repair-repair_kind": "magic"})
taking("explained by nothing", 422, act="explain")
taking("explained by a guess", 422, act="explain", reason="boredom")
taking("attached to nothing", 422, act="attach")
taking("attached to an unknown order", 422, act="attach", order="BX-0562-20200101-000001")
taking("attached to NUL", 400, belongs_to="BX\0")
taking("answered at once, a repair", 403, answer="已告知", caller_phone="13900000499")
taking("the same matter again", 409)
taking("second matter of an unknown order", 404, second_of="BX-0562-20200101-000001")
acting("no version", 422, "accept", version=None)
acting("a version of letters", 422, "accept", version="one")
acting("version 2^31", 422, "accept", version=2**31)
acting("version 2^63", 422, "accept", version=2**63)
acting("version −1", 422, "accept", version=-1)
acting("a stale version", 409, "accept", version=7)
acting("a closed order", 409, "accept", on="closed")
acting("a void order", 409, "dispatch", on="void", department="TL-NORTH")
acting("not one's own to do", 403, "accept", by="agent1")
acting("an order that one does not see", 404, "accept", by="stranger1")
acting("somebody who sees no orders", 404, "accept", by="evaluator1")
acting("an act that there is not", 404, "teleport")
acting("the act of opening", 404, "open")
acting("without its reason", 422, "void")
acting("unknown reason", 422, "void", reason="boredom")
acting("until yesterday", 422, "hold", reason="material", until="2020-01-01T00:00")
acting("until the year 9999", 422, "hold", reason="material", until="9999-12-31T23:59")
acting("until nonsense", 422, "hold", reason="material", until="soon")
acting("for nobody", 422, "wait", waiting_for="godot")
acting("of nothing", 422, "note", text=" ")
acting("of NUL", 400, "note", text="\0")
acting("of 10,001 characters", 422, "note", text="x" * 10_001)
acting("no file", 422, "attach")
acting("an unknown type", 422, "retype", type="teleport")
acting("itself", 422, "link", other="SELF", kind="related")
acting("an unknown kind", 422, "link", other="SELF", kind="cousin")


def sending(name: str, status: int, send: Callable[[Client, str], HttpResponse]) -> None:
    """Anything else, done to the page of accepting an order."""

    def do(client: Client, orders: dict[str, WorkOrder]) -> HttpResponse:
        return send(client, f"/orders/{orders['open'].number}/acts/note/")

    CASES[f"sent: {name}"] = ("agent1", do, status)


sending("beyond 2 MB", 413, lambda client, page: client.post(page, urlencode({"text": "a" * 2_200_000}), FORM))
sending("10,000 fields", 413, lambda client, page: client.post(page, "&".join(f"a{i}=" for i in range(10_000)), FORM))
sending("percent-NUL", 400, lambda client, page: client.post(page, "text=a%00b", FORM))
sending("JSON", 422, lambda client, page: client.post(page, '{"text": "x"}', "application/json"))
sending("files without a boundary", 400, lambda client, page: client.post(page, b"text=x", "multipart/form-data"))
sending("PUT", 405, lambda client, page: client.put(page))
sending("DELETE", 405, lambda client, page: client.delete(page))
sending("NUL in the address", 400, lambda client, page: client.get("/orders/%00/"))
sending("NUL in the query", 400, lambda client, page: client.get("/orders/?queue=%00"))
sending("invalid UTF-8 in the address", 404, lambda client, page: client.get("/orders/%ff%fe/"))
sending("a number of 5,000 characters", 414, lambda client, page: client.get("/orders/" + "B" * 5000 + "/"))
sending("an unknown order", 404, lambda client, page: client.get("/orders/BX-0562-20200101-000001/"))
sending("a customer of 100 digits", 404, lambda client, page: client.get("/customers/" + "9" * 100 + "/"))
sending("an attachment 2^63", 404, lambda client, page: client.get(f"/attachments/{2**63}/"))
sending("without its token", 403, lambda client, page: _forged(client).post(page, {"text": "x"}))


def _forged(client: Client) -> Client:
    """The same browser, led here by another site."""
    client.handler.enforce_csrf_checks = True
    return client


@pytest.fixture
def orders(company: dict[str, Staff]) -> dict[str, WorkOrder]:
    agent, at = company["agent1"], now() - timedelta(hours=1)

    def take(type_: str, **form: str) -> WorkOrder:
        matter = intake.Matter(type_, "灶前无气", caller_phone="13800000417", form=form)
        order = intake.take(intake.Contact(channel="phone"), matter, by=agent, at=at).order
        assert order is not None
        return order

    closed = actions.answer(take("consultation", consultation_kind="bill"), text="已答", by=agent, at=at, version=1)
    void = actions.void(take("repair"), reason="test", by=agent, at=at, version=1)
    return {"open": take("repair"), "closed": closed, "void": void}


@pytest.mark.parametrize("name", CASES)
def test_it_gets_a_clear_page_and_changes_nothing(
    company: dict[str, Staff], orders: dict[str, WorkOrder], signed_in: Callable[..., Client], name: str
) -> None:
    by, send, status = CASES[name]
    before = look()
    for language in ("zh-hans", "en"):
        client = signed_in(company[by], language)
        client.raise_request_exception = False
        answer = send(client, orders)
        page = answer.content.decode()

        assert answer.status_code == status, re.sub(r"<[^>]+>|\s+", " ", page)[-1500:]
        assert f'<html lang="{language}"' in page or status == 405  # no browser sends such a method
        assert before.differences(look()) == []


def test_a_form_sent_twice_is_one_order_and_with_other_words_is_refused(
    company: dict[str, Staff], signed_in: Callable[..., Client]
) -> None:
    client = signed_in(company["agent1"])
    first, again = client.post("/intake/", INTAKE), client.post("/intake/", INTAKE)
    before = look()
    other = client.post("/intake/", {**INTAKE, "description": "别的事"})

    assert (first.status_code, first.headers["Location"]) == (again.status_code, again.headers["Location"])
    assert (other.status_code, len(before.orders)) == (409, 1)
    assert before.differences(look()) == []
