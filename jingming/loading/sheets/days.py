"""Days as spreadsheets count them, with their two beginnings and their one mistake."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from .values import Fault

# Numbers of formats that every program knows without being told; some mean dates only in Chinese and Japanese.
BUILT_IN = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
NO_PART = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\[\]]*\]')
DURATION = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
PART = re.compile(r"[ymdhs]", re.IGNORECASE)

LAST_SERIAL = 2_958_465  # 9999-12-31
FALSE_LEAP_DAY = 60  # 1900-02-29 never was, but Excel counts it as Lotus did
SECONDS = 86_400
EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001  # a sheet knows no time zone
EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001
BEFORE_FALSE_DAY = datetime(1899, 12, 31)  # noqa: DTZ001


def is_date_format(pattern: str) -> bool:
    """Whether a number format of a workbook shows a day or a time of day; a duration is a number."""
    if DURATION.search(pattern):
        return False
    return bool(PART.search(NO_PART.sub("", pattern.replace("General", ""))))


def from_serial(serial: float, *, epoch_1904: bool) -> date | datetime | str | Fault:
    """The day, with its time if there is one; a text for a time without a day."""
    seconds = round(serial * SECONDS)
    days = seconds // SECONDS
    if not 0 <= serial < LAST_SERIAL + 1 or (days == FALSE_LEAP_DAY and not epoch_1904):
        shown = "1900-02-29" if days == FALSE_LEAP_DAY else f"{serial:.15g}"
        return Fault(shown, _("“%(value)s” is a date that never was. Enter it again as 2026-01-31.") % {"value": shown})
    moment = _epoch(days, epoch_1904=epoch_1904) + timedelta(seconds=seconds)
    if days == 0 and not epoch_1904:
        return moment.time().isoformat()
    return moment if seconds % SECONDS else moment.date()


def _epoch(days: int, *, epoch_1904: bool) -> datetime:
    if epoch_1904:
        return EPOCH_1904
    return EPOCH_1900 if days > FALSE_LEAP_DAY else BEFORE_FALSE_DAY
