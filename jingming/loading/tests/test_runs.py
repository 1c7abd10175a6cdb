"""Files on pages, the worker's part done by its own code: hand in, match, try, load, cancel, break off."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.customers.models import Customer, ServicePoint
from jingming.database.tests.workbench import OwnDatabase
from jingming.loading import actions, queries, working
from jingming.loading.models import Matching, Run
from jingming.loading.rules import State
from jingming.loading.sheets import exporting
from jingming.loading.sheets.kinds import KINDS
from jingming.loading.tests.sheets import csv_of
from jingming.loading.tests.test_loading_archives import CUSTOMERS, POINTS
from tests.cast import TEN_O_CLOCK
from tests.working import work

ROOT = Path(__file__).resolve().parents[3]
SignedIn = Callable[..., Client]


def handed_in(browser: Client, rows: list[list[str]], kind: str = "customers", name: str = "客户.csv") -> Run:
    """A file handed in at its page, and opened by the worker."""
    file = SimpleUploadedFile(name, csv_of(rows))
    answer = browser.post(f"/data/{kind}/import/", {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    work("loads")
    return Run.objects.get(pk=int(answer.url.rstrip("/").rpartition("/")[2]))


def match(browser: Client, run: Run, **changes: str) -> Run:
    """The columns matched as proposed, but for `changes`; tried by the worker."""
    data = {f"to-{key}": str(place) for key, place in run.mapping.items()} | changes
    answer = browser.post(f"/data/runs/{run.pk}/match/", data)
    assert answer.status_code == 302, answer.content.decode()
    work("loads")
    return Run.objects.get(pk=run.pk)


def loaded(browser: Client, run: Run, **how: str) -> Run:
    browser.post(f"/data/runs/{run.pk}/load/", how)
    work("loads")
    return Run.objects.get(pk=run.pk)


def test_a_file_is_matched_tried_and_loaded(own_database: OwnDatabase, company: dict[str, Staff], signed_in: SignedIn):
    browser = signed_in(company["dispatcher1"])
    run = handed_in(browser, CUSTOMERS)
    assert (run.state, run.mapping["name"], run.heading[1]) == (State.MAPPING, 1, "客户名称")
    run = match(browser, run)
    assert (run.state, run.counts) == (State.CHECKED, {"new": 2, "changed": 0, "same": 0, "bad": 0})
    assert Customer.objects.count() == 0
    page = browser.get(f"/data/runs/{run.pk}/").content.decode()
    assert "Kind: Enterprise" in page  # in words, not as codes
    run = loaded(browser, run)
    assert (run.state, Customer.objects.count()) == (State.LOADED, 2)

    page = browser.get(f"/data/runs/{run.pk}/").content.decode()
    assert "Loaded" in page
    again = match(browser, handed_in(browser, CUSTOMERS))
    assert again.counts == {"new": 0, "changed": 0, "same": 2, "bad": 0}


def test_a_matching_is_remembered_for_the_same_heading(
    own_database: OwnDatabase, company: dict[str, Staff], signed_in: SignedIn
):
    browser = signed_in(company["dispatcher1"])
    rows = [["编号", "甲方", "区县"], ["K9", "某人", "340705"]]
    run = handed_in(browser, rows)
    assert "name" not in run.mapping
    run = match(browser, run, **{"to-number": "0", "to-name": "1"})
    assert (run.state, Matching.objects.get().mapping) == (State.CHECKED, {"number": 0, "name": 1, "unit": 2})

    assert handed_in(browser, rows).mapping == {"number": 0, "name": 1, "unit": 2}


def test_bad_rows_stand_in_a_file_that_can_be_corrected(
    own_database: OwnDatabase, company: dict[str, Staff], signed_in: SignedIn
):
    browser = signed_in(company["dispatcher1"])
    run = match(browser, handed_in(browser, [*CUSTOMERS, ["K003", "方伟", "个人", "12", "", "", "", "340705", ""]]))
    assert (run.state, run.counts["bad"], run.problems[0]["row"]) == (State.CHECKED, 1, 4)
    browser.post(f"/data/runs/{run.pk}/load/", {})  # all or nothing is what one gets without asking
    assert Run.objects.get(pk=run.pk).state == State.CHECKED
    answer = browser.get(f"/data/runs/{run.pk}/file/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = [list(row) for row in book.active.iter_rows(values_only=True)]
    assert (len(rows), rows[0][-1], rows[1][3]) == (2, "What is wrong", "12")  # the browser speaks English
    assert Entry.objects.filter(key="loading.fetched").count() == 1

    assert loaded(browser, run, skip="yes").state == State.LOADED
    assert Customer.objects.count() == 2
    rows[1][3] = "13805620012"
    corrected = handed_in(browser, [[str(cell or "") for cell in row] for row in rows], name="改.csv")
    assert loaded(browser, match(browser, corrected)).counts["new"] == 1


def test_what_is_no_spreadsheet_is_refused_in_words(
    own_database: OwnDatabase, company: dict[str, Staff], signed_in: SignedIn
):
    browser = signed_in(company["dispatcher1"])
    answer = browser.post("/data/customers/import/", {"file": SimpleUploadedFile("a.xlsx", b"%PDF-1.7 nothing")})
    work("loads")
    run = Run.objects.get()
    assert (answer.status_code, run.state, bool(run.sentence)) == (302, State.REFUSED, True)
    assert run.sentence in browser.get(answer.url).content.decode().replace("&quot;", '"')
    assert browser.post("/data/customers/import/", {"file": SimpleUploadedFile("a.csv", b"")}).status_code == 422


def test_a_run_is_seen_by_nobody_else(own_database: OwnDatabase, company: dict[str, Staff], signed_in: SignedIn):
    run = handed_in(signed_in(company["dispatcher1"]), CUSTOMERS)
    for path in ("", "match/", "file/"):
        assert signed_in(company["account1"]).get(f"/data/runs/{run.pk}/{path}").status_code == 404
    assert signed_in(company["agent1"]).get("/data/").status_code == 404
    assert signed_in(company["dispatcher1"]).get("/data/staff/import/").status_code == 404


def test_a_run_that_is_cancelled_before_its_turn_does_nothing(
    own_database: OwnDatabase, company: dict[str, Staff], signed_in: SignedIn
):
    browser = signed_in(company["dispatcher1"])
    run = match(browser, handed_in(browser, CUSTOMERS))
    browser.post(f"/data/runs/{run.pk}/load/")
    browser.post(f"/data/runs/{run.pk}/cancel/")
    work("loads")
    assert (Run.objects.get(pk=run.pk).state, Customer.objects.count()) == (State.CANCELLED, 0)


def test_a_run_that_is_cancelled_while_it_is_written_leaves_nothing(
    own_database: OwnDatabase, company: dict[str, Staff], signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
):
    browser = signed_in(company["dispatcher1"])
    run = match(browser, handed_in(browser, POINTS, "service-points", "户.csv"))
    assert run.counts["bad"] == 1  # whose customer is not there; the others are opened with archives
    monkeypatch.setattr(working, "OFTEN", 0.0)  # a look after every step, so that the test need not be quick
    begin = working.Watching.begin

    def cancel() -> None:
        actions.cancel(Run.objects.get(pk=run.pk), by=company["dispatcher1"], at=TEN_O_CLOCK)
        connections.close_all()

    def and_cancel(watching: working.Watching, title: str, total: int | None = None) -> None:
        if total == 2:  # it writes now; somebody at a desk presses Cancel
            desk = Thread(target=cancel)
            desk.start()
            desk.join()
        begin(watching, title, total)

    monkeypatch.setattr(working.Watching, "begin", and_cancel)
    browser.post(f"/data/runs/{run.pk}/load/", {"skip": "yes"})
    working.work(run.pk)
    assert Run.objects.get(pk=run.pk).state == State.CANCELLED
    assert (Customer.objects.count(), ServicePoint.objects.count()) == (0, 0)


BUSY_WORKER = """
import sys, time
import django
django.setup()
from django.conf import settings
settings.MEDIA_ROOT = sys.argv[2]
from jingming.loading import working
from jingming.loading.sheets import loading
from jingming.loading.sheets.customers import Customers
write = Customers.write
def slow(self, tick):
    write(self, tick)
    print("written", flush=True)
    time.sleep(60)
