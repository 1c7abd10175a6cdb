"""Which row of a sheet holds the names of its columns, and what the columns are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jingming.customers.rules import one_line

from .source import Row, Span
from .values import Value, is_blank, letter

SAMPLE = 60  # rows among which a heading is looked for: letterheads are long, but not longer
LONGEST_NAME = 100
YEARS = range(1900, 2200)  # a column may be called 2026
FIGURE = re.compile(r"[\d\s.,:/+%¥￥$()（）年月日时分秒-]+")


@dataclass(frozen=True)
class Heading:
    """The row of the file, counted from 1, in which the column names stand (the lower one of two), and the names."""

    row: int
    names: tuple[str, ...]


def find_heading(
    sample: Sequence[Row], merged: Sequence[Span] = (), *, may_shift: bool = False
) -> tuple[Heading, list[str]] | None:
    """The heading among the first rows and what is strange about it, in sentences; None if no row can be one."""
    width = max((_filled(row) for _number, row in sample), default=0)
    for place, (number, row) in enumerate(sample):
        if not _can_be(row) or 2 * _filled(row) <= width:
            continue
        above = sample[place - 1][1] if place else ()
        below_number, below = sample[place + 1] if place + 1 < len(sample) else (0, ())
        groups = _groups(above) if _can_be(above) else []
        if below_number == number + 1 and _is_group(row, below, wide=_wide(merged, number)):
            number, row, groups = below_number, _united(row, below), _groups(row)  # noqa: PLW2901  # two rows are one
        number = max([number, *_reaching_down(sample, merged, number)])  # noqa: PLW2901
        under = [cells for row_number, cells in sample if row_number > number]
        names, notes = _named(row, groups, under, may_shift=may_shift)
        return Heading(number, names), notes
    return None


def _reaching_down(sample: Sequence[Row], merged: Sequence[Span], row: int) -> list[int]:
    """Rows below into which names are merged, if nothing else stands there."""
    filled = {number for number, cells in sample if _filled(cells)}
    return [
        last[0]
        for first, last in merged
        if first[0] == row < last[0] and not any(number in filled for number in range(row + 1, last[0] + 1))
    ]


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


def _is_group(row: Sequence[Value], below: Sequence[Value], *, wide: bool) -> bool:
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


def _named(
    row: Sequence[Value], groups: Sequence[str], under: Sequence[Sequence[Value]], *, may_shift: bool
) -> tuple[tuple[str, ...], list[str]]:
    """A name for each column, no two alike, and what is strange about them."""
    names = [_name(value) for value in row]
    reach = [_reach(cells) for cells in under]
    if may_shift:  # a row longer than most has a divider too many
        reach = sorted(reach)[: len(reach) // 2]
    width = max([_reach(row), *reach])
    names = (names + [""] * width)[:width]
    twice = {name for name, count in Counter(names).items() if name and count > 1}
    notes = []
    seen: Counter[str] = Counter()
    for place, name in enumerate(names):
        if not name:
            names[place] = f"[{letter(place)}]"
            if any(place < len(cells) and not is_blank(cells[place]) for cells in under):
                notes.append(_("Column %(letter)s has no name.") % {"letter": letter(place)})
            continue
        if name in twice and place < len(groups) and groups[place] not in {"", name}:
            names[place] = name = f"{groups[place]} {name}"  # noqa: PLW2901  # counted under its full name
        seen[name] += 1
        if seen[name] > 1:
            names[place] = f"{name} ({seen[name]})"
            notes.append(
                _("Two columns are called “%(name)s”; the one in column %(letter)s is read as “%(new)s”.")
                % {"name": name, "letter": letter(place), "new": names[place]}
            )
    return tuple(names), notes


def _reach(row: Sequence[Value]) -> int:
    return max((place + 1 for place, value in enumerate(row) if not is_blank(value)), default=0)
