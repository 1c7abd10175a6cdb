"""Cells of CSV that no spreadsheet takes for a formula, whoever wrote the words in them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

# A text that a spreadsheet would take for a formula, whatever stands in front of it: wide signs too, which some narrow.
FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
BYTE_ORDER_MARK = "\ufeff"  # by which spreadsheets know UTF-8


def tame(text: str) -> str:
    """The text with an apostrophe in front where it would become a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def csv_line(cells: Sequence[str]) -> str:
    """One line of CSV with its end, every cell tamed."""
    line = io.StringIO(newline="")
    csv.writer(line).writerow([tame(cell) for cell in cells])
    return line.getvalue()
