"""Every file that leaves with data of people says who took it, and the audit finds that by what it says."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest

from jingming.audit.marks import is_mark, number_in, words_of
from jingming.audit.models import Entry
from jingming.loading import working
from jingming.loading.models import Run
from jingming.loading.sheets.reading import open_sheet
from tests.matrix.answers import undone
from tests.matrix.walking import Walker

pytest_plugins = ["tests.matrix.standing"]
PACKAGE = Path(__file__).resolve().parents[2] / "jingming"
# Where files leave, and why some need no mark of their own.
LEAVING = {
    "workspace/views/streamed.py": "orders, audit: below",
    "loading/views.py": "master data: below; a template holds no rows",
    "persons/views.py": "the copy for a person: below",
    "files/views.py": "attachments are what somebody else has made, and stay byte for byte",
}


def taken(walker: Walker, person: str, path: str, sent: Mapping[str, str]) -> tuple[str, bytes]:
    """The name and the bytes of the file that a form leads to."""
    answer = walker.browser(person).post(path, sent)
    if answer.status_code == 302:  # the worker makes it
        working.work(Run.objects.latest("pk").pk)
        answer = walker.browser(person).get(f"{answer.headers['Location']}file/")
    assert answer.status_code == 200, answer.content
    return answer.headers["Content-Disposition"], b"".join(answer.streaming_content)


def of_csv(content: bytes) -> list[str]:
    return [content.decode("utf-8-sig").splitlines()[-1]]


def of_xlsx(content: bytes) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    last = [row for row in book.active.iter_rows(values_only=True) if any(row)][-1]
    return [last[0], book.properties.description, book.active.oddFooter.left.text]


def of_zip(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        page = packed.read("personal-data.html").decode()
        tables = [name for name in packed.namelist() if name.startswith("tables/")]
        assert tables
        return [
            json.loads(packed.read("personal-data.json"))["mark"],
            *re.findall("<p>(※[^<]*)</p>", page),
            *(mark for name in tables for mark in of_xlsx(packed.read(name))),
        ]


Reads = Callable[[bytes], list[str]]
DATA = "loading.export_asked"
DOORS: Mapping[str, tuple[str, str, dict[str, str], str, Reads]] = {
    # what → person, address, what is sent, key of the line of the audit, where the mark is read
    "orders": ("head1", "/orders/export/?queue=all", {}, "workorders.exported", of_csv),
    "audit": ("auditadmin1", "/audit/export/", {}, "audit.exported", of_csv),
    "customers": ("dispatcher1", "/data/customers/export/", {"form": "csv"}, DATA, of_csv),
    "service points": ("dispatcher1", "/data/service-points/export/", {"form": "xlsx"}, DATA, of_xlsx),
    "staff": ("secadmin1", "/data/staff/export/", {"form": "xlsx"}, DATA, of_xlsx),
    "a person": ("supervisor1", "/customers/‹tl›/personal-data/copy/", {}, "persons.exported", of_zip),
}


@pytest.mark.parametrize("what", DOORS)
def test_a_file_is_marked_and_the_audit_finds_its_line(walker: Walker, what: str):
    person, path, sent, key, read = DOORS[what]
    path = path.replace("‹tl›", str(walker.world.thing("customer", "tl").names["customer_id"]))
    with undone():
        assert walker.browser(person).post(path, {**sent, "reason": " "}).status_code == 422
        name, content = taken(walker, person, path, {**sent, "reason": "季度核对"})
        line = Entry.objects.filter(key=key).latest("id")
        assert line.facts.get("reason", "季度核对") == "季度核对"
        assert re.search(rf"(?:-|%20|\b)A{line.id}\.", name), name
        marks = read(content)
        assert marks
        for mark in marks:
            assert number_in(mark) == line.id, mark
            assert line.by_name in mark
        for asked in (marks[0], f"A{line.id}", f" a{line.id} "):
            found = walker.browser("auditadmin1").get("/audit/", {"record": asked})
            assert [row["entry"].id for row in found.context["rows"]] == [line.id]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_was_marked_is_loaded_again_without_its_mark(walker: Walker, tmp_path: Path, form: str):
    with undone():
        sent = {"form": form, "reason": "季度核对"}
        _name, content = taken(walker, "dispatcher1", "/data/customers/export/", sent)
        rows = Run.objects.latest("pk").counts["rows"]
    file = tmp_path / f"back.{form}"
    file.write_bytes(content)
    with open_sheet(file) as sheet:
        read = [cells for _number, cells in sheet.rows()]
        assert (len(read), sheet.notes) == (rows, [])
    assert not any(is_mark(cells[0]) for cells in read)


def test_words_that_only_look_like_a_mark_stay():
    for words in ("A12", "※ A12", "※ 请核对 · A12", "说明 ※ A12 · 导出", None, 12):
        assert not is_mark(words)
    assert number_in("※ 12 · x") is number_in("A") is number_in("客户 A12") is None


def test_every_place_where_files_leave_is_known():
    found = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts and re.search(r"as_attachment|attachment; filename", path.read_text())
    }
    assert found == LEAVING.keys()


def test_a_file_without_a_mark_would_be_noticed(walker: Walker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("jingming.workspace.views.streamed.words_of", lambda entry: words_of(entry).replace("※ A", ""))
    person, path, sent, _key, read = DOORS["orders"]
    with undone():
        _name, content = taken(walker, person, path, {**sent, "reason": "季度核对"})
    assert [number_in(mark) for mark in read(content)] == [None]
