"""What may come of a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jingming.loading.sheets.reading import Value

NAMES = ("户号", "姓名", "安装日期")


@dataclass(frozen=True)
class Bad:
    """A cell that is refused with a sentence that says `says`."""

    says: str


Shown = tuple[int, tuple[Value | Bad, ...]]
Reader = Callable[[Value], object]


@dataclass(frozen=True)
class Loads:
    """The file is read: its rows with the numbers they have in the file.

    `notes` are parts of all sentences told about it. `readers` turn the cells of a column into what is kept; a column
    without one is compared as it was read.
    """

    rows: list[Shown]
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = NAMES
    readers: Mapping[str, Reader] = field(default_factory=dict)
    heading: int = 1


@dataclass(frozen=True)
class Refused:
    """The file is refused as a whole; the sentence holds these words: where, and the way out."""

    says: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A file and what has to come of it; `name` is what whoever sent it called it, `sheet` what they asked for."""

    what: str
    build: Callable[[Path], None]
    name: str
    outcome: Loads | Refused
    sheet: str = ""
