"""What people load, and what has to come of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

from jingming.loading.sheets import cells

from . import others, raw, workbooks
from .others import LINES, content, text
from .outcomes import NAMES, Bad, Case, Loads, Refused
from .workbooks import CHOU, LI, by_excel, by_others, rows

CHOU_ROW, LI_ROW = (2, CHOU), (3, LI)
BOTH = [CHOU_ROW, LI_ROW]
WAY_OUT = ".xlsx"

code = partial(cells.as_code, longest=30)
code_of_ten = partial(cells.as_code, longest=30, width=10)
day = cells.as_date
day_1904 = partial(cells.as_date, epoch_1904=True)
amount = cells.as_decimal
name = partial(cells.as_text, longest=60)


def loads(*shown, **more) -> Loads:
    return Loads(list(shown), **more)


def only(column: str, reader, *values, first: int = 2, width: int = 3) -> Loads:
    """Each row holds its number and, in one column, something worth looking at."""
    place = NAMES.index(column)
    lines = []
    for number, value in enumerate(values, first):
        line = [f"{number - 1:04d}", None, None]
        line[place] = value
        lines.append((number, tuple(line[:width])))
    return Loads(lines, readers={column: reader})


def in_column(column: str, *values) -> workbooks.Edit:
    place = NAMES.index(column)
    lines = []
    for number, value in enumerate(values, 1):
        line = [f"{number:04d}", None, None]
        line[place] = value
        lines.append(tuple(line))
    return rows(NAMES, *lines)


CASES = [
    # --- Where the table begins ---------------------------------------------------------------------------------------
    Case("nothing is wrong", by_excel(rows(NAMES, CHOU, LI)), "客户.xlsx", loads(*BOTH)),
    Case("a title above", by_excel(workbooks.title_above), "客户.xlsx", loads((3, CHOU), (4, LI), heading=2)),
    Case("names in row 30", by_excel(workbooks.heading_in_row_30), "客户.xlsx", loads((31, CHOU), heading=30)),
    Case(
        "two rows of names, groups merged",
        by_excel(workbooks.two_headings),
        "客户.xlsx",
        loads(
            (3, ("0340700001", "周晓岚", "13805620001", "李建国", "13805620002", "2026-01-31")),
            names=("户号", "户主 姓名", "户主 电话", "联系人 姓名", "联系人 电话", "安装日期"),
            heading=2,
        ),
    ),
    Case(
        "two rows of names in CSV, where nothing is merged",
        text("户号,户主,,安装日期", ",姓名,电话,", "0340700001,周晓岚,13805620001,2026-01-31"),
        "客户.csv",
        loads(
            (3, ("0340700001", "周晓岚", "13805620001", "2026-01-31")),
            names=("户号", "姓名", "电话", "安装日期"),
            heading=2,
        ),
    ),
    Case(
        "names merged over two rows",
        by_excel(workbooks.merged_heading),
        "客户.xlsx",
        loads((3, CHOU), (4, LI), heading=2),
    ),
    Case(
        "two columns with the same name, one without",
        by_excel(workbooks.repeated_names),
        "客户.xlsx",
        loads(
            (2, ("0340700001", "13805620001", "13805620002", "空")),
            names=("户号", "电话", "电话 (2)", "[D]"),
            notes=(
                "Two columns are called “电话”; the one in column C is read as “电话 (2)”.",
                "Column D has no name.",
            ),
        ),
    ),
    Case(
        "something beside the table",
        by_excel(workbooks.beside_the_heading),
        "客户.xlsx",
        loads(
            (2, (*CHOU, None, None, "已核对")), names=(*NAMES, "[D]", "[E]", "[F]"), notes=("Column F has no name.",)
        ),
    ),
    Case(
        "only figures",
        by_excel(rows((1, 2, 3), (4, 5, 6))),
        "客户.xlsx",
        Refused(("No row with the names of the columns", "Give every column a name in the first row")),
    ),
    Case("only the names", by_excel(rows(NAMES)), "客户.xlsx", Refused(("no rows under the names", "row 1"))),
    Case("an empty workbook", by_excel(rows()), "客户.xlsx", Refused(("The file is empty", "saved with its rows"))),
    Case("an empty file", content(b""), "客户.csv", Refused(("The file is empty",))),
    Case("white space", content(b"\xef\xbb\xbf \r\n\r\n"), "客户.csv", Refused(("The file is empty",))),
    # --- What is merged, hidden, repeated -----------------------------------------------------------------------------
    Case(
        "cells merged downwards",
        by_excel(workbooks.merged_body),
        "客户.xlsx",
        loads(
            (2, ("0340700001", "周晓岚", "2026-01-31")),
            (3, ("0340700002", "周晓岚", "2026-02-01")),
            (4, LI),
            notes=("1 cell is merged with the one above and was read with its value.",),
        ),
    ),
    Case(
        "a hidden row and a hidden column",
        by_excel(workbooks.hidden_parts),
        "客户.xlsx",
        loads(*BOTH, notes=("1 row is hidden; it is read too.", "Hidden columns are read too: B.")),
    ),
    Case(
        "several sheets, the first is empty, the last is hidden",
        by_excel(workbooks.several_sheets),
        "客户.xlsx",
        loads(CHOU_ROW, notes=("Sheet “2026” was read. Others: 客户, 旧表.",)),
    ),
    Case(
        "the hidden sheet is asked for",
        by_excel(workbooks.several_sheets),
        "客户.xlsx",
        loads((2, LI), notes=("Sheet “旧表” was read. Others: 客户, 2026.", "Sheet “旧表” is hidden.")),
        sheet="旧表",
    ),
    Case(
        "a sheet that is not there is asked for",
        by_excel(workbooks.several_sheets),
        "客户.xlsx",
        Refused(("There is no sheet “2025”", "客户, 2026, 旧表")),
        sheet="2025",
    ),
    Case(
        "empty rows between and behind",
        text(*LINES[:2], ",,", "", LINES[2], ",,", ""),
        "客户.csv",
        loads(CHOU_ROW, (5, LI), notes=("2 empty rows were left out.",)),
    ),
    Case("borders far below the last row", workbooks.all_formatted, "客户.xlsx", loads(*BOTH)),
    Case(
        "one stray cell in the last corner",
        by_excel(workbooks.far_corner),
        "客户.xlsx",
        Refused(("Row 1048576", "column XFD", "Delete what stands there")),
    ),
    # --- Days ---------------------------------------------------------------------------------------------------------
    Case(
        "days written in ten ways",
        by_excel(workbooks.days),
        "客户.xlsx",
        only("安装日期", day, *[date(2026, 1, 31)] * 10),
    ),
    Case(
        "days that may be two",
        by_excel(
            in_column("安装日期", "03/04/2026", "01.02.2026", "25/12/2026", "05/05/2026", "12-13-2026", "2026年1月")
        ),
        "客户.xlsx",
        only(
            "安装日期",
            day,
            Bad("may be two different days. Write it with the year first: 2026-12-31"),
            Bad("may be two different days"),
            date(2026, 12, 25),
            date(2026, 5, 5),
            date(2026, 12, 13),
            Bad("is no date"),
        ),
    ),
    Case(
        "days that never were",
        by_excel(workbooks.days_that_never_were),
        "客户.xlsx",
        only(
            "安装日期",
            day,
            Bad("“1900-02-29” is a date that never was"),
            Bad("“-5” is a date that never was"),
            date(1900, 1, 1),
            date(1900, 3, 1),
            Bad("“3000000” is a date that never was"),
            date(1898, 5, 1),
        ),
    ),
    Case(
        "the 29th of February as text",
        by_excel(in_column("安装日期", "1900-02-29", "2025年2月29日", "2024-02-29", "20261301")),
        "客户.xlsx",
        only(
            "安装日期",
            day,
            Bad("There is no day “1900-02-29”"),
            Bad("There is no day"),
            date(2024, 2, 29),
            Bad("There is no day “20261301”"),
        ),
    ),
    Case(
        "times, durations, and days with a time",
        by_excel(workbooks.times_and_durations),
        "客户.xlsx",
        only("安装日期", day, Bad("“12:00:00” is no date"), Bad("“1.25” is no date"), date(2026, 1, 31)),
    ),
    Case(
        "days counted from 1904",
        by_excel(
            lambda book, sheet: (
                rows(NAMES, ("0001", None, 44591))(book, sheet),
                sheet.write_string("A3", "0002"),
                sheet.write_datetime(
                    "C3", datetime(2026, 1, 31, tzinfo=UTC), book.add_format({"num_format": "yyyy-mm-dd"})
                ),
            ),
            date_1904=True,
        ),
        "客户.xlsx",
        only("安装日期", day_1904, date(2026, 1, 31), date(2026, 1, 31)),
    ),
    # --- Numbers that are names ---------------------------------------------------------------------------------------
    Case(
        "zeros in front are lost",
        by_excel(rows(NAMES, (340700001, "周晓岚", None), ("0340700002", "李建国", None))),
        "客户.xlsx",
        loads(
            (2, (Bad("has 9 digits, not 10: the spreadsheet took away the zeros in front"), "周晓岚", None)),
            (3, ("0340700002", "李建国", None)),
            readers={"户号": code_of_ten},
        ),
    ),
    Case(
        "zeros in front are lost, and nobody knows how many digits there should be",
        by_excel(rows(NAMES, (340700001, "周晓岚", None))),
        "客户.xlsx",
        loads((2, ("340700001", "周晓岚", None)), readers={"户号": code}),
    ),
    Case(
        "long numbers as figures",
        by_excel(
            rows(
                NAMES,
                (13805621234.0, "电话", None),
                (340705000000123, "十五位", None),
                (34070519900101123, "十八位", None),
                ("3.40705E+11", "文字", None),
                (12.5, "小数", None),
            )
        ),
        "客户.xlsx",
        loads(
            (2, ("13805621234", "电话", None)),
            (3, ("340705000000123", "十五位", None)),
            (
                4,
                (
                    Bad("has lost digits, because the spreadsheet took it for a figure. Format the column as text"),
                    "十八位",
                    None,
                ),
            ),
            (5, (Bad("“3.40705E+11” has lost digits"), "文字", None)),
            (6, (Bad("“12.5” has lost digits"), "小数", None)),
            readers={"户号": code},
        ),
    ),
    Case(
        "full-width digits, spaces, an apostrophe, a pound of zeros",
        by_excel(
            rows(
                NAMES,
                ("０３４０７００００１", None, None),
                (" 0340 7000\u00a002\u3000", None, None),
                ("'0340700003", None, None),
                ("0340700004.0", None, None),
            )
        ),
        "客户.xlsx",
        loads(*[(number, (f"034070000{number - 1}", None, None)) for number in range(2, 6)], readers={"户号": code}),
    ),
    Case(
        "numbers guarded for Excel in CSV",
        text("户号,姓名,安装日期", '="0340700001",周晓岚,', "'0340700002,李建国,", "\t0340700003,钱大海,"),
        "客户.csv",
        loads(
            (2, ("0340700001", "周晓岚", None)),
            (3, ("0340700002", "李建国", None)),
            (4, ("0340700003", "钱大海", None)),
            readers={"户号": code},
        ),
    ),
    # --- Amounts, yes and no ------------------------------------------------------------------------------------------
    Case(
        "amounts as people write them",
        by_excel(
            in_column(
                "姓名",
                "¥1,234.50",
                "１２３４．５元",
                "1 234,50",
                "(12.00)",
                "12.5%",
                "1.2e3",
                0.1 + 0.2,
                "1,23",
                "十二",
                "12.345",
                "1.234,56",
                "-￥3",
            )
        ),
        "客户.xlsx",
        only(
            "姓名",
            amount,
            Decimal("1234.50"),
            Decimal("1234.50"),
            Bad("is no number. Write digits with a point"),
            Decimal("-12.00"),
            Bad("more than 2 decimals: round it"),
            Decimal("1200.00"),
            Decimal("0.30"),
            Bad("is no number"),
            Bad("is no number"),
            Bad("more than 2 decimals"),
            Bad("is no number"),
            Decimal("-3.00"),
        ),
    ),
    Case(
        "yes and no in words",
        by_excel(in_column("姓名", "是", "否", "√", True, 0, "Y", "无", "也许")),
        "客户.xlsx",
        only("姓名", cells.as_yes_no, True, False, True, True, False, True, False, Bad("neither yes nor no")),
    ),
    # --- Formulas -----------------------------------------------------------------------------------------------------
    Case(
        "formulas with their results",
        by_excel(workbooks.formulas),
        "客户.xlsx",
        loads((2, ("0340700001", "周晓岚", date(2026, 1, 31)))),
    ),
    Case(
        "formulas that were never worked out",
        by_others(workbooks.formulas_never_worked_out),
        "客户.xlsx",
        loads(
            (
                2,
                ("0340700001", Bad("Cell B2 holds a formula without its result. Open the file in Excel"), "2026-01-31"),
            ),
            LI_ROW,
        ),
    ),
    Case(
        "cells that show errors",
        by_excel(workbooks.errors),
        "客户.xlsx",
        loads((2, ("0340700001", Bad("Cell B2 shows the error #N/A"), Bad("Cell C2 shows the error #REF!"))), LI_ROW),
    ),
    Case(
        "links to other workbooks", workbooks.with_links, "客户.xlsx", loads((2, ("0340700001", "周晓岚")), names=NAMES)
    ),
    # --- What stands in texts -----------------------------------------------------------------------------------------
    Case(
        "line breaks and tabs",
        by_excel(in_column("姓名", "周晓岚\r\n女士", "李\t建国", "钱\n\n大海 ")),
        "客户.xlsx",
        only("姓名", name, "周晓岚 女士", "李 建国", "钱 大海"),
    ),
    Case(
        "line breaks and quotation marks in CSV",
        text(LINES[0], '0340700001,"周""晓岚""\n女士, 铜官区",2026-01-31', LINES[2]),
        "客户.csv",
        loads((2, ("0340700001", '周"晓岚"\n女士, 铜官区', "2026-01-31")), LI_ROW),
    ),
    Case(
        "characters that nobody sees",
        by_excel(in_column("姓名", "周\u202e晓岚", "\ufeff李\u200b建国", "\u3000钱\u00a0大海\u3000", "孙\x07\x1b小云")),
        "客户.xlsx",
        only("姓名", name, "周晓岚", "李建国", "钱 大海", "孙小云"),
    ),
    Case("bold parts of a text", by_excel(workbooks.rich_texts), "客户.xlsx", loads(CHOU_ROW)),
    Case("reading aids", workbooks.with_reading_aids, "客户.xlsx", loads((2, ("0340700001", "周晓岚")))),
    Case(
        "texts too long for their field",
        by_excel(in_column("姓名", "长" * 61)),
        "客户.xlsx",
        only("姓名", name, Bad("It has 61 characters, 60 are possible")),
    ),
    Case(
        "a cell longer than Excel's",
        text(LINES[0], f"0340700001,{'长' * 40_000},"),
        "客户.csv",
        Refused(("begins in line 2", "more than 32767 characters")),
    ),
    Case(
        "pictures, remarks, filters, tables",
        by_excel(workbooks.with_pictures),
        "客户.xlsx",
        loads(
            (2, (*CHOU, None, None, None, None, None, None)),
            names=(*NAMES, *[f"[{c}]" for c in "DEFG"], "Column1", "Column2"),
        ),
    ),
    # --- Programs that write in their own way -------------------------------------------------------------------------
    Case("every name has a prefix, no cell an address", workbooks.prefixed, "客户.xlsx", loads(CHOU_ROW)),
    Case("with macros", workbooks.with_macros, "客户.xlsm", loads(CHOU_ROW)),
    Case("with XlsxWriter's shared texts", by_excel(rows(NAMES, CHOU, LI), in_memory=True), "客户.xlsx", loads(*BOTH)),
    Case(
        "old Excel, days from 1904, an error, a hidden row",
        others.old_workbook,
        "客户.xls",
        loads(
            (2, ("0340700001", "周晓岚", date(2026, 1, 31))),
            (3, ("0340700002", Bad("Cell B3 shows the error #N/A"), None)),
            readers={"安装日期": day_1904},
            notes=("1 row is hidden; it is read too.",),
        ),
    ),
    Case(
        "LibreOffice",
        others.free_workbook,
        "客户.ods",
        loads(
            (2, (7, "周  晓岚\n女士", date(2026, 1, 31))),
            (3, (7, "周  晓岚\n女士", date(2026, 1, 31))),
            (4, ("8", Bad("Cell B4 shows the error #N/A"), None)),
            notes=("1 row is hidden; it is read too.",),
        ),
    ),
    # --- Encodings ----------------------------------------------------------------------------------------------------
    Case("UTF-8", text(*LINES), "客户.csv", loads(*BOTH)),
    Case("UTF-8 with its mark", text(*LINES, encoding="utf-8-sig"), "客户.csv", loads(*BOTH)),
    Case("UTF-16", text(*LINES, encoding="utf-16"), "客户.csv", loads(*BOTH, notes=("Read as UTF-16.",))),
    Case(
        "UTF-16 without its mark",
        text(*LINES, encoding="utf-16-le"),
        "客户.csv",
        loads(*BOTH, notes=("Read as UTF-16.",)),
    ),
    Case(
        "UTF-16, the other way round",
        text(*LINES, encoding="utf-16-be"),
        "客户.csv",
        loads(*BOTH, notes=("Read as UTF-16.",)),
    ),
    Case("GBK", text(*LINES, encoding="gbk"), "客户.csv", loads(*BOTH, notes=("Read as GBK.",))),
    Case(
        "GB 18030 with rare characters",
        text(LINES[0], "0340700001,周㛃𠮷,2026-01-31", encoding="gb18030"),
        "客户.csv",
        loads((2, ("0340700001", "周㛃𠮷", "2026-01-31")), notes=("Read as GBK.",)),
    ),
    Case(
        "two encodings in one file",
        others.in_two_encodings,
        "客户.csv",
        Refused(("Line 1 is written in UTF-8, line 3 in GBK", "CSV UTF-8")),
    ),
    Case(
        "no encoding at all",
        content(LINES[0].encode() + b"\r\n1,\xff\xfe\x81,\r\n"),
        "客户.csv",
        Refused(("Line 2 is written neither in UTF-8 nor in GBK", "CSV UTF-8")),
    ),
    Case(
        "the character NUL",
        text(LINES[0], LINES[1], "0340\x0000002,李建国,"),
        "客户.csv",
        Refused(("Line 3 holds the character NUL", WAY_OUT)),
    ),
    # --- CSV that is not quite CSV ------------------------------------------------------------------------------------
    Case(
        "tabs",
        text(*[line.replace(",", "\t") for line in LINES]),
        "客户.csv",
        loads(*BOTH, notes=("The columns are divided by tabs.",)),
    ),
    Case(
        "semicolons",
        text(*[line.replace(",", ";") for line in LINES]),
        "客户.csv",
        loads(*BOTH, notes=("The columns are divided by semicolons.",)),
    ),
    Case(
        "a first line for Excel",
        text("sep=|", *[line.replace(",", "|") for line in LINES]),
        "客户.csv",
        loads(*BOTH, notes=("The columns are divided by bars.",)),
    ),
    Case("lines end as on old Macs", text(*LINES, end="\r"), "客户.csv", loads(*BOTH)),
    Case(
        "the end mark of DOS",
        content(("\r\n".join([*LINES, "\x1a"])).encode("gbk")),
        "客户.csv",
        loads(*BOTH, notes=("Read as GBK.",)),
    ),
    Case(
        "a quotation mark never closed",
        text(LINES[0], LINES[1], '0340700002,"李建国,2026-02-01', *LINES[1:]),
        "客户.csv",
        Refused(("begins in line 3", "quotation mark is not closed", "twice")),
    ),
    Case(
        "text behind a quotation mark",
        text(LINES[0], '0340700001,"周"晓岚,2026-01-31'),
        "客户.csv",
        Refused(("begins in line 2", "has text behind it")),
    ),
    Case(
        "rows longer and shorter than the names",
        text(LINES[0], "0340700001,铜官区,长江西路,2026-01-31", "0340700002"),
        "客户.csv",
        loads((2, ("0340700001", "铜官区", "长江西路", "2026-01-31")), (3, ("0340700002", None, None))),
    ),
    Case(
        "formulas meant to do harm",
        text(LINES[0], "0340700001,\"=cmd|'/c calc'!A1\",2026-01-31"),
        "客户.csv",
        loads((2, ("0340700001", "=cmd|'/c calc'!A1", "2026-01-31"))),
    ),
    # --- Not what it is called ----------------------------------------------------------------------------------------
    Case("CSV called .xls", text(*LINES, encoding="gbk"), "客户.xls", loads(*BOTH, notes=("Read as GBK.",))),
    Case(
        "a web page called .xls",
        content(others.PAGE.encode("gbk")),
        "客户.xls",
        loads(
            (3, ("0340700001", "周\u00a0晓岚", "2026-01-31")),
            (4, ("0340700002", "周\u00a0晓岚", "2026-02-01\n上午")),
            heading=2,
            notes=("The file is a web page; its table was read.",),
        ),
    ),
    Case("XML of 2003 called .xls", content(others.XML_2003.encode()), "客户.xls", Refused(("is XML", WAY_OUT))),
    Case("a saved web page called .xls", content(b"MIME-Version: 1.0\r\n"), "客户.xls", Refused(("web page", WAY_OUT))),
    Case(
        ".xls called .xlsx",
        others.old_workbook,
        "客户.xlsx",
        loads(
            (2, ("0340700001", "周晓岚", 44_591)),
            (3, ("0340700002", Bad("#N/A"), None)),
            notes=("1 row is hidden; it is read too.",),
        ),
    ),
    Case("CSV called .xlsx", text(*LINES), "客户.xlsx", loads(*BOTH)),
    Case(
        "Excel's binary format", workbooks.parts_of("xl/workbook.bin"), "客户.xlsb", Refused(("binary format", WAY_OUT))
    ),
    Case("a text document", workbooks.parts_of("word/document.xml"), "客户.xlsx", Refused(("text document", WAY_OUT))),
    Case("an old text document", others.old_document, "客户.xls", Refused(("text document", WAY_OUT))),
    Case("a presentation", workbooks.parts_of("ppt/presentation.xml"), "客户.xlsx", Refused(("presentation", WAY_OUT))),
    Case("Apple Numbers", workbooks.parts_of("Index/Document.iwa"), "客户.xlsx", Refused(("Apple Numbers", "Excel"))),
    Case("a packed file", workbooks.parts_of("客户.csv"), "客户.xlsx", Refused(("packed", "Unpack it"))),
    Case("another packed file", others.packed, "客户.csv", Refused(("packed", "Unpack it"))),
    Case("a PDF", content(b"%PDF-1.7\n" + bytes(500)), "客户.xlsx", Refused(("PDF", WAY_OUT))),
    Case("a picture", content(b"\x89PNG\r\n\x1a\n" + bytes(500)), "客户.xlsx", Refused(("picture", WAY_OUT))),
    Case("random bytes", content(bytes(range(256)) * 40), "客户.xlsx", Refused(("Line",))),
    # --- Locked, damaged, meant to do harm ----------------------------------------------------------------------------
    Case("a password", workbooks.locked, "客户.xlsx", Refused(("password", "take the password away"))),
    Case("a password, old Excel", others.old_and_locked, "客户.xls", Refused(("password", "take the password away"))),
    Case(
        "a password, LibreOffice", others.free_and_locked, "客户.ods", Refused(("password", "take the password away"))
    ),
    Case("broken off", workbooks.broken_off, "客户.xlsx", Refused(("damaged or was not copied completely",))),
    Case("one byte is wrong", workbooks.one_byte_wrong, "客户.xlsx", Refused(("damaged",))),
    Case("texts that are not there", workbooks.texts_that_are_not_there, "客户.xlsx", Refused(("damaged",))),
    Case("a bomb", workbooks.bomb, "客户.xlsx", Refused(("Unpacked, the file would be larger than 3000 megabytes",))),
    Case("a bomb that says it is none", workbooks.lying_bomb, "客户.xlsx", Refused(("damaged",))),
    Case("a billion laughs", workbooks.entities, "客户.xlsx", Refused(("damaged",))),
    Case("a tag of forty megabytes", workbooks.endless_tag, "客户.xlsx", Refused(("damaged",))),
    Case("a text without end", workbooks.endless_text, "客户.xlsx", Refused(("Row 2", "more than 32767 characters"))),
    Case("rows repeated for ever", others.repeated_for_ever, "客户.ods", Refused(("more than", "rows"))),
    Case("a line of two megabytes", content(b"x" * 2_000_000), "客户.csv", Refused(("Line 1 never ends",))),
]
__all__ = ["CASES", "raw"]
