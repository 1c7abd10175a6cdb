"""Workbooks as Excel, WPS and other programs write them, with everything that people do to them."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet as OpenSheet
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from . import raw
from .outcomes import NAMES

CHOU, LI = ("0340700001", "周晓岚", "2026-01-31"), ("0340700002", "李建国", "2026-02-01")

Edit = Callable[[Workbook, Worksheet], None]


def by_excel(edit: Edit, **options: object) -> Callable[[Path], None]:
    """A workbook of one sheet 客户."""

    def build(path: Path) -> None:
        with xlsxwriter.Workbook(path, {"remove_timezone": True, **options}) as book:
            edit(book, book.add_worksheet("客户"))

    return build


def by_others(edit: Callable[[openpyxl.Workbook, OpenSheet], None]) -> Callable[[Path], None]:
    def build(path: Path) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        assert isinstance(sheet, OpenSheet)
        sheet.title = "客户"
        edit(book, sheet)
        book.save(path)

    return build


def rows(*lines: tuple[object, ...], top: int = 0) -> Edit:
    """The lines from row `top` on, counted from 0."""

    def edit(_book: Workbook, sheet: Worksheet) -> None:
        for number, line in enumerate(lines, top):
            for column, value in enumerate(line):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif value is not None:
                    sheet.write(number, column, value)

    return edit


def title_above(book: Workbook, sheet: Worksheet) -> None:
    sheet.merge_range("A1:C1", "景明燃气 2026 年客户台账", book.add_format({"bold": True}))
    rows(NAMES, CHOU, LI, top=1)(book, sheet)


def heading_in_row_30(book: Workbook, sheet: Worksheet) -> None:
    for number in range(28):
        sheet.write(number, 0, f"填表说明第 {number + 1} 条:请按要求填写")
    rows(NAMES, CHOU, top=29)(book, sheet)


def two_headings(book: Workbook, sheet: Worksheet) -> None:
    form = book.add_format()
    sheet.merge_range("A1:A2", "户号", form)
    sheet.merge_range("B1:C1", "户主", form)
    sheet.merge_range("D1:E1", "联系人", form)
    sheet.merge_range("F1:F2", "安装日期", form)
    for column, name in enumerate(("姓名", "电话", "姓名", "电话"), 1):
        sheet.write(1, column, name)
    rows(("0340700001", "周晓岚", "13805620001", "李建国", "13805620002", "2026-01-31"), top=2)(book, sheet)


def merged_heading(book: Workbook, sheet: Worksheet) -> None:
    sheet.merge_range("A1:A2", "户号", book.add_format())
    sheet.merge_range("B1:B2", "姓名", book.add_format())
    sheet.merge_range("C1:C2", "安装日期", book.add_format())
    rows(CHOU, LI, top=2)(book, sheet)


def merged_body(book: Workbook, sheet: Worksheet) -> None:
    rows(NAMES, ("0340700001", None, "2026-01-31"), ("0340700002", None, "2026-02-01"), LI)(book, sheet)
    sheet.merge_range("B2:B3", "周晓岚", book.add_format())


def days(book: Workbook, sheet: Worksheet) -> None:
    """Dates as real dates, as figures, and as text in seven ways."""
    form = book.add_format({"num_format": 'yyyy"年"m"月"d"日";@'})
    rows(NAMES)(book, sheet)
    written = [
        "2026-01-31", "2026/1/31", "2026年1月31日", "20260131", "31.01.2026", "46053", "２０２６－０１－３１", 46053,
        "2026-01-31 08:30:00", datetime(2026, 1, 31, 8, 30, tzinfo=UTC),
    ]  # fmt: skip
    for number, value in enumerate(written, 1):
        sheet.write(number, 0, f"{number:04d}")
        if isinstance(value, str):
            sheet.write_string(number, 2, value)
        elif isinstance(value, datetime):
            sheet.write_datetime(number, 2, value, form)
        else:
            sheet.write_number(number, 2, value)


def days_that_never_were(book: Workbook, sheet: Worksheet) -> None:
    """The 29th of February 1900, days before Excel begins to count, after it ends, and one that fell as text."""
    form = book.add_format({"num_format": "yyyy-mm-dd"})
    rows(NAMES)(book, sheet)
    for number, value in enumerate((60, -5, 1, 61, 3_000_000), 1):
        sheet.write_string(number, 0, f"{number:04d}")
        sheet.write_number(number, 2, value, form)
    sheet.write_row(6, 0, ["0006", "", "1898-05-01"])


def times_and_durations(book: Workbook, sheet: Worksheet) -> None:
    rows(NAMES)(book, sheet)
    for number, (value, form) in enumerate(((0.5, "hh:mm"), (1.25, "[h]:mm"), (46053.5, "m/d/yy h:mm")), 1):
        sheet.write_string(number, 0, f"{number:04d}")
        sheet.write_number(number, 2, value, book.add_format({"num_format": form}))


def formulas(book: Workbook, sheet: Worksheet) -> None:
    rows(NAMES)(book, sheet)
    sheet.write_formula(1, 0, '="03407"&"00001"', None, "0340700001")
    sheet.write_formula(1, 1, "=VLOOKUP(A2,客户!A:B,2,0)", None, "周晓岚")
    sheet.write_formula(1, 2, "=TODAY()", book.add_format({"num_format": "yyyy-mm-dd"}), 46053)


def formulas_never_worked_out(_book: openpyxl.Workbook, sheet: OpenSheet) -> None:
    sheet.append(NAMES)
    sheet.append(("0340700001", "=B9", "2026-01-31"))
    sheet.append(LI)


def errors(book: Workbook, sheet: Worksheet) -> None:
    rows(NAMES, ("0340700001", None, None), LI)(book, sheet)
    sheet.write_formula(1, 1, "=VLOOKUP(A2,旧表!A:B,2,0)", None, "#N/A")
    sheet.write_formula(1, 2, "=#REF!", None, "#REF!")


def hidden_parts(book: Workbook, sheet: Worksheet) -> None:
    rows(NAMES, CHOU, LI)(book, sheet)
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column("B:B", None, None, {"hidden": True})


def several_sheets(book: Workbook, sheet: Worksheet) -> None:
    """An empty one, the one with the rows, a hidden one."""
    second = book.add_worksheet("2026")
    rows(NAMES, CHOU)(book, second)
    third = book.add_worksheet("旧表")
    rows(NAMES, LI)(book, third)
    third.hide()


def far_corner(book: Workbook, sheet: Worksheet) -> None:
    rows(NAMES, CHOU)(book, sheet)
    sheet.write_string(1_048_575, 16_383, "x")


def all_formatted(path: Path) -> None:
    """Somebody has drawn borders far below the last row."""
    filled = "".join(f"<row>{raw.inline(*line)}</row>" for line in (NAMES, CHOU, LI))
    blank = "".join(f'<row r="{n}"><c r="A{n}" s="0"/><c r="B{n}" s="0"/></row>' for n in range(4, 300_001))
    raw.xlsx(path, filled + blank)


def beside_the_heading(book: Workbook, sheet: Worksheet) -> None:
    rows(NAMES, CHOU)(book, sheet)
    sheet.write_string(1, 5, "已核对")


def repeated_names(book: Workbook, sheet: Worksheet) -> None:
    rows(("户号", "电话", "电话", None), ("0340700001", "13805620001", "13805620002", "空"))(book, sheet)


def with_pictures(book: Workbook, sheet: Worksheet) -> None:
    rows(NAMES, CHOU)(book, sheet)
    sheet.insert_image("E2", "meter.png", {"image_data": io.BytesIO(_small_picture())})
    sheet.write_comment("B2", "请核对")
    sheet.autofilter("A1:C2")
    sheet.add_table("H1:I3")


def _small_picture() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    header = (1).to_bytes(4, "big") * 2 + bytes((8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def rich_texts(book: Workbook, sheet: Worksheet) -> None:
    rows(NAMES, ("0340700001", None, "2026-01-31"))(book, sheet)
    sheet.write_rich_string(1, 1, book.add_format({"bold": True}), "周", "晓岚")


def with_reading_aids(path: Path) -> None:
    """Phonetic guides, as East Asian editions of Excel keep them inside the text."""
    names = "".join(f"<si><t>{name}</t></si>" for name in NAMES)
    person = '<si><t>周晓岚</t><rPh sb="0" eb="1"><t>ZHOU</t></rPh><phoneticPr fontId="1"/></si>'
    cells = "".join(f'<c t="s"><v>{place}</v></c>' for place in range(3))
    raw.xlsx(
        path,
        f'<row>{cells}</row><row>{raw.inline("0340700001")}<c t="s"><v>3</v></c></row>',
        strings=names + person,
    )


def prefixed(path: Path) -> None:
    """XML in which every name has a prefix, rows and cells have no addresses, as some report writers make it."""
    cells = [
        "".join(f'<x:c t="inlineStr"><x:is><x:t>{text}</x:t></x:is></x:c>' for text in line) for line in (NAMES, CHOU)
    ]
    lines = "".join(f"<x:row>{line}</x:row>" for line in cells)
    raw.xlsx(
        path,
        "",
        parts={
            "xl/worksheets/sheet1.xml": f'<?xml version="1.0" encoding="utf-8"?><x:worksheet xmlns:x="{raw.MAIN}">'
            f"<!-- by a report writer --><x:sheetData>{lines}</x:sheetData></x:worksheet>"
        },
    )


def with_macros(path: Path) -> None:
    line = f"<row>{raw.inline(*NAMES)}</row><row>{raw.inline(*CHOU)}</row>"
    raw.xlsx(path, line, parts={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(600)})


def with_links(path: Path) -> None:
    """Values fetched from another workbook, of which the last known are kept."""
    link = '<c t="str"><f>[1]客户!B7</f><v>周晓岚</v></c>'
    raw.xlsx(
        path,
        f"<row>{raw.inline(*NAMES)}</row><row>{raw.inline('0340700001')}{link}</row>",
        parts={
            "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{raw.MAIN}"/>',
            "xl/externalLinks/_rels/externalLink1.xml.rels": raw.relations(("externalLinkPath", "file:///etc/passwd")),
        },
    )


def bomb(path: Path) -> None:
    """Four gigabytes of spaces in four megabytes; the file says so itself."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = deflate.compress(b" " * raw.MEGABYTES_64) + deflate.flush(zlib.Z_FULL_FLUSH)
    packed = piece * 60 + deflate.flush()
    raw.xlsx(path, "")
    raw.append_part(path, "xl/worksheets/sheet2.xml", packed, 60 * raw.MEGABYTES_64)


