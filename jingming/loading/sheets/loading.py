"""One file of master data from the first row to the last: clean, stage, compare, write, in one transaction.

    outcome = load_sheet(file, KINDS["customers"], matched, terms, progress=bars)

A trial (`terms.write` false) does all but write, and rolls back. Nobody else loads the same kind meanwhile. Whatever is
raised, nothing has been loaded: CannotLoad for a file that cannot be read, Cancelled by whoever watches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from jingming.audit import actions as audit
from jingming.base.errors import Unfit
from jingming.loading.copying import Cell
from jingming.loading.models import Batch
from jingming.loading.progress import Progress
from jingming.loading.rules import CHUNK, SHOWN
from jingming.loading.unhurried import alone_now, unhurried, without_collecting
from jingming.privacy.rules import shortened

from . import matching
from .kinds import Column, Kind
from .reading import Sheet, Value, open_sheet
from .work import Bad, Counts, Detail, Problem, Reason, Row, Said, Terms, Work, reasons_of
from .works import WORKS

REMEMBERED = 5_000  # cleaned values of a column that are kept, for columns that say the same again and again
LONGEST_SHOWN = 80
UNIQUE_VIOLATION = "23505"
COUNTED = {"customers": "customers", "service-points": "service_points"}  # kind → where a batch counts what is new
ATTEMPTS = 3  # a colleague may open the same archive in the very second in which a file does


class Cancelled(Exception):
    """Somebody has cancelled; nothing has been loaded."""


@dataclass(frozen=True)
class File:
    """Where a file lies, what it was called, which of its sheets is meant (the first with rows if none is named)."""

    path: Path
    name: str
    sheet: str = ""


@dataclass
class Outcome:
    """What came of a file. `loaded` is false for a trial, and where rows are bad that nobody asked to skip."""

    counts: Counts
    loaded: bool = False
    details: list[Detail] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)  # the first ones
    bad: dict[int, str] = field(default_factory=dict)  # row → all that is wrong with it
    notes: list[str] = field(default_factory=list)

    def as_it_is(self) -> None:
        """Nobody else writes down that it was loaded."""


@dataclass
class _Load:
    """One file under way."""

    kind: Kind
    terms: Terms
    work: Work
    progress: Progress
    outcome: Outcome = field(default_factory=lambda: Outcome(Counts()))
    doubled: set[int] = field(default_factory=set)  # rows that came before another one about the same

    def refuse(self, problem: Problem) -> None:
        """Note why a row cannot be loaded."""
        outcome = self.outcome
        if len(outcome.problems) < SHOWN:
            outcome.problems.append(problem)
        before = outcome.bad.get(problem.row)
        outcome.bad[problem.row] = f"{before} {problem.sentence}" if before else problem.sentence

    def refuse_all(self, problems: Iterable[Problem]) -> None:
        """Note why rows cannot be loaded, and go on without them."""
        found = list(problems)
        for problem in found:
            self.refuse(problem)
        self.work.leave_out({problem.row for problem in found})


@without_collecting()
def load_sheet(
    file: File,
    kind: Kind,
    matched: Mapping[str, int],
    terms: Terms,
    *,
    skip_bad: bool = False,
    progress: Progress,
    seal: Callable[[Outcome], object] = Outcome.as_it_is,
) -> Outcome:
    """Load a file, or try what that would do. See the head of this module for what is raised.

    `seal` is called at the end of a transaction that loads, to write in it that it did.
    """
    with open_sheet(file.path, name=file.name, sheet=file.sheet) as sheet:
        matching.check(kind, matched, sheet.heading.names)
        with transaction.atomic():
            unhurried()
            if terms.write:
                _wait_for_turn(kind, progress)
            load = _Load(kind, terms, WORKS[kind.code](terms), progress)
            _stage(load, sheet, _readers(kind, matched, sheet, terms))
            for _attempt in range(ATTEMPTS):
                if _compared_and_written(load, skip_bad=skip_bad):
                    break
            else:
                raise Unfit(_("Colleagues keep changing the same rows. Nothing was loaded; try again in a moment."))
            load.outcome.notes = list(sheet.notes)
            if load.outcome.loaded:
                _note(load, file)
                seal(load.outcome)
            else:
                transaction.set_rollback(True)
    return load.outcome


def _wait_for_turn(kind: Kind, progress: Progress) -> None:
    told = False
    while not alone_now(f"sheet {kind.code}"):
        if not told:
            progress.tell(_("Somebody else is loading the same kind of data; this load waits its turn."))
            told = True
        progress.advance(0)  # whoever waits may be cancelled too
        time.sleep(0.5)


# --- The rows of the file -------------------------------------------------------------------------------------------
def _stage(load: _Load, sheet: Sheet, readers: list[_Reader]) -> None:
    load.progress.begin(_("Reading rows"), sheet.total)
    load.work.stage(_clean_rows(load, sheet, readers))
    load.work.leave_out(load.doubled)
    load.progress.begin(_("Comparing with what is kept"))
    load.refuse_all(load.work.refused())


@dataclass(slots=True)
class _Reader:
    """How one column of the file is read; equal words are read once."""

    column: Column
    place: int
    read: Callable[[Value], object]
    empty: object
    known: dict[str, object] = field(default_factory=dict)

    def said(self, value: Value) -> object:
        if type(value) is not str:
            return self.empty if value is None else self._or_empty(self.read(value))
        if not value:
            return self.empty
        kept = self.known.get(value, self)
        if kept is not self:
            return kept
        kept = self._or_empty(self.read(value))
        if len(self.known) < REMEMBERED:
            self.known[value] = kept
        return kept

    def _or_empty(self, kept: object) -> object:
        return self.empty if kept is None or kept in ("", ()) else kept


def _readers(kind: Kind, matched: Mapping[str, int], sheet: Sheet, terms: Terms) -> list[_Reader]:
    return [
        _Reader(
            column,
            matched[column.key],
            partial(column.read, epoch_1904=sheet.epoch_1904) if column.dated else column.read,
            column.empty if terms.empty_clears and not column.must else None,
        )
        for column in kind.columns
        if column.key in matched
    ]


def _clean_rows(load: _Load, sheet: Sheet, readers: list[_Reader]) -> Iterator[Row]:
    """The rows that can be meant; what is wrong with the others goes to the outcome. A row whose key has come before is
    refused together with that one."""
    first: dict[tuple[str, object], int] = {}
    width, since = len(sheet.heading.names), 0
    for row, values in sheet.rows():
        since += 1
        if since == CHUNK:
            load.progress.advance(since)
            since = 0
        said, reasons = _read_row(values, width, readers)
        cleaned = None if reasons else _meant(load.work, row, said, reasons)
        for column, value, sentence in reasons:
            load.refuse(Problem(row, column, _shown(value), sentence))
        if cleaned is None:
            continue
        key = load.work.key(said)
        if key is not None and first.setdefault(key, row) != row:
            _refuse_both(load, first[key], row, key)
        else:
            yield row, (row, *cleaned)
    load.progress.advance(since)


def _read_row(values: Sequence[Value], width: int, readers: list[_Reader]) -> tuple[Said, list[Reason]]:
    """What a row says, cell by cell, and what is wrong with its cells."""
    said: Said = {}
    reasons: list[Reason] = []
    if len(values) > width:
        beyond = next((value for value in values[width:] if value is not None), "")
        sentence = _("Something stands to the right of the last column. Give it a column, or remove it.")
        reasons.append(("", beyond, sentence))
    for reader in readers:
        key, value = reader.column.key, values[reader.place]
        try:
            kept = said[key] = reader.said(value)
        except Unfit as refusal:
            said[key] = None
            reasons.append((key, value, refusal.message))
        else:
            if kept is None and reader.column.must:
                reasons.append((key, "", _("This cannot be left empty.")))
    return said, reasons


def _meant(work: Work, row: int, said: Said, reasons: list[Reason]) -> Sequence[Cell] | None:
    """The row as it is staged; None if it cannot be meant as a whole, for `reasons`."""
    try:
        return work.clean(row, said)
    except Bad as bad:
        reasons += bad.reasons
    except Unfit as refusal:
        reasons += reasons_of(refusal, said)
    return None


def _refuse_both(load: _Load, first: int, row: int, key: tuple[str, object]) -> None:
    column, value = key
    sentence = _("Rows %(first)d and %(second)d are about the same one. Keep the row that is right, remove the other.")
    sentence %= {"first": first, "second": row}
    if first not in load.doubled:
        load.doubled.add(first)
        load.refuse(Problem(first, column, _shown(value), sentence))
    load.refuse(Problem(row, column, _shown(value), sentence))


def _shown(value: object) -> str:
    return shortened("" if value is None else str(value), LONGEST_SHOWN)


# --- Compared and written -------------------------------------------------------------------------------------------
def _compared_and_written(load: _Load, *, skip_bad: bool) -> bool:
    """Whether it went through; not where a colleague has written the same meanwhile, and all is to be compared anew."""
    work, outcome = load.work, load.outcome
    try:
        with transaction.atomic():
            load.refuse_all(work.compare())
            outcome.counts = work.counts()
            outcome.counts.bad = len(outcome.bad)
            outcome.details = work.details()
            if load.terms.write and (skip_bad or not outcome.bad):
                load.progress.begin(_("Writing"), outcome.counts.new + outcome.counts.changed)
                work.write(load.progress.advance)
                outcome.loaded = True
    except IntegrityError as error:
        outcome.loaded = False
        if getattr(error.__cause__, "sqlstate", "") != UNIQUE_VIOLATION:
            raise
        return False
    return True


def _note(load: _Load, file: File) -> None:
    """One row and one line of audit for the whole file; history has a line for each archive that changed."""
    terms, counts = load.terms, load.outcome.counts
    batch = Batch(source=f"sheet {load.kind.code}", at=terms.at, by_id=terms.by.pk if terms.by else None)
    if counted := COUNTED.get(load.kind.code):
        setattr(batch, counted, counts.new)
    batch.save(force_insert=True)
    audit.record(
        "loading.loaded", batch, by=terms.by, at=terms.at, source=batch.source, file=file.name, **counts.as_dict()
    )
