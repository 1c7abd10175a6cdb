"""Tables as text: CSV in whatever encoding and with whatever between the cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from jingming.base.cells import FORMULA

from .rules import LIMITS, MEGABYTE
from .sentences import CannotRead, beyond, empty_file
from .source import Row, Source

SAMPLE = 64 * 1024
LONGEST_LINE = MEGABYTE  # characters; a thousand full cells are shorter
BETWEEN = (",", ";", "\t", "|")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SHOWN = {"gb18030": "GBK", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32": "UTF-32"}
END_OF_FILE = "\x1a"  # what DOS wrote at the end


@dataclass(frozen=True)
class Writing:
    """How a text is written: its encoding, and how many lines it has."""

    encoding: str
    lines: int


def open_text(path: Path) -> Source:
    """A table whose cells are all text. Raises CannotRead."""
    writing = writing_of(path)
    with path.open(encoding=writing.encoding, newline="") as file:
        sample = file.read(SAMPLE)
    if not sample.strip():
        raise empty_file()
    between, told = _delimiter(sample)
    notes = []
    if writing.encoding in SHOWN:
        notes.append(_("Read as %(encoding)s.") % {"encoding": SHOWN[writing.encoding]})
    if between != ",":
        name = {";": _("semicolons"), "\t": _("tabs"), "|": _("bars")}.get(between, between)
        notes.append(_("The columns are divided by %(what)s.") % {"what": name})
    return Source(
        rows=lambda: _rows(path, writing.encoding, between, skip_first=told),
        total=writing.lines,
        notes=notes,
        may_shift=True,
    )


def writing_of(path: Path) -> Writing:
    """The encoding in which all of the file can be read. Raises CannotRead where there is none."""
    with path.open("rb") as file:
        start = file.read(SAMPLE)
    marked = next((encoding for mark, encoding in MARKS if start.startswith(mark)), "") or _unmarked_utf16(start)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            return Writing(encoding, _count_lines(path, encoding))
        except UnicodeError:
            if not marked:
                _check_lines(path)
    raise _unreadable()


def _unmarked_utf16(start: bytes) -> str:
    """UTF-16 without its mark: every second byte of commas, digits and line ends is zero, and no other."""
    places = {place % 2 for place, byte in enumerate(start[:4096]) if byte == 0}
    if len(places) != 1:
        return ""
    encoding = "utf-16-le" if places == {1} else "utf-16-be"
    text = start[:4096].decode(encoding, "replace")
    return encoding if "\ufffd" not in text[:-1] and any(mark in text for mark in "\r\n,;\t") else ""


def _count_lines(path: Path, encoding: str) -> int:
    """Decode all; the number of lines. Raises UnicodeError, and CannotRead for the character NUL."""
    decode = codecs.getincrementaldecoder(encoding)("strict").decode
    lines, last = 1, "\n"
    with path.open("rb") as file:
        while piece := file.read(MEGABYTE):
            text = decode(piece)
            if "\0" in text:
                line = lines + text[: text.index("\0")].count("\n")
                raise CannotRead(
                    _("Line %(line)d holds the character NUL: the file is damaged, or is no text. Save the table as "
                      ".xlsx and load that.")
                    % {"line": line}
                )  # fmt: skip
            lines += text.count("\n") or text.count("\r")
            last = text[-1:]
        decode(b"", True)
    return lines - (last in {"\n", "\r"})


def _check_lines(path: Path) -> None:
    """What is not UTF-8 as a whole is GBK as a whole. Raises CannotRead for a file with lines in both, of which some
    would be read as nonsense, or with a line in neither."""
    first: dict[str, int] = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.isascii():
                continue
            kind = next((encoding for encoding in ("utf-8", "gb18030") if not _fails(line, encoding)), "")
            if not kind:
                raise CannotRead(
                    _("Line %(line)d is written neither in UTF-8 nor in GBK. Save the table as CSV UTF-8 or as .xlsx.")
                    % {"line": number}
                )
            if kind == "gb18030" or _is_surely_utf8(line):
                first.setdefault(kind, number)
    if len(first) > 1:
        raise CannotRead(
            _("Line %(utf)d is written in UTF-8, line %(gbk)d in GBK. Save all in one encoding, best as CSV UTF-8.")
            % {"utf": first["utf-8"], "gbk": first["gb18030"]}
        )


def _is_surely_utf8(line: bytes) -> bool:
    """One or two characters in GBK happen to be valid UTF-8, as a famous company's name is; more do not."""
    return sum(not character.isascii() for character in line.decode("utf-8")) > 2


def _unreadable() -> CannotRead:
    return CannotRead(_("The file is written in no known encoding. Save the table as CSV UTF-8 or as .xlsx."))


def _fails(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeError:
        return True
    return False


def _delimiter(sample: str) -> tuple[str, bool]:
    """What divides the cells, and whether the first line is there only to say so, as Excel writes it."""
    first = sample.split("\n", 1)[0].strip()
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], True
    lines = sample.splitlines(keepends=True)[:60]
    scores = {}
    for between in BETWEEN:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=between) if len(row) > 1)
        except csv.Error:  # a cell without end: `_rows` says where
            continue
        if widths:
            width, rows = max(widths.items(), key=lambda item: (item[1], item[0]))
            scores[between] = (rows, width)
    return max(scores, key=lambda between: scores[between], default=","), False


def _rows(path: Path, encoding: str, between: str, *, skip_first: bool) -> Iterator[Row]:
    csv.field_size_limit(LIMITS["characters"].most)
    with path.open(encoding=encoding, newline="") as file:
        if skip_first:
            file.readline(LONGEST_LINE)
        reader = csv.reader(_lines(file), delimiter=between, strict=True)
        begins = 1
        try:
            for number, cells in enumerate(reader, 1):  # the refusal below names it
                if len(cells) > LIMITS["columns"].most and any(cells[LIMITS["columns"].most :]):
                    raise beyond("columns", row=number, letter=f"+{len(cells)}")
                if number > LIMITS["rows"].most:
                    raise beyond("rows")
                yield number, [_tamed_back(cell) if cell[:1] in {"'", "="} else cell or None for cell in cells]
                begins = reader.line_num + 1
        except csv.Error:
            raise CannotRead(
                _("The row that begins in line %(line)d cannot be read: a quotation mark is not closed or has text "
                  "behind it, or a cell has more than %(most)d characters. Write a quotation mark inside a cell twice.")
                % {"line": begins + skip_first, "most": LIMITS["characters"].most}
            ) from None  # fmt: skip


def _lines(file: io.TextIOBase) -> Iterator[str]:
    number, line = 0, file.readline(LONGEST_LINE)
    while line:
        number += 1
        if len(line) == LONGEST_LINE:
            raise CannotRead(
                _("Line %(line)d never ends: the file is damaged, or is no table. Save it as .xlsx and load that.")
                % {"line": number}
            )
        following = file.readline(LONGEST_LINE)
        if following or line.strip(f"{END_OF_FILE}\r\n") or END_OF_FILE not in line:
            yield line
        line = following


def _tamed_back(cell: str) -> str:
    """Take away what protects a cell from programs: the apostrophe before a formula, ="00123" around a number."""
    if cell[0] == "'":
        return cell[1:] if FORMULA.match(cell) else cell
    if len(cell) > 3 and cell[1] == cell[-1] == '"' and '"' not in cell[2:-1]:
        return cell[2:-1]
    return cell
