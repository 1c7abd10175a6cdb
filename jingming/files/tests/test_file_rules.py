"""What may be attached, and what is refused with a sentence."""

from __future__ import annotations

import pytest

from jingming.base.errors import Unfit
from jingming.files import rules

from . import samples

HONEST = {
    "photo.png": samples.png(),
    "photo.jpg": samples.jpeg(),
    "photo.JPEG": samples.jpeg(),
    "photo.gif": samples.gif(),
    "photo.webp": samples.webp(),
    "photo.heic": samples.iso_media(b"heic"),
    "bill.pdf": samples.pdf(),
    "letter.docx": samples.docx(),
    "list.xlsx": samples.package("[Content_Types].xml", "xl/workbook.xml"),
    "talk.pptx": samples.package("[Content_Types].xml", "ppt/presentation.xml"),
    "letter.doc": samples.compound("WordDocument"),
    "list.xls": samples.compound("Workbook"),
    "talk.ppt": samples.compound("PowerPoint Document"),
    "note.txt": "抄表读数 00562。\n".encode(),
    "bom.txt": b"\xef\xbb\xbfplain",
    "list.csv": "户号,地址\n1001,桂花苑 12-2-601\n".encode(),
    "call.wav": samples.wav(),
    "call.mp3": samples.mp3(),
    "call.m4a": samples.iso_media(b"M4A "),
    "call.amr": samples.amr(),
    "site.mp4": samples.iso_media(b"isom"),
}

LYING = {
    "html called png": ("page.png", b"<!doctype html><script>alert(1)</script>"),
    "svg called png": ("drawing.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "png called jpg": ("photo.jpg", samples.png()),
    "pdf called docx": ("bill.docx", samples.pdf()),
    "zip called docx": ("letter.docx", samples.package("readme.txt")),
    "word called excel": ("list.xlsx", samples.docx()),
    "document with macros": (
        "letter.docx",
        samples.package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    ),
    "old document with macros": ("list.xls", samples.compound("Workbook", "_VBA_PROJECT_CUR")),
    "program called txt": ("readme.txt", b"MZ\x90\x00\x03\x00\x00\x00"),
    "page called txt": ("readme.txt", b"\n <HTML><body onload=alert(1)>"),
    "svg called csv": ("list.csv", b'\xef\xbb\xbf<svg xmlns="http://www.w3.org/2000/svg">'),
    "text in another encoding": ("note.txt", "抄表读数".encode("gb18030")),
    "text cut inside a character": ("note.txt", "抄".encode()[:2]),
    "text with NUL": ("note.txt", b"a\x00b"),
    "png cut off": ("photo.png", samples.png()[:-15]),
    "png with an archive behind it": ("photo.png", samples.png() + samples.package("evil.sh")),
    "png with a script in a comment": (
        "photo.png",
        samples.png()[:33] + b"\x00\x00\x00\x11tEXt<script>alert(1)\x00\x00\x00\x00" + samples.png()[33:],
    ),
    "png of 50,000 × 50,000": ("photo.png", samples.png(50_000, 50_000)),
    "gif that is a script too": ("photo.gif", b"GIF89a/*<script>*/=1;"),
    "gif cut off": ("photo.gif", samples.gif()[:-1]),
    "jpeg cut off": ("photo.jpg", samples.jpeg()[:-2]),
    "jpeg with a page behind it": ("photo.jpg", samples.jpeg() + b"<html><script>alert(1)</script>"),
    "webp longer than it says": ("photo.webp", samples.webp() + b"<?php echo 1"),
    "wav shorter than it says": ("call.wav", samples.wav()[:-4]),
    "pdf cut off": ("bill.pdf", samples.pdf()[:-20]),
    "pdf behind something else": ("bill.pdf", b"GIF89a" + samples.pdf()),
    "sound called picture": ("photo.heic", samples.iso_media(b"M4A ")),
    "box with a dishonest length": ("site.mp4", b"\xff\xff\xff\xff" + samples.iso_media(b"isom")[4:]),
    "signature alone": ("photo.png", b"\x89PNG\r\n\x1a\n"),
    "empty": ("note.txt", b""),
    "empty picture": ("photo.png", b""),
}

NAMES_REFUSED = [
    "evil.svg",
    "page.html",
    "page.xhtml",
    "tool.exe",
    "archive.zip",
    "noextension",
    "",
    ".",
    "..",
    ".htaccess",
    "\u200b.htaccess",
    ".png",
    "photo.png.exe",
    "invoice.exe.pdf",
    "page.html.png",
    "shell.php.jpg",
    "photo.png\x00.exe",
    "gnp.exe\u202e.pdf".replace("\u202e", "") + ".bat",
    "photo\u202egnp.exe",
    "photo.png/",
    "a" * 5000,
]

NAMES_CLEANED = {
    "../../etc/cron.d/photo.png": "photo.png",
    "..\\..\\windows\\photo.png": "photo.png",
    "/etc/passwd/photo.png": "photo.png",
    "C:\\temp\\现场 照片.JPG": "现场 照片.JPG",
    "pho\u200bto.png": "photo.png",
    "\u202egnp.photo.png": "gnp.photo.png",
    "photo.pn\u200dg": "photo.png",
    "two\nlines.txt": "twolines.txt",
    "NUL\x00inside.txt": "NULinside.txt",
    "bell\x07.txt": "bell.txt",
    "  many   spaces .pdf": "many spaces .pdf",
    "photo.png. ": "photo.png",
    "n" * 300 + ".png": "n" * 196 + ".png",
    "report.2026.11.22.pdf": "report.2026.11.22.pdf",
}


@pytest.mark.parametrize("name", HONEST)
def test_a_file_is_what_its_bytes_and_its_name_say_together(name: str):
    kind = rules.recognise(rules.shown_name(name), HONEST[name])

    assert name.rpartition(".")[2].lower() in kind.extensions


@pytest.mark.parametrize("case", LYING)
def test_a_file_that_is_not_what_its_name_says_is_refused_with_a_sentence(case: str):
    name, content = LYING[case]

    with pytest.raises(Unfit) as refused:
        rules.recognise(rules.shown_name(name), content)

    assert name in refused.value.fields["file"]


@pytest.mark.parametrize("name", NAMES_REFUSED)
def test_a_name_that_no_attachment_may_have_is_refused(name: str):
    with pytest.raises(Unfit) as refused:
        rules.shown_name(name)

    assert "\x00" not in refused.value.message
    assert len(refused.value.message) < 400


@pytest.mark.parametrize("name", NAMES_CLEANED)
def test_a_name_is_shown_without_anything_that_misleads(name: str):
    assert rules.shown_name(name) == NAMES_CLEANED[name]


def test_only_pictures_made_of_pixels_are_shown_in_the_page():
    assert {"image/png", "image/jpeg", "image/gif", "image/webp"} == rules.SHOWN_IN_PAGE
