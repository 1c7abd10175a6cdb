"""What people load: each file is read right, or refused with the place and the way out."""

from __future__ import annotations

import pytest

from jingming.base.errors import Unfit
from jingming.loading.sheets.reading import CannotRead, Fault, open_sheet

from .worst.outcomes import Bad, Case, Loads
from .worst.table import CASES


@pytest.mark.parametrize("case", CASES, ids=[case.what for case in CASES])
def test_the_worst_spreadsheets(case: Case, tmp_path):
    path = tmp_path / "upload"
    case.build(path)

    if isinstance(case.outcome, Loads):
        assert_loads(case, path)
    else:
        with pytest.raises(CannotRead) as refusal, open_sheet(path, name=case.name, sheet=case.sheet) as sheet:
            list(sheet.rows())
        for words in case.outcome.says:
            assert words in refusal.value.message


def assert_loads(case: Case, path) -> None:
    expected = case.outcome
    with open_sheet(path, name=case.name, sheet=case.sheet) as sheet:
        first, again = list(sheet.rows()), list(sheet.rows())

    assert [(number, [answer_for(expected, sheet.heading.names, place, value) for place, value in enumerate(cells)])
            for number, cells in first] == [
        (number, [*cells, *[None] * (len(sheet.heading.names) - len(cells))]) for number, cells in expected.rows
    ]  # fmt: skip
    assert again == first
    assert (sheet.heading.row, sheet.heading.names) == (expected.heading, expected.names)
    assert sheet.notes == list(expected.notes)
    assert sheet.total >= len(first)


def answer_for(expected: Loads, names, place: int, value):
    """What becomes of the cell: its value, what its reader keeps, or the refusal."""
    reader = expected.readers.get(names[place]) if place < len(names) else None
    if reader is None:
        return Refusal(value.why) if isinstance(value, Fault) else value
    try:
        return reader(value) if value is not None else None
    except Unfit as refusal:
        return Refusal(refusal.message)


class Refusal:
    """A sentence, equal to what was expected if it says it."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bad) and other.says in self.message

    def __hash__(self) -> int:
        return hash(self.message)

    def __repr__(self) -> str:
        return f"Refusal({self.message!r})"


def test_there_are_at_least_forty_of_them():
    assert len({case.what for case in CASES}) == len(CASES) >= 40
