"""Seal what has been written, and find what was changed since then. What it proves: docs/operations/audit.md."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol

from django.db import connection, transaction
from django.utils.translation import gettext as _

from jingming.base.errors import Refusal

from . import anchor, rules
from .actions import record
from .models import Block, Entry
from .rules import AT_MOST, Line, Listed

BEGINNING = -(2**63)  # a line may have any id, so that no forged one lies before the first block
PATIENCE = 20.0  # seconds in which transactions that are adding lines should end
_LINES = """
    SELECT id, at, key, target_kind, target_id, by_id, by_name, facts::text FROM audit_entry
    WHERE id > %s AND id <= %s ORDER BY id, at
"""
_WRITERS = """
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'audit_entry'::regclass AND mode = 'RowExclusiveLock' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND pid IS DISTINCT FROM pg_backend_pid()
"""


DROPPED = "audit.months_dropped"  # a line with `through`: this month and all before it are gone


class CannotSeal(Refusal):
    """Sealing on would hide that something is wrong."""

    kind = "audit_not_sealed"


def seal(at: datetime, *, patience: float = PATIENCE) -> int:
    """Seal all lines that are there for good; the number of lines sealed now. Safe to run twice, and at once.

    Raises CannotSeal where the newest blocks are not those that were sealed last.
    """
    boundary = _settled(patience)
    sealed = 0
    while boundary is not None and (block := _seal_next(boundary, at)):
        sealed += block.count
    return sealed


def accept_break(reason: str, at: datetime) -> None:
    """Go on from the newest block that is there, after a database was restored or the home was lost; leaves a line."""
    newest, kept = Block.objects.order_by("-number").first(), anchor.read()
    facts = {"anchor": kept.number if kept else None, "newest": newest.number if newest else 0, "reason": reason}
    record("audit.break_accepted", newest or Block(number=0), by=None, at=at, **facts)
    anchor.key(make=True)
    anchor.write(anchor.Anchor(newest.number, newest.seal) if newest else anchor.Anchor(0, ""))


def _settled(patience: float) -> int | None:
    """The highest id up to which every line is committed or will never be; None if it cannot be told now.

    Whoever adds a line locks the table before the id is drawn and until the transaction ends. So once those who held
    the lock when the counter was read have ended, nothing with an id up to the counter can still appear.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value, is_called FROM audit_entry_id_seq")
        drawn, any_at_all = cursor.fetchone()
        if not any_at_all:
            return None
        writers = _writers()
        end = time.monotonic() + patience
        while writers and time.monotonic() < end:
            time.sleep(0.05)
            writers &= _writers()
    return None if writers else int(drawn)


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS)
        return {name for (name,) in cursor.fetchall()}


