"""What is written is what is read; what is large needs no more memory than what is small; columns and days."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jingming.base.errors import Unfit
from jingming.customers.rules import one_line
from jingming.loading.sheets import cells
from jingming.loading.sheets.reading import CannotRead, Fault, open_sheet
from jingming.loading.sheets.values import letter
from jingming.loading.sheets.writing import write_csv, write_xlsx

from .worst import raw
from .worst.others import beyond_excel
from .worst.outcomes import NAMES
from .worst.workbooks import CHOU, by_excel, rows

HEADING = ("户号", "备注", "日期", "金额", "是否")
WRITERS = {"xlsx": write_xlsx, "csv": write_csv}

# XML and CSV hold all characters but NUL and halves of pairs; what looks empty is empty.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40).filter(str.strip)
TRICKY = st.sampled_from(
    [
        "=1+1",
        "'=1",
        "''@x",
        "-5",
        "+86 138",
        "\tx",
        "\rx",
        "＝cmd",
        '="00123"',
        "'",
        "_x000D_",
        "a_x005F_b",
        " x ",
        "x\r\ny",
        '"',
        "a,b",
        "\r\x1a",
        "x\n\x1a\n",
    ]
)
ROWS = st.lists(
    st.tuples(
        st.text("0123456789", min_size=1, max_size=20),
        TEXTS | TRICKY | st.none(),
        st.dates() | st.none(),
        st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**15), max_value=10**15) | st.none(),
        st.booleans() | st.none(),
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=ROWS)
def test_what_is_written_is_what_is_read(kind, lines, tmp_path):
    path = tmp_path / f"x.{kind}"

    assert WRITERS[kind](path, HEADING, lines, text_columns=HEADING[:2]) == len(lines)

    with open_sheet(path) as sheet:
        assert sheet.heading.names == HEADING
        read = [
            (
                cells.as_code(code, 20),
                text,
                cells.as_date(day),
                cells.as_decimal(amount),
                cells.as_yes_no(flag),
            )
            for _number, (code, text, day, amount, flag) in sheet.rows()
        ]
    assert read == lines


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "'="])
def test_no_text_becomes_a_formula(start, tmp_path):
    text = f"{start}cmd|' /C calc'!A0"
    write_csv(tmp_path / "x.csv", [text], [[text]])
    write_xlsx(tmp_path / "x.xlsx", ["text"], [[text]])

    assert b"'" + text.encode() in (tmp_path / "x.csv").read_bytes()
    cell = openpyxl.load_workbook(tmp_path / "x.xlsx").active["A2"]
    assert (cell.data_type, cell.value) == ("s", text.replace("\r", "_x000D_") if "\r" in text else text)


def test_a_workbook_is_made_for_people(tmp_path):
    write_xlsx(
        tmp_path / "x.xlsx",
        HEADING[:3],
        [["0340700001", "周晓岚", date(2026, 1, 31)]],
        text_columns=["户号"],
        title="客户",
    )

    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert (sheet.title, sheet.freeze_panes, sheet["A1"].font.bold) == ("客户", "A2", True)
    assert (sheet["A2"].data_type, sheet["A2"].value) == ("s", "0340700001")
    assert sheet.column_dimensions["A"].number_format == "@" or sheet["A2"].number_format == "@"
    assert (sheet["C2"].is_date, sheet["C2"].number_format) == (True, "yyyy-mm-dd")


def test_numbers_with_more_digits_than_a_spreadsheet_keeps_stay_texts(tmp_path):
    long = Decimal("12345678901234567.89")
    write_xlsx(tmp_path / "x.xlsx", ["金额"], [[long]])

    with open_sheet(tmp_path / "x.xlsx") as sheet:
        assert [cells.as_decimal(values[0]) for _number, values in sheet.rows()] == [long]


def test_faulty_cells_are_written_as_they_stood_there(tmp_path):
    write_csv(tmp_path / "x.csv", ["a", "b"], [[Fault("#N/A", "…"), datetime(2026, 1, 31, 8, 30, tzinfo=UTC)]])

    with open_sheet(tmp_path / "x.csv") as sheet:
        assert [values for _number, values in sheet.rows()] == [("#N/A", "2026-01-31 08:30:00+00:00")]


def test_one_row_more_than_excel_holds_is_read_from_csv(tmp_path):
    beyond_excel(tmp_path / "x.csv")

    with open_sheet(tmp_path / "x.csv") as sheet:
        last = max(number for number, _values in sheet.rows())
        assert (last, sheet.total, sheet.notes) == (1_048_577, 1_048_576, [])


def test_a_table_that_ends_where_excel_ends_may_have_been_cut_off(tmp_path):
    last = f'<row r="1048576">{raw.inline(*CHOU)}</row>'
    raw.xlsx(tmp_path / "x.xlsx", f"<row>{raw.inline(*NAMES)}</row>{last}")

    with open_sheet(tmp_path / "x.xlsx") as sheet:
        assert [number for number, _values in sheet.rows()] == [1_048_576]
        assert any("look whether rows behind it were cut off" in note for note in sheet.notes)


def test_reading_stops_at_a_row_that_is_damaged_and_not_before(tmp_path):
    lines = "".join(f"<row>{raw.inline(*line)}</row>" for line in (NAMES, *[CHOU] * 50_000))
    raw.xlsx(tmp_path / "x.xlsx", lines + "<row><c></row>")

    with open_sheet(tmp_path / "x.xlsx") as sheet, pytest.raises(CannotRead, match="damaged"):
        list(sheet.rows())


def test_files_that_cannot_be_opened_are_one_sentence(tmp_path):
    with pytest.raises(CannotRead, match="There is no such file"):
        open_sheet(tmp_path / "x.xlsx")
    with pytest.raises(CannotRead, match="cannot be opened"):
        open_sheet(tmp_path)


def test_a_directory_of_more_parts_than_any_workbook_has_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as file:
        for number in range(10_001):
            file.writestr(str(number), "")

    with pytest.raises(CannotRead, match="more than 10000 parts"):
        open_sheet(tmp_path / "x.xlsx")


PEAK = """
import sys
from pathlib import Path
import django
django.setup()
from jingming.loading.sheets.reading import open_sheet
with open_sheet(Path(sys.argv[1])) as sheet:
    count = sum(1 for _row in sheet.rows())
