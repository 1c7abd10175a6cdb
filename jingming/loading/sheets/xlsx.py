"""Workbooks of Excel, LibreOffice and WPS (.xlsx, .xlsm), read row by row.

The sheet is streamed: memory holds its texts once and a few hundred rows. So a million rows need little more than a
thousand, a cell that shows an error is told from an empty one, and a sheet with one stray cell in its last corner is
not billions of cells: readers that take a whole sheet into memory give none of this.
"""

from __future__ import annotations

import posixpath
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from .days import BUILT_IN, from_serial, is_date_format
from .markup import Attributes, Markup, elements, plain
from .packed import Archive
from .rules import EXCEL_ROWS, LIMITS, MEGABYTE
from .sentences import beyond, damaged, empty_file, error_cell, hidden_rows, no_such_sheet, notes_on_sheets
from .source import Row, Source, Span
from .values import Fault, Value, letter, tidy

HIDDEN = re.compile(rb"<(?:\w+:)?row\b[^<>]*\shidden=[\"'](?:1|true)")
HIDDEN_COLUMNS = re.compile(rb"<(?:\w+:)?col\b([^<>]*\shidden=[\"'](?:1|true)[^<>]*)")
FIRST_LAST = re.compile(rb"\s(min|max)=[\"'](\d{1,5})[\"']")
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^<>]*\sref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
ROW = re.compile(rb"<(?:\w+:)?row[\s>]")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
DIGITS = "0123456789"
REMEMBERED = 50_000  # days and columns that are worked out once


@dataclass(frozen=True)
class SheetPart:
    """A sheet of a workbook: its name, whether it is hidden, and where it lies in the archive."""

    name: str
    hidden: bool
    part: str


@dataclass
class Survey:
    """What a first look over the whole sheet finds, before any row is given to anybody."""

    rows: int = 0
    hidden_rows: int = 0
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Span] = field(default_factory=list)


def open_xlsx(archive: Archive, wanted: str) -> Source:
    """The sheet called `wanted`, or the first with something in it. Raises CannotRead."""
    book = Book(archive)
    chosen = book.choose(wanted)
    survey = survey_of(archive, chosen.part)
    notes = [*book.notes_on(chosen), *_notes(survey)]
    return Source(
        rows=lambda: book.rows(chosen.part),
        total=survey.rows,
        notes=notes,
        sheets=[sheet.name for sheet in book.sheets],
        epoch_1904=book.epoch_1904,
        merged=survey.merged,
        close=archive.close,
    )


