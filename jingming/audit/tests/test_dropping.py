"""Months go when their time is over, and only then; what remains is still vouched for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import ProgrammingError
from django.test import override_settings
from django.utils import translation

from jingming.audit.dropping import CannotDrop, drop, due
from jingming.audit.models import Block, Entry
from jingming.audit.sealing import Tally, seal, verify, wrong_with_anchor
from jingming.cli import main
from jingming.database.partitions import drop_month, ensure_months, months_of
from jingming.database.tests.workbench import OwnDatabase

from .test_sealing import as_owner

JANUARY, MARCH = datetime(2026, 1, 20, 8, tzinfo=UTC), datetime(2026, 3, 5, 8, tzinfo=UTC)
OVER = datetime(2026, 8, 4, tzinfo=UTC)  # 184 days after January's end


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with override_settings(HOME=tmp_path), translation.override("en"):
        yield tmp_path


def write(at: datetime, count: int = 1) -> list[int]:
    return [
        Entry.objects.create(at=at, key="codes.added", target_kind="codes.Code", target_id=number).id
        for number in range(count)
    ]


def found() -> list[str]:
    return [one.sentence for one in verify(Tally())]


@pytest.fixture
def written(own_database: OwnDatabase) -> OwnDatabase:
    """Two lines of January, one of March, sealed together."""
    as_owner(own_database, "DELETE FROM audit_entry")
    ensure_months("audit_entry", date(2026, 1, 1), date(2026, 9, 1), using="owner")
    write(JANUARY, 2)
    write(MARCH)
    seal(MARCH)
    return own_database


def test_a_month_goes_when_184_days_are_over_and_the_rest_is_vouched_for(
    written: OwnDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drop(OVER - timedelta(days=1)) == []
    assert due(OVER.date(), days=365) == []
    assert drop(OVER) == [date(2026, 1, 1)]

    assert date(2026, 1, 1) not in months_of("audit_entry")
    assert list(Entry.objects.order_by("at").values_list("key", flat=True)) == ["codes.added", "audit.months_dropped"]
    tally = Tally()
    assert list(verify(tally)) == []
    assert (tally.dropped, tally.lines) == (2, 2)
    assert Block.objects.count() == 2

    main(["audit", "verify"])
    assert "2 sealed entries are gone with months" in capsys.readouterr().out
    assert drop(OVER) == []


def test_the_seal_of_what_went_is_still_compared(written: OwnDatabase) -> None:
    drop(OVER)
    as_owner(written, "UPDATE audit_block SET lines = '\\x00' WHERE number = 1")
    assert found()[0].startswith("Block 1 was changed after it was sealed")


def test_a_month_taken_away_by_hand_is_missed(written: OwnDatabase) -> None:
    drop_month("audit_entry", date(2026, 1, 1), using="owner")
    assert [sentence[:9] for sentence in found()] == ["Block 1, "] * 2


def test_a_line_that_pretends_excuses_no_month_that_had_to_be_kept(written: OwnDatabase) -> None:
    Entry.objects.create(
        at=OVER, key="audit.months_dropped", target_kind="audit.Block", target_id=1, facts={"through": "2026-03"}
    )
    seal(OVER)
    as_owner(written, "DELETE FROM audit_entry WHERE at < '2026-04-01'")
    assert len(found()) == 3


def test_nothing_is_dropped_where_something_was_changed(written: OwnDatabase) -> None:
    as_owner(written, "UPDATE audit_entry SET by_name = 'nobody' WHERE at > '2026-02-01'")
    with pytest.raises(CannotDrop, match="changed after it was sealed"):
        drop(OVER)
    assert date(2026, 1, 1) in months_of("audit_entry")


def test_the_application_cannot_drop(written: OwnDatabase) -> None:
    with pytest.raises(ProgrammingError, match="owner"):
        drop_month("audit_entry", date(2026, 1, 1), using="default")


def test_the_check_compares_the_anchor(written: OwnDatabase) -> None:
    assert wrong_with_anchor() == ""
    as_owner(written, "TRUNCATE audit_block")
    assert wrong_with_anchor() == "Blocks 1 to 1 are missing: they were sealed, and have been cut off since."