def lying_bomb(path: Path) -> None:
    """A directory that says that the sheet is small."""
    raw.xlsx(path, f"<row>{raw.inline(*NAMES)}</row>" + " " * 50_000_000)
    with zipfile.ZipFile(path) as file:
        true = file.getinfo("xl/worksheets/sheet1.xml").file_size.to_bytes(4, "little")
    content = path.read_bytes()
    assert content.count(true) == 2  # beside the part and in the directory
    path.write_bytes(content.replace(true, (4_000).to_bytes(4, "little")))


def entities(path: Path) -> None:
    """A billion laughs."""
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    sheet = f'<!DOCTYPE w [<!ENTITY l0 "ha">{lines}]><w><sheetData><row><c><v>&l9;</v></c></row></sheetData></w>'
    raw.xlsx(path, "", parts={"xl/worksheets/sheet1.xml": sheet})


def endless_tag(path: Path) -> None:
    raw.xlsx(path, f'<row><c r="{"A" * 40_000_000}"/></row>')


def endless_text(path: Path) -> None:
    raw.xlsx(path, f"<row>{raw.inline(*NAMES)}</row><row>{raw.inline('长' * 300_000)}</row>")


def texts_that_are_not_there(path: Path) -> None:
    raw.xlsx(path, f'<row>{raw.inline(*NAMES)}</row><row><c t="s"><v>99</v></c></row>')


def broken_off(path: Path) -> None:
    by_excel(rows(NAMES, *[CHOU] * 500))(path)
    path.write_bytes(path.read_bytes()[:4000])


def one_byte_wrong(path: Path) -> None:
    raw.xlsx(path, "".join(f"<row>{raw.inline(*line)}</row>" for line in (NAMES, CHOU)))
    content = bytearray(path.read_bytes())
    content[content.index(b"xl/worksheets/sheet1.xml") + 60] ^= 0xFF
    path.write_bytes(content)


def locked(path: Path) -> None:
    raw.compound(path, {"EncryptedPackage": b"\x55" * 6000, "EncryptionInfo": bytes(200)})


def parts_of(kind: str) -> Callable[[Path], None]:
    """An archive that is something else: some part of it says what."""

    def build(path: Path) -> None:
        raw.archive(path, {kind: "<x/>", "docProps/core.xml": "<x/>"})

    return build
