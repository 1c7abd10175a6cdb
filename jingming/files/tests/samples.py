"""Small honest files of each kind, made by hand, for the tests of what may be attached."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO


def png(width: int = 1, height: int = 1) -> bytes:
    """A picture that every viewer opens (for sizes other than 1 × 1: only its header says so)."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    """Segments in their order around one scan; enough for a file to be a JPEG, though no beautiful one."""
    quantities = b"\xff\xdb\x00\x43\x00" + bytes([16] * 64)
    frame = b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x7f\xa0" * 8
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        + quantities
        + frame
        + scan
        + b"\xff\xd9"
    )


def gif() -> bytes:
    screen = b"\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00"
    return b"GIF89a" + screen + b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"


def riff(form: bytes, body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + form + body


def webp() -> bytes:
    return riff(b"WEBP", b"VP8L" + struct.pack("<I", 8) + b"\x2f\x00\x00\x00\x00\x88\x88\x08")


def wav() -> bytes:
    form = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
    return riff(b"WAVE", b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", 8) + b"\x80" * 8)


def iso_media(brand: bytes) -> bytes:
    return (
        struct.pack(">I", 24)
        + b"ftyp"
        + brand
        + b"\x00\x00\x00\x00"
        + b"mp42isom"
        + struct.pack(">I", 16)
        + b"mdat"
        + b"\x00" * 8
    )


def mp3() -> bytes:
    return b"ID3\x03\x00\x00\x00\x00\x00\x00" + b"\xff\xfb\x90\x64" + b"\x00" * 413


def amr() -> bytes:
    return b"#!AMR\n" + b"\x3c" + b"\x00" * 31


def pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def package(*parts: str) -> bytes:
    """A zip archive with these entries; with [Content_Types].xml and word/document.xml it is a Word document."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part in parts:
            archive.writestr(part, "<xml/>")
    return content.getvalue()


def docx() -> bytes:
    return package("[Content_Types].xml", "_rels/.rels", "word/document.xml")


def compound(*streams: str) -> bytes:
    """The head of an old Office file with the names of its streams."""
    names = b"".join(name.encode("utf-16-le").ljust(64, b"\x00") + b"\x00" * 64 for name in ("Root Entry", *streams))
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + names
