"""Containers written byte by byte, for files that no decent program would write."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
SECTOR = 512
MEGABYTES_64 = 64 * 1024 * 1024


def relations(*targets: tuple[str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{lines}</Relationships>'


def xlsx(
    path: Path,
    rows: str,
    *,
    strings: str = "",
    styles: str = "",
    parts: Mapping[str, str | bytes] | None = None,
) -> None:
    """A workbook of one sheet around the XML of its rows."""
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="客户" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        **(parts or {}),
    }
    archive(path, content)


def archive(path: Path, parts: Mapping[str, str | bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)


def append_part(path: Path, name: str, packed: bytes, size: int) -> None:
    """Add a part that was deflated before, with the size that is said of it; its checksum is wrong."""
    with zipfile.ZipFile(path, "a") as file:
        entry = zipfile.ZipInfo(name)
        entry.header_offset = file.start_dir
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.compress_size, entry.file_size, entry.CRC = len(packed), size, 0
        file.fp.seek(file.start_dir)
        file.fp.write(entry.FileHeader() + packed)
        file.start_dir = file.fp.tell()
        file.filelist.append(entry)
        file.NameToInfo[name] = entry
        file._didModify = True


def inline(*texts: str) -> str:
    """Cells of a row, without their addresses."""
    return "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' for text in texts)


def compound(path: Path, streams: Mapping[str, bytes]) -> None:
    """A compound file of Microsoft's; streams are filled up so that none is small."""
    sectors: list[bytes] = []
    following: list[int] = []
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1)]
    for number, (name, content) in enumerate(streams.items(), 1):
        padded = content.ljust(max(len(content), 4096), b"\0")
        pieces = [padded[place : place + SECTOR].ljust(SECTOR, b"\0") for place in range(0, len(padded), SECTOR)]
        start = len(sectors)
        sectors += pieces
        following += [*range(start + 1, start + len(pieces)), 0xFFFFFFFE]
        right = number + 1 if number < len(streams) else 0xFFFFFFFF
        entries.append(_entry(name, 2, start, len(padded), right=right))
    entries += [_entry("", 0, 0, 0)] * (-len(entries) % 4)
    directory = b"".join(entries)
    first_directory = len(sectors)
    for place in range(0, len(directory), SECTOR):
        sectors.append(directory[place : place + SECTOR])
        following.append(len(sectors))
    following[-1] = 0xFFFFFFFE
    tables = 1
    while len(sectors) + tables > tables * SECTOR // 4:
        tables += 1
    places = range(len(sectors), len(sectors) + tables)
    following += [0xFFFFFFFD] * tables
    following += [0xFFFFFFFF] * (tables * SECTOR // 4 - len(following))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, first_directory, 0, 4096, 0xFFFFFFFE, 0,
        0xFFFFFFFE, 0,
    )  # fmt: skip
    header += struct.pack("<109I", *places, *[0xFFFFFFFF] * (109 - tables))
    path.write_bytes(header + b"".join(sectors) + struct.pack(f"<{len(following)}I", *following))


def _entry(name: str, kind: int, start: int, size: int, *, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF) -> bytes:
    written = name.encode("utf-16-le")
    length = len(written) + 2 if name else 0
    return struct.pack("<64sHBBIII16xI8x8xIQ", written, length, kind, 1, 0xFFFFFFFF, right, child, 0, start, size)


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def xls(
    path: Path,
    rows: Sequence[Sequence[object]],
    *,
    errors: Mapping[tuple[int, int], int] | None = None,
    epoch_1904: bool = False,
    hidden: Sequence[int] = (),
    locked: bool = False,
) -> None:
    """A workbook as Excel 97 wrote it: one sheet, texts and figures; dates are figures in the format of style 1."""
    cells = b"".join(
        record(0x0208, struct.pack("<HHHHHHHHH", row, 0, 9, 255, 0, 0, 0x20, 0, 15)[:16]) for row in hidden
    )
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                cells += record(0x0204, place + struct.pack("<HB", len(value), 1) + text)
            elif value is not None:
                cells += record(0x0203, place + struct.pack("<d", value))
    for (row, column), code in (errors or {}).items():
        cells += record(0x0205, struct.pack("<HHHBB", row, column, 0, code, 1))
    name = "客户".encode("utf-16-le")
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + cells + record(0x000A, b"")
    beginning = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    if locked:
        beginning += record(0x002F, struct.pack("<HHH", 0, 1, 2))
    beginning += record(0x0042, struct.pack("<H", 1200)) + record(0x0022, struct.pack("<H", epoch_1904))
    beginning += record(0x00E0, bytes(20))
    length = len(beginning) + 4 + 8 + len(name) + 4
    bound = record(0x0085, struct.pack("<IBBBB", length, 0, 0, 2, 1) + name)
    compound(path, {"Workbook": beginning + bound + record(0x000A, b"") + sheet})


def ods(path: Path, rows: str, *, head: str = "", manifest: str = "") -> None:
    """A workbook of LibreOffice around the XML of its rows."""
    archive(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{OPEN}:manifest:1.0">{manifest}</m:manifest>',
            "content.xml": f'<office:document-content xmlns:office="{OPEN}:office:1.0" '
            f'xmlns:table="{OPEN}:table:1.0" '
            f'xmlns:text="{OPEN}:text:1.0" '
            f'xmlns:style="{OPEN}:style:1.0" '
            'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
            f"{head}<office:body><office:spreadsheet>"
            f'<table:table table:name="客户">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        },
    )


def ods_texts(*texts: str) -> str:
    return "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts
    )
