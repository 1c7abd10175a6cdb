"""Old workbooks of Excel (.xls). python-calamine reads the values; what it does not tell is looked up in the records:
cells that show an error, hidden rows, how days are counted (the format is [MS-XLS])."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine
from django.utils.translation import gettext as _

from .compound import Compound
from .rules import LIMITS
from .sentences import beyond, damaged, empty_file, error_cell, hidden_rows, locked, no_such_sheet, notes_on_sheets
from .source import Row, Source
from .values import Fault, Value, letter, tidy

BOF, EOF, DATE_MODE, FILE_PASS, BOUND_SHEET = 0x0809, 0x000A, 0x0022, 0x002F, 0x0085
FORMULA, BOOL_ERR, ROW = 0x0006, 0x0205, 0x0208
MANY = {0x00BD, 0x00BE}  # several cells in one record, the last column at its end
CELLS = {FORMULA, BOOL_ERR, 0x0203, 0x027E, 0x00FD, 0x0204, 0x00D6, *MANY}
IS_HIDDEN = 0x20
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
CERTAIN = date(1900, 3, 1)  # days before were counted with one too many


@dataclass
class Survey:
    """What the records of a sheet tell."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: int = 0
    rows: int = 0
    columns: int = 0


def open_xls(path: Path, compound: Compound, wanted: str) -> Source:
    """The sheet called `wanted`, or the first visible one with something in it. Raises CannotRead."""
    stream = compound.stream("Workbook" if "Workbook" in compound else "Book")
    epoch_1904, starts = _globals(stream)
    surveys = [_survey(stream, start) for start in starts]
    if sum(survey.rows * survey.columns for survey in surveys) > LIMITS["cells"].most:
        raise beyond("cells")
    with _reading():
        book = python_calamine.load_workbook(path)
    hidden = {
        sheet.name: sheet.visible != python_calamine.SheetVisibleEnum.Visible
        for sheet in book.sheets_metadata
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    }
    named = {sheet.name: survey for sheet, survey in zip(book.sheets_metadata, surveys, strict=False)}
    name = _choose(hidden, named, wanted)
    survey = named[name]
    with _reading():
        sheet = book.get_sheet_by_name(name)
    notes = notes_on_sheets(name, hidden)
    if survey.hidden_rows:
        notes.append(hidden_rows(survey.hidden_rows))
    return Source(
        rows=lambda: _rows(sheet, survey),
        total=survey.rows,
        notes=notes,
        sheets=list(hidden),
        epoch_1904=epoch_1904,
        merged=[
            ((top + 1, left), (bottom + 1, right)) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        ],
    )


@contextmanager
def _reading() -> Iterator[None]:
    """Whatever the reader of old workbooks says about a file that contradicts itself is one sentence."""
    try:
        yield
    except python_calamine.PasswordError:
        raise locked() from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise damaged() from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # a fault in its Rust, which is no Exception in Python
            raise damaged() from None
        raise


def _choose(hidden: dict[str, bool], surveys: dict[str, Survey], wanted: str) -> str:
    if wanted and (wanted not in hidden or wanted not in surveys):
        raise no_such_sheet(wanted, list(hidden))
    filled = [wanted] if wanted else [name for name in hidden if name in surveys and surveys[name].rows]
    if not filled:
        raise empty_file()
    return min(filled, key=lambda name: hidden[name])


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """(kind, content) from the beginning of a sheet to its end, without what is embedded in it."""
    depth, place = 0, start
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        content = stream[place + 4 : place + 4 + length]
        place += 4 + length
        depth += (kind == BOF) - (kind == EOF)
        if depth == 1:
            yield kind, content
        elif depth == 0:
            return
    raise damaged()


def _globals(stream: bytes) -> tuple[bool, list[int]]:
    """Whether days are counted from 1904, and where the sheets begin."""
    epoch_1904, starts = False, []
    try:
        for kind, content in _records(stream, 0):
            if kind == FILE_PASS:
                raise locked()
            if kind == DATE_MODE:
                epoch_1904 = content[:1] == b"\x01"
            elif kind == BOUND_SHEET:
                starts.append(struct.unpack_from("<I", content)[0])
    except struct.error:
        raise damaged() from None
    return epoch_1904, starts


def _survey(stream: bytes, start: int) -> Survey:
    survey = Survey()
    try:
        for kind, content in _records(stream, start):
            if kind == ROW:
                survey.hidden_rows += bool(struct.unpack_from("<H", content, 12)[0] & IS_HIDDEN)
            elif kind in CELLS:
                row, column = struct.unpack_from("<HH", content)
                last = struct.unpack_from("<H", content, len(content) - 2)[0] if kind in MANY else column
                survey.rows, survey.columns = max(survey.rows, row + 1), max(survey.columns, last + 1)
                if error := _error(kind, content):
                    survey.errors[row, column] = error
    except (struct.error, IndexError):
        raise damaged() from None
    return survey


def _error(kind: int, content: bytes) -> str:
    if kind == BOOL_ERR and content[7]:
        return ERRORS.get(content[6], "#?")
    if kind == FORMULA and content[12:14] == b"\xff\xff" and content[6] == 2:
        return ERRORS.get(content[8], "#?")
    return ""


def _rows(sheet: python_calamine.CalamineSheet, survey: Survey) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows()):
        values = [_value(cell) for cell in cells]
        if survey.errors:
            for column in range(len(values)):
                if error := survey.errors.get((number, column)):
                    values[column] = error_cell(f"{letter(column)}{number + 1}", error)
        yield number + 1, values


def _value(cell: str | float | bool | date | time | timedelta) -> Value:  # noqa: FBT001  # what a cell may hold
    if isinstance(cell, (str, bool)):
        return None if cell == "" else cell
    if isinstance(cell, (int, float)):
        return tidy(float(cell))
    if isinstance(cell, timedelta):
        return cell.total_seconds() / 86_400
    if isinstance(cell, date) and (cell.date() if isinstance(cell, datetime) else cell) < CERTAIN:
        return _uncertain(cell.isoformat())
    return cell.isoformat() if isinstance(cell, time) else cell


def _uncertain(shown: str) -> Fault:
    return Fault(
        shown,
        _("Old workbooks count days before March 1900 wrongly: write “%(value)s” as text.") % {"value": shown},
    )
