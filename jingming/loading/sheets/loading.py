"""One file of master data from the first row to the last: clean, stage, compare, write, in one transaction.

    outcome = load_sheet(file, KINDS["customers"], matched, terms, progress=bars)

A trial (`terms.write` false) does all but write, and rolls back. Nobody else loads the same kind meanwhile. Whatever is
raised, nothing has been loaded: CannotLoad for a file that cannot be read, Cancelled by whoever watches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from jingming.audit import actions as audit
from jingming.base.errors import Unfit
from jingming.loading.models import Batch
from jingming.loading.progress import Progress
from jingming.loading.rules import CHUNK, SHOWN
from jingming.loading.unhurried import alone_now, unhurried, without_collecting

from . import matching
from .cells import Value
from .kinds import Column, Kind
from .reading import Sheet, open_sheet
from .work import Bad, Counts, Detail, Problem, Said, Terms, Work, reasons_of, reasons_of_row
from .works import WORKS

REMEMBERED = 5_000  # cleaned values of a column that are kept, for columns that say the same again and again
LONGEST_SHOWN = 80
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


@without_collecting()
def load_sheet(
    file: File, kind: Kind, matched: Mapping[str, int], terms: Terms, *, skip_bad: bool = False, progress: Progress
) -> Outcome:
    """Load a file, or try what that would do. See the head of this module for what is raised."""
    with open_sheet(file.path, name=file.name, sheet=file.sheet) as sheet:
        matching.check(kind, matched, sheet.heading.names)
        with transaction.atomic():
            unhurried()
            if terms.write:
                _wait_for_turn(kind, progress)
            outcome = Outcome(Counts())
            work = WORKS[kind.code](terms)
            _stage(work, sheet, kind, matched, terms, outcome, progress)
            for _attempt in range(ATTEMPTS):
                if _compared_and_written(work, kind, terms, outcome, skip_bad=skip_bad, progress=progress):
                    break
            else:
                raise Unfit(_("Colleagues keep changing the same rows. Nothing was loaded; try again in a moment."))
            outcome.notes = list(sheet.notes)
            if outcome.loaded:
                _note(kind, file, terms, outcome)
            else:
                transaction.set_rollback(True)
    return outcome


def _wait_for_turn(kind: Kind, progress: Progress) -> None:
    told = False
    while not alone_now(f"sheet {kind.code}"):
        if not told:
            progress.tell(_("Somebody else is loading the same kind of data; this load waits its turn."))
            told = True
        progress.advance(0)  # whoever waits may be cancelled too
        time.sleep(0.5)


# --- The rows of the file -------------------------------------------------------------------------------------------
def _stage(
    work: Work, sheet: Sheet, kind: Kind, matched: Mapping[str, int], terms: Terms, outcome: Outcome, progress: Progress
) -> None:
    progress.begin(_("Reading rows"), sheet.total)
    doubled: set[int] = set()
    work.stage(_clean_rows(work, sheet, _readers(kind, matched, sheet, terms), outcome, doubled, progress))
    work.leave_out(doubled)
    refused = list(work.refused())
    for problem in refused:
        _refuse(outcome, problem)
    work.leave_out({problem.row for problem in refused})


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


def _clean_rows(
    work: Work, sheet: Sheet, readers: list[_Reader], outcome: Outcome, doubled: set[int], progress: Progress
) -> Iterator[tuple[int, object]]:
    """The rows that can be meant. What is wrong with the others goes to `outcome`; a row whose key has come before is
    refused together with that one, which `doubled` names."""
    first: dict[tuple[str, object], int] = {}
    since = 0
    width = len(sheet.heading.names)
    nothing: Said = {reader.column.key: None for reader in readers}
    for row, values in sheet.rows():
        since += 1
        if since == CHUNK:
            progress.advance(since)
            since = 0
        said: Said = dict(nothing)
        reasons: list[tuple[str, object, str]] = []
        if len(values) > width:
            beyond = next((value for value in values[width:] if value is not None), "")
            reasons.append(("", beyond, _("Something stands to the right of the last column. Give it a column, or remove it.")))
        for reader in readers:
            value = values[reader.place]
            try:
                kept = reader.said(value)
            except Unfit as refusal:
                reasons += reasons_of(refusal, reader.column.key, value)
                continue
            said[reader.column.key] = kept
            if kept is None and reader.column.must:
                reasons.append((reader.column.key, "", _("This cannot be left empty.")))
        if not reasons:
            try:
                cleaned = work.clean(row, said)
            except Bad as bad:
                reasons += bad.reasons
            except Unfit as refusal:
                reasons += reasons_of_row(refusal, said)
        key = work.key(said) if not reasons else None
        if key is not None and first.setdefault(key, row) != row:
            _refuse_both(outcome, first[key], row, key, doubled)
        elif reasons:
            for column, value, sentence in reasons:
                _refuse(outcome, Problem(row, column, _shown(value), sentence))
        else:
            yield row, (row, *cleaned)  # type: ignore[misc]  # a sequence of cells
    progress.advance(since)


def _refuse_both(outcome: Outcome, first: int, row: int, key: tuple[str, object], doubled: set[int]) -> None:
    column, value = key
    sentence = _("Rows %(first)d and %(second)d are about the same one. Keep the row that is right, remove the other.")
    if first not in doubled:
        doubled.add(first)
        _refuse(outcome, Problem(first, column, _shown(value), sentence % {"first": first, "second": row}))
    _refuse(outcome, Problem(row, column, _shown(value), sentence % {"first": first, "second": row}))


def _shown(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _refuse(outcome: Outcome, problem: Problem) -> None:
    if len(outcome.problems) < SHOWN:
        outcome.problems.append(problem)
    before = outcome.bad.get(problem.row)
    outcome.bad[problem.row] = f"{before} {problem.sentence}" if before else problem.sentence


# --- Compared and written -------------------------------------------------------------------------------------------
def _compared_and_written(
    work: Work, kind: Kind, terms: Terms, outcome: Outcome, *, skip_bad: bool, progress: Progress
) -> bool:
    """Whether it went through; not where a colleague has written the same meanwhile, and all is to be compared anew."""
    try:
        with transaction.atomic():
            progress.begin(_("Comparing with what is kept"))
            forbidden = list(work.compare())
            for problem in forbidden:
                _refuse(outcome, problem)
            work.leave_out({problem.row for problem in forbidden})
            outcome.counts = work.counts()
            outcome.counts.bad = len(outcome.bad)
            outcome.details = work.details()
            if terms.write and (skip_bad or not outcome.bad):
                progress.begin(_("Writing"), outcome.counts.new + outcome.counts.changed)
                work.write(progress.advance)
                outcome.loaded = True
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", "") != "23505":  # unique_violation
            raise
        return False
    return True


def _note(kind: Kind, file: File, terms: Terms, outcome: Outcome) -> None:
    """One row and one line of audit for the whole file; history has a line for each archive that changed."""
    new = {"customers": "customers", "service-points": "service_points"}.get(kind.code)
    batch = Batch(source=f"sheet {kind.code}", at=terms.at, by_id=terms.by.pk if terms.by else None)
    if new:
        setattr(batch, new, outcome.counts.new)
    batch.save(force_insert=True)
    audit.record(
        "loading.loaded",
        batch,
        by=terms.by,
        at=terms.at,
        source=batch.source,
        file=file.name,
        **outcome.counts.as_dict(),
    )
