"""The audit as its administrator reads, searches and exports it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jingming.accounts.models import Staff
from jingming.audit import queries as audit
from jingming.audit.actions import record
from jingming.audit.marks import is_mark
from jingming.audit.models import Entry
from jingming.base.clock import now
from jingming.customers import actions as customers

SignedIn = Callable[..., Client]
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)  # in Tongling


def rows(page: str) -> int:
    return page.count("audit-said")


def test_a_line_says_in_words_what_was_changed(signed_in: SignedIn, agent: Staff, auditadmin: Staff) -> None:
    record("accounts.changed", agent, by=auditadmin, at=now(), name=["周一", "周二"], manager=["", "许刚"])
    customers.add_customer("周晓岚", by=agent, at=now(), unit="340705")

    page = signed_in(auditadmin).get("/audit/").content.decode()

    assert "changed a member of staff: full name from “周一” to “周二”; approval manager “许刚”" in page
    assert "opened the archive: fields “Kind, Name" in page
    assert "周晓岚" not in page


def test_it_is_found_by_person_family_record_and_period(signed_in: SignedIn, agent: Staff, auditadmin: Staff) -> None:
    for by, key, at in (
        (agent, "codes.added", NOON),
        (agent, "codes.retired", NOON + timedelta(hours=12)),  # 00:00 of the next day in Tongling
        (auditadmin, "codes.added", NOON),
        (agent, "files.attached", NOON),
    ):
        record(key, agent if key == "files.attached" else auditadmin, by=by, at=at)
    browser = signed_in(auditadmin)

    def found(**asked: str) -> int:
        return rows(browser.get("/audit/", {"since": "2026-11-20", "until": "2026-11-20", **asked}).content.decode())

    assert found() == 3
    assert found(until="2026-11-21") == 4
    assert found(who=agent.username) == found(who=agent.employee_number) == found(who=agent.name) == 2
    assert found(family="codes") == 2
    assert found(family="codes", who=agent.username) == 1
    assert found(kind="accounts.Staff", record=agent.username) == 1
    assert found(kind="accounts.Staff", record=str(agent.pk)) == 1
    Staff.objects.filter(pk=agent.pk).update(username="a1001")  # which could be the mark of a line
    assert found(kind="accounts.Staff", record="a1001") == 1
    asked = {"kind": "accounts.Staff", "record": "a1001", "since": "2026-11-21", "until": "2026-11-20"}
    assert "The last day cannot be before the first." in browser.get("/audit/", asked).text
    assert found(kind="codes.Code") == 0


@pytest.mark.parametrize(
    "asked",
    [{"who": "nobody at all"}, {"record": "7"}, {"kind": "accounts.Staff", "record": "nobody"}, {"since": "yesterday"},
     {"since": "2026-11-20", "until": "2026-11-19"}, {"until": "9999-12-31"}, {"family": "none"}, {"kind": "a.B"}],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_beside_its_field(
    signed_in: SignedIn, auditadmin: Staff, asked: dict[str, str]
) -> None:
    answer = signed_in(auditadmin).get("/audit/", asked)
    assert (answer.status_code, rows(answer.content.decode())) == (422, 0)
    assert "field-error" in answer.content.decode() or "_errors" in answer.content.decode()


def test_three_lines_cost_as_many_queries_as_one(signed_in: SignedIn, agent: Staff, auditadmin: Staff) -> None:
    browser = signed_in(auditadmin)
    asked = {"family": "accounts", "who": agent.name, "since": "2026-11-20", "until": "2026-11-20"}
    costs = []
    for count in (1, 2):
        for _number in range(count):
            record("accounts.posted", agent, by=agent, at=NOON, role="agent", department="TL-NORTH", scope="own")
        browser.get("/audit/", asked)
        with CaptureQueriesContext(connection) as captured:
            page = browser.get("/audit/", asked).content.decode()
        costs.append((rows(page), len(captured)))
    assert costs == [(1, costs[0][1]), (3, costs[0][1])]


def test_older_lines_keep_what_is_looked_for(signed_in: SignedIn, agent: Staff, auditadmin: Staff) -> None:
    for number in range(60):
        record("codes.added", agent, by=agent, at=NOON + timedelta(seconds=number))
    record("files.attached", agent, by=agent, at=NOON)
    browser = signed_in(auditadmin)
    asked = "/audit/?family=codes&since=2026-11-20&until=2026-11-20"
    first = browser.get(asked)
    older = first.context["older_url"]
    assert (rows(first.content.decode()), "family=codes" in older) == (50, True)
    assert rows(browser.get(f"/audit/{older}").content.decode()) == 10


def test_an_export_asks_why_and_is_a_line_itself(
    signed_in: SignedIn, agent: Staff, auditadmin: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", 2)
    for name in ("=1+1", "＠x", "plain", "-3", "周"):
        record(
            "codes.relabelled", agent, by=agent, at=NOON, label=[{"zh": "旧", "en": "old"}, {"zh": "新", "en": name}]
        )
    Staff.objects.filter(pk=agent.pk).update(name="=cmd()")
    record("codes.added", Staff.objects.get(pk=agent.pk), by=Staff.objects.get(pk=agent.pk), at=NOON)
    browser = signed_in(auditadmin)
    address = "/audit/export/?family=codes&since=2026-11-20&until=2026-11-20"

    assert browser.get(address).status_code == 200
    assert browser.post(address, {"reason": " "}).status_code == 422
    assert not Entry.objects.filter(key="audit.exported").exists()

    answer = browser.post(address, {"reason": "query of the regulator"})
    line = Entry.objects.get(key="audit.exported")
    assert (line.by_id, line.facts["reason"], line.facts["asked"]["family"]) == (
        auditadmin.pk, "query of the regulator", "codes",
    )  # fmt: skip
    assert answer["Content-Disposition"].startswith('attachment; filename="jingming-audit-')
    text = b"".join(answer).decode("utf-8-sig")  # type: ignore[call-overload]  # it streams
    table = list(csv.reader(io.StringIO(text)))
    assert table[0][:4] == ["When", "Who", "Number of the person", "What"]
    assert len(table) == 8
    assert is_mark(table.pop()[0])
    assert "'=cmd()" in {row[1] for row in table}
    assert table[1][0] == "2026-11-20 12:00:00+08:00"
    assert not [cell for row in table for cell in row if cell[:1] in "=+-@＝＋－＠" and cell]
    said = browser.get("/audit/?family=audit").content.decode()
    assert "exported lines of the audit: searched for (" in said
    assert "What “Codes”" in said
    assert "; reason “query of the regulator”" in said


def test_what_somebody_called_their_own_view_is_not_told(signed_in: SignedIn, agent: Staff, auditadmin: Staff) -> None:
    record("workspace.view_saved", agent, by=agent, at=now(), name="my secret", query="queue=secret", department=1)
    record("workspace.view_changed", agent, by=agent, at=now(), was={"name": "secret"}, now={"name": "secret two"})
    page = signed_in(auditadmin).get("/audit/?family=workspace").content.decode()
    assert (rows(page), "secret" in page) == (2, False)


def test_nobody_else_reads_or_exports_a_line(signed_in: SignedIn, agent: Staff, sysadmin: Staff) -> None:
    for person in (agent, sysadmin):
        browser = signed_in(person)
        answers = [
            browser.get("/audit/"),
            browser.get("/audit/export/"),
            browser.post("/audit/export/", {"reason": "x"}),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_the_audit_is_told_in_chinese(signed_in: SignedIn, agent: Staff, auditadmin: Staff) -> None:
    record("accounts.posted", agent, by=auditadmin, at=now(), role="agent", department="TL-NORTH", scope="own")
    browser = signed_in(auditadmin)
    browser.cookies["django_language"] = "zh-hans"
    page = browser.get("/audit/?family=accounts").content.decode()
    assert "客服坐席" in page
