"""When people call: months, days of the week, hours, holidays, and the days on which everybody calls.

Each table is a multiple of an ordinary hour, with its reason. They are multiplied for every hour of the demo's years,
and the year's figures are spread over the hours in proportion.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)

# January to December.
MONTHS: Mapping[str, tuple[float, ...]] = {
    # Boilers run from mid-November to mid-March: most gas, most wear, frozen pipes. In summer people eat out.
    "repair": (1.6, 1.35, 1.05, 0.85, 0.75, 0.7, 0.68, 0.68, 0.75, 0.85, 1.2, 1.55),
    # Questions follow the bills of the heating season by a few weeks.
    "consultation": (1.3, 1.25, 1.2, 0.95, 0.85, 0.82, 0.82, 0.85, 0.88, 0.92, 1.1, 1.25),
    # Complaints follow repairs that were late.
    "complaint": (1.5, 1.35, 1.15, 0.9, 0.8, 0.75, 0.75, 0.75, 0.8, 0.85, 1.1, 1.4),
    # Homes are decorated and handed over in spring and autumn, hardly before Spring Festival.
    "business": (0.6, 0.5, 1.15, 1.25, 1.2, 1.1, 0.95, 0.9, 1.15, 1.3, 1.2, 0.9),
    "other": (0.9, 0.8, 1.1, 1.1, 1.05, 1.0, 0.95, 0.95, 1.05, 1.1, 1.05, 0.95),
}
# Monday to Sunday.
WEEKDAYS: Mapping[str, tuple[float, ...]] = {
    # People are at home and cook at the weekend, and wait until Monday with what is not urgent.
    "repair": (1.14, 1.0, 0.97, 0.97, 0.99, 1.03, 0.9),
    # Offices and halls are asked on working days, most of all on Monday.
    "consultation": (1.3, 1.1, 1.03, 1.0, 1.0, 0.87, 0.7),
    "complaint": (1.3, 1.08, 1.0, 1.0, 1.0, 0.9, 0.72),
    "business": (1.25, 1.15, 1.05, 1.05, 1.0, 0.85, 0.65),
    "other": (1.2, 1.05, 1.0, 1.0, 1.0, 0.95, 0.8),
}
# Midnight to eleven at night.
HOURS: Mapping[str, tuple[int, ...]] = {
    # Two peaks, when meals are cooked; the evening one is higher because of hot water and heating. Leaks know no hour.
    "repair": (3, 2, 2, 2, 2, 4, 9, 15, 19, 19, 18, 20, 15, 11, 12, 13, 15, 20, 25, 23, 18, 13, 8, 5),
    # Office hours with the first hour the busiest, and an evening of those who work by day.
    "consultation": (1, 1, 1, 1, 1, 2, 5, 12, 26, 28, 24, 18, 12, 14, 20, 19, 17, 15, 14, 15, 12, 8, 4, 2),
    "complaint": (1, 1, 1, 1, 1, 1, 3, 9, 22, 24, 22, 16, 10, 13, 19, 19, 17, 16, 15, 16, 12, 8, 4, 2),
    # While the halls are open.
    "business": (0, 0, 0, 0, 0, 0, 1, 4, 22, 28, 26, 17, 9, 12, 22, 23, 19, 9, 3, 2, 1, 1, 0, 0),
    "other": (1, 1, 1, 1, 1, 1, 3, 9, 20, 23, 21, 16, 11, 13, 18, 18, 16, 14, 13, 14, 10, 7, 3, 2),
}
MANNER = {"repair": "repair", "consultation": "consultation", "complaint": "complaint", "business": "business"}
# The company's bills go out on the first; most questions about them come within ten days.
AFTER_BILLS, BETWEEN_BILLS = 1.18, 0.91
# First day of the lunar year, by the Chinese calendar of GB/T 33661-2017. Homes stand empty for a week and business
# rests; then families come home to pipes that froze.
SPRING_FESTIVAL = {
    2019: date(2019, 2, 5), 2020: date(2020, 1, 25), 2021: date(2021, 2, 12), 2022: date(2022, 2, 1),
    2023: date(2023, 1, 22), 2024: date(2024, 2, 10), 2025: date(2025, 1, 29), 2026: date(2026, 2, 17),
    2027: date(2027, 2, 6), 2028: date(2028, 1, 26), 2029: date(2029, 2, 13), 2030: date(2030, 2, 3),
    2031: date(2031, 1, 23), 2032: date(2032, 2, 11), 2033: date(2033, 1, 31), 2034: date(2034, 2, 19),
    2035: date(2035, 2, 8), 2036: date(2036, 1, 28),
}  # fmt: skip
QUIET = range(-1, 6)  # days from New Year's Eve: repairs at a half, all else at a fifth
FROZEN = range(6, 14)  # days in which people are back: repairs nearly double
# Other holidays by their day: offices rest, kitchens do not.
HOLIDAYS = {(1, 1), (5, 1), (5, 2), (5, 3), *((10, day) for day in range(1, 8))}

COLD_MONTHS = (12, 1, 2)
COLD_WAVES_A_YEAR, DAMAGES_A_YEAR = 3, 6


@dataclass(frozen=True)
class Trouble:
    """Hours in which many call about the same: a cold wave in all districts, or a main hit by an excavator in one."""

    kind: str
    begin: datetime
    end: datetime
    district: int | None  # place in the city's list of districts
    factors: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour, and what is special about it."""

    begin: datetime
    end: datetime
    local: datetime
    frozen: bool
    trouble: Trouble | None


