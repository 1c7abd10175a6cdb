"""What is read without a database: mappings, times, acts told from changes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jingming.loading.checking import CannotLoad
from jingming.loading.inference import Change, act_of
from jingming.loading.mapping import read_mapping
from jingming.loading.moments import Moments
from jingming.workorders.rules import Act, Status, may_lead_to

U, P, D, C, V, S = (
    Status.UNTREATED,
    Status.PROCESSING,
    Status.PROCESSED,
    Status.CLOSED,
    Status.VOID,
    Status.SUSPENDED,
)


def test_the_shipped_mapping_is_found_by_its_name_and_reads():
    mapping = read_mapping(Path("incident_events"))

    assert mapping.source == "incident_events"
    assert mapping.states["Awaiting Vendor"].model_dump() == {"status": "processing", "waiting_for": "third_party"}
    assert {"number", "incident_state", "sys_updated_at", "u_symptom"} <= mapping.wanted_columns()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('delimiter = ","', 'delimiter = ",;"', "file.delimiter"),
        ('encoding = "utf-8" ', 'encoding = "utf-99" ', "there is no such encoding"),
        ('"d/m/yyyy H:MM"', '"d/m H:MM"', "the year is missing"),
        ('"d/m/yyyy H:MM"', '"d/d/yyyy H:MM"', "a part of the time is named twice"),
        ('"d/m/yyyy H:MM"', '"d/m/yyyy at H:MM"', "is no part of a time"),
        ('time_zone = "Asia/Shanghai"   #', 'time_zone = "Asia/Tongling"   #', "there is no such time zone"),
        ('status = "closed"', 'status = "done"', "states.Closed.status"),
        ('waiting_for = "customer"', 'waiting_for = "nobody"', "waiting_for"),
        ('kind = "maintenance"', 'kind = "repairs"', "groups.kind"),
        ('code = "X-{group}"', 'code = "X"', "groups.code"),
        ('source = "incident_events" ', 'source = "Incident Events" ', "source"),
        ("[states] ", "[status] ", "states"),
        ('order = "number"', 'ordre = "number"', "columns"),
        ("[file]", "[file", "is no TOML"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_where(written, old, new, says):
    with pytest.raises(CannotLoad) as refusal:
        read_mapping(written((old, new)))

    assert says in refusal.value.message


def test_a_mapping_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CannotLoad, match=r"none\.toml"):
        read_mapping(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("pattern", "zone", "text", "expected"),
    [
        ("d/m/yyyy H:MM", "Asia/Shanghai", "29/2/2016 01:16", datetime(2016, 2, 28, 17, 16, tzinfo=UTC)),
        ("d/m/yyyy H:MM", "UTC", "1/12/2016 9:05", datetime(2016, 12, 1, 9, 5, tzinfo=UTC)),
        ("yyyy-mm-dd HH:MM:SS", "Europe/Berlin", "2016-07-01 12:00:30", datetime(2016, 7, 1, 10, 0, 30, tzinfo=UTC)),
        ("yyyy-mm-ddTHH:MM", "UTC", "2016-07-01T12:00", datetime(2016, 7, 1, 12, 0, tzinfo=UTC)),
    ],
)
def test_times_are_read_by_their_pattern_and_zone(pattern, zone, text, expected):
    assert Moments(pattern, zone).read(text) == expected


NO_TIMES = [
    "", "30/2/2016 01:16", "29-2-2016 01:16", "29/2/16 01:16", "29/2/2016 24:00", "29/2/2016 1:16 ", "２９/2/2016 1:16",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_TIMES)
def test_a_text_that_is_no_time_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  # the sentence is the importer's
        Moments("d/m/yyyy H:MM", "UTC").read(text)


@pytest.mark.parametrize(
    ("before", "after", "change", "act"),
    [
        (U, P, {"person": True}, Act.ASSIGN),
        (U, P, {}, Act.ACCEPT),
        (U, P, {"sent": True, "person": True}, Act.DISPATCH),
        (P, P, {"moved": True, "waits": True}, Act.TRANSFER),
        (P, P, {"returned": True}, Act.RETURN),
        (P, P, {"waits": True}, Act.WAIT),
        (P, P, {"goes_on": True}, Act.RESUME),
        (P, P, {}, Act.AMEND),
        (P, D, {"moved": True}, Act.COMPLETE),
        (D, P, {}, Act.REASSIGN),
        (D, C, {}, Act.CLOSE),
        (P, C, {}, Act.TERMINATE),
        (U, C, {}, Act.ANSWER),
        (C, P, {"moved": True}, Act.REOPEN),
        (C, C, {}, Act.NOTE),
        (P, S, {}, Act.SUSPEND),
        (S, P, {}, Act.RESUME),
        (P, V, {}, Act.VOID),
    ],
)
def test_an_act_is_told_from_what_changed_and_our_table_knows_it(before, after, change, act):
    assert act_of(before, after, Change(**change)) == act
    assert may_lead_to(act, before, after)


@pytest.mark.parametrize("before", list(Status))
@pytest.mark.parametrize("after", list(Status))
def test_every_change_of_state_is_some_act(before, after):
    assert isinstance(act_of(before, after, Change()), Act)


def test_a_move_that_no_act_of_ours_makes_stays_illegal():
    assert not may_lead_to(act_of(U, D, Change()), U, D)
    assert not may_lead_to(act_of(U, U, Change(moved=True)), U, U)
