"""Sentences with slots: "{since}打不着火" becomes one of many. The texts themselves are data (texts.json).

A slot is `{name}`, one of the texts of that name; `{a|b|c}`, one of these; `{3..8}`, a number from 3 to 8.
"""

from __future__ import annotations

import json
import random
import re
from functools import cache
from pathlib import Path
from typing import Any

TEXTS: dict[str, Any] = json.loads((Path(__file__).parent / "texts.json").read_text(encoding="utf-8"))
_SLOT = re.compile(r"\{([^{}]+)\}")
_NUMBERS = re.compile(r"(\d+)\.\.(\d+)")

Part = tuple[str, tuple[str, ...] | range]  # (name of the slot, what may stand there); plain text is one of one


def worded(template: str, draw: random.Random, said: dict[str, str] | None = None) -> str:
    """The sentence with every slot filled. `said` remembers what named slots were filled with, so that an answer speaks
    of the hall that was asked about."""
    words = []
    for name, parts in _parts(template):
        if name and said is not None and name in said:
            words.append(said[name])
            continue
        word = str(parts[int(draw.random() * len(parts))]) if len(parts) > 1 else str(parts[0])
        if name and said is not None:
            said[name] = word
        words.append(word)
    return "".join(words)


@cache
def _parts(template: str) -> tuple[Part, ...]:
    """The template cut at its slots."""
    cut = _SLOT.split(template)
    return tuple(_meaning(piece) if place % 2 else ("", (piece,)) for place, piece in enumerate(cut) if piece)


def _meaning(slot: str) -> Part:
    if numbers := _NUMBERS.fullmatch(slot):
        return "", range(int(numbers[1]), int(numbers[2]) + 1)
    return ("", tuple(slot.split("|"))) if "|" in slot else (slot, tuple(TEXTS["slots"][slot]))