Customers.write = slow
working.work(int(sys.argv[1]))
"""


def test_a_worker_that_is_killed_leaves_nothing_and_the_run_says_so(
    own_database: OwnDatabase, company: dict[str, Staff], signed_in: SignedIn
):
    browser = signed_in(company["dispatcher1"])
    run = match(browser, handed_in(browser, CUSTOMERS))
    browser.post(f"/data/runs/{run.pk}/load/")
    worker = subprocess.Popen(
        [sys.executable, "-c", BUSY_WORKER, str(run.pk), str(settings.MEDIA_ROOT)],
        env={
            **os.environ,
            **own_database.environ,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "written\n"
    assert not queries.is_cut_off(Run.objects.get(pk=run.pk))
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    until = time.monotonic() + 10
    while not queries.is_cut_off(Run.objects.get(pk=run.pk)) and time.monotonic() < until:
        time.sleep(0.1)

    assert "cut off" in browser.get(f"/data/runs/{run.pk}/").content.decode()
    assert Customer.objects.count() == 0
    working.work(run.pk)  # the queue gives the job to another worker, which does not try again by itself
    assert Run.objects.get(pk=run.pk).state == State.BROKEN
    browser.post(f"/data/runs/{run.pk}/again/")
    work("loads")
    run = Run.objects.get(pk=run.pk)
    assert (run.state, loaded(browser, run).state, Customer.objects.count()) == (State.CHECKED, State.LOADED, 2)


def test_what_is_loaded_stays_loaded_whatever_goes_wrong_afterwards(
    own_database: OwnDatabase, company: dict[str, Staff], signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
):
    browser = signed_in(company["dispatcher1"])
    run = match(browser, handed_in(browser, [*CUSTOMERS, ["K003", "方伟", "个人", "12", "", "", "", "340705", ""]]))

    def full(_write: object) -> str:
        raise OSError("no space left on the device")

    monkeypatch.setattr(working, "_kept", full)  # the disk is full when the file of errors is written
    run = loaded(browser, run, skip="yes")
    assert (run.state, run.counts["new"], Customer.objects.count()) == (State.LOADED, 2, 2)


def test_an_export_of_more_rows_than_a_sheet_holds_says_the_way_out(
    own_database: OwnDatabase, company: dict[str, Staff], signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
):
    browser = signed_in(company["dispatcher1"])
    loaded(browser, match(browser, handed_in(browser, CUSTOMERS)))
    monkeypatch.setattr(exporting, "MOST_ROWS", 1)
    for form, state in (("xlsx", State.REFUSED), ("csv", State.WRITTEN)):
        browser.post("/data/customers/export/", {"form": form, "unit": "340705", "reason": "核对"})
        work("loads")
        assert Run.objects.order_by("pk").last().state == state
    browser.post("/data/customers/export/", {"form": "csv", "unit": "340202", "reason": "核对"})
    work("loads")
    assert Run.objects.order_by("pk").last().counts == {"rows": 0}


def test_ringing_twice_does_it_once(own_database: OwnDatabase, company: dict[str, Staff], signed_in: SignedIn):
    browser = signed_in(company["dispatcher1"])
    run = loaded(browser, match(browser, handed_in(browser, CUSTOMERS)))
    working.work(run.pk)
    assert (Run.objects.get(pk=run.pk).state, Customer.objects.count()) == (State.LOADED, 2)


def test_an_export_is_fetched_and_loaded_unchanged(
    own_database: OwnDatabase, company: dict[str, Staff], signed_in: SignedIn
):
    browser = signed_in(company["dispatcher1"])
    loaded(browser, match(browser, handed_in(browser, CUSTOMERS)))
    answer = browser.post("/data/customers/export/", {"form": "csv", "unit": "", "reason": "季度核对"})
    work("loads")
    run = Run.objects.order_by("pk").last()
    assert (answer.url, run.state, run.counts) == (f"/data/runs/{run.pk}/", State.WRITTEN, {"rows": 2})
    content = b"".join(browser.get(f"/data/runs/{run.pk}/file/").streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    line = Entry.objects.get(key="loading.exported")
    assert (line.by_id, line.facts["rows"]) == (company["dispatcher1"].pk, 2)
    asked = Entry.objects.get(key="loading.export_asked")
    assert asked.facts["reason"] == "季度核对"
    assert content.decode().splitlines()[-1].startswith(f"※ A{asked.id} · ")
    assert f"A{asked.id}.csv" in run.file_name

    file = SimpleUploadedFile("back.csv", content)
    back = browser.post("/data/customers/import/", {"file": file})
    work("loads")
    run = match(browser, Run.objects.get(pk=int(back.url.rstrip("/").rpartition("/")[2])))
    assert run.counts == {"new": 0, "changed": 0, "same": 2, "bad": 0}


def test_an_empty_template_has_all_columns(company: dict[str, Staff], signed_in: SignedIn):
    content = b"".join(signed_in(company["sysadmin1"]).get("/data/codes/template/").streaming_content)
    [heading] = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    assert list(heading) == [str(column.label) for column in KINDS["codes"].columns]
