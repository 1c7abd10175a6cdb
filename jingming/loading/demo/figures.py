"""How large the demo city is: the gas company of the management paper (seed document 3), and shares of it.

Figures of that paper, as of the end of 2012: 157,474 homes, 50 industrial and 380 commercial customers, 1,902 vehicles
on compressed gas; 262,800 consultations, 35,200 repairs and 26,500 callbacks in the year. It counts 128,400 inspections
at home besides, which have no place in the product yet. What it does not count stands below with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CUSTOMERS: Mapping[str, int] = {"home": 157_474, "industrial": 50, "commercial": 380, "vehicle": 1_902}
ORDERS: Mapping[str, int] = {
    "consultation": 262_800,
    "repair": 35_200,
    "complaint": 1_600,  # about one customer in a hundred in a year
    "business": 3_900,  # new homes connected, moves of pipes and holders: one customer in forty
    "service_request": 4_200,  # appointments for inspections that found nobody in, copies of bills
    "suggestion": 420,
    "opinion": 360,
    "report": 60,  # strangers who pose as inspectors, pipes laid by the customer: about one a week
    "praise": 540,
    "presale": 700,
}
CALLBACKS = 26_500
CITIES = (0.92, 0.08)  # share of the two cities: the company's own, and its young branch in the neighbouring one
YEAR = 365  # days


@dataclass(frozen=True)
class Plan:
    """How many there will be of everything."""

    customers: Mapping[str, int]
    orders: Mapping[str, int]
    callbacks: int

    @property
    def order_count(self) -> int:
        return sum(self.orders.values())

    @property
    def customer_count(self) -> int:
        return sum(self.customers.values())


def plan(scale: float, shown: Mapping[str, int] | None = None) -> Plan:
    """The city at a scale; 1 is the whole. No kind is empty, and each type has at least its `shown` orders."""
    least = shown or {}
    return Plan(
        customers={use: max(1, round(count * scale)) for use, count in CUSTOMERS.items()},
        orders={code: max(1, least.get(code, 0), round(count * scale)) for code, count in ORDERS.items()},
        callbacks=max(1, round(CALLBACKS * scale)),
    )


def spread(total: int, weights: Sequence[float], start: float) -> list[int]:
    """How many of `total` fall on each weight: in proportion, and all of them. `start` in [0, 1) says where counting
    begins, so that a small total does not always fall on the heaviest."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    counts, up_to, before = [], 0.0, int(start)
    for weight in weights[:-1]:
        up_to += weight
        reached = int(total * up_to / whole + start)
        counts.append(reached - before)
        before = reached
    counts.append(total - before)
    return counts