class Book:
    """What all sheets of a workbook share."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        main = self._main()
        related = _related(archive, main)
        self.epoch_1904 = False
        self.sheets: list[SheetPart] = []
        for name, attributes in elements(archive.pieces(main)):
            if name == "workbookPr":
                self.epoch_1904 = attributes.get("date1904") in {"1", "true", "on"}
            elif name == "sheet" and (target := related["id"].get(attributes.get("id", ""), "")):
                hidden = attributes.get("state", "visible") != "visible"
                self.sheets.append(SheetPart(attributes.get("name", ""), hidden, target))
        self.sheets = [sheet for sheet in self.sheets if sheet.part in archive.parts and "chartsheet" not in sheet.part]
        self._strings_part = related["type"].get("sharedStrings", "")
        self._strings: Strings | None = None
        styles = related["type"].get("styles", "")
        self._dates = _date_styles(archive, styles) if styles in archive.parts else []

    def _main(self) -> str:
        if "_rels/.rels" in self._archive.parts:
            return _related(self._archive, "")["type"].get("officeDocument", "xl/workbook.xml")
        return "xl/workbook.xml"

    def choose(self, wanted: str) -> SheetPart:
        """The sheet of that name, else the first visible one with something in it, else the first hidden one."""
        names = [sheet.name for sheet in self.sheets]
        if wanted:
            for sheet in self.sheets:
                if sheet.name == wanted:
                    return sheet
            raise no_such_sheet(wanted, names)
        for sheet in sorted(self.sheets, key=lambda sheet: sheet.hidden):
            if next(self.rows(sheet.part), None) is not None:
                return sheet
        raise empty_file()

    def notes_on(self, chosen: SheetPart) -> list[str]:
        return notes_on_sheets(chosen.name, {sheet.name: sheet.hidden for sheet in self.sheets})

    def rows(self, part: str) -> Iterator[Row]:
        """All rows with something in them."""
        if self._strings is None:
            self._strings = Strings(self._archive, self._strings_part)
        reader = _SheetReader(self._strings, self._dates, epoch_1904=self.epoch_1904)
        markup = Markup(reader.start, reader.end, reader.texts.append)
        for _piece in markup.feed(self._archive.pieces(part)):
            ready, reader.ready = reader.ready, []
            yield from ready
            if not reader.collecting:
                reader.texts.clear()  # white space between elements
            elif _length(reader.texts) > LIMITS["characters"].most:
                raise beyond("characters", row=reader.row)


def _notes(survey: Survey) -> list[str]:
    notes = []
    if survey.hidden_rows:
        notes.append(hidden_rows(survey.hidden_rows))
    if survey.hidden_columns:
        columns = [
            letter(first) if first == last else f"{letter(first)}–{letter(last)}"
            for first, last in survey.hidden_columns
        ]
        notes.append(_("Hidden columns are read too: %(columns)s.") % {"columns": ", ".join(columns)})
    return notes


def _related(archive: Archive, part: str) -> dict[str, dict[str, str]]:
    """The parts that a part names, by their id and by the last word of their type."""
    folder, name = posixpath.split(part)
    by: dict[str, dict[str, str]] = {"id": {}, "type": {}}
    for element, attributes in elements(archive.pieces(posixpath.join(folder, "_rels", f"{name}.rels"))):
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            by["id"][attributes.get("Id", "")] = target
            by["type"].setdefault(attributes.get("Type", "").rpartition("/")[2], target)
    return by


def _date_styles(archive: Archive, part: str) -> list[bool]:
    """For each style of a cell, whether it shows a number as a date."""
    patterns: dict[str, str] = {}
    styles: list[bool] = []
    inside = False
    for name, attributes in elements(archive.pieces(part)):
        if name == "numFmt":
            patterns[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name in {"cellStyleXfs", "cellXfs", "cellStyles", "dxfs"}:
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            number = attributes.get("numFmtId", "0")
            known = patterns.get(number)
            styles.append(is_date_format(known) if known is not None else number.isdigit() and int(number) in BUILT_IN)
    return styles


def survey_of(archive: Archive, part: str) -> Survey:
    """Look over the bytes of the sheet once: whether the part is whole, how many rows, what is hidden and merged."""
    survey, rest = Survey(), b""
    for piece in archive.pieces(part):
        look = rest + piece
        cut = look.rfind(b"<")
        if cut < 0 or len(look) - cut > MEGABYTE:
            raise damaged()
        _look(look[:cut], survey)
        rest = look[cut:]
    _look(rest, survey)
    return survey


def _look(content: bytes, survey: Survey) -> None:
    survey.rows += content.count(b"<row ") or len(ROW.findall(content))
    if b" hidden=" in content:
        survey.hidden_rows += len(HIDDEN.findall(content))
        for found in HIDDEN_COLUMNS.findall(content):
            ends = {name: int(value) - 1 for name, value in FIRST_LAST.findall(found)}
            if ends.keys() == {b"min", b"max"} and ends[b"min"] < LIMITS["columns"].most:
                survey.hidden_columns.append((ends[b"min"], ends[b"max"]))
    if b"mergeCell" in content:
        for left, top, right, bottom in MERGED.findall(content):
            survey.merged.append(((int(top), column(left.decode())), (int(bottom), column(right.decode()))))
            if len(survey.merged) > LIMITS["merged"].most:
                raise beyond("merged")


def column(letters: str) -> int:
    """The number of a column, counted from 0."""
    number = 0
    for character in letters:
        number = number * 26 + ord(character) - ord("A") + 1
    return number - 1


class Strings:
    """The texts of a workbook, each once, in one stretch of memory."""

    def __init__(self, archive: Archive, part: str) -> None:
        self._all = bytearray()
        self._ends = array("Q", [0])
        self._texts: list[str] = []
        self._kept: list[str] = []
        self._apart = 0  # inside the reading aid of a text, which is no part of it
        if part in archive.parts:
            if archive.parts[part].file_size > LIMITS["strings"].most:
                raise beyond("strings")
            for _piece in Markup(self._start, self._end, self._texts.append).feed(archive.pieces(part)):
                if _length(self._texts) > LIMITS["characters"].most:
                    raise damaged()

    def __getitem__(self, number: int) -> str:
        return self._all[self._ends[number] : self._ends[number + 1]].decode("utf-8", "replace")

    def __len__(self) -> int:
        return len(self._ends) - 1

    def _start(self, name: str, attributes: Attributes) -> None:
        match plain(name):
            case "rPh":
                self._apart += 1
            case "si":
                self._kept = []
        self._texts.clear()

    def _end(self, name: str) -> None:
        match plain(name):
            case "t" if not self._apart:
                self._kept += self._texts
            case "rPh":
                self._apart -= 1
            case "si":
                self._all += unescaped("".join(self._kept)).encode("utf-8", "replace")
                self._ends.append(len(self._all))
        self._texts.clear()


def _length(texts: list[str]) -> int:
    """How long a text is that goes on beyond a piece of the file: no cell holds so much, and memory is not endless."""
    return sum(map(len, texts))


def unescaped(text: str) -> str:
    """Characters that XML cannot hold are written as _x000D_."""
    if "_x" not in text:
        return text
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


class _SheetReader:
    """Hears of the elements of a sheet and puts rows together; `ready` are those that are whole.

    Called for every element, millions of times: it looks up and decides little.
    """

    def __init__(self, strings: Strings, dates: list[bool], *, epoch_1904: bool) -> None:
        self.ready: list[Row] = []
        self.texts: list[str] = []
        self.collecting = False
        self._strings, self._epoch_1904 = strings, epoch_1904
        self._dates = {str(style) for style, is_date in enumerate(dates) if is_date}
        self._names: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        self._days: dict[str, Value] = {}
        self.row = self._last = 0
        self._cells: list[Value] = []
        self._kind = self._style = ""
        self._column = -1
        self._text: str | None = None
        self._has_formula = False
        self._apart = 0

    def start(self, name: str, attributes: Attributes) -> None:
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = plain(name)
        if known == "c":
            place = attributes.get("r")
            if place is None:
                self._column += 1
            else:
                letters = place.rstrip(DIGITS)
                found = self._columns.get(letters)
                self._column = self._new_column(letters) if found is None else found
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._text = None
            self._has_formula = False
        elif known in {"v", "t"}:
            self.texts.clear()
            self.collecting = True
        elif known == "f":
            self._has_formula = True
        elif known == "row":
            self._begin_row(attributes.get("r"))
        elif known == "rPh":
            self._apart += 1

    def end(self, name: str) -> None:
        known = self._names[name]
        if known == "v":
            self._text = self.texts[0] if len(self.texts) == 1 else "".join(self.texts)
            self.collecting = False
        elif known == "c":
            if self._text is not None or self._has_formula:
                self._put(self._value())
        elif known == "t":
            if not self._apart:
                self._text = (self._text or "") + "".join(self.texts)
            self.collecting = False
        elif known == "row":
            if self._cells:
                self.ready.append((self.row, self._cells))
        elif known == "rPh":
            self._apart -= 1

    def _new_column(self, letters: str) -> int:
        if not (letters.isascii() and letters.isalpha() and letters.isupper() and len(letters) <= 3):
            raise damaged()
        self._columns[letters] = found = column(letters)
        return found

    def _begin_row(self, number: str | None) -> None:
        self.row = int(number) if number and number.isdigit() else self.row + 1
        if not self._last < self.row <= EXCEL_ROWS:
            raise damaged()
        self._last = self.row
        self._cells = []
        self._column = -1

    def _put(self, value: Value) -> None:
        place, cells = self._column, self._cells
        missing = place - len(cells)
        if missing == 0:
            cells.append(value)
        elif missing > 0:
            if place >= LIMITS["columns"].most:
                raise beyond("columns", row=self.row, letter=letter(place))
            cells.extend([None] * missing)
            cells.append(value)
        else:
            cells[place] = value

    def _value(self) -> Value:
        """What the cell holds, by its kind."""
        text, kind = self._text, self._kind
        if kind == "s":
            return self._shared(text)
        if kind == "n":
            return self._number(text)
        if kind in {"inlineStr", "str"}:
            return unescaped(text or "")
        if kind == "b":
            return text in {"1", "true"}
        if kind == "e":
            return error_cell(self._place(), (text or "")[:20])
        if kind == "d":
            return _iso(text or "")
        raise damaged()

    def _shared(self, text: str | None) -> str:
        if text is None or not text.isdigit() or int(text) >= len(self._strings):
            raise damaged()
        return self._strings[int(text)]

    def _number(self, text: str | None) -> Value:
        if not text or text.isspace():
            if not self._has_formula:
                return None
            return Fault(
                "=",
                _("Cell %(cell)s holds a formula without its result. Open the file in Excel, save it and load that.")
                % {"cell": self._place()},
            )
        if self._style in self._dates:
            day = self._days.get(text)
            if day is None:
                day = from_serial(_figure(text), epoch_1904=self._epoch_1904)
                if len(self._days) < REMEMBERED:
                    self._days[text] = day
            return day
        if text.isdigit() and len(text) <= 15:
            return int(text)
        return tidy(_figure(text))

    def _place(self) -> str:
        return f"{letter(self._column)}{self.row}"


def _figure(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise damaged() from None


def _iso(text: str) -> date | datetime | str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment if "T" in text else moment.date()
