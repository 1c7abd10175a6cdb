"""What the world is told in: things with their names, and words that stand nowhere else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

KEPT = ("act", "kind")  # words in addresses that everybody knows; only what they are about may be absent


@dataclass(frozen=True)
class Thing:
    """One row that an address can name: `names` are the address's own words for it, `told` what the oracle is told."""

    kind: str
    key: str
    names: dict[str, Any]
    told: dict[str, Any] = field(default_factory=dict)
    absent: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """The things by kind, the words by the things that may show them, and everybody's way in."""

    things: dict[str, dict[str, Thing]] = field(default_factory=dict)
    words: dict[str, list[Thing]] = field(default_factory=dict)
    personal: set[str] = field(default_factory=set)  # words that are somebody's name, number or address
    ids: dict[str, int] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    searched: dict[str, list[str]] = field(default_factory=dict)

    def of(self, kind: str) -> list[Thing]:
        return list(self.things[kind].values())

    def thing(self, kind: str, key: str) -> Thing:
        return self.things[kind][key]

    def add(self, kind: str, key: str, names: dict[str, Any], **told: Any) -> Thing:
        """Note a thing; its absent twin has names of the same shape and length that stand for nothing."""
        absent = {name: value if name in KEPT else gone(value) for name, value in names.items()}
        found = self.things.setdefault(kind, {})[key] = Thing(kind, key, names, told, absent)
        return found

    def tell(self, word: str, *shown_by: Thing) -> None:
        """Let these things show the word."""
        self.words.setdefault(word, []).extend(shown_by)


def gone(value: object) -> object:
    """A name of the same shape and length that stands for nothing."""
    if isinstance(value, int):
        return value + 700_000 if value > 10**9 else 700_000
    return f"{str(value)[:-6]}999999" if "-" in str(value) else "q" * len(str(value))


def mark(*about: str) -> str:
    """A word that stands nowhere else."""
    return "qz" + hashlib.sha256(" ".join(about).encode()).hexdigest()[:8]


def dialled(*about: str) -> str:
    """A phone number that nobody else has."""
    return "139" + str(int(hashlib.sha256(" ".join(about).encode()).hexdigest()[:12], 16))[-8:].zfill(8)
