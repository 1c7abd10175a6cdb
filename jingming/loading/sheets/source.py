"""What every kind of file becomes: rows that may be read again and again, and what is known about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from .values import Value

Row = tuple[int, Sequence[Value]]  # the number that a spreadsheet shows beside the row, what stands in its cells
Span = tuple[tuple[int, int], tuple[int, int]]  # first and last cell of a merged range: (row from 1, column from 0)


def _nothing() -> None:
    return None


@dataclass
class Source:
    """A table in a file.

    `rows` begins again at every call. `total` counts the rows, or more. `may_shift` says that a divider
    too many moves all cells behind it, so that a row longer than the others has gone wrong.
    """

    rows: Callable[[], Iterator[Row]]
    total: int
    notes: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    epoch_1904: bool = False
    merged: Sequence[Span] = ()
    may_shift: bool = False
    close: Callable[[], None] = _nothing
