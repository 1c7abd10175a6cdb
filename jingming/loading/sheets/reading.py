"""A spreadsheet of any kind as rows of values. `open_sheet` looks what it is, and refuses what it cannot be.

What a file is, its bytes say: half of all .xls files are CSV or web pages. `rules` says what else they may be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingming.audit.marks import is_mark

from .compound import SIGNATURE, Compound
from .headings import SAMPLE, Heading, find_heading
from .ods import open_ods
from .packed import Archive
from .pages import open_page
from .rules import EXCEL_ROWS, IN_ARCHIVE, IN_COMPOUND, LIMITS, NO_TABLE
from .sentences import CannotRead, beyond, damaged, empty_file, locked
from .source import Source
from .texts import open_text
from .values import Fault, Value, is_blank
from .xls import open_xls
from .xlsx import open_xlsx

__all__ = ["CannotRead", "Fault", "Heading", "Sheet", "Value", "open_sheet"]

HEAD = 8192
PAGE = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype html|!--|html|head|meta|body|style|table|div)", re.IGNORECASE)
XML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml", re.IGNORECASE)
ARCHIVE = b"PK\x03\x04"
EMPTY_ARCHIVE = b"PK\x05\x06"


class Sheet:
    """One sheet of a file, made by `open_sheet`; a context manager. It streams and can be read again.

    `heading` names the columns. `total` counts the rows under it, or more. `notes` are sentences about how the file was
    read, complete when `rows` has come to its end. `sheets` are the names of all sheets of a workbook. `epoch_1904`
    says how the file counts days, for numbers that turn out to be days (`cells.as_date`).
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.sheets, self.epoch_1904 = source.sheets, source.epoch_1904
        self.notes = list(source.notes)
        sample = list(islice(source.rows(), SAMPLE))
        found = find_heading(sample, source.merged, may_shift=source.may_shift)
        if found is None:
            raise CannotRead(
                _("No row with the names of the columns was found. Give every column a name in the first row.")
            )
        self.heading, strange = found
        self.notes += strange
        self.total = source.total - sum(number <= self.heading.row for number, _cells in sample)
        if not any(number > self.heading.row for number, _cells in self._filled(count=False)):
            raise CannotRead(
                _("There are no rows under the names of the columns in row %(row)d. Look whether they were saved.")
                % {"row": self.heading.row}
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()

    def rows(self) -> Iterator[tuple[int, tuple[Value, ...]]]:
        """(number of the row as a spreadsheet shows it, its values). Empty rows are left out, shorter rows filled up
        with None, cells merged downwards all hold what the first holds. A row that reaches beyond the heading keeps
        what stands there: it is longer than `heading.names`. What stands in a faulty cell is a `Fault`.

        Raises CannotRead where the file breaks off or cannot go on.
        """
        width = len(self.heading.names)
        for number, cells in self._filled(count=True):
            while len(cells) > width and cells[-1] is None:
                cells.pop()
            yield number, (*cells, *[None] * (width - len(cells)))

    def _filled(self, *, count: bool) -> Iterator[tuple[int, list[Value]]]:
        """Rows under the heading with something in them; at the end notes on the others, if they count."""
        merged = _Merged(self._source, self.heading.row)
        last, found = self.heading.row, 0
        for number, cells in self._source.rows():
            if number > self.heading.row:
                values = [None if value is None or is_blank(value) else value for value in cells]
                if any(value is not None for value in values) and not _is_mark(values):
                    last, found = number, found + 1
                    merged.fill(number, values)
                    yield number, values
        if count:
            self._note_on_left_out(last - self.heading.row - found)
            self._note_on_merged(merged.filled)
            if last == EXCEL_ROWS:
                self._note(_("The last row is the last that Excel can hold: look whether rows behind it were cut off."))

    def _note_on_left_out(self, rows: int) -> None:
        if rows:
            self._note(
                ngettext("%(count)d empty row was left out.", "%(count)d empty rows were left out.", rows)
                % {"count": rows}
            )

    def _note_on_merged(self, cells: int) -> None:
        if cells:
            self._note(
                ngettext(
                    "%(count)d cell is merged with the one above and was read with its value.",
                    "%(count)d cells are merged with the one above and were read with its value.",
                    cells,
                )
                % {"count": cells}
            )

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def _is_mark(values: list[Value]) -> bool:
    """Whether the row is but the mark that an export of ours ends with."""
    return is_mark(values[0]) and not any(value is not None for value in values[1:])


class _Merged:
    """Cells merged downwards, of which a file keeps the value only in the first."""

    def __init__(self, source: Source, heading: int) -> None:
        self.filled = 0
        self._begin: dict[int, list[tuple[int, int]]] = {}
        for (top, left), (bottom, _right) in source.merged:
            if top > heading and bottom > top and left < LIMITS["columns"].most:
                self._begin.setdefault(top, []).append((left, bottom))
        self._open: dict[int, tuple[int, Value]] = {}

    def fill(self, number: int, values: list[Value]) -> None:
        """Give a row the values of cells above that reach into it."""
        if not (self._begin or self._open):
            return
        for column, (bottom, value) in list(self._open.items()):
            if number > bottom:
                del self._open[column]
                continue
            values += [None] * (column + 1 - len(values))
            if values[column] is None:
                values[column] = value
                self.filled += 1
        for column, bottom in self._begin.pop(number, ()):
            if column < len(values) and values[column] is not None:
                self._open[column] = (bottom, values[column])


def open_sheet(path: Path, *, name: str = "", sheet: str = "") -> Sheet:
    """Open a file that was called `name`; the sheet called `sheet`, or the first with something in it.

    Raises CannotRead, having changed nothing, with a sentence that says the way out.
    """
    try:
        source = _source(path, sheet)
    except FileNotFoundError:
        raise CannotRead(_("There is no such file.")) from None
    except OSError as error:
        raise CannotRead(_("The file cannot be opened: %(why)s.") % {"why": error.strerror or error}) from None
    try:
        return Sheet(source)
    except BaseException:
        source.close()
        raise


def _source(path: Path, wanted: str) -> Source:
    if path.stat().st_size > LIMITS["bytes"].most:
        raise beyond("bytes")
    with path.open("rb") as file:
        start = file.read(HEAD)
    if not start.strip():
        raise empty_file()
    for mark, refusal in NO_TABLE:
        if start.startswith(mark):
            raise CannotRead(str(refusal))
    if start.startswith((ARCHIVE, EMPTY_ARCHIVE)):
        return _in_archive(path, wanted)
    if start.startswith(SIGNATURE):
        return _in_compound(path, wanted)
    if PAGE.match(start):
        return open_page(path)
    if XML.match(start):
        raise CannotRead(_("The file is XML. Open it in Excel, save it as .xlsx and load that."))
    if start.startswith(b"MIME-Version:"):
        raise CannotRead(_("The file is a saved web page. Open it in Excel, save it as .xlsx and load that."))
    return open_text(path)


def _in_archive(path: Path, wanted: str) -> Source:
    archive = Archive(path)
    try:
        if archive.is_locked():
            raise locked()
        return _opener(archive)(archive, wanted)
    except BaseException:
        archive.close()
        raise


def _opener(archive: Archive) -> Callable[[Archive, str], Source]:
    """Who reads the archive. Raises CannotRead for what is no workbook."""
    if archive.media_type() == "application/vnd.oasis.opendocument.spreadsheet":
        return open_ods
    names = archive.parts
    for part, kind, refusal in IN_ARCHIVE:
        if part in names or (part.endswith("/") and any(name.startswith(part) for name in names)):
            if kind:
                return open_xlsx
            raise CannotRead(str(refusal))
    raise CannotRead(_("The file is packed. Unpack it and load what is inside."))


def _in_compound(path: Path, wanted: str) -> Source:
    compound = Compound(path)
    for stream, kind, refusal in IN_COMPOUND:
        if stream in compound:
            if kind:
                return open_xls(path, compound, wanted)
            raise CannotRead(str(refusal))
    raise damaged()
