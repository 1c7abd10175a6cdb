"""The store keeps whole files under its own names, or nothing."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from jingming.base.errors import Unfit
from jingming.files import store


@pytest.fixture
def root(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "attachments"
    return tmp_path / "attachments"


def everything_under(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_bytes_are_kept_whole_and_readable_by_their_account_alone(root: Path):
    kept, answer = store.keep([b"one ", b"two"], limit=100, proof=lambda content: bytes(content).upper())

    with store.read(kept.key) as file:
        assert file.read() == b"one two"
    assert answer == b"ONE TWO"
    assert (kept.size, kept.sha256) == (7, hashlib.sha256(b"one two").hexdigest())
    assert everything_under(root) == [f"{kept.key[:2]}/{kept.key[2:4]}/{kept.key}"]
    path = store.path_of(kept.key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(above.stat().st_mode) for above in (path.parent, path.parent.parent, root)} == {0o700}


def test_more_than_the_limit_stops_the_writing_and_leaves_nothing(root: Path):
    pieces = iter([b"x" * 60, b"x" * 60, b"never asked for"])

    with pytest.raises(store.TooLarge):
        store.keep(pieces, limit=100, proof=lambda content: None)

    assert everything_under(root) == []
    assert list(pieces) == [b"never asked for"]


def test_what_the_proof_refuses_leaves_nothing(root: Path):
    def refuse(content: object) -> None:
        raise Unfit("not this one")

    with pytest.raises(Unfit):
        store.keep([b"anything"], limit=100, proof=refuse)

    assert everything_under(root) == []


def test_an_upload_that_breaks_off_leaves_nothing(root: Path):
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        store.keep(broken(), limit=100, proof=lambda content: None)

    assert everything_under(root) == []


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n", "0" * 31 + "/"])
def test_only_keys_of_the_store_have_a_place(root: Path, key: str):
    with pytest.raises(ValueError, match="not a key"):
        store.path_of(key)


def test_old_keys_are_listed_and_unfinished_writing_is_swept(root: Path):
    old, _ = store.keep([b"old"], limit=100, proof=len)
    store.keep([b"new"], limit=100, proof=len)
    unfinished = store.path_of(old.key).with_suffix(".part")
    unfinished.write_bytes(b"half")
    for path in (store.path_of(old.key), unfinished):
        os.utime(path, (1_000, 1_000))

    assert list(store.keys_older_than(2_000)) == [old.key]
    assert not unfinished.exists()
