"""The demo city with as many orders as a benchmark asks for: `jingming demo --orders 10000000`.

They are spread over up to five years. The last thirty days are told in full, so that queues hold what a desk of that
size has to do; of what is older only the opening and the end are kept.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _

from jingming.loading.checking import CannotLoad
from jingming.loading.rows import LoadedOrder

from .figures import Plan
from .orders import RECENT, Year

LONGEST = 5  # years
SHORTEST = 1_000  # orders; fewer would leave types empty
MOST = 10_000_000
STRETCH = 10_000  # orders that are loaded together
# Measured at a million orders: bytes of tables and indexes for each order, and what is written besides meanwhile.
BYTES_AN_ORDER = 2_600
BESIDE = 4 * 1024**3  # log of the database until its next checkpoint, sorting, the customers


def stretched(plan: Plan, orders: int) -> tuple[Plan, int]:
    """The plan with so many orders, in the same shares, and over how many years they are spread."""
    years = min(LONGEST, max(1, math.ceil(orders / plan.order_count)))
    share = orders / plan.order_count
    counts = {code: max(1, round(count * share)) for code, count in plan.orders.items()}
    counts["consultation"] += orders - sum(counts.values())
    return Plan(plan.customers, counts, plan.callbacks), years


def check_room(orders: int) -> None:
    """Raise CannotLoad if the disk of the embedded database has no room for so many orders."""
    if not SHORTEST <= orders <= MOST:
        raise CannotLoad(
            _("The number of orders lies between %(least)d and %(most)d.") % {"least": SHORTEST, "most": MOST}
        )
    if not connections["default"].settings_dict.get("EMBEDDED"):
        return  # another machine's disk cannot be looked at from here
    needed = orders * BYTES_AN_ORDER + BESIDE
    there = shutil.disk_usage(Path(settings.HOME)).free
    if there < needed:
        raise CannotLoad(
            _(
                "%(orders)d orders need about %(needed)d GB of disk; %(home)s has %(there)d GB. Make room, choose "
                "another JINGMING_HOME, or ask for fewer orders."
            )
            % {
                "orders": orders,
                "needed": math.ceil(needed / 1024**3),
                "there": there // 1024**3,
                "home": settings.HOME,
            }
        )


def stretches(year: Year) -> Iterator[list[LoadedOrder]]:
    """All orders in stretches of whole days, the oldest first; the shown ones with the last."""
    border = year.hour_of(year.at - RECENT)
    for first, last in year.days(STRETCH):
        year.asking.clear()
        told = [year.thinned(contact) for contact in year.contacts(first, max(first, min(last, border)))]
        told += [year.tell(contact) for contact in year.contacts(max(first, border), max(last, border))]
        if last == len(year.calendar.slots):
            told += [year.tell(contact) for contact in year.shown()]
        yield told
