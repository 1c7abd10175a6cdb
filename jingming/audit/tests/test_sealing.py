"""What was changed after it was sealed is found and named; what is not settled yet is not sealed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import translation

from jingming.audit import anchor, rules, sealing
from jingming.audit.models import Block, Entry
from jingming.audit.sealing import CannotSeal, Tally, accept_break, seal, verify
from jingming.cli import main
from jingming.database.tests.workbench import OwnDatabase

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with override_settings(HOME=tmp_path), translation.override("en"):
        yield tmp_path


def write(count: int = 1) -> list[int]:
    return [
        Entry.objects.create(at=AT, key="codes.added", target_kind="codes.Code", target_id=n, facts={"n": 1.5}).id
        for n in range(count)
    ]


def found() -> list[tuple[int, int | None, str]]:
    return [(one.block, one.entry, one.sentence) for one in verify(Tally())]


@pytest.fixture
def three_blocks(own_database: OwnDatabase) -> tuple[OwnDatabase, list[int]]:
    """Three blocks of three lines; the tests work on them as the owner, with the triggers off."""
    as_owner(own_database, "DELETE FROM audit_entry")  # what the preparation of the database wrote
    ids = []
    for _number in range(3):
        ids += write(3)
        assert seal(AT) == 3
    assert found() == []
    return own_database, ids


def as_owner(database: OwnDatabase, statement: str, *values: object) -> None:
    with psycopg.connect(database.owner_url) as line:
        for table in ("audit_entry", "audit_block"):
            line.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        line.execute(statement.encode(), values)
        for table in ("audit_entry", "audit_block"):
            line.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())


Blocks = tuple[OwnDatabase, list[int]]


def test_each_row_that_was_touched_is_named_with_its_block(
    three_blocks: Blocks, capsys: pytest.CaptureFixture[str]
) -> None:
    database, ids = three_blocks
    as_owner(database, "UPDATE audit_entry SET by_name = 'nobody' WHERE id = %s", ids[1])
    as_owner(database, "DELETE FROM audit_entry WHERE id = %s", ids[5])
    as_owner(
        database,
        "INSERT INTO audit_entry (id, at, key, target_kind, target_id, by_name, facts)"
        " SELECT id, at + interval '1 s', key, target_kind, target_id, by_name, facts FROM audit_entry WHERE id = %s",
        ids[7],
    )
    assert [(block, entry) for block, entry, _sentence in found()] == [(1, ids[1]), (2, ids[5]), (3, ids[7])]

    with pytest.raises(SystemExit) as ended:
        main(["audit", "verify"])
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert f"Block 1, entry {ids[1]}: changed after it was sealed. It was written on 2026-11-20 08:00:00 UTC." in said
    assert f"Block 2, entry {ids[5]}: removed after it was sealed." in said
    assert f"Block 3, entry {ids[7]}: added after the block was sealed." in said


def test_a_fact_that_differs_in_its_last_digit_is_a_change(three_blocks: Blocks) -> None:
    database, ids = three_blocks
    as_owner(database, """UPDATE audit_entry SET facts = '{"n": 1.50}' WHERE id = %s""", ids[4])
    assert [(block, entry) for block, entry, _sentence in found()] == [(2, ids[4])]


def test_a_block_that_was_taken_out_is_named(three_blocks: Blocks) -> None:
    database, ids = three_blocks
    as_owner(database, "DELETE FROM audit_block WHERE number = 2")
    assert found() == [(2, None, f"Block 2 is missing: nothing vouches for entries {ids[2]} to {ids[5]}.")]


def test_newest_blocks_that_were_cut_off_are_missed_and_not_sealed_over(three_blocks: Blocks) -> None:
    database, _ids = three_blocks
    as_owner(database, "DELETE FROM audit_block WHERE number > 1")
    sentence = "Blocks 2 to 3 are missing: they were sealed, and have been cut off since."
    assert found() == [(2, None, sentence)]
    with pytest.raises(CannotSeal, match="Blocks 2 to 3 are missing"):
        seal(AT)

    accept_break("restored from the copy of last night", AT)
    assert seal(AT) == 7
    assert found() == []
    assert Entry.objects.filter(key="audit.break_accepted").get().facts == {
        "anchor": 3,
        "newest": 1,
        "reason": "restored from the copy of last night",
    }


def test_all_blocks_truncated_are_missed(three_blocks: Blocks) -> None:
    database, _ids = three_blocks
    as_owner(database, "TRUNCATE audit_block")
    assert [one[2] for one in found()] == ["Blocks 1 to 3 are missing: they were sealed, and have been cut off since."]


def test_a_block_made_to_fit_a_changed_row_does_not_carry_the_seal(three_blocks: Blocks) -> None:
    database, ids = three_blocks
    as_owner(database, "UPDATE audit_entry SET by_name = 'nobody' WHERE id = %s", ids[4])
    block = Block.objects.get(number=2)
    lines = rules.pack(sealing._lines(block.after, block.upto))  # what a forger would have to write
    as_owner(database, "UPDATE audit_block SET lines = %s WHERE number = 2", lines)
    sentence = f"Block 2 was changed after it was sealed; nothing vouches for entries {ids[3]} to {ids[5]}."
    assert found() == [(2, None, sentence)]


def test_without_the_key_or_the_anchor_nothing_is_vouched_for(three_blocks: Blocks, home: Path) -> None:
    (home / "audit-anchor").unlink()
    assert [one[2] for one in found()] == [
        "The anchor of the audit is missing in the home: newest blocks may have been removed unseen."
    ]
    (home / "audit-key").unlink()
    assert [one[2][:36] for one in found()] == ["The key of the seals is missing: " + str(home)[:3]]
    write()
    with pytest.raises(CannotSeal):
        seal(AT)


def test_the_app_can_touch_neither_lines_nor_blocks(three_blocks: Blocks) -> None:
    database, _ids = three_blocks
    for table in ("audit_entry", "audit_block"):
        column = {"audit_entry": "key", "audit_block": "seal"}[table]
        for act in (f"UPDATE {table} SET {column} = ''", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with psycopg.connect(database.app_url) as line, pytest.raises(psycopg.errors.InsufficientPrivilege):
                line.execute(act.encode())
            with psycopg.connect(database.owner_url) as line, pytest.raises(psycopg.errors.InsufficientPrivilege):
                line.execute(act.encode())
    assert found() == []


def test_a_line_that_commits_late_is_waited_for(own_database: OwnDatabase) -> None:
    as_owner(own_database, "DELETE FROM audit_entry")
    line = psycopg.connect(own_database.app_url)
    added = (
        "INSERT INTO audit_entry (at, key, target_kind, target_id, by_name, facts) VALUES (%s, 'k', 'a.B', 1, '', '{}')"
    )
    line.execute(added.encode(), [AT])  # has its id, and is not to be seen
    later = write()
    assert seal(AT, patience=0.1) == 0

    ending = threading.Timer(0.3, line.commit)
    ending.start()
    assert seal(AT) == 2
    ending.join()
    line.close()
    assert Block.objects.get().last_id == later[0]
    assert found() == []


def test_sealing_twice_seals_once_and_many_lines_make_many_blocks(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_owner(own_database, "DELETE FROM audit_entry")
    monkeypatch.setattr(sealing, "AT_MOST", 2)
    with transaction.atomic():
        write(5)
    assert (seal(AT), seal(AT)) == (5, 0)
    assert list(Block.objects.order_by("number").values_list("number", "count")) == [(1, 2), (2, 2), (3, 1)]
    assert anchor.read() == anchor.Anchor(3, Block.objects.get(number=3).seal)
    assert found() == []