status = Path("/proc/self/status").read_text()  # ru_maxrss begins with what the parent has used
print(count, int(status.partition("VmHWM:")[2].split()[0]) // 1024)
"""


@pytest.mark.slow
def test_a_sheet_that_is_full_needs_little_more_memory_than_a_small_one(tmp_path):
    small, large = tmp_path / "small.xlsx", tmp_path / "large.xlsx"
    by_excel(rows(NAMES, CHOU))(small)
    line = raw.inline(*CHOU, *["铜官区长江西路 1 号"] * 9)
    raw.xlsx(large, f"<row>{raw.inline(*NAMES, *'DEFGHIJKL')}</row>" + f"<row>{line}</row>" * 60_000)

    (_one, low), (many, high) = peak(small), peak(large)

    assert many == 60_000
    assert high < low + 25  # megabytes


def peak(path: Path) -> tuple[int, int]:
    answer = subprocess.run([sys.executable, "-c", PEAK, path], capture_output=True, text=True, check=True).stdout
    count, megabytes = answer.split()
    return int(count), int(megabytes)


@pytest.mark.parametrize(
    ("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")]
)
def test_columns_are_lettered(place, name):
    assert letter(place) == name


def test_a_choice_is_known_however_it_is_written():
    choices = {"居民": "resident", "工商业（大）": "business", "Resident": "resident"}

    assert [cells.as_choice(word, choices) for word in ("居民", " 居 民", "RESIDENT", "工商业(大)", None)] == [
        "resident", "resident", "resident", "business", "",
    ]  # fmt: skip
    with pytest.raises(Unfit, match=r"“学校” is not known here. Possible are: 居民, 工商业（大）, Resident."):
        cells.as_choice("学校", choices)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12", 12),
        ("１２", 12),
        (12.0, 12),
        ("1,200", 1200),
        (None, None),
        ("0", None),
        (1201, None),
        ("1.5", None),
        (True, None),
    ],
)
def test_whole_numbers_have_bounds(value, expected):
    read = partial(cells.as_whole, value, 1, 1200)
    if expected is None and value is not None:
        with pytest.raises(Unfit):
            read()
    else:
        assert read() == expected


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_a_text_is_kept_as_everywhere_else(text):
    assert cells.as_text(text, 1000) == one_line(text)
