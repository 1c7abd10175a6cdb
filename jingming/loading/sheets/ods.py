"""Workbooks of LibreOffice (.ods), streamed. One part holds all sheets, with repeated rows and cells written once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from .markup import Attributes, Markup, elements, plain
from .packed import Archive
from .rules import EXCEL_ROWS, LIMITS
from .sentences import beyond, damaged, empty_file, error_cell, hidden_rows, locked, no_such_sheet, notes_on_sheets
from .source import Row, Source, Span
from .values import Value, letter, tidy

CONTENT = "content.xml"
HIDDEN = {"collapse", "filter"}


@dataclass
class Found:
    """A sheet, as the first look finds it."""

    name: str
    hidden: bool
    rows: int = 0
    filled: bool = False
    hidden_rows: int = 0
    merged: list[Span] = field(default_factory=list)


def open_ods(archive: Archive, wanted: str) -> Source:
    """The sheet called `wanted`, or the first visible one with something in it. Raises CannotRead."""
    if any(name == "encryption-data" for name, _attributes in elements(archive.pieces("META-INF/manifest.xml"))):
        raise locked()
    look = _Reader(only=-1)
    for _piece in Markup(look.start, look.end, look.text).feed(archive.pieces(CONTENT)):
        look.ready.clear()
    place = _choose(look.sheets, wanted)
    chosen = look.sheets[place]
    notes = notes_on_sheets(chosen.name, {sheet.name: sheet.hidden for sheet in look.sheets})
    if chosen.hidden_rows:
        notes.append(hidden_rows(chosen.hidden_rows))
    return Source(
        rows=lambda: _rows(archive, place),
        total=chosen.rows,
        notes=notes,
        sheets=[sheet.name for sheet in look.sheets],
        epoch_1904=look.epoch_1904,
        merged=chosen.merged,
        close=archive.close,
    )


def _choose(sheets: list[Found], wanted: str) -> int:
    if wanted:
        for place, sheet in enumerate(sheets):
            if sheet.name == wanted:
                return place
        raise no_such_sheet(wanted, [sheet.name for sheet in sheets])
    filled = [place for place, sheet in enumerate(sheets) if sheet.filled]
    if not filled:
        raise empty_file()
    return min(filled, key=lambda place: (sheets[place].hidden, place))


def _rows(archive: Archive, place: int) -> Iterator[Row]:
    reader = _Reader(only=place)
    for _piece in Markup(reader.start, reader.end, reader.text).feed(archive.pieces(CONTENT)):
        for number, cells, repeated in reader.ready:
            for further in range(repeated):
                yield number + further, cells
        reader.ready.clear()
        if len(reader.sheets) > place + 1:
            return


class _Reader:
    """Hears of the elements of the content; `ready` are rows with something in them: number, cells, how often."""

    def __init__(self, *, only: int) -> None:
        self.ready: list[tuple[int, list[Value], int]] = []
        self.sheets: list[Found] = []
        self.epoch_1904 = False
        self._only = only
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._row = 0
        self._repeated = 1
        self._cells: list[Value] = []
        self._blank = 0  # empty cells, of which it is not known yet whether something follows
        self._attributes: Attributes = {}
        self._paragraphs: list[str] = []
        self._apart = 0  # inside a remark, which is no part of the cell
        self._in_cell = self._in_paragraph = self._is_hidden = self._error = False

    def start(self, name: str, attributes: Attributes) -> None:
        begin = BEGIN.get(plain(name))
        if begin:
            begin(self, attributes)

    def begin_cell(self, attributes: Attributes) -> None:
        if not self.sheets:
            raise damaged()
        self._attributes = _plainly(attributes)
        self._error = any(key.startswith("calcext:") and value == "error" for key, value in attributes.items())
        self._paragraphs = []
        self._in_cell = True

    def begin_row(self, attributes: Attributes) -> None:
        if not self.sheets:
            raise damaged()
        given = _plainly(attributes)
        self._row += 1
        self._repeated = _count(given.get("number-rows-repeated", "1"))
        self._cells, self._blank = [], 0
        self._is_hidden = given.get("visibility") in HIDDEN

    def begin_table(self, attributes: Attributes) -> None:
        given = _plainly(attributes)
        self.sheets.append(Found(given.get("name", ""), given.get("style-name", "") in self._hidden_styles))
        self._row = 0

    def begin_paragraph(self, attributes: Attributes) -> None:
        if self._in_cell and not self._apart:
            self._paragraphs.append("")
            self._in_paragraph = True

    def begin_remark(self, attributes: Attributes) -> None:
        self._apart += 1

    def spaces(self, attributes: Attributes) -> None:
        self.text(" " * min(_count(_plainly(attributes).get("c", "1")), LIMITS["characters"].most))

    def style(self, attributes: Attributes) -> None:
        self._style = _plainly(attributes).get("name", "")

    def properties(self, attributes: Attributes) -> None:
        if _plainly(attributes).get("display") == "false":
            self._hidden_styles.add(self._style)

    def null_date(self, attributes: Attributes) -> None:
        self.epoch_1904 = _plainly(attributes).get("date-value", "").startswith("1904")

    def text(self, text: str) -> None:
        if self._in_paragraph and not self._apart:
            self._paragraphs[-1] += text
            if len(self._paragraphs[-1]) > LIMITS["characters"].most:
                raise beyond("characters", row=self._row)

    def end(self, name: str) -> None:
        match plain(name):
            case "table-cell" | "covered-table-cell":
                self._end_cell()
                self._in_cell = False
            case "table-row":
                self._end_row()
            case "p":
                self._in_paragraph = False
            case "annotation":
                self._apart -= 1

    def _end_row(self) -> None:
        sheet = self.sheets[-1]
        if self._cells:
            if self._row + self._repeated - 1 > EXCEL_ROWS:
                raise beyond("rows")
            sheet.filled = True
            sheet.rows = self._row + self._repeated - 1
            sheet.hidden_rows += self._repeated if self._is_hidden else 0
            if self._only == len(self.sheets) - 1:
                self.ready.append((self._row, self._cells, self._repeated))
        self._row += self._repeated - 1

    def _end_cell(self) -> None:
        count = _count(self._attributes.get("number-columns-repeated", "1"))
        value = self._value()
        if value is None:
            self._blank += count
            return
        place = len(self._cells) + self._blank
        if place + count > LIMITS["columns"].most:
            raise beyond("columns", row=self._row, letter=letter(min(place + count, 16_384) - 1))
        high = _count(self._attributes.get("number-rows-spanned", "1"))
        wide = _count(self._attributes.get("number-columns-spanned", "1"))
        if high > 1 or wide > 1:
            self.sheets[-1].merged.append(((self._row, place), (self._row + high - 1, place + wide - 1)))
            if len(self.sheets[-1].merged) > LIMITS["merged"].most:
                raise beyond("merged")
        self._cells += [None] * self._blank + [value] * count
        self._blank = 0

    def _value(self) -> Value:
        given = self._attributes
        text = "\n".join(self._paragraphs)
        if self._error:
            cell = f"{letter(len(self._cells) + self._blank)}{self._row}"
            return error_cell(cell, text[:20])
        match given.get("value-type"):
            case "float" | "percentage" | "currency":
                try:
                    return tidy(float(given.get("value", "")))
                except ValueError:
                    raise damaged() from None
            case "date":
                return _moment(given.get("date-value", ""), text)
            case "boolean":
                return given.get("boolean-value") == "true"
            case None:
                return None
            case _:
                return given.get("string-value", text) or None


BEGIN: dict[str, Callable[[_Reader, Attributes], None]] = {
    "table-cell": _Reader.begin_cell,
    "covered-table-cell": _Reader.begin_cell,
    "table-row": _Reader.begin_row,
    "table": _Reader.begin_table,
    "p": _Reader.begin_paragraph,
    "annotation": _Reader.begin_remark,
    "s": _Reader.spaces,
    "tab": lambda reader, _attributes: reader.text("\t"),
    "line-break": lambda reader, _attributes: reader.text("\n"),
    "style": _Reader.style,
    "table-properties": _Reader.properties,
    "null-date": _Reader.null_date,
}


def _plainly(attributes: Attributes) -> Attributes:
    return {plain(key): value for key, value in attributes.items()}


def _moment(given: str, text: str) -> Value:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return text or given or None
    return moment if "T" in given else moment.date()


def _count(text: str) -> int:
    if not text.isdigit() or len(text) > 9:
        raise damaged()
    return int(text)
