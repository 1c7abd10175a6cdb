"""Event logs as files: .csv or .csv.gz, read strictly. Whatever is wrong with a file becomes one sentence."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, cast

from django.utils.translation import gettext as _

from jingming.privacy.rules import shortened

from .checking import CannotLoad
from .mapping import FileShape

Row = tuple[str, ...]
LONGEST_FIELD = 10_000


class LogFile:
    """The rows of a file, each with the number of its line; the header gives the columns' places."""

    def __init__(self, path: Path, shape: FileShape) -> None:
        self.path, self.shape = path, shape
        self.bytes_read: Callable[[], int] = lambda: 0

    def rows(self, wanted: Sequence[str]) -> Iterator[tuple[int, Row]]:
        """(line number, values of the wanted columns); raises CannotLoad for the first thing that is wrong."""
        csv.field_size_limit(LONGEST_FIELD)
        try:
            with self.path.open("rb") as packed:
                self.bytes_read = packed.tell
                yield from self._rows(packed, wanted)
        except OSError as error:
            raise self._bad(_corrupt(error)) from None
        except (EOFError, zlib.error):
            raise self._bad(_("it is packed, and broken off or damaged")) from None
        except UnicodeError:
            raise self._bad(_("it is not written in %(encoding)s") % {"encoding": self.shape.encoding}) from None

    def size(self) -> int:
        """Bytes on disk; 0 if there is no such file, which `rows` will say."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def _rows(self, packed: BinaryIO, wanted: Sequence[str]) -> Iterator[tuple[int, Row]]:
        start = packed.read(2)
        packed.seek(0)
        is_packed = start == b"\x1f\x8b"
        if self.path.suffix == ".gz" and not is_packed:
            raise self._bad(_("its name ends in .gz, but it is not packed with gzip"))
        unpacked = cast("BinaryIO", gzip.GzipFile(fileobj=packed)) if is_packed else packed
        lines = io.TextIOWrapper(unpacked, encoding=self.shape.encoding, newline="")
        reader = csv.reader(self._plain(lines), delimiter=self.shape.delimiter, strict=True)
        try:
            header = next(reader, None)
            pick = itemgetter(*self._places(header, wanted))
            width = len(header or ())
            for row in reader:
                if len(row) != width:
                    raise self._bad(
                        _("line %(line)d has %(found)d fields, the header has %(width)d")
                        % {"line": reader.line_num, "found": len(row), "width": width}
                    )
                yield reader.line_num, pick(row)
        except csv.Error as error:
            raise self._bad(_("line %(line)d: %(why)s") % {"line": reader.line_num, "why": error}) from None

    def _plain(self, lines: io.TextIOWrapper) -> Iterator[str]:
        for number, line in enumerate(lines, 1):
            if "\0" in line:
                raise self._bad(_("line %(line)d holds the character NUL") % {"line": number})
            yield line

    def _places(self, header: list[str] | None, wanted: Sequence[str]) -> list[int]:
        if not header:
            raise self._bad(_("it is empty"))
        if header[0].startswith("\ufeff"):
            raise self._bad(_('it begins with a byte order mark; write encoding = "utf-8-sig" in the mapping'))
        if len(set(header)) < len(header):
            raise self._bad(_("two of its columns have the same name"))
        missing = [name for name in wanted if name not in header]
        if len(header) == 1 and missing:
            raise self._bad(
                _("its first line does not fall into columns at “%(delimiter)s”; correct the delimiter in the mapping")
                % {"delimiter": self.shape.delimiter}
            )
        if missing:
            raise self._bad(
                _("it has no column “%(column)s”; it has: %(columns)s")
                % {"column": missing[0], "columns": ", ".join(shortened(name, 40) for name in header[:60])}
            )
        return [header.index(name) for name in wanted]

    def _bad(self, why: str) -> CannotLoad:
        return CannotLoad(_("Nothing was loaded. %(path)s: %(why)s.") % {"path": self.path.name, "why": why})


def _corrupt(error: OSError) -> str:
    if isinstance(error, gzip.BadGzipFile):
        return _("it is packed, and broken off or damaged")
    if isinstance(error, FileNotFoundError):
        return _("there is no such file")
    return error.strerror or str(error)
