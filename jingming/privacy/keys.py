"""The keys under which personal data is sealed: numbered, the newest seals, every one of them opens.

They are never in the database. One machine keeps them in its home; many machines are given the same by the environment.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LENGTH = 32  # bytes of a key
SEALING, TELLING, FINDING = b"jingming seal", b"jingming fingerprint", b"jingming finding"


class BadKeys(ValueError):
    """The keys cannot be read; the message says what is wrong, never the key."""


def read_keys(text: str) -> dict[int, bytes]:
    """Keys by number, in their order, from `1:BASE64` separated by commas or white space. Raises BadKeys."""
    keys: dict[int, bytes] = {}
    for part in text.replace(",", " ").split():
        number, colon, key = part.partition(":")
        try:
            raw = base64.b64decode(key, validate=True)
        except binascii.Error:
            raw = b""
        if not (colon and number.isascii() and number.isdigit() and len(raw) == LENGTH):
            raise BadKeys("a data key is a number, a colon and 32 bytes in base64; `jingming new-data-key` prints one")
        if int(number) in keys:
            raise BadKeys(f"two data keys have the number {int(number)}")
        keys[int(number)] = raw
    if not keys:
        raise BadKeys("there is no data key")
    return keys


def new_key(number: int) -> str:
    """A key in the form in which it is kept."""
    return f"{number}:{base64.b64encode(secrets.token_bytes(LENGTH)).decode()}"


def kept_keys(home: Path) -> str:
    """The text of `home/data-keys`; the first key is made at the first question, by whichever process asks first."""
    path = home / "data-keys"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".data-keys.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{new_key(1)}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(beside, path)  # whole or not at all, and only the first of two that try
        beside.unlink()
    return path.read_text()


def fingerprint(key: bytes) -> str:
    """32 hexadecimal digits that tell keys apart and say nothing of them."""
    return HKDF(algorithm=SHA256(), length=16, salt=None, info=TELLING).derive(key).hex()


@cache
def ciphers(text: str) -> Mapping[int, AESSIV]:
    """What seals and opens, by number of key: AES-SIV (RFC 5297), which needs nothing drawn that must never repeat."""
    return {
        number: AESSIV(HKDF(algorithm=SHA256(), length=64, salt=None, info=SEALING).derive(key))
        for number, key in read_keys(text).items()
    }


@cache
def finding_key(text: str) -> bytes:
    """What the hashes by which sealed numbers are found are made with: of the oldest key, as numbers are sealed."""
    _number, key = min(read_keys(text).items())
    return HKDF(algorithm=SHA256(), length=LENGTH, salt=None, info=FINDING).derive(key)
