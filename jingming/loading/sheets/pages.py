"""Tables in web pages, which many systems hand out under the name .xls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.utils.translation import gettext as _

from .rules import LIMITS, MEGABYTE
from .sentences import CannotRead, beyond
from .source import Row, Source
from .texts import writing_of
from .values import Value, letter

CELLS = {"td", "th"}
BREAKS = {"br", "p", "div"}
WHITE = re.compile(r"[ \t\r\n\f]+")


def open_page(path: Path) -> Source:
    """The first table of a page. Raises CannotRead."""
    encoding = writing_of(path).encoding
    total = sum(1 for _row in _rows(path, encoding))
    if not total:
        raise CannotRead(_("The file is a web page without a table. Ask for the table itself, as .xlsx or CSV."))
    return Source(
        rows=lambda: _rows(path, encoding), total=total, notes=[_("The file is a web page; its table was read.")]
    )


def _rows(path: Path, encoding: str) -> Iterator[Row]:
    table = _Table()
    with path.open(encoding=encoding, newline="") as file:
        while not table.over and (piece := file.read(MEGABYTE // 4)):
            table.feed(piece)
            ready, table.ready = table.ready, []
            yield from ready
    table.close()
    yield from table.ready


class _Table(HTMLParser):
    """Hears of the elements of a page and puts the rows of its first table together."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ready: list[Row] = []
        self.over = False
        self._depth = self._number = 0
        self._cells: list[Value] = []
        self._texts: list[str] | None = None
        self._below: dict[int, tuple[int, str]] = {}  # column → (rows that a cell above still covers, its text)
        self._spans = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._depth += 1
            if self._depth > 1 and not self.over:
                raise CannotRead(
                    _("Row %(row)d holds a table in the table. Open the file in Excel, save it as .xlsx and load that.")
                    % {"row": self._number}
                )
        elif not self._depth or self.over:
            return
        elif tag == "tr":
            self._end_row()
            self._number += 1
        elif tag in CELLS:
            self._end_cell()
            given = dict(attrs)
            self._texts, self._spans = [], (_span(given.get("colspan")), _span(given.get("rowspan")))
        elif tag in BREAKS and self._texts:
            self._texts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in CELLS:
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table" and self._depth:
            self._end_row()
            self._depth -= 1
            self.over = self.over or self._number > 1  # a first table of one row is the letterhead

    def handle_data(self, data: str) -> None:
        if self._texts is not None:
            self._texts.append(WHITE.sub(" ", data))

    def _end_cell(self) -> None:
        if self._texts is None:
            return
        text = "\n".join(line.strip(" ") for line in "".join(self._texts).split("\n")).strip("\n")
        self._cover()
        wide, high = self._spans
        if len(self._cells) + wide > LIMITS["columns"].most:
            raise beyond("columns", row=self._number, letter=letter(len(self._cells) + wide))
        if high > 1:
            self._below[len(self._cells)] = (high - 1, text)
        self._cells += [text or None, *[None] * (wide - 1)]
        self._texts = None

    def _cover(self) -> None:
        """Columns that a cell above reaches into hold what it holds."""
        while (covered := self._below.pop(place := len(self._cells), None)) is not None:
            rows, text = covered
            if rows > 1:
                self._below[place] = (rows - 1, text)
            self._cells.append(text or None)

    def _end_row(self) -> None:
        self._end_cell()
        if self._cells:
            self._cover()
            self.ready.append((self._number, self._cells))
        self._cells = []


def _span(text: str | None) -> int:
    return min(int(text), LIMITS["columns"].most + 1) if text and text.isdigit() and int(text) else 1
