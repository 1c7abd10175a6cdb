"""What may stand in a cell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell whose content cannot be meant, such as #N/A; `why` is a sentence for the reader, `shown` stands there."""

    shown: str
    why: str

    def __str__(self) -> str:
        return self.shown


EXACT = 10**15  # whole numbers from here on have lost their last digits: a spreadsheet keeps fifteen
Value = str | int | float | Decimal | bool | date | datetime | Fault | None


def is_blank(value: Value) -> bool:
    """Nothing that anybody would see."""
    return value is None or (isinstance(value, str) and not value.strip())


def letter(column: int) -> str:
    """The letter over a column, counted from 0: A, B … Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def tidy(number: float) -> float:
    """A whole number as one, while all its digits are certain."""
    return int(number) if number.is_integer() and abs(number) < EXACT else number
