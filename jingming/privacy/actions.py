"""Forget numbers; remember the keys.

A machine with another key of the same number is told so by `queries.strange_keys`.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from . import keys, vault
from .models import KeyInUse


def remember_keys() -> None:
    """Write the fingerprints of keys that are new; those that are there stay as they are."""
    KeyInUse.objects.bulk_create(
        [KeyInUse(number=number, fingerprint=keys.fingerprint(key)) for number, key in
         keys.read_keys(settings.DATA_KEYS).items()],
        ignore_conflicts=True,
    )  # fmt: skip


def forget(numbers: Iterable[str]) -> int:
    """Have these numbers gone from every text that holds them, also where texts only grow: what is shown there is a
    word that says so. How many were known. Whoever asks has seen that they are nobody else's."""
    return vault.forget(numbers)
