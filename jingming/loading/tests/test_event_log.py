"""`jingming import events`: every row becomes one line of history, odd ones too; a second run adds nothing."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.interactions.models import Interaction
from jingming.loading.checking import CannotLoad
from jingming.loading.models import Batch
from jingming.organisation.models import Department, Unit
from jingming.workorders import access, actions
from jingming.workorders.models import Callback, History, Participation, WorkOrder
from jingming.workorders.rules import Act

from .conftest import SAMPLE

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "incident_events.csv.gz"
needs_real = pytest.mark.skipif(not REAL.exists(), reason=f"the event log of 119,998 events is not at {REAL}")


def order(number: str) -> WorkOrder:
    return WorkOrder.objects.get(extra__number=number)


def way(number: str) -> list[tuple[object, ...]]:
    lines = History.objects.filter(order_id=order(number).pk).order_by("version")
    return [(line.act, line.from_status, line.to_status, tuple(line.odd)) for line in lines]


def everything() -> dict[str, int]:
    models = (WorkOrder, History, Interaction, Participation, Unit, Department, Batch, Entry, Staff)
    return {model.__name__: model.objects.count() for model in models}


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return int(cursor.fetchone()[0])


def test_every_row_becomes_one_line_and_a_second_run_adds_nothing(own_database, imported):
    first, watcher = imported()
    before = everything()
    second, _watcher = imported()

    assert first == {"orders": 9, "events": 40, "odd_rows": 14, "already_present": 0}
    assert (WorkOrder.objects.count(), History.objects.count()) == (9, 40)
    assert second == {"orders": 0, "events": 0, "odd_rows": 0, "already_present": 9}
    assert everything() == before | {"Batch": 2, "Entry": before["Entry"] + 1}
    assert len(watcher.titles) == 3
    assert jobs() == 0


def test_odd_rows_are_kept_flagged_and_listed(own_database, imported, home):
    _figures, watcher = imported()

    assert way("INC3") == [
        ("open", "", "untreated", ("missing_time",)),
        ("transfer", "untreated", "untreated", ("missing_time", "illegal_move")),
        ("accept", "untreated", "processing", ("missing_time",)),
        ("amend", "processing", "processing", ("unknown_state", "missing_time")),
        ("complete", "processing", "processed", ("missing_time",)),
        ("close", "processed", "closed", ("missing_time",)),
    ]
    assert way("INC2")[0] == ("open", "", "processing", ("begins_midway",))
    assert way("INC4")[1] == ("dispatch", "untreated", "processing", ("back_in_time",))
    assert way("INC8") == [
        ("open", "", "untreated", ("back_in_time",)),
        ("complete", "untreated", "processed", ("illegal_move",)),
    ]
    (report,) = (home / "imports").iterdir()
    with report.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 14
    assert {(row["order"], row["state"], row["line"]) for row in rows if "unknown_state" in row["odd"]} == {
        ("INC3", "'-100", "16")
    }
    assert "1 row: an unknown state; the order kept the one before (unknown_state)" in watcher.said
    assert str(report) in watcher.said[-1]


def test_an_order_ends_as_its_last_event_says_with_the_times_of_the_file(own_database, imported):
    imported()

    closed, waiting, fresh, done = order("INC1"), order("INC7"), order("INC6"), order("INC8")
    assert (closed.status, closed.step, closed.version, closed.round) == ("closed", "closing", 5, 1)
    assert closed.occurred_at == datetime(2016, 3, 1, 0, 0, tzinfo=UTC)
    assert closed.processed_at == datetime(2016, 3, 1, 3, 30, tzinfo=UTC)
    assert closed.closed_at == datetime(2016, 3, 6, 4, 0, tzinfo=UTC)
    assert closed.outcome == "code 1"
    assert closed.imported
    assert order("INC5").round == 3  # once not satisfied, once reopened
    assert (waiting.status, waiting.waiting_for, waiting.level) == ("processing", "third_party", "urgent")
    assert waiting.extra["category"] == "Category 2"
    assert (fresh.status, fresh.step, fresh.level, fresh.caller_name) == (
        "untreated",
        "dispatching",
        "low",
        '王 "小" 明, 铜陵',
    )
    assert (done.status, done.step, done.callback_waived) == ("processed", "closing", True)
    assert not Callback.objects.exists()


def test_each_order_has_its_contact_its_number_and_all_who_took_part(own_database, imported):
    imported()

    made = order("INC5")
    contact = Interaction.objects.get(pk=made.interaction_id)
    assert (contact.external_id, contact.disposition, contact.order_id) == ("incident_events:INC5", "opened", made.pk)
    assert (contact.channel, order("INC2").channel) == ("phone", "email")
    assert made.number == "FW-0562-20160303-000001"
    assert order("INC6").number == "FW-0562-20160304-000001"  # the day of the place, an hour before midnight
    with_whom = Participation.objects.filter(order=made, staff=None).values_list("department__code", flat=True)
    assert set(with_whom) == {"CALL", "OPS", "X-GROUP-1", "X-GROUP-2"}


def test_without_an_organisation_the_smallest_one_is_founded(own_database, imported):
    imported()

    assert list(Unit.objects.order_by("code").values_list("code", "level")) == [
        ("00", "hq"),
        ("34", "province"),
        ("340700", "city"),
    ]
    assert dict(Department.objects.values_list("code", "kind")) == {
        "CALL": "call_centre",
        "OPS": "operations",
        "X-GROUP-1": "maintenance",
        "X-GROUP-2": "maintenance",
        "X-GROUP-3": "maintenance",
    }
    assert not Staff.objects.exists()


def test_people_of_the_log_stay_names_unless_somebody_of_that_name_works_here(own_database, company, imported):
    Staff.objects.filter(username="engineer1").update(name="Resolver 1")
    imported()

    lines = list(History.objects.filter(order_id=order("INC1").pk).order_by("version"))
    assert [(line.by_id, line.by_name) for line in lines] == [(None, "Updated by 1")] * 5
    assert lines[2].to_staff_id == company["engineer1"].pk
    assert lines[2].facts["changes"]["assigned_to"] == ["", "Resolver 1"]
    assert Staff.objects.count() == len(company)


def test_an_imported_order_is_carried_on_by_the_actions(own_database, company, imported):
    imported()
    at = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    by = company
    fresh = order("INC6")

    fresh = actions.amend(
        fresh, fields={"address": "铜陵市桂花苑1栋"}, by=by["dispatcher1"], at=at, version=fresh.version
    )
    north = Department.objects.get(code="TL-NORTH")
    fresh = actions.dispatch(fresh, department=north, by=by["dispatcher1"], at=at, version=fresh.version)
    fresh = actions.assign(fresh, staff=by["engineer2"], by=by["head1"], at=at, version=fresh.version)
    fresh = actions.complete(fresh, text="修好", by=fresh.assignee, at=at, version=fresh.version)
    if access.situation(fresh).due_callback:
        fresh = actions.call_back(
            fresh, result="satisfied", satisfaction=5, by=by["callback1"], at=at, version=fresh.version
        )
    fresh = actions.close(fresh, by=by["callback1"], at=at, version=fresh.version)
    done = actions.close(order("INC8"), by=by["agent1"], at=at, version=2)
    again = actions.reopen(order("INC1"), reason="came_back", by=by["callback1"], at=at, version=5)

    assert (fresh.status, done.status, again.status) == ("closed", "closed", "processing")
    assert History.objects.filter(order_id=again.pk).count() == 6
    assert Act.DISPATCH in access.acts_for(again, by["dispatcher1"]).now or access.missing(again, Act.DISPATCH)


def test_the_load_leaves_one_line_in_the_audit(own_database, imported):
    imported()

    (line,) = Entry.objects.filter(key="loading.loaded")
    assert line.facts == {"source": "incident_events", "orders": 9, "events": 40, "odd_rows": 14}
    assert not Entry.objects.filter(key__startswith="workorders.").exclude(key="workorders.type_published").exists()


def _lines() -> list[str]:
    return SAMPLE.read_text(encoding="utf-8").splitlines()


def _with(old: str, new: str) -> bytes:
    text = SAMPLE.read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1).encode()


CORRUPT: dict[str, tuple[str, bytes, str]] = {
    "no such file": ("none.csv", b"", "there is no such file"),
    "empty": ("log.csv", b"", "it is empty"),
    "only a header": ("log.csv", f"{_lines()[0]}\n".encode(), "it holds no events"),
    "byte order mark": ("log.csv", b"\xef\xbb\xbf" + SAMPLE.read_bytes(), "utf-8-sig"),
    "semicolons": ("log.csv", SAMPLE.read_bytes().replace(b",", b";"), "delimiter"),
    "tabs": ("log.csv", SAMPLE.read_bytes().replace(b",", b"\t"), "delimiter"),
    "a column missing": ("log.csv", _with("incident_state", "state"), "it has no column “incident_state”"),
    "two columns of one name": ("log.csv", _with("active", "number"), "the same name"),
    "a row too short": ("log.csv", "\n".join([*_lines()[:4], "INC1,New"]).encode(), "line 5 has 2 fields"),
    "a row too long": ("log.csv", "\n".join([*_lines()[:4], f"{_lines()[4]},x"]).encode(), "line 5 has 37 fields"),
    "a quote left open": ("log.csv", _with("Location 1", '"Location 1'), "line"),
    "a quote amid": ("log.csv", _with("Location 1", '"Loc"ation 1'), "line 2"),
    "NUL": ("log.csv", _with("Location 1", "Loc\0ation 1"), "line 2 holds the character NUL"),
    "another encoding": ("log.csv", SAMPLE.read_text(encoding="utf-8").encode("gb18030"), "not written in utf-8"),
    "UTF-16": ("log.csv", SAMPLE.read_text(encoding="utf-8").encode("utf-16"), "not written in utf-8"),
    "a broken packing": ("log.csv.gz", gzip.compress(SAMPLE.read_bytes())[:-200], "broken off or damaged"),
    "a damaged packing": (
        "log.csv.gz",
        gzip.compress(SAMPLE.read_bytes())[:60] + b"\0" * 20 + gzip.compress(SAMPLE.read_bytes())[80:],
        "broken off or damaged",
    ),
    "not packed at all": ("log.csv.gz", SAMPLE.read_bytes(), "not packed with gzip"),
    "a time of another form": (
        "log.csv",
        _with("1/3/2016 08:05", "2016-03-01 08:05"),
        "line 2: “2016-03-01 08:05” is no time",
    ),
    "a day that never was": (
        "log.csv",
        _with("1/3/2016 08:05", "31/2/2016 08:05"),
        "line 2: “31/2/2016 08:05” is no time",
    ),
    "an event without a time": ("log.csv", _with("1/3/2016 08:05", "?"), "line 2: the time of the event is missing"),
    "an order without a number": ("log.csv", _with("INC1,", "?,"), "line 2: the order has no number"),
    "an order never opened": ("log.csv", _with("1/3/2016 08:00", "?"), "line 2: the time of opening is missing"),
    "a time in the future": (
        "log.csv",
        _with("1/3/2016 08:05", "1/3/2999 08:05"),
        "line 2: “1/3/2999 08:05” lies in the future",
    ),
    "an unknown channel": ("log.csv", _with("Phone", "Pigeon"), "line 2: the mapping has no word for “Pigeon”"),
    "an unknown priority": (
        "log.csv",
        _with("3 - Moderate", "9 - Odd"),
        "line 2: the mapping has no word for “9 - Odd”",
    ),
    "only unknown states": (
        "log.csv",
        f"{_lines()[0]}\n{_lines()[1].replace(',New,', ',Odd,')}\n".encode(),
        "knows none of the states",
    ),
    "a name too long": (
        "log.csv",
        SAMPLE.read_bytes().replace(b"Caller 1", b"C" * 121),
        "INC1: a text is longer than 120 characters",
    ),
    "a field without end": ("log.csv", _with("Caller 1", "C" * 1_000_000), "line 2"),
    "no text at all": ("log.csv", bytes(range(1, 256)) * 40, "log.csv"),
}


@pytest.mark.parametrize("case", CORRUPT)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence_and_nothing_changes(
    shared_database, imported, tmp_path, case
):
    name, content, says = CORRUPT[case]
    path = tmp_path / name
    if name != "none.csv":
        path.write_bytes(content)
    before = everything()

    with pytest.raises(CannotLoad) as refusal:
        imported(path)

    assert says in refusal.value.message
    assert refusal.value.message.startswith("Nothing was loaded. ")
    assert refusal.value.message.count("\n") == 0
    assert everything() == before


@pytest.fixture
def shared_database(db):
    """What is refused leaves nothing behind, so the shared database will do."""


@pytest.mark.parametrize(
    ("replaced", "says"),
    [
        (('unit = "340700"', 'unit = "999999"'), "There is no unit 999999"),
        (('type = "service_request"', 'type = "prayer"'), "there is no type of order “prayer”"),
        (('category = "other"', 'category = "odd"'), "There is no “odd” here"),
        (('"Phone" = "phone"', '"Phone" = "pigeon"'), "There is no “pigeon” here"),
        (('state = "incident_state"', 'state = "nowhere"'), "it has no column “nowhere”"),
    ],
)
def test_a_mapping_that_does_not_fit_this_place_is_refused_and_nothing_changes(
    company, imported, written, replaced, says
):
    before = everything()

    with pytest.raises(CannotLoad) as refusal:
        imported(SAMPLE, written(replaced))

    assert says in refusal.value.message
    assert everything() == before


def test_a_place_without_a_call_centre_is_told_to_add_one(company, imported, written):
    Department.objects.filter(kind="call_centre").update(active=False)

    with pytest.raises(CannotLoad, match="has no department of the kind “Call centre”"):
        imported(SAMPLE, written())


def test_a_byte_order_mark_is_read_past_where_the_mapping_says_so(own_database, imported, written, tmp_path):
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + SAMPLE.read_bytes()))

    figures, _watcher = imported(path, written(('encoding = "utf-8" ', 'encoding = "utf-8-sig" ')))

    assert figures["events"] == 40


def test_the_command_ends_with_one_line_of_figures(own_database, home):
    done = subprocess.run(
        [sys.executable, "-m", "jingming.cli", "import", "events", str(SAMPLE), "--mapping", "incident_events"],
        capture_output=True,
        text=True,
        check=False,
        env={**own_database.environ, "JINGMING_HOME": str(home), "LANG": "en_US.UTF-8"},
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"orders": 9, "events": 40, "odd_rows": 14, "already_present": 0}
    assert "unknown_state" in done.stderr


@pytest.fixture
def head(tmp_path):
    """The first 500 rows of the real log, and the numbers that stand in them."""
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as file:
        lines = [next(file) for _line in range(501)]
    path = tmp_path / "head.csv"
    path.write_text("".join(lines), encoding="utf-8", newline="")
    return path, {line.split(",")[0] for line in lines[1:]}


@needs_real
def test_the_first_rows_of_a_real_log(own_database, imported, head):
    path, numbers = head

    figures, _watcher = imported(path)

    assert (figures["orders"], figures["events"]) == (len(numbers), 500)
    assert History.objects.count() == 500


@needs_real
@pytest.mark.slow
def test_a_whole_real_log_comes_in_as_it_is_and_only_once(own_database, imported, head):
    path, numbers = head
    first, _watcher = imported(REAL)
    second, _watcher = imported(path)

    assert first == {"orders": 20_769, "events": 119_998, "odd_rows": first["odd_rows"], "already_present": 0}
    assert second == {"orders": 0, "events": 0, "odd_rows": 0, "already_present": len(numbers)}
    kinds = {kind: History.objects.filter(odd__contains=[kind]).count() for kind in ("unknown_state", "missing_time")}
    assert kinds == {"unknown_state": 2, "missing_time": 2_861}
    stepped_back = History.objects.filter(odd__contains=["back_in_time"], version__gt=1)
    assert [line.facts["row"] for line in stepped_back] == [next(iter(stepped_back)).facts["row"]]
    assert (WorkOrder.objects.count(), History.objects.count()) == (20_769, 119_998)
    assert set(WorkOrder.objects.values_list("status", flat=True)) == {"closed", "untreated"}
