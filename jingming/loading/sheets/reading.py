"""A spreadsheet of any kind as rows of values. `open_sheet` looks, decides what it is, and refuses what it cannot be."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import python_calamine
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingming.loading.checking import CannotLoad

from .headings import SAMPLE, Heading, Row, Span, find_heading
from .values import Fault, Value, is_blank

__all__ = ["CannotRead", "Fault", "Heading", "Sheet", "Value", "open_sheet"]


class CannotRead(CannotLoad):
    """A file, or a row of it, that cannot be read; the message says where and the way out."""

    kind = "cannot-read"


class Sheet:
    """One sheet of a file, made by `open_sheet`; a context manager, and it streams.

    `heading` names the columns. `total` counts the rows under it, or more. `notes` are sentences about how the file was
    read; they are complete when `rows` has come to its end. `sheets` are the names of all sheets of a workbook.
    """

    def __init__(
        self, *, all_rows: Callable[[], Iterator[Row]], total: int, notes: Sequence[str] = (),
        sheets: Sequence[str] = (), epoch_1904: bool = False, merged: Sequence[Span] = (),
    ) -> None:  # fmt: skip
        self._all_rows = all_rows
        self.sheets, self.epoch_1904 = list(sheets), epoch_1904
        self.notes = list(notes)
        sample = [row for row, _place in zip(all_rows(), range(SAMPLE), strict=False)]
        found = find_heading(sample, merged)
        if found is None:
            raise CannotRead(
                _("No row with the names of the columns was found. Give every column a name in the first row.")
            )
        self.heading, notes_on_heading = found
        self.notes += notes_on_heading
        self.total = max(0, total - self.heading.row)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""

    def rows(self) -> Iterator[tuple[int, tuple[Value, ...]]]:
        """(number of the row as a spreadsheet shows it, its values): empty rows are left out, shorter rows are filled up
        with None. A row that reaches beyond the heading keeps what stands there: it is longer than `heading.names`.
        Raises CannotRead where the file itself breaks off or cannot go on.
        """
        width, empty, pending = len(self.heading.names), 0, 0
        for number, cells in self._all_rows():
            if number <= self.heading.row:
                continue
            values = tuple(None if is_blank(value) else value for value in cells)
            if all(value is None for value in values):
                pending += 1  # counted only once something follows: rows after the end are nobody's business
                continue
            empty, pending = empty + pending, 0
            while len(values) > width and values[-1] is None:
                values = values[:-1]
            yield number, values + (None,) * (width - len(values))
        if empty:
            self.notes.append(
                ngettext("%(count)d empty row was left out.", "%(count)d empty rows were left out.", empty)
                % {"count": empty}
            )


def open_sheet(path: Path, *, name: str = "", sheet: str = "") -> Sheet:
    """Open a file that was called `name`; the sheet called `sheet`, or the first with something in it.

    Raises CannotRead, having changed nothing.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _workbook(path, sheet)
    return _text(path)


def _workbook(path: Path, wanted: str) -> Sheet:
    book = python_calamine.load_workbook(path)
    names = list(book.sheet_names)
    if wanted and wanted not in names:
        raise CannotRead(
            _("There is no sheet “%(sheet)s”; there are: %(sheets)s.") % {"sheet": wanted, "sheets": ", ".join(names)}
        )
    chosen = book.get_sheet_by_name(wanted or names[0])
    merged = [((a + 1, b), (c + 1, d)) for (a, b), (c, d) in chosen.merged_cell_ranges or ()]
    return Sheet(
        all_rows=lambda: enumerate(chosen.iter_rows(), 1), total=chosen.total_height + 1, sheets=names, merged=merged
    )


def _text(path: Path) -> Sheet:
    text, encoding = _decode(path.read_bytes())
    delimiter = max(",;\t|", key=text[:10_000].count)

    def rows() -> Iterator[Row]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            yield from enumerate(reader, 1)
        except csv.Error as error:
            raise CannotRead(_("Line %(line)d: %(why)s.") % {"line": reader.line_num, "why": error}) from None

    return Sheet(all_rows=rows, total=text.count("\n") + 1, notes=[_("Read as %(encoding)s.") % {"encoding": encoding}])


def _decode(content: bytes) -> tuple[str, str]:
    for encoding in ("utf-8-sig", "utf-16", "gb18030"):
        if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise CannotRead(_("The file is written in no encoding that is known. Save it as CSV UTF-8 and load it again."))
