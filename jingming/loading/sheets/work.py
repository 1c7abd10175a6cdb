"""What each kind of master data does with the rows of a file; the order of it stands in `loading`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from jingming.accounts.models import Staff
from jingming.base.errors import Unfit
from jingming.loading.copying import Cell
from jingming.loading.rules import SHOWN

Said = dict[str, object]  # our column → what the file says, cleaned; None where it says nothing
Row = tuple[int, Sequence[Cell]]
Reason = tuple[str, object, str]  # our column, its value, the sentence
Tick = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be loaded, and the way out; `column` is ours, "" where the whole row is meant."""

    row: int
    column: str
    value: str
    sentence: str


class Bad(Exception):
    """A row that cannot be meant, for all these reasons: (column, value, sentence)."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        self.reasons = reasons
        super().__init__(reasons[0][2])


@dataclass
class Counts:
    """What a file comes to: rows that are new, that differ from what is kept, that agree with it, that cannot be
    loaded."""

    new: int = 0
    changed: int = 0
    same: int = 0
    bad: int = 0

    def as_dict(self) -> dict[str, int]:
        return {"new": self.new, "changed": self.changed, "same": self.same, "bad": self.bad}


@dataclass(frozen=True)
class Detail:
    """One row that would be, or was, new or changed: {fact: [before, after]}."""

    row: int
    called: str
    state: str
    facts: Mapping[str, Sequence[object]]


@dataclass
class Terms:
    """For whom a file is loaded, and how. Without a person (`by` None) the system loads, whose ground is everything."""

    by: Staff | None
    at: datetime
    write: bool
    empty_clears: bool = False


class Work(Protocol):
    """The rows of one file of one kind, inside one transaction."""

    def __init__(self, terms: Terms) -> None: ...

    def key(self, said: Said) -> tuple[str, object] | None:
        """By which column and value the row is known again; None if it does not say."""

    def clean(self, row: int, said: Said) -> Sequence[Cell]:
        """The row as it is staged; raises Bad or Unfit. Asks the database nothing: a COPY is running."""

    def stage(self, rows: Iterable[Row]) -> None:
        """Take the rows up."""

    def leave_out(self, rows: Collection[int]) -> None:
        """Forget these rows again."""

    def refused(self) -> Iterator[Problem]:
        """The rows that do not fit what is kept. They are left out before `compare`."""

    def compare(self) -> Iterator[Problem]:
        """Find what is new and what differs; the rows that the person may not change, which are left out as well."""

    def counts(self) -> Counts:
        """How many rows are new, changed, the same."""

    def details(self, limit: int = SHOWN) -> list[Detail]:
        """The first rows that are new or changed."""

    def write(self, tick: Tick) -> None:
        """Write what is new and what differs; `tick` hears how many rows have been dealt with."""


@dataclass
class Gathered:
    """The base of kinds that are small enough to be compared in memory, and written by the acts themselves."""

    terms: Terms
    rows: dict[int, Sequence[Cell]] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)

    def stage(self, rows: Iterable[Row]) -> None:
        self.rows = dict(rows)

    def leave_out(self, rows: Collection[int]) -> None:
        for row in rows:
            self.rows.pop(row, None)
            self.states.pop(row, None)

    def counts(self) -> Counts:
        states = list(self.states.values())
        return Counts(new=states.count("new"), changed=states.count("changed"), same=states.count("same"))


def reasons_of(refusal: Unfit, said: Said) -> list[Reason]:
    """A refusal of the rules as reasons, beside the columns that it names."""
    if not refusal.fields:
        return [("", "", refusal.message)]
    return [(name if name in said else "", said.get(name, ""), str(why)) for name, why in refusal.fields.items()]
