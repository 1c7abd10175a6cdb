"""Times as another system writes them, read by a declared pattern. Reading half a million of them takes a second."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_PARTS = {
    "yyyy": r"(?P<year>[0-9]{4})",
    "dd": r"(?P<day>[0-9]{2})",
    "d": r"(?P<day>[0-9]{1,2})",
    "mm": r"(?P<month>[0-9]{2})",
    "m": r"(?P<month>[0-9]{1,2})",
    "HH": r"(?P<hour>[0-9]{2})",
    "H": r"(?P<hour>[0-9]{1,2})",
    "MM": r"(?P<minute>[0-9]{2})",
    "SS": r"(?P<second>[0-9]{2})",
}
_WORD = re.compile(r"yyyy|dd?|mm?|HH?|MM|SS|[^A-Za-z]+|.")


class Moments:
    """Reads times of one pattern in one zone, each different text once."""

    def __init__(self, pattern: str, zone: str) -> None:
        self.pattern = pattern
        self._zone = ZoneInfo(zone)
        self._expression = self.check(pattern)
        self._read: dict[str, datetime] = {}

    @staticmethod
    def check(pattern: str) -> re.Pattern[str]:
        """The pattern as a regular expression; ValueError if it is no pattern of a time."""
        words = _WORD.findall(pattern)
        unknown = [word for word in words if word.isalpha() and word not in _PARTS and word != "T"]
        if unknown:
            raise ValueError(f"“{unknown[0]}” is no part of a time; use yyyy, m or mm, d or dd, H or HH, MM, SS")
        try:
            expression = re.compile("".join(_PARTS.get(word) or re.escape(word) for word in words))
        except re.error:
            raise ValueError("a part of the time is named twice") from None
        if missing := {"year", "month", "day", "hour", "minute"} - set(expression.groupindex):
            raise ValueError(f"the {min(missing)} is missing")
        return expression

    def read(self, text: str) -> datetime:
        """The moment in UTC; ValueError if the text does not follow the pattern or there is no such day."""
        known = self._read.get(text)
        if known is None:
            found = self._expression.fullmatch(text)
            if found is None:
                raise ValueError(text)
            parts = {name: int(digits) for name, digits in found.groupdict().items()}
            known = self._read[text] = datetime(**parts, tzinfo=self._zone).astimezone(UTC)
        return known
