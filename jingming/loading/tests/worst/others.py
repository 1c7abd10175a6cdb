"""Text in every encoding, old workbooks, LibreOffice, web pages under the name .xls, and what is no table at all."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

from . import raw
from .outcomes import NAMES
from .workbooks import CHOU, LI

LINES = [",".join(line) for line in (NAMES, CHOU, LI)]


def text(*lines: str, encoding: str = "utf-8", end: str = "\r\n") -> Callable[[Path], None]:
    return content((end.join(lines) + end).encode(encoding))


def content(whole: bytes) -> Callable[[Path], None]:
    def build(path: Path) -> None:
        path.write_bytes(whole)

    return build


def in_two_encodings(path: Path) -> None:
    path.write_bytes(
        "\r\n".join([LINES[0], LINES[1], ""]).encode("utf-8") + "0340700003,钱大海,2026-02-03\r\n".encode("gbk")
    )


def beyond_excel(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("户号,姓名,安装日期\n")
        file.writelines(f"{number:010d},客户,\n" for number in range(1_048_576))


PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta http-equiv="Content-Type"
content="text/html; charset=gb2312"><style>td {mso-number-format:"\\@"}</style></head><body>
<table><tr><td colspan=3>客户台账</td></tr></table>
<table border=1><tr><th>户号<th>姓名</th><th>安装日期</th></tr>
<tr><td>0340700001</td><td rowspan="2">周&nbsp;晓岚</td><td>2026-01-31</td></tr>
<tr><td>0340700002</td><td>2026-02-01<br>上午</td></tr></table></body></html>"""

XML_2003 = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>"""


def old_workbook(path: Path) -> None:
    raw.xls(
        path,
        [NAMES, ("0340700001", "周晓岚", 44_591), ("0340700002", None, None)],
        errors={(2, 1): 42},
        epoch_1904=True,
        hidden=[2],
    )


def old_and_locked(path: Path) -> None:
    raw.xls(path, [NAMES, CHOU], locked=True)


def free_workbook(path: Path) -> None:
    """Repeated rows and cells, a remark, an error, a date, a hidden row, and formats to the end of the sheet."""
    raw.ods(
        path,
        f"<table:table-row>{raw.ods_texts(*NAMES)}</table:table-row>"
        '<table:table-row table:number-rows-repeated="2">'
        '<table:table-cell office:value-type="float" office:value="7"/>'
        '<table:table-cell office:value-type="string"><office:annotation><text:p>请核对</text:p></office:annotation>'
        '<text:p>周<text:s text:c="2"/>晓岚</text:p><text:p>女士</text:p></table:table-cell>'
        '<table:table-cell office:value-type="date" office:date-value="2026-01-31"/></table:table-row>'
        f'<table:table-row table:visibility="filter">{raw.ods_texts("8")}'
        '<table:table-cell office:value-type="string" calcext:value-type="error">'
        "<text:p>#N/A</text:p></table:table-cell>"
        "</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048572">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>',
    )


def free_and_locked(path: Path) -> None:
    raw.ods(path, "", manifest="<m:file-entry><m:encryption-data/></m:file-entry>")


def repeated_for_ever(path: Path) -> None:
    raw.ods(
        path,
        f"<table:table-row>{raw.ods_texts(*NAMES)}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="999999999">{raw.ods_texts(*CHOU)}</table:table-row>',
    )


def packed(path: Path) -> None:
    path.write_bytes(gzip.compress("\n".join(LINES).encode()))


def old_document(path: Path) -> None:
    raw.compound(path, {"WordDocument": bytes(5000)})