class Calendar:
    """The hours of the last `days` days before `at` in a time zone, with their troubles."""

    def __init__(self, at: datetime, days: int, zone: ZoneInfo, draw: random.Random) -> None:
        self.at, self.zone = at.astimezone(UTC), zone
        first = self.at.replace(minute=0, second=0, microsecond=0) - timedelta(days=days) + HOUR
        bounds = [max(first - HOUR, self.at - timedelta(days=days)), first]
        while bounds[-1] + HOUR < self.at:
            bounds.append(bounds[-1] + HOUR)
        self.bounds = [*bounds, self.at]
        self.troubles = sorted(self._troubles(days, draw), key=lambda trouble: trouble.begin)
        self.noise = [draw.uniform(0.88, 1.12) for _day in range(days + 2)]

    @cached_property
    def slots(self) -> list[Slot]:
        return [self._slot(begin, end) for begin, end in pairwise(self.bounds) if end > begin]

    def weights(self, type_: str) -> list[float]:
        """How likely an order of the type comes in each hour."""
        manner = MANNER.get(type_, "other")
        months, weekdays, hours = MONTHS[manner], WEEKDAYS[manner], HOURS[manner]
        found = []
        for slot in self.slots:
            local = slot.local
            weight = months[local.month - 1] * weekdays[local.weekday()] * hours[local.hour]
            weight *= ((slot.end - slot.begin) / HOUR) * self.noise[(slot.begin - self.bounds[0]).days]
            weight *= _on_holiday(local.date(), manner)
            if manner == "consultation":
                weight *= AFTER_BILLS if local.day <= 10 else BETWEEN_BILLS  # ten days, as said above
            if slot.trouble:
                weight *= slot.trouble.factors.get(manner, 1.0)
            found.append(weight)
        return found

    def _slot(self, begin: datetime, end: datetime) -> Slot:
        local = begin.astimezone(self.zone)
        trouble = next((t for t in self.troubles if t.begin <= begin < t.end), None)
        return Slot(begin, end, local, _day_of_festival(local.date()) in FROZEN, trouble)

    def _troubles(self, days: int, draw: random.Random) -> Iterator[Trouble]:
        cold = [n for n in range(days) if (self.at - timedelta(days=n)).astimezone(self.zone).month in COLD_MONTHS]
        for _wave in range(round(COLD_WAVES_A_YEAR * len(cold) / 90)):
            begin = self._morning(draw.choice(cold), 0)
            yield Trouble("cold_wave", begin, begin + timedelta(days=3), None, {"repair": 2.4, "consultation": 1.3})
        for _damage in range(round(DAMAGES_A_YEAR * days / 365)):
            begin = self._morning(draw.randrange(1, days), draw.randint(9, 16))
            yield self._damage(begin, draw)
        # One that is not over, so that suspended orders are there to be seen.
        yield self._damage(self.at.replace(minute=0, second=0, microsecond=0) - 4 * HOUR, draw)

    def _damage(self, begin: datetime, draw: random.Random) -> Trouble:
        factors = {"repair": 9.0, "consultation": 2.2, "complaint": 2.0}
        return Trouble("damage", begin, begin + timedelta(hours=draw.randint(4, 8)), draw.randrange(3), factors)

    def _morning(self, days_ago: int, hour: int) -> datetime:
        local = (self.at - timedelta(days=days_ago)).astimezone(self.zone)
        return local.replace(hour=hour, minute=0, second=0, microsecond=0).astimezone(UTC)


def _day_of_festival(day: date) -> int | None:
    """Days since the first day of the lunar year, from a week before it; None far from it or beyond the table."""
    first = SPRING_FESTIVAL.get(day.year)
    return (day - first).days if first else None


def _on_holiday(day: date, manner: str) -> float:
    since = _day_of_festival(day)
    if since is not None and since in QUIET:
        return 0.5 if manner == "repair" else 0.2
    if since is not None and since in FROZEN:
        return 1.9 if manner == "repair" else 1.25
    if (day.month, day.day) in HOLIDAYS:
        return 0.9 if manner == "repair" else 0.45
    return 1.0


def seasons_of(slot: Slot) -> Sequence[str]:
    """Which texts are in season in an hour; an entry's `season` is among these or it is rare."""
    month, trouble = slot.local.month, slot.trouble
    found = ["even"]
    if month in (11, 12, 1, 2, 3):
        found += ["winter", "cold"]
    if slot.local.day <= 10:  # after the bills, as above
        found.append("billing")
    if month in (3, 4, 5, 9, 10, 11):
        found.append("building")
    if slot.frozen or (trouble and trouble.kind == "cold_wave"):
        found.append("frozen")
    return found
