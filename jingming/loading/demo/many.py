"""The demo city with as many orders as a benchmark asks for: `jingming demo --orders 10000000`.

They are spread over up to five years. The last thirty days are told in full, so that queues hold what a desk of that
size has to do; of what is older only the opening and the end are kept.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _

from jingming.loading.checking import CannotLoad
from jingming.loading.models import DemoCity
from jingming.loading.progress import Progress
from jingming.loading.rows import LoadedOrder

from .figures import Plan
from .orders import RECENT, SHOWN_BY_TYPE, Year

LONGEST = 5  # years
LEAST = 1_000  # orders; fewer would leave types empty
MOST = 10_000_000
STRETCH = 10_000  # orders that are loaded together
SOURCE, SOURCES = "demo", 8
PARTS = (1, 2, 4, 8)  # how many processes; each divides SOURCES, so that no two wait for the same source
IN_PARTS = 200_000  # orders from which on it pays to start processes
# Measured at a million orders: bytes of tables and indexes for each order, and what is written besides meanwhile.
BYTES_AN_ORDER = 3_600
GB = 1024**3
BESIDE = 4 * GB  # log of the database until its next checkpoint, sorting, the customers


def stretched(plan: Plan, orders: int) -> tuple[Plan, int]:
    """The plan with so many orders, in the same shares, and over how many years they are spread."""
    years = min(LONGEST, max(1, math.ceil(orders / plan.order_count)))
    share = orders / plan.order_count
    counts = {code: max(SHOWN_BY_TYPE.get(code, 1), round(count * share)) for code, count in plan.orders.items()}
    counts["consultation"] += orders - sum(counts.values())
    return Plan(plan.customers, counts, plan.callbacks), years


def check_room(orders: int, place: Path | None, free: int) -> None:
    """Raise CannotLoad if nobody should ask for so many orders, or the disk of `place` with so many free bytes has no
    room for them. Without a place the database is on another machine, whose disk cannot be looked at."""
    if not LEAST <= orders <= MOST:
        raise CannotLoad(
            _("The number of orders lies between %(least)d and %(most)d.") % {"least": LEAST, "most": MOST}
        )
    needed = orders * BYTES_AN_ORDER + BESIDE
    if place is not None and free < needed:
        raise CannotLoad(
            _(
                "%(orders)d orders need about %(needed)d GB of disk, and %(place)s has %(free)d GB. Make room there, "
                "set JINGMING_HOME to another disk, or ask for fewer orders."
            )
            % {"orders": orders, "needed": math.ceil(needed / GB), "free": free // GB, "place": place}
        )


def room() -> tuple[Path | None, int]:
    """Where the embedded database keeps its files, and how many bytes are free there; (None, 0) if it is not ours."""
    if not connections["default"].settings_dict.get("EMBEDDED"):
        return None, 0
    place = Path(connections["default"].get_connection_params()["host"]).parent  # its socket lies beside its data
    return place, shutil.disk_usage(place).free


def stretches(year: Year, part: int = 0, parts: int = 1) -> Iterator[tuple[str, list[LoadedOrder]]]:
    """Every `parts`th stretch of whole days from `part` on, the oldest first, with the name of its source. The shown
    orders come with the last. Stretches that may be loaded at the same time have different sources."""
    border = year.hour_of(year.at - RECENT)
    for number, (first, last) in enumerate(year.days(STRETCH)):
        if number % parts != part:
            continue
        year.asking.clear()
        found = [year.thinned(contact) for contact in year.contacts(first, max(first, min(last, border)))]
        found += [year.tell(contact) for contact in year.contacts(max(first, border), max(last, border))]
        if last == len(year.calendar.slots):
            found += [year.tell(contact) for contact in year.shown()]
        yield f"{SOURCE}-{number % SOURCES}", found


def load_in_parts(city: DemoCity, watcher: Progress) -> None:
    """Load the orders of a large city by a process for each processor (`jingming demo --part`). A process that fails
    leaves the city unfinished; the next call goes on with it."""
    parts = max(number for number in PARTS if number <= (os.cpu_count() or 1))
    root = Path(__file__).resolve().parents[3]
    environ = os.environ | {"PYTHONPATH": str(root), "JINGMING_HOME": str(settings.HOME)}
    heard, spoken = os.pipe()
    processes = [
        subprocess.Popen(
            [sys.executable, "-P", "-m", "jingming.cli", "demo", "--part", f"{number}/{parts}"],
            env=environ, stdout=spoken,
        )
        for number in range(parts)
    ]  # fmt: skip
    os.close(spoken)
    with os.fdopen(heard) as lines:
        for line in lines:
            watcher.advance(int(line))
    failed = [process.returncode for process in processes if process.wait()]
    if failed:
        raise CannotLoad(_("Loading was broken off. Call the demo again, and it goes on from here."))
