"""ZIP archives, in which workbooks come: measured before they are unpacked, and while they are.

The directory of an archive says how large its parts are. A bomb is found there; one whose directory lies is found when
a part turns out to be of another size, before anybody was given more than the directory said.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .rules import LIMITS
from .sentences import CannotRead, beyond, damaged

PIECE = 256 * 1024
LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature … length of the name, length of the extra field
ENCRYPTED = 0x1
PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class Archive:
    """An archive whose directory promises no more than the limits. Raises CannotRead for all others."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("rb")
        try:
            with zipfile.ZipFile(self._file) as directory:
                entries = directory.infolist()
        except (zipfile.BadZipFile, EOFError, struct.error, ValueError, NotImplementedError, OverflowError):
            self._file.close()
            raise damaged() from None
        self.parts = {entry.filename.replace("\\", "/"): entry for entry in entries}
        try:
            if len(entries) > LIMITS["parts"].most:
                raise beyond("parts")
            if sum(entry.file_size for entry in entries) > LIMITS["unpacked"].most:
                raise beyond("unpacked")
        except CannotRead:
            self._file.close()
            raise

    def close(self) -> None:
        self._file.close()

    def is_locked(self) -> bool:
        """Whether a part is encrypted."""
        return any(entry.flag_bits & ENCRYPTED for entry in self.parts.values())

    def media_type(self) -> str:
        """What the archive says that it is, as OpenDocument does."""
        return self.read("mimetype")[:100].decode("ascii", "replace").strip() if "mimetype" in self.parts else ""

    def pieces(self, name: str) -> Iterator[bytes]:
        """The part in pieces. Raises CannotRead if it is not there, broken off, or of another size than it should."""
        entry = self._entry(name)
        if entry.compress_type not in PACKINGS:
            raise damaged()
        size = crc = 0
        for piece in self._unpacked(entry):
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            if size > entry.file_size:
                raise damaged()
            yield piece
        if size != entry.file_size or crc != entry.CRC:
            raise damaged()

    def read(self, name: str) -> bytes:
        """A small part as a whole."""
        return b"".join(self.pieces(name))

    def _entry(self, name: str) -> zipfile.ZipInfo:
        for spelling in (name, name.lower()):
            if spelling in self.parts:
                return self.parts[spelling]
        raise damaged()

    def _unpacked(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        place = entry.header_offset
        self._file.seek(place)
        header = self._file.read(LOCAL_HEADER.size)
        if len(header) < LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
            raise damaged()
        _signature, name, extra = LOCAL_HEADER.unpack(header)
        place += LOCAL_HEADER.size + name + extra
        left = entry.compress_size
        inflate = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == zipfile.ZIP_DEFLATED else None
        while left > 0:
            self._file.seek(place)  # whoever reads another part between two pieces moves the file
            packed = self._file.read(min(PIECE, left))
            if not packed:
                raise damaged()
            place, left = place + len(packed), left - len(packed)
            if inflate is None:
                yield packed
            else:
                yield from _inflated(inflate, packed)


def _inflated(inflate: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    try:
        while packed:
            yield inflate.decompress(packed, PIECE)
            packed = inflate.unconsumed_tail
    except zlib.error:
        raise damaged() from None
