"""What may be attached: kinds of files as data, proof that the bytes are what the name claims, names fit to be shown.

A file is judged by its bytes. The name given to it is only ever shown; its extension must agree with the bytes, because
whoever downloads the file will open it by that extension.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from mmap import mmap
from typing import IO, Literal

import puremagic
from django.utils.translation import gettext as _

from jingming.base.errors import Unfit
from jingming.privacy.rules import shortened

Content = bytes | mmap
NAME_LENGTH = 200  # as the column holds
HEAD = 4096
TAIL = 4096
PIECE = 1024 * 1024
PIXELS = 100_000_000  # a picture beyond this only serves to exhaust whoever opens it

# Extensions that a system may run or a browser may render: not even inside a name ("invoice.exe.pdf"), since many
# desktops hide the last one.
_DANGEROUS = """
app asp aspx bat bin cgi chm cmd com cpl dll exe gadget hta htaccess htm html inf jar js jse jsp lnk mht mhtml msc msi
msp php phtml pif pl ps1 py reg scf scr sh shtml svg svgz swf url vb vbe vbs ws wsf wsh xhtml xml
"""
DANGEROUS = frozenset(_DANGEROUS.split())
MARKUP = re.compile(rb"(?i)<script|<iframe|<!doctype|<html[\s>]|<svg\s+xmlns|<\?php\s")
PAGE = re.compile(rb"(?i)\A(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|script|iframe|svg|\?xml|\?php)")
CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f") + b"\x7f"


@dataclass(frozen=True)
class FileKind:
    """One kind of file that may be attached.

    `sniffed` are the extensions under which puremagic knows such bytes (one of them must be found); `whole` is a
    further proof over the complete content; `raster` says that a browser may show it in the page.
    """

    media_type: str
    extensions: frozenset[str]
    sniffed: frozenset[str]
    whole: Callable[[Content], bool]
    raster: bool = False


# --- Proofs over the whole content ----------------------------------------------------------------------------------
def _png(content: Content) -> bool:
    """Every chunk from the signature to IEND, and nothing behind it."""
    place = 8
    while place + 12 <= len(content):
        length, name = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        place += 12 + length
        if name == b"IEND":
            return place == len(content) and _few_pixels(content[16:20], content[20:24], "big") and _inert(content)
    return False


def _jpeg(content: Content) -> bool:
    """Segments up to the picture, a frame of a sane size, an end mark somewhere behind (phones append to it)."""
    place, framed = 2, False
    while place + 9 <= len(content) and content[place] == 0xFF:
        mark = content[place + 1]
        if mark == 0xFF:  # padding
            place += 1
            continue
        if 0xC0 <= mark <= 0xCF and mark not in {0xC4, 0xC8, 0xCC}:
            framed = _few_pixels(content[place + 5 : place + 7], content[place + 7 : place + 9], "big")
        if mark == 0xDA:
            return framed and content.find(b"\xff\xd9", place) > 0 and _inert(content)
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return False


def _gif(content: Content) -> bool:
    whole = content[:6] in {b"GIF87a", b"GIF89a"} and content[-1:] == b";"
    return whole and _few_pixels(content[6:8], content[8:10], "little") and _inert(content)


def _riff(form: bytes) -> Callable[[Content], bool]:
    def proof(content: Content) -> bool:
        told = int.from_bytes(content[4:8], "little") + 8
        return content[8:12] == form and told <= len(content) <= told + 1 and _inert(content)

    return proof


def _webp(content: Content) -> bool:
    """A RIFF of a sane size, in whichever of the three ways its first chunk tells it."""
    head = bytes(content[12:30])
    kind, lossless = head[:4], int.from_bytes(head[9:13], "little")
    if kind == b"VP8X":
        width, height = (int.from_bytes(head[place : place + 3], "little") + 1 for place in (12, 15))
    elif kind == b"VP8L":
        width, height = (lossless & 0x3FFF) + 1, (lossless >> 14 & 0x3FFF) + 1
    else:
        width, height = (int.from_bytes(head[place : place + 2], "little") & 0x3FFF for place in (14, 16))
    return 0 < width * height <= PIXELS and _riff(b"WEBP")(content)


def _brand(*brands: bytes) -> Callable[[Content], bool]:
    """ISO media (HEIC, MP4, M4A): the brand of its first box, whose length must be honest."""

    def proof(content: Content) -> bool:
        box = int.from_bytes(content[:4], "big")
        named = content[4:8] == b"ftyp" and any(content[8:12].startswith(brand) for brand in brands)
        return named and 16 <= box < min(len(content), HEAD) and _inert(content)

    return proof


def _pdf(content: Content) -> bool:
    return content[:5] == b"%PDF-" and b"%%EOF" in content[max(0, len(content) - TAIL) :]


def _office(part: str) -> Callable[[Content], bool]:
    """A package of Office Open XML with its main part, without macros. Only the list of entries is read."""

    def proof(content: Content) -> bool:
        try:
            with zipfile.ZipFile(_reader(content)) as package:
                names = package.namelist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            return False
        macros = any(name.lower().endswith("vbaproject.bin") for name in names)
        return "[Content_Types].xml" in names and any(name.startswith(part) for name in names) and not macros

    return proof


def _old_office(*streams: str) -> Callable[[Content], bool]:
    """A compound file with the stream of its application (names are stored as UTF-16), without macros."""

    def proof(content: Content) -> bool:
        named = any(content.find(stream.encode("utf-16-le")) > 0 for stream in streams)
        macros = content.find("_VBA_PROJECT".encode("utf-16-le")) > 0
        return content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" and named and not macros

    return proof


def _text(content: Content) -> bool:
    """UTF-8 without control characters that does not begin like a page or a script."""
    if PAGE.match(content[:HEAD]):
        return False
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            if piece.translate(None, CONTROL) != piece:
                return False
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _inert(content: Content) -> bool:
    """No markup hidden in a picture or a sound: such a file is meant to be two things at once."""
    return MARKUP.search(content) is None


def _few_pixels(width: bytes, height: bytes, order: Literal["big", "little"]) -> bool:
    return 0 < int.from_bytes(width, order) * int.from_bytes(height, order) <= PIXELS


def _reader(content: Content) -> IO[bytes]:
    return BytesIO(content) if isinstance(content, bytes) else content  # type: ignore[return-value]  # an mmap seeks


def _kind(
    media_type: str,
    extensions: str,
    whole: Callable[[Content], bool],
    *,
    sniffed: str = "",
    raster: bool = False,
) -> FileKind:
    known_as = frozenset((sniffed or extensions).split())
    return FileKind(media_type, frozenset(extensions.split()), known_as, whole, raster)


OPEN_XML = "application/vnd.openxmlformats-officedocument."
KINDS = (
    _kind("image/png", "png", _png, raster=True),
    _kind("image/jpeg", "jpg jpeg", _jpeg, sniffed="jpg jpeg jfif", raster=True),
    _kind("image/gif", "gif", _gif, raster=True),
    _kind("image/webp", "webp", _webp, raster=True),
    _kind("image/heic", "heic heif", _brand(b"hei", b"hev", b"mif1", b"msf1")),
    _kind("application/pdf", "pdf", _pdf),
    _kind(f"{OPEN_XML}wordprocessingml.document", "docx", _office("word/")),
    _kind(f"{OPEN_XML}spreadsheetml.sheet", "xlsx", _office("xl/")),
    _kind(f"{OPEN_XML}presentationml.presentation", "pptx", _office("ppt/")),
    _kind("application/msword", "doc", _old_office("WordDocument")),
    _kind("application/vnd.ms-excel", "xls", _old_office("Workbook", "Book"), sniffed="xls doc"),
    _kind("application/vnd.ms-powerpoint", "ppt", _old_office("PowerPoint Document"), sniffed="ppt doc"),
    _kind("text/plain", "txt log", _text),
    _kind("text/csv", "csv", _text),
    _kind("audio/wav", "wav", _riff(b"WAVE")),
    _kind("audio/mpeg", "mp3", _inert, sniffed="mp3 mpga"),
    _kind("audio/mp4", "m4a", _brand(b"M4A", b"M4B"), sniffed="m4a m4b"),
    _kind("audio/amr", "amr", _inert),
    _kind("video/mp4", "mp4", _brand(b"iso", b"mp4", b"avc1", b"M4V", b"MSNV"), sniffed="mp4 m4v"),
)
BY_EXTENSION = {extension: kind for kind in KINDS for extension in kind.extensions}
TEXTS = frozenset({"text/plain", "text/csv"})  # they have no signature to sniff
SHOWN_IN_PAGE = frozenset(kind.media_type for kind in KINDS if kind.raster)
ALLOWED = "PNG, JPEG, GIF, WebP, HEIC, PDF, Word, Excel, PowerPoint, TXT, CSV, WAV, MP3, M4A, AMR, MP4"


# --- Decisions ------------------------------------------------------------------------------------------------------
def shown_name(given: str) -> str:
    """The name fit to be shown: last part of a path, nothing invisible or directing, at most NAME_LENGTH characters.

    It is never used as a path. Refuses (Unfit) an extension that no allowed kind has, and a dangerous one inside.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given[: 20 * NAME_LENGTH]))[-1]
    invisible = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    visible = "".join(character for character in last if unicodedata.category(character) not in invisible)
    name = re.sub(r"\s+", " ", visible).strip(" .") if not visible.startswith(".") else ""
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or extension.lower() not in BY_EXTENSION:
        sentence = _("Files called “%(name)s” cannot be attached. Allowed are: %(allowed)s.")
        raise _refused(sentence, name=name or visible, allowed=ALLOWED)
    if DANGEROUS & {part.strip().lower() for part in stem.split(".")[1:]}:
        raise _refused(
            _("The name “%(name)s” pretends to be two kinds of file. Rename it, then attach it again."), name
        )
    return f"{shortened(stem, NAME_LENGTH - len(extension) - 1, end='')}.{extension}"


