"""What /ui/ tells of the tokens: their names, their colours in both themes, and how well they stand out (WCAG 2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOKENS = Path(__file__).parent / "static" / "ui" / "tokens.css"
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
SIZE = re.compile(r"--([\w-]+): (-?[\d.]+(?:px)?);")
GROUND = "surface"  # what most words stand on


@dataclass(frozen=True)
class Colour:
    """One colour token: its two values, and their contrast to the surface, 1 to 21."""

    name: str
    light: str
    dark: str
    on_light: float
    on_dark: float


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@cache
def colours() -> list[Colour]:
    """The ordinary colours, in the order of tokens.css."""
    pairs = PAIR.findall(_ordinary())
    light, dark = next((light, dark) for name, light, dark in pairs if name == GROUND)
    return [Colour(name, one, two, contrast(one, light), contrast(two, dark)) for name, one, two in pairs]


@cache
def sizes() -> list[tuple[str, str]]:
    """Name and value of each size, in the order of tokens.css."""
    return SIZE.findall(_ordinary())


def _ordinary() -> str:
    """The first block of tokens.css, which holds what applies where nothing else was chosen."""
    return TOKENS.read_text(encoding="utf-8").split("{", 1)[1].split("}", 1)[0]