@transaction.atomic
def _seal_next(boundary: int, at: datetime) -> Block | None:
    """Seal the next lines; None if there are none, or somebody else is sealing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('jingming audit seal'))")
        if not cursor.fetchone()[0]:
            return None
    newest = Block.objects.order_by("-number").first()
    key = _key_to_go_on(newest)
    after = newest.upto if newest else BEGINNING
    lines = _lines(after, boundary, at_most=AT_MOST)
    if not lines:
        return None
    block = Block(
        number=newest.number + 1 if newest else 1,
        after=after,
        upto=lines[-1].id if len(lines) == AT_MOST else boundary,
        count=len(lines),
        first_id=lines[0].id,
        last_id=lines[-1].id,
        sealed_at=at,
        lines=rules.pack(lines),
        previous=newest.seal if newest else "",
    )
    block.seal = _seal_of(block, key)
    block.save(force_insert=True)
    transaction.on_commit(lambda: anchor.write(anchor.Anchor(block.number, block.seal)))
    return block


def _key_to_go_on(newest: Block | None) -> bytes:
    kept = anchor.read()
    if newest is None and kept is None:
        key = anchor.key(make=True)
        anchor.write(anchor.Anchor(0, ""))
        return key
    if wrong := _against(kept, newest.number if newest else 0, _seal_at(kept)):
        raise CannotSeal(wrong)
    try:
        return anchor.key(make=False)
    except anchor.NoKey as missing:
        raise CannotSeal(_no_key(missing)) from None


def _seal_at(kept: anchor.Anchor | None) -> str:
    """The seal of the block that the anchor names; empty where there is none."""
    return Block.objects.filter(number=kept.number).values_list("seal", flat=True).first() or "" if kept else ""


def _against(kept: anchor.Anchor | None, newest: int, seal_there: str) -> str:
    """What is wrong between the anchor and the blocks, as a sentence; empty if nothing is."""
    if kept is None:
        return _("The anchor of the audit is missing in the home: newest blocks may have been removed unseen.")
    if kept.number > newest:
        facts = {"first": newest + 1, "last": kept.number}
        return _("Blocks %(first)d to %(last)d are missing: they were sealed, and have been cut off since.") % facts
    if seal_there != kept.seal:
        return _("Block %(number)d is not the one that was sealed: its seal differs from the anchor.") % {
            "number": kept.number
        }
    return ""


def _no_key(missing: anchor.NoKey) -> str:
    return _("The key of the seals is missing: %(path)s. Bring it back from a copy of the home.") % {"path": missing}


def _seal_of(block: Block, key: bytes) -> str:
    return rules.seal(
        key,
        number=block.number,
        after=block.after,
        upto=block.upto,
        sealed_at=block.sealed_at,
        lines=bytes(block.lines),
        previous=block.previous,
    )


def _lines(after: int, upto: int, *, at_most: int | None = None) -> list[Line]:
    with connection.cursor() as cursor:
        cursor.execute(f"{_LINES} LIMIT {at_most}" if at_most else _LINES, [after, upto])
        return [Line(*row) for row in cursor.fetchall()]


# Verifying


def gone_before(key: bytes) -> datetime | None:
    """Before which moment lines may be missing: after the last month of which a sealed line says that it was dropped.

    Such a line excuses nothing that could not have been dropped when its block was sealed, whoever wrote it.
    """
    gone = None
    for entry in Entry.objects.filter(key=DROPPED).order_by("at", "id"):
        block = Block.objects.filter(after__lt=entry.id, upto__gte=entry.id).order_by("number").first()
        if block is None or block.seal != _seal_of(block, key):
            continue
        line = next((line for line in _lines(entry.id - 1, entry.id) if line.at == entry.at), None)
        sealed = {one.digest for one in rules.unpack(bytes(block.lines)) if one.id == entry.id}
        if line is None or rules.digest(line) not in sealed:
            continue
        through = _month(entry.facts.get("through"))
        if through and rules.may_be_dropped(through, block.sealed_at.astimezone(UTC).date()):
            end = datetime.combine(rules.following(through), datetime.min.time(), tzinfo=UTC)
            gone = max(gone, end) if gone else end
    return gone


def told_as_dropped(month: date) -> bool:
    """Whether a sealed line says that the month is gone."""
    gone = gone_before(anchor.key(make=False))
    return gone is not None and gone.date() >= rules.following(month)


def _month(text: object) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def wrong_with_anchor() -> str:
    """What is wrong between the newest block and the anchor, as a sentence; empty if nothing is."""
    newest = Block.objects.order_by("-number").values_list("number", flat=True).first()
    kept = anchor.read()
    return _against(kept, newest or 0, _seal_at(kept)) if newest or kept else ""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was sealed, as a sentence that names it."""

    block: int
    entry: int | None
    sentence: str


@dataclass
class Tally:
    """What has been looked at."""

    blocks: int = 0
    lines: int = 0
    unsealed: int = 0
    dropped: int = 0  # lines of months that were dropped when their time was over


class Watcher(Protocol):
    """Somebody who is told how far it is."""

    def begin(self, title: str, total: int | None = None) -> None: ...

    def advance(self, steps: int = 1) -> None: ...


