"""Seal and open text. A sealed text says under which key; it opens only for the purpose for which it was sealed."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from . import keys

MARK = "sealed:"
NUMBER = "number"  # the purpose of every number: equal numbers are equal in all tables
_SEALED = re.compile(rf"{MARK}[0-9]+:[A-Za-z0-9+/=]+")


class CannotOpen(Exception):
    """It was sealed under a key that this installation lacks, for another purpose, or was tampered with."""


def seal(text: str, purpose: str) -> str:
    """The text as it may be kept; `purpose` names the place, for example "accounts.GivenAnswer.body".

    `sealed:KEY:BASE64` of the 16-byte tag and the enciphered text. The same text for the same purpose is the same
    sealed text: whoever reads the table can tell that two are equal, and how long they are, and nothing else.
    """
    return _sealed(text, purpose, max(_ciphers().items()))


def unseal(sealed: str, purpose: str) -> str:
    """What was sealed; raises CannotOpen."""
    mark, _colon, rest = sealed.partition(":")
    number, _colon, text = rest.partition(":")
    cipher = _ciphers().get(int(number)) if f"{mark}:" == MARK and number.isascii() and number.isdigit() else None
    if cipher is None:
        raise CannotOpen(f"{purpose} was sealed under a data key that is not here")
    if not text:
        return ""
    try:
        return cipher.decrypt(base64.b64decode(text, validate=True), [purpose.encode()]).decode()
    except (InvalidTag, ValueError) as error:
        raise CannotOpen(f"{purpose} does not open: wrong key or changed") from error


def seal_number(number: str) -> str:
    """A number as it may be kept in whichever table: the same everywhere, so that it is found again; "" stays so.

    At most 80 signs for 20. The oldest key seals numbers, so that a new key divides nothing that is equal: the old one
    is left out once everything has been sealed anew.
    """
    return _sealed(number, NUMBER, min(_ciphers().items())) if number else ""


def unseal_number(sealed: str) -> str:
    """The number; raises CannotOpen."""
    return unseal(sealed, NUMBER) if sealed else ""


def open_numbers(text: str) -> str:
    """The text with the sealed numbers that stand in it open; raises CannotOpen."""
    return _SEALED.sub(lambda found: unseal_number(found[0]), text)


def keyed_hash(*words: str) -> int:
    """31 bits that say the words to whoever has the oldest key, and to nobody else: by them a part of a sealed number
    is found. Two of some ten thousand are seldom the same, so what was found is compared once it is open."""
    return _hashed(settings.DATA_KEYS, "\0".join(words))


@lru_cache(1 << 15)  # there are not many groups of four digits, and a file of archives has them all
def _hashed(data_keys: str, words: str) -> int:
    digest = hmac.digest(keys.finding_key(data_keys), words.encode(), "sha256")
    return int.from_bytes(digest[:4], "big") >> 1


def _sealed(text: str, purpose: str, key: tuple[int, AESSIV]) -> str:
    number, cipher = key
    sealed = cipher.encrypt(text.encode(), [purpose.encode()]) if text else b""
    return f"{MARK}{number}:{base64.b64encode(sealed).decode()}"


def _ciphers() -> Mapping[int, AESSIV]:
    return keys.ciphers(settings.DATA_KEYS)
