"""The worst spreadsheets, loaded: each as a whole or not at all, and every refusal is a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from jingming.accounts.models import Staff
from jingming.base.errors import Unfit
from jingming.customers.models import Change, Customer
from jingming.loading.progress import Silent
from jingming.loading.sheets.kinds import KINDS
from jingming.loading.sheets.loading import File, load_sheet
from jingming.loading.sheets.reading import CannotRead, open_sheet
from jingming.loading.sheets.work import Terms
from tests.cast import TEN_O_CLOCK

from .worst.outcomes import Case, Refused
from .worst.table import CASES

LARGE = {"borders far below the last row"}  # read by test_worst_spreadsheets: its empty rows leave nothing to load
LOADED = [case for case in CASES if case.what not in LARGE]


@pytest.mark.django_db
@pytest.mark.parametrize("case", LOADED, ids=[case.what for case in LOADED])
def test_no_spreadsheet_is_loaded_by_halves(company: dict[str, Staff], case: Case, tmp_path: Path):
    path = tmp_path / "upload"
    case.build(path)
    file = File(path, case.name, case.sheet)
    try:
        with open_sheet(path, name=case.name, sheet=case.sheet) as sheet:
            width = len(sheet.heading.names)
        matched = {"number": 0, "name": min(1, width - 1)} if width > 1 else {"number": 0}
        outcome = load_sheet(
            file, KINDS["customers"], matched, Terms(by=company["dispatcher1"], at=TEN_O_CLOCK, write=True),
            progress=Silent(),
        )  # fmt: skip
    except (CannotRead, Unfit) as refusal:
        written, said = 0, refusal.message
    else:
        assert not isinstance(case.outcome, Refused) or outcome.bad
        assert all(problem.sentence for problem in outcome.problems)
        assert outcome.loaded == (not outcome.bad)
        written, said = outcome.counts.new if outcome.loaded else 0, "loaded"
    assert said
    assert (Customer.objects.count(), Change.objects.count()) == (written, written)
