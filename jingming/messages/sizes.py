"""How long a text message is, as the network counts it."""

from __future__ import annotations

from dataclasses import dataclass

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_TWICE = frozenset("^{}\\[~]|€\f")


@dataclass(frozen=True)
class Size:
    """How a text message travels: its alphabet, how many characters it counts as, and in how many parts."""

    alphabet: str
    units: int
    segments: int
    left: int  # what still fits into the last part


def size_of(text: str) -> Size:
    """Count a text message: 160 characters of GSM-7 or 70 of UCS-2 in one part, 153 or 67 in each of several.

    A character that counts twice (€ in GSM-7, 𠮷 in UCS-2) is never cut in two, so it may leave a place empty.
    """
    if all(letter in GSM_7 or letter in GSM_7_TWICE for letter in text):
        alphabet, single, several = "GSM-7", 160, 153
        costs = [2 if letter in GSM_7_TWICE else 1 for letter in text]
    else:
        alphabet, single, several = "UCS-2", 70, 67
        costs = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
    units = sum(costs)
    if units <= single:
        return Size(alphabet, units, 1 if units else 0, single - units)
    segments, filled = 1, 0
    for cost in costs:
        if filled + cost > several:
            segments, filled = segments + 1, 0
        filled += cost
    return Size(alphabet, units, segments, several - filled)
