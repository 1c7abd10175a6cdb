"""Master data on its way out: the same columns as on the way in, so that what was exported can be loaded again and
changes nothing. Only what the person may see; row by row, whatever the number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.eyes import sees_numbers
from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.audit.marks import code_of, words_of
from jingming.audit.models import Entry
from jingming.audit.queries import entries_for
from jingming.base.errors import Unfit
from jingming.loading.models import Run
from jingming.loading.progress import Progress
from jingming.loading.rules import CHUNK, State, Way
from jingming.loading.unhurried import unhurried
from jingming.privacy.vault import all_opened

from .kinds import Kind
from .values import Value
from .works import EXPORTS
from .writing import write_csv, write_xlsx

MOST_ROWS = 1_048_574  # of a sheet, between its heading and its mark
FIGURES = frozenset({"position", "arrears", "arrears_at", "contract_until"})  # and what else is no text


def export(
    place: Path, kind: Kind, *, by: Staff | None, form: str, unit: str = "", mark: str = "", progress: Progress
) -> int:
    """Write the rows of a kind that the person may see, and a mark, to `place`, "xlsx" or "csv"; how many there were.

    Raises Unfit for more rows than a sheet holds.
    """
    heading = [str(column.label) for column in kind.columns]
    text = [
        str(column.label)
        for column in kind.columns
        if column.key not in FIGURES and not column.key.endswith(("_installed", "_life"))
    ]
    with transaction.atomic():
        unhurried()
        total, rows = EXPORTS[kind.code](by, unit)
        if form == "xlsx" and total > MOST_ROWS:
            raise Unfit(_("A sheet of Excel holds 1,048,574 rows between heading and mark. Choose CSV, or one place."))
        progress.begin(_("Writing the file"), total)
        write = write_xlsx if form == "xlsx" else write_csv
        shown = _shown(rows, whole=by is None or sees_numbers(by))
        return write(place, heading, _counted(shown, progress), text_columns=text, title=str(kind.label), mark=mark)


def _shown(rows: Iterator[Sequence[object]], *, whole: bool) -> Iterator[Sequence[object]]:
    """The rows as the person may see them: numbers, or masks, where texts hold tokens."""
    while chunk := list(islice(rows, CHUNK)):
        yield from all_opened(chunk, whole=whole)


def _counted(rows: Iterator[Sequence[object]], progress: Progress) -> Iterator[list[Value]]:
    since = 0
    for row in rows:
        since += 1
        if since == CHUNK:
            progress.advance(since)
            since = 0
        yield [_in_words(value) for value in row]
    progress.advance(since)


def _in_words(value: object) -> Value:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (list, tuple)):
        return "，".join(value)
    return value  # type: ignore[return-value]  # what the columns of a kind hold


def ask(run: Run, *, reason: str, at: datetime) -> None:
    """Write down that somebody exports, and why. The line's number becomes part of the file's name; the line is its
    mark (`mark_of`)."""
    noted = _note_asked(run, reason=reason, at=at)
    name, _point, form = run.file_name.rpartition(".")
    run.file_name = f"{name} {code_of(noted)}.{form}"
    run.save(update_fields=["file_name"])


def _note_asked(run: Run, *, reason: str, at: datetime) -> Entry:
    return audit.record("loading.export_asked", run, by=run.by, at=at, kind=run.kind, filter=run.filter, reason=reason)


def mark_of(run: Run) -> str:
    """The mark of the file that an export makes."""
    return words_of(entries_for(run).filter(key="loading.export_asked").latest("at"))


def note(run: Run, *, rows: int, at: datetime) -> None:
    """The audit line of an export that is done: who, which rows, how many."""
    audit.record(
        "loading.exported", run, by=run.by, at=at, kind=run.kind, rows=rows, filter=run.filter, file=run.file_name
    )


def by_command(
    place: Path, kind: Kind, *, by: Staff | None, form: str, unit: str, reason: str, at: datetime, progress: Progress
) -> int:
    """Export by command: it leaves a run as well, since the lines of the audit have to be about something."""
    run = Run.objects.create(
        kind=kind.code, way=Way.EXPORT, by=by, state=State.BROKEN, began_at=at, ended_at=at,
        file_name=place.name[-180:], filter={"unit": unit} if unit else {},
    )  # fmt: skip
    _note_asked(run, reason=reason, at=at)  # the file keeps the name that it was given
    rows = export(place, kind, by=by, form=form, unit=unit, mark=mark_of(run), progress=progress)
    run.state, run.counts = State.WRITTEN, {"rows": rows}
    run.save(update_fields=["state", "counts"])
    note(run, rows=rows, at=at)
    return rows


def write_template(place: Path, kind: Kind) -> None:
    """An empty workbook with the columns of the kind."""
    heading = [str(column.label) for column in kind.columns]
    write_xlsx(place, heading, [], text_columns=heading, title=str(kind.label))
