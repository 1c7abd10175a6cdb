"""What a file may hold and what it may be, as tables; no file is opened here."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limit:
    """How much is read. `why` is for whoever wants more; the refusal says the way out."""

    most: int
    why: str
    refusal: Promise


LIMITS = {
    "bytes": Limit(
        512 * MEGABYTE,
        "five million service points as CSV; what is larger is loaded in parts",
        _("The file is larger than %(most)d megabytes. Divide it into several files, each with the heading."),
    ),
    "unpacked": Limit(
        3_000 * MEGABYTE,
        "a sheet that is full to Excel's last row with 25 columns; what unpacks to more has been made to do harm",
        _("Unpacked, the file would be larger than %(most)d megabytes. Copy what is needed into a new workbook."),
    ),
    "parts": Limit(
        10_000,
        "a workbook with a thousand sheets and pictures; every part costs memory before anything is read",
        _("The file is made of more than %(most)d parts. Copy the sheet into a new workbook."),
    ),
    "strings": Limit(
        512 * MEGABYTE,
        "the texts of a workbook are kept in memory while it is read",
        _("The workbook holds more than %(most)d megabytes of texts. Save the sheet as CSV UTF-8 and load that."),
    ),
    "rows": Limit(
        6_000_000,
        "every row of a city of five million households; workbooks end at Excel's own 1,048,576",
        _("The file has more than %(most)d rows. Divide it into several files, each with the heading."),
    ),
    "columns": Limit(
        1_000,
        "nobody maps more, and a stray cell in column XFD would make every row 16,384 cells wide",
        _("Row %(row)d reaches to column %(letter)s; up to %(most)d columns are read. Delete what stands there."),
    ),
    "cells": Limit(
        15_000_000,
        "old workbooks are read into memory as a whole, at 100 bytes a cell at most",
        _("The sheet is too large for its old format. Save it as .xlsx and load that."),
    ),
    "characters": Limit(
        32_767,
        "what a cell of Excel holds; in CSV, more means a quotation mark that was never closed",
        _("Row %(row)d holds a cell of more than %(most)d characters. Shorten it."),
    ),
    "merged": Limit(
        500_000,
        "each is remembered with its place until its row is read",
        _("More than %(most)d cells are merged. Undo the merging and load the file again."),
    ),
}
EXCEL_ROWS = 1_048_576

# What the bytes say that the file is instead of a table; the first that fits.
NO_TABLE: tuple[tuple[bytes, Promise], ...] = (
    (b"%PDF", _("The file is a PDF. Ask for the table itself, as .xlsx or CSV.")),
    (b"\x89PNG", _("The file is a picture. Ask for the table itself, as .xlsx or CSV.")),
    (b"\xff\xd8\xff", _("The file is a picture. Ask for the table itself, as .xlsx or CSV.")),
    (b"GIF8", _("The file is a picture. Ask for the table itself, as .xlsx or CSV.")),
    (b"\x1f\x8b", _("The file is packed. Unpack it and load what is inside.")),
    (b"Rar!", _("The file is packed. Unpack it and load what is inside.")),
    (b"7z\xbc\xaf\x27\x1c", _("The file is packed. Unpack it and load what is inside.")),
    (b"{\\rtf", _("The file is a text document. Copy the table into a workbook and save it as .xlsx.")),
    (b"SQLite format 3", _("The file is a database. Export the table as .xlsx or CSV.")),
    (b"\x7fELF", _("The file is a program. Nothing in it can be loaded.")),
)

# What a ZIP archive is, by a part that it holds; the first that fits. A kind stands for what is read.
IN_ARCHIVE: tuple[tuple[str, str, Promise | str], ...] = (
    ("xl/workbook.bin", "", _("The workbook is in Excel's binary format. Save it as .xlsx and load that.")),
    ("xl/workbook.xml", "xlsx", ""),
    ("mimetype", "", _("The file is no workbook. Copy the table into a workbook and save it as .xlsx.")),
    ("word/", "", _("The file is a text document. Copy the table into a workbook and save it as .xlsx.")),
    ("ppt/", "", _("The file is a presentation. Copy the table into a workbook and save it as .xlsx.")),
    ("Index/", "", _("The file was made by Apple Numbers. Export it from there as Excel.")),
    ("index.xml", "", _("The file was made by Apple Numbers. Export it from there as Excel.")),
    ("META-INF/MANIFEST.MF", "", _("The file is a program. Nothing in it can be loaded.")),
)

# What an old compound file of Microsoft's holds, by the name of a stream.
IN_COMPOUND: tuple[tuple[str, str, Promise | str], ...] = (
    (
        "EncryptedPackage",
        "",
        _("The workbook is protected by a password. Open it, take the password away, save it and load it again."),
    ),
    ("Workbook", "xls", ""),
    ("Book", "xls", ""),
    ("WordDocument", "", _("The file is a text document. Copy the table into a workbook and save it as .xlsx.")),
    ("PowerPoint Document", "", _("The file is a presentation. Copy the table into a workbook and save it as .xlsx.")),
)
