"""Files of master data for tests: made here, loaded in this process."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from jingming.accounts.models import Staff
from jingming.loading.progress import Progress, Silent
from jingming.loading.sheets import matching
from jingming.loading.sheets.kinds import KINDS
from jingming.loading.sheets.loading import File, Outcome, load_sheet
from jingming.loading.sheets.reading import open_sheet
from jingming.loading.sheets.work import Terms
from tests.cast import TEN_O_CLOCK

Rows = Sequence[Sequence[object]]


def csv_of(rows: Rows) -> bytes:
    """The rows as CSV in UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def load(  # each is a choice that a person has at the page
    place: Path, kind: str, rows: Rows, *, by: Staff | None, write: bool = True, skip_bad: bool = False,
    empty_clears: bool = False, progress: Progress | None = None,
) -> Outcome:  # fmt: skip
    """Load the rows, the first of which is the heading, as a file of this kind; columns are matched by their names."""
    file = place / "rows.csv"
    file.write_bytes(csv_of(rows))
    return load_file(
        file, kind, by=by, write=write, skip_bad=skip_bad, empty_clears=empty_clears, progress=progress or Silent()
    )


def load_file(file: Path, kind: str, *, by: Staff | None, progress: Progress | None = None, **how: bool) -> Outcome:
    """Load a file that is there."""
    with open_sheet(file, name=file.name) as sheet:
        matched = matching.propose(KINDS[kind], sheet.heading.names)
    skip_bad = how.pop("skip_bad", False)
    terms = Terms(by=by, at=TEN_O_CLOCK, write=how.pop("write", True), **how)
    return load_sheet(
        File(file, file.name), KINDS[kind], matched, terms, skip_bad=skip_bad, progress=progress or Silent()
    )
