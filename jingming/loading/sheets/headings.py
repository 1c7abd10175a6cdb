"""Which row of a sheet holds the names of its columns, and what the columns are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jingming.customers.rules import one_line

from .values import Value, is_blank, letter

SAMPLE = 60  # rows among which a heading is looked for: letterheads are long, but not longer
LONGEST_NAME = 100
YEARS = range(1900, 2200)  # a column may be called 2026
FIGURE = re.compile(r"[\d\s.,:/+%¥￥$()（）年月日时分秒-]+")

Row = tuple[int, Sequence[Value]]
Span = tuple[tuple[int, int], tuple[int, int]]  # first and last cell of a merged range: (row, column), rows from 1


@dataclass(frozen=True)
class Heading:
    """The row of the file, counted from 1, in which the column names stand (the lower one of two), and the names."""

    row: int
    names: tuple[str, ...]


def find_heading(sample: Sequence[Row], merged: Sequence[Span] = ()) -> tuple[Heading, list[str]] | None:
    """The heading among the first rows and what is strange about it, in sentences; None if no row can be one."""
    width = max((_filled(row) for _number, row in sample), default=0)
    for place, (number, row) in enumerate(sample):
        if not _can_be(row) or 2 * _filled(row) <= width:
            continue
        above = sample[place - 1][1] if place else ()
        below = sample[place + 1][1] if place + 1 < len(sample) else ()
        if _is_group(row, below, _wide(merged, number)):
            return _heading(number + 1, _united(row, below), _groups(row), sample)
        return _heading(number, row, _groups(above) if _can_be(above) else [], sample)
    return None


def _filled(row: Sequence[Value]) -> int:
    return sum(not is_blank(value) for value in row)


def _can_be(row: Sequence[Value]) -> bool:
    """Whether all that stands in the row are names."""
    cells = [value for value in row if not is_blank(value)]
    return bool(cells) and all(_is_name(value) for value in cells)


def _is_name(value: Value) -> bool:
    if isinstance(value, str):
        text = value.strip()
        return len(text) <= LONGEST_NAME and (not FIGURE.fullmatch(text) or (text.isdigit() and int(text) in YEARS))
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value in YEARS


def _wide(merged: Sequence[Span], row: int) -> bool:
    """Whether a cell of the row reaches over several columns, but not into the next row."""
    return any(first[0] == last[0] == row and last[1] > first[1] for first, last in merged)


def _is_group(row: Sequence[Value], below: Sequence[Value], wide: bool) -> bool:
    """Whether the row only groups columns that the next row names: what one leaves empty, the other fills."""
    if not _can_be(below):
        return False
    pairs = [(is_blank(upper), is_blank(lower)) for upper, lower in zip(row, below, strict=False)]
    fills_gaps = any(upper and not lower for upper, lower in pairs)
    leaves_gaps = any(lower and not upper for upper, lower in pairs)
    return fills_gaps and (wide or leaves_gaps)


def _united(row: Sequence[Value], below: Sequence[Value]) -> list[Value]:
    longer = max(len(row), len(below))
    upper = [*row, *[None] * (longer - len(row))]
    lower = [*below, *[None] * (longer - len(below))]
    return [up if is_blank(low) else low for up, low in zip(upper, lower, strict=True)]


def _groups(row: Sequence[Value]) -> list[str]:
    """The name of the group over each column: a name holds until the next."""
    groups: list[str] = []
    for value in row:
        name = _name(value)
        groups.append(name or (groups[-1] if groups else ""))
    return groups


def _name(value: Value) -> str:
    return "" if is_blank(value) else one_line(str(int(value) if isinstance(value, float) else value))


def _heading(
    number: int, row: Sequence[Value], groups: Sequence[str], sample: Sequence[Row]
) -> tuple[Heading, list[str]]:
    notes = []
    names = [_name(value) for value in row]
    under = [cells for row_number, cells in sample if row_number > number]
    width = max((_reach(cells) for cells in (row, *under)), default=0)
    names = (names + [""] * width)[:width]
    twice = {name for name, count in Counter(names).items() if name and count > 1}
    names = [
        f"{groups[place]} {name}" if name in twice and place < len(groups) and groups[place] not in {"", name} else name
        for place, name in enumerate(names)
    ]
    seen: Counter[str] = Counter()
    for place, name in enumerate(names):
        if not name:
            names[place] = f"[{letter(place)}]"
            if any(place < len(cells) and not is_blank(cells[place]) for cells in under):
                notes.append(_("Column %(letter)s has no name.") % {"letter": letter(place)})
            continue
        seen[name] += 1
        if seen[name] > 1:
            names[place] = f"{name} ({seen[name]})"
            notes.append(
                _("Two columns are called “%(name)s”; the one in column %(letter)s is read as “%(new)s”.")
                % {"name": name, "letter": letter(place), "new": names[place]}
            )
    return Heading(number, tuple(names)), notes


def _reach(row: Sequence[Value]) -> int:
    return max((place + 1 for place, value in enumerate(row) if not is_blank(value)), default=0)
