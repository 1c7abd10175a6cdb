"""Compound files of Microsoft's, in which old workbooks lie as one stream among others (the format is [MS-CFB])."""

from __future__ import annotations

import struct
from array import array
from pathlib import Path

from .sentences import damaged

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FIRST_SPECIAL = 0xFFFFFFFA  # numbers from here on are no sectors: free, end of a chain, tables
ENTRY = 128
IN_HEADER = 109  # sectors of the table that the header itself names


class Compound:
    """The streams of a compound file, by name. Raises CannotRead for a file that contradicts itself."""

    def __init__(self, path: Path) -> None:
        self._content = path.read_bytes()
        try:
            self._read()
        except (struct.error, IndexError, UnicodeDecodeError):
            raise damaged() from None

    def _read(self) -> None:
        power, small_power = struct.unpack_from("<HH", self._content, 30)
        if power not in {9, 12} or small_power != 6:
            raise damaged()
        self._sector = 1 << power
        first_directory, _transaction, self._cutoff, first_small, _small, first_more, _more = struct.unpack_from(
            "<IIIIIII", self._content, 48
        )
        tables = [
            number for number in struct.unpack_from(f"<{IN_HEADER}I", self._content, 76) if number < FIRST_SPECIAL
        ]
        seen: set[int] = set()
        while first_more < FIRST_SPECIAL and first_more not in seen:
            seen.add(first_more)
            *numbers, first_more = self._numbers(first_more)
            tables += [number for number in numbers if number < FIRST_SPECIAL]
        self._next = array("I")
        for number in tables:
            self._next.extend(self._numbers(number))
        directory = self._chain(first_directory)
        self._entries: dict[str, tuple[int, int]] = {}
        root = (0, 0)
        for place in range(0, len(directory) - ENTRY + 1, ENTRY):
            length, kind = struct.unpack_from("<HB", directory, place + 64)
            start, size = struct.unpack_from("<IQ", directory, place + 116)
            if kind == 5:
                root = (start, size & 0xFFFFFFFF)
            elif kind == 2 and 2 <= length <= 64:
                name = directory[place : place + length - 2].decode("utf-16-le")
                self._entries.setdefault(name, (start, size & 0xFFFFFFFF))
        self._small = self._chain(root[0])[: root[1]] if root[1] else b""
        small_table = self._chain(first_small) if first_small < FIRST_SPECIAL else b""
        self._small_next = array("I", small_table[: len(small_table) // 4 * 4])

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def stream(self, name: str) -> bytes:
        """The content of a stream."""
        start, size = self._entries[name]
        if size >= self._cutoff:
            content = self._chain(start)
        else:
            content = b"".join(self._small[64 * place : 64 * place + 64] for place in _walk(self._small_next, start))
        if len(content) < size:
            raise damaged()
        return content[:size]

    def _numbers(self, sector: int) -> tuple[int, ...]:
        return struct.unpack_from(f"<{self._sector // 4}I", self._content, (sector + 1) * self._sector)

    def _chain(self, start: int) -> bytes:
        size = self._sector
        return b"".join(self._content[(n + 1) * size : (n + 2) * size] for n in _walk(self._next, start))


def _walk(next_one: array[int], start: int) -> list[int]:
    """The sectors of a chain; a chain that bites its tail is refused."""
    chain: list[int] = []
    while start < FIRST_SPECIAL:
        if start >= len(next_one) or len(chain) > len(next_one):
            raise damaged()
        chain.append(start)
        start = next_one[start]
    return chain
