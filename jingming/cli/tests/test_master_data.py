"""Master data by command: the counts are the last line, the exit code says whether anything was refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.cli import main
from jingming.customers.models import Customer
from jingming.loading.tests.sheets import csv_of
from jingming.loading.tests.test_loading_archives import CUSTOMERS

pytestmark = pytest.mark.django_db
Run = Callable[..., tuple[int, dict[str, object], str]]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process: exit code, the JSON of the last line, stderr."""
    monkeypatch.setenv("LANGUAGE", "en")

    def run(*arguments: str) -> tuple[int, dict[str, object], str]:
        code = 0
        try:
            main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        lines = told.out.strip().splitlines()
        return code, json.loads(lines[-1]) if lines else {}, told.err

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "customers.csv"
    place.write_bytes(csv_of(CUSTOMERS))
    return place


def test_a_file_is_tried_loaded_and_loaded_again(company: dict[str, Staff], command: Run, file: Path):
    tried = command("import", "customers", str(file), "--dry-run")
    assert tried[:2] == (0, {"new": 2, "changed": 0, "same": 0, "bad": 0, "loaded": False})
    assert Customer.objects.count() == 0
    done = command("import", "customers", str(file))
    assert done[:2] == (0, {"new": 2, "changed": 0, "same": 0, "bad": 0, "loaded": True})
    again = command("import", "customers", str(file))
    assert again[:2] == (0, {"new": 0, "changed": 0, "same": 2, "bad": 0, "loaded": True})


def test_bad_rows_are_told_written_and_answered_by_the_exit_code(
    company: dict[str, Staff], command: Run, file: Path, tmp_path: Path
):
    file.write_bytes(csv_of([*CUSTOMERS, ["K003", "方伟", "个人", "12", "", "", "", "340705", ""]]))
    errors = tmp_path / "errors.xlsx"

    code, counts, told = command("import", "customers", str(file), "--errors", str(errors))
    assert (code, counts["bad"], counts["loaded"], Customer.objects.count()) == (1, 1, False, 0)
    assert "4 · Phone · 12: A phone number has 3 to 15 digits" in told
    assert openpyxl.load_workbook(errors).active.max_row == 2
    code, counts, _told = command("import", "customers", str(file), "--skip-bad")
    assert (code, counts["loaded"], Customer.objects.count()) == (1, True, 2)


def test_rights_are_those_of_whom_it_is_done_as(company: dict[str, Staff], command: Run, file: Path):
    file.write_bytes(csv_of([["客户编号", "客户名称", "区县"], ["W1", "芜湖客户", "340202"]]))
    code, counts, _told = command("import", "customers", str(file), "--as", "dispatcher1")
    assert (code, counts["bad"]) == (1, 1)
    code, counts, _told = command("import", "customers", str(file), "--as", "sysadmin1")
    assert (code, counts) == (1, {})
    assert command("import", "customers", str(file))[:2] == (
        0, {"new": 1, "changed": 0, "same": 0, "bad": 0, "loaded": True},
    )  # fmt: skip


def test_columns_are_matched_by_hand(company: dict[str, Staff], command: Run, file: Path):
    file.write_bytes(csv_of([["号", "客户名称", "区县"], ["W1", "铜陵客户", "340705"]]))
    code, _counts, told = command("import", "customers", str(file))
    assert code == 1
    code, counts, _told = command("import", "customers", str(file), "--mapping", "号=number")
    assert (code, counts["new"]) == (0, 1)
    code, _counts, told = command("import", "customers", str(file), "--mapping", "号=nothing")
    assert (code, "there is no column nothing" in told) == (2, True)


def test_an_export_is_written_and_noted(company: dict[str, Staff], command: Run, file: Path, tmp_path: Path):
    command("import", "customers", str(file))
    out = tmp_path / "out.xlsx"
    assert command("export", "customers", str(out), "--as", "dispatcher1", "--reason", "核对")[:2] == (0, {"rows": 2})
    assert openpyxl.load_workbook(out).active.max_row == 4  # the last is its mark
    assert Entry.objects.get(key="loading.exported").by_id == company["dispatcher1"].pk
    assert Entry.objects.get(key="loading.exported").facts["file"] == "out.xlsx"
    assert command("export", "customers", str(tmp_path / "out.pdf"), "--reason", "核对")[0] == 2
    for reason in ("", "  ", "因" * 201):
        assert command("export", "customers", str(tmp_path / "no.xlsx"), "--reason", reason)[0] == 2
    assert not (tmp_path / "no.xlsx").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"%PDF-1.7", b"\x00" * 200])
def test_a_bad_file_is_refused_in_one_sentence(company: dict[str, Staff], command: Run, tmp_path: Path, content: bytes):
    place = tmp_path / "file.xlsx"
    place.write_bytes(content)
    code, counts, told = command("import", "customers", str(place))
    assert (code, counts) == (1, {})
    assert "Traceback" not in told
    assert told.strip()
