"""Where the bytes lie: random keys under MEDIA_ROOT, two levels of directories, nothing of the file's name in its path.

A file appears under its key complete and on disk, or not at all: it is written beside its place, synced, then renamed.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from django.conf import settings

KEY = re.compile(r"\A[0-9a-f]{32}\Z")
Proof = TypeVar("Proof")


class TooLarge(Exception):
    """More bytes came than the limit allows; nothing is kept."""


@dataclass(frozen=True)
class Kept:
    """What has been written: its key, its size in bytes, its digest (sha256, hexadecimal)."""

    key: str
    size: int
    sha256: str


def path_of(key: str) -> Path:
    """Where the bytes of `key` lie; only keys made here have a place."""
    if not KEY.match(key):
        raise ValueError(f"not a key of this store: {key!r}")
    return Path(settings.MEDIA_ROOT) / key[:2] / key[2:4] / key


def keep(chunks: Iterable[bytes], *, limit: int, proof: Callable[[bytes | mmap.mmap], Proof]) -> tuple[Kept, Proof]:
    """Write the chunks under a new key, once `proof` has accepted the whole content; returns its answer as well.

    Raises TooLarge as soon as more than `limit` bytes have come. Whatever is raised, nothing stays behind.
    """
    key = uuid.uuid4().hex
    place = path_of(key)
    _make_directories(place.parent)
    beside = place.with_name(f"{key}.part")
    try:
        size, digest = _write(beside, chunks, limit)
        answer = _prove(beside, size, proof)
        beside.rename(place)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_directory(place.parent)
    return Kept(key, size, digest), answer


def read(key: str) -> IO[bytes]:
    """The bytes, open for reading; raises FileNotFoundError where there are none."""
    return path_of(key).open("rb")


def small_path_of(key: str) -> Path:
    """Where a small picture of the bytes of `key` lies, once somebody has asked for it."""
    place = path_of(key)
    return place.with_name(f"{place.name}.small")


def remove(key: str) -> None:
    """Forget the bytes; nothing happens if there are none."""
    path_of(key).unlink(missing_ok=True)
    small_path_of(key).unlink(missing_ok=True)


def keys_older_than(moment: float) -> Iterator[str]:
    """Keys whose bytes were last written before `moment` (seconds since 1970), unfinished ones swept on the way."""
    for path in Path(settings.MEDIA_ROOT).glob("??/??/*"):
        with suppress(FileNotFoundError):  # somebody else sweeps too
            if path.stat().st_mtime >= moment:
                continue
            if path.suffix == ".part":
                path.unlink()
            elif KEY.match(path.name):
                yield path.name


def _write(path: Path, chunks: Iterable[bytes], limit: int) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise TooLarge
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def _prove(path: Path, size: int, proof: Callable[[bytes | mmap.mmap], Proof]) -> Proof:
    if size == 0:  # there is nothing to map
        return proof(b"")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return proof(content)


def _make_directories(directory: Path) -> None:
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for missing in (directory.parent, directory):
        if not missing.is_dir():
            missing.mkdir(exist_ok=True, mode=0o700)
            _sync_directory(missing.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
