"""What the probes stand on: every address that can be asked is a target, and what they must notice they notice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection

from jingming.accounts.models import Role, Staff
from tests.matrix.declared import OPERATIONS, PAGES
from tests.matrix.walking import Walker
from tests.probes import triage, unharmed
from tests.probes.targets import gather, reading
from tests.probes.tools import BODY, FORM, QUERY, ROLES, WORDS, Finding, Target, read, reported

pytest_plugins = ["tests.matrix.standing"]
TARGET = Target("agent1", "orders/", QUERY, "GET", "/orders/", {"queue": "all"}, ("queue",))
# What sqlmap prints, shortened: one that is found, one that is not, one that could not be told.
INJECTED = """
sqlmap identified the following injection point(s) with a total of 91 HTTP(s) requests:
---
Parameter: queue (GET)
    Type: boolean-based blind
    Title: AND boolean-based blind - WHERE or HAVING clause
    Payload: queue=all' AND 1=1-- x
---
"""
CLEAN = "[CRITICAL] all tested parameters do not appear to be injectable. Try to increase values"
CUT_OFF = "[10:00:00] [CRITICAL] unable to connect to the target URL"


@pytest.mark.slow
def test_every_address_that_can_be_asked_is_a_target(walker: Walker):
    targets = gather(walker.world, each=False)
    of = {kind: {target.where for target in targets if target.kind == kind} for kind in (QUERY, FORM, BODY, WORDS)}

    assert {target.person for target in targets} >= set(ROLES)
    assert {name for name, call in OPERATIONS.items() if call.body is not None} <= of[BODY]
    assert {route for route, page in PAGES.items() if "q" in page.asks and 200 in page.look} <= of[QUERY] & of[WORDS]
    assert {name for name, call in OPERATIONS.items() if "q" in call.asks} <= of[WORDS]
    assert {"orders/", "audit/", "staff/", "customers/", "roles/<slug:code>/sight/"} <= of[QUERY]
    assert {"orders/<str:number>/acts/<str:act>/", "customers/new/", "staff/new/", "asked/"} <= of[FORM]
    assert len(of[FORM]) >= 70


def test_names_are_noted_while_a_view_looks_them_up(walker: Walker):
    with reading() as names:
        walker.browser("agent1").get("/orders/?queue=all")

    assert {"queue", "sort", "cursor"} <= names


def test_what_sqlmap_says_is_understood():
    found, clean, unclear = (read(TARGET, said) for said in (INJECTED, CLEAN, CUT_OFF))

    assert [(one.person, one.where) for one in found.findings] == [("agent1", "GET /orders/ (query)")]
    assert "boolean-based blind" in found.findings[0].what
    assert (clean.findings, clean.unclear) == ([], "")
    assert "unable to connect" in unclear.unclear


def test_what_wapiti_says_is_understood_and_only_what_was_looked_into_is_waived():
    one = {"method": "GET", "path": "/x?a=1", "info": "XSS found"}
    report: Mapping[str, Any] = {
        "vulnerabilities": {"Reflected Cross Site Scripting": [one], "HTTP Secure Headers": []},
        "anomalies": {"Internal Server Error": [{**one, "info": "500"}]},
    }

    found = list(reported("agent1", dict(report)))

    assert [str(finding) for finding in found] == [
        "wapiti as agent1 at GET /x?a=1: Reflected Cross Site Scripting: XSS found",
        "wapiti as agent1 at GET /x?a=1: Internal Server Error: 500",
    ]
    assert [triage.reason(finding) for finding in found] == ["", ""]
    assert triage.reason(Finding("wapiti", "x", "GET /", "HTTP Secure Headers: Strict-Transport-Security is not set"))


def test_harm_is_noticed(company: dict[str, Staff]):
    before = unharmed.state()
    assert unharmed.harm(before, unharmed.state()) == []

    Staff.objects.filter(username="agent1").update(password="x")
    Role.objects.filter(code="agent").update(authorities=["staff.change"])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_post WHERE staff_id = %s", [company["agent2"].pk])
    after = unharmed.state()
    after["shape"] = after["shape"][1:]

    told = unharmed.harm(before, after)

    assert {one.partition(":")[0] for one in told} == {
        "the shape of the database", "people and passwords have changed", "authorities have changed",
        "posts have changed", "accounts_post",
    }  # fmt: skip