def verify(tally: Tally, watcher: Watcher | None = None) -> Iterator[Finding]:
    """Everything that is not as it was sealed, block by block; `tally` counts what was looked at."""
    newest = Block.objects.order_by("-number").values_list("number", flat=True).first() or 0
    if watcher:
        watcher.begin(_("Comparing the audit with its seals"), newest)
    try:
        key = anchor.key(make=False) if newest else b""
    except anchor.NoKey as missing:
        yield Finding(0, None, _no_key(missing))
        return
    gone = gone_before(key)
    last: Block | None = None
    for block in Block.objects.order_by("number").iterator(chunk_size=20):
        yield from _of_chain(last, block)
        yield from _of_block(block, key, tally, gone)
        last = block
        if watcher:
            watcher.advance()
    yield from _of_the_end(last, tally)


def _of_chain(last: Block | None, block: Block) -> Iterator[Finding]:
    expected = last.number + 1 if last else 1
    if block.number != expected:
        for number in range(expected, block.number):
            facts = {"number": number, "after": max(last.upto if last else 0, 0), "upto": block.after}
            sentence = _("Block %(number)d is missing: nothing vouches for entries %(after)d to %(upto)d.") % facts
            yield Finding(number, None, sentence)
    elif block.previous != (last.seal if last else "") or block.after != (last.upto if last else BEGINNING):
        facts = {"number": block.number, "before": expected - 1}
        yield Finding(
            block.number, None, _("Block %(number)d does not follow on block %(before)d as it is now.") % facts
        )


def _of_block(block: Block, key: bytes, tally: Tally, gone: datetime | None) -> Iterator[Finding]:
    tally.blocks += 1
    listed = list(rules.unpack(bytes(block.lines)))
    said = (block.count, block.first_id, block.last_id)
    if block.seal != _seal_of(block, key) or not listed or said != (len(listed), listed[0].id, listed[-1].id):
        facts = {"number": block.number, "first": block.first_id, "last": block.last_id}
        sentence = _(
            "Block %(number)d was changed after it was sealed; nothing vouches for entries %(first)d to %(last)d."
        )
        yield Finding(block.number, None, sentence % facts)
        return
    lines = _lines(block.after, block.upto)
    if gone:
        there = {line.id for line in lines}
        kept = [one for one in listed if one.at >= gone or one.id in there]
        tally.dropped += len(listed) - len(kept)
        listed = kept
    tally.lines += len(listed)
    yield from _of_lines(block, listed, lines)


def _of_lines(block: Block, listed: Sequence[Listed], lines: Sequence[Line]) -> Iterator[Finding]:
    there: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        there[line.id].append(line)
    for one in listed:
        found = there.pop(one.id, [])
        intact = [line for line in found if rules.digest(line) == one.digest]
        if not found:
            sentence = _("Block %(block)d, entry %(entry)d: removed after it was sealed. It was written on %(at)s.")
            yield _finding(block, one.id, sentence, one.at)
        elif not intact:
            sentence = _("Block %(block)d, entry %(entry)d: changed after it was sealed. It was written on %(at)s.")
            yield _finding(block, one.id, sentence, one.at)
        if len(found) > 1:
            there[one.id] = found[1:]
    for number, added in there.items():
        for line in added:
            sentence = _(
                "Block %(block)d, entry %(entry)d: added after the block was sealed. It pretends to be of %(at)s."
            )
            yield _finding(block, number, sentence, line.at)


def _finding(block: Block, entry: int, sentence: str, at: datetime) -> Finding:
    facts = {"block": block.number, "entry": entry, "at": f"{at:%Y-%m-%d %H:%M:%S} UTC"}
    return Finding(block.number, entry, sentence % facts)


def _of_the_end(last: Block | None, tally: Tally) -> Iterator[Finding]:
    number, upto = (last.number, last.upto) if last else (0, BEGINNING)
    kept = anchor.read()
    if (last or kept) and (wrong := _against(kept, number, _seal_at(kept))):
        yield Finding(number + 1, None, wrong)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry WHERE id > %s", [upto])
        tally.unsealed = cursor.fetchone()[0]
        cursor.execute(
            "SELECT id FROM audit_entry WHERE id > (SELECT last_value FROM audit_entry_id_seq) ORDER BY id LIMIT 20"
        )
        for (entry,) in cursor.fetchall():
            sentence = _("Entry %(entry)d was not written by the application: its number has not been given out yet.")
            yield Finding(number + 1, entry, sentence % {"entry": entry})