def recognise(name: str, content: Content) -> FileKind:
    """The kind that the bytes prove and the name (from `shown_name`) claims; refuses (Unfit) anything else."""
    if len(content) == 0:
        raise _refused(_("The file “%(name)s” is empty."), name)
    kind = BY_EXTENSION[name.rpartition(".")[2].lower()]
    if kind.media_type in TEXTS:
        if not kind.whole(content):
            raise _refused(
                _("“%(name)s” is not plain text in UTF-8. Save it as UTF-8 text, then attach it again."), name
            )
    elif not kind.sniffed & _sniffed(content):
        raise _refused(
            _("The content of “%(name)s” is not what its name says. Save it in its proper format first."), name
        )
    elif not kind.whole(content):
        sentence = _("The file “%(name)s” is damaged, cut off, or holds something hidden. Attach the original file.")
        raise _refused(sentence, name)
    return kind


def _sniffed(content: Content) -> set[str]:
    try:
        found = puremagic.magic_string(bytes(content[:HEAD]))
    except (puremagic.PureError, ValueError):
        return set()
    return {match.extension.lstrip(".").lower() for match in found}


def too_large(name: str, limit: int) -> Unfit:
    """The refusal of a file beyond `limit` bytes."""
    return _refused(_("The file “%(name)s” is larger than %(limit)s MB."), name, limit=limit // (1024 * 1024))


def _refused(sentence: str, name: str, **facts: object) -> Unfit:
    return Unfit(fields={"file": sentence % {"name": shortened(name, 80), **facts}})
