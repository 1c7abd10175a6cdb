"""Spreadsheets that people can correct and load again: what is written is what is read.

No text ever becomes a formula. In a workbook a text is a cell of that type; in CSV, which has no types, it gets an
apostrophe in front, which `reading` takes away again.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from jingming.base.cells import tame
from jingming.privacy.rules import shortened

from .cells import DIGITS
from .values import Fault, Value

LONGEST_CELL = 32_767  # characters, by Excel's own limit
LONGEST_FOOTER = 240  # of 255 that Excel takes with its signs
WIDTHS = (8, 60)  # of columns, in characters
TEXT = "@"
DAY = "yyyy-mm-dd"
MOMENT = "yyyy-mm-dd hh:mm:ss"


def write_xlsx(
    path: Path,
    heading: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    text_columns: Collection[str] = (),
    title: str = "",
    mark: str = "",
) -> int:
    """Write one sheet, row by row, and return how many rows; `text_columns` are formatted as text as a whole, so that
    what is added below keeps its zeros. Texts longer than a cell holds are cut. A mark stands under the rows, at the
    foot of each page that is printed, and in the file's properties."""
    with xlsxwriter.Workbook(path, {"constant_memory": True, "remove_timezone": True}) as book:
        book.set_properties({"comments": mark})
        sheet = book.add_worksheet((title or _("Data"))[:31])
        formats = {pattern: book.add_format({"num_format": pattern}) for pattern in (TEXT, DAY, MOMENT)}
        for column, name in enumerate(heading):
            text = formats[TEXT] if name in text_columns else None
            sheet.set_column(column, column, min(max(WIDTHS[0], 2 * len(name) + 4), WIDTHS[1]), text)
        bold = book.add_format({"bold": True, "bottom": 1})
        for column, name in enumerate(heading):
            sheet.write_string(0, column, name, bold)
        sheet.freeze_panes(1, 0)
        count = 0
        for count, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                _write_cell(sheet, count, column, value, formats)
        if mark:
            sheet.write_string(count + 1, 0, mark, formats[TEXT])
            sheet.set_footer("&L&8" + mark.replace("&", "&&")[:LONGEST_FOOTER])
        return count


def _write_cell(sheet: Worksheet, row: int, column: int, value: Value, formats: dict[str, Format]) -> None:
    match value:
        case None | "":
            return
        case bool():
            sheet.write_boolean(row, column, value)
        case datetime() if value.year >= 1900:
            sheet.write_datetime(row, column, value, formats[MOMENT])
        case date() if value.year >= 1900:
            sheet.write_datetime(row, column, datetime.combine(value, time.min), formats[DAY])
        case int() | float() | Decimal() if _is_exact(value):
            sheet.write_number(row, column, float(value))
        case _:
            sheet.write_string(row, column, shortened(str(value), LONGEST_CELL), formats[TEXT])


def _is_exact(value: float | Decimal) -> bool:
    """Whether a spreadsheet keeps all digits of the number."""
    return len(Decimal(str(value)).normalize().as_tuple().digits) <= DIGITS


def write_csv(
    path: Path,
    heading: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    text_columns: Collection[str] = (),
    title: str = "",
    mark: str = "",
) -> int:
    """Write CSV in UTF-8 with a byte order mark, by which spreadsheets know it, and its own mark in the last line; the
    number of rows."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([tame(name) for name in heading])
        count = 0
        for row in rows:
            writer.writerow([_as_csv(value) for value in row])
            count += 1  # rows may be none
        if mark:
            writer.writerow([tame(mark)])
        return count


def _as_csv(value: Value) -> str:
    match value:
        case None:
            return ""
        case str() | Fault():
            return tame(str(value))
        case datetime():
            return value.isoformat(" ")
        case _:
            return str(value)
