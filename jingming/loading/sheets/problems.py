"""The file of errors: the rows that could not be loaded, as they were, and beside each what is wrong with it. It can be
corrected and loaded again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from jingming.privacy.rules import shortened

from .matching import WRONG, is_about_errors
from .reading import open_sheet
from .values import Value
from .writing import write_xlsx

if TYPE_CHECKING:
    from .loading import File


def write(place: Path, file: File, bad: Mapping[int, str]) -> int:
    """Write the bad rows of a file as .xlsx; how many. All cells come out as text, so that no digit is lost."""
    with open_sheet(file.path, name=file.name, sheet=file.sheet) as sheet:
        names = list(sheet.heading.names)
        kept = [column for column, name in enumerate(names) if not is_about_errors(name)]
        width = len(names)

        def rows() -> Iterator[list[Value]]:
            for row, values in sheet.rows():
                if row in bad:
                    beyond = list(values[width:])
                    yield [_as_it_was(values[column]) for column in kept] + [bad[row], *map(_as_it_was, beyond)]

        heading = [names[column] for column in kept] + [_(WRONG)]
        return write_xlsx(place, heading, rows(), text_columns=heading, title=_("Errors"))


def _as_it_was(value: Value) -> Value:
    return (
        value if isinstance(value, (bool, int, float, str)) or value is None or hasattr(value, "year") else str(value)
    )


def name_of(file_name: str) -> str:
    """What the file of errors of a file is called."""
    stem = file_name.rpartition(".")[0] or file_name
    return f"{shortened(stem, 150, end='')} - {_('errors')}.xlsx"
