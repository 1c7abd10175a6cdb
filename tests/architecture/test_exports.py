"""Sheets are written by one module, and lines of CSV that are streamed by another: there no text becomes a formula, and
nowhere else may one be written."""

from __future__ import annotations

import ast
from pathlib import Path

JINGMING = Path(__file__).resolve().parents[2] / "jingming"
WRITING = {"base/cells.py", "loading/sheets/writing.py"}
WRITERS = {"writer", "DictWriter"}  # of the module csv; reading is anybody's


def writes_sheets(code: str) -> bool:
    """Whether a module writes CSV or workbooks by itself, under whatever name it imports the means."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names} & {"xlsxwriter", "openpyxl"}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in {"xlsxwriter", "openpyxl"}:
            found.add(str(node.module))
        elif isinstance(node, ast.ImportFrom) and node.module == "csv":
            found |= {name.name for name in node.names} & {*WRITERS, "*"}
        elif isinstance(node, ast.Attribute) and node.attr in WRITERS:
            found.add(node.attr)
    return bool(found)


def test_no_other_module_writes_csv_or_workbooks():
    modules = [path for path in JINGMING.rglob("*.py") if "tests" not in path.parts]

    writing = {path.relative_to(JINGMING).as_posix() for path in modules if writes_sheets(path.read_text("utf-8"))}

    assert writing == WRITING


def test_it_would_be_noticed():
    for code in (
        "import csv as c\nc.writer(f)",
        "from csv import DictWriter",
        "from csv import *",
        "import xlsxwriter.x",
    ):
        assert writes_sheets(code), code
    assert not writes_sheets("import csv\ncsv.reader(f)")
