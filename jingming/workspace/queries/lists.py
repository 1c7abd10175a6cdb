"""Orders as lists show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jingming.codes.queries import label_of
from jingming.interactions.models import Interaction
from jingming.organisation.queries import departments, units
from jingming.ui.labels import in_language
from jingming.workorders.models import WorkOrder

from .chips import Chip, level_chip, rest_chip, state_chip


@dataclass(frozen=True)
class Row:
    """One order as lists show it."""

    order: WorkOrder
    department: str
    place: str
    step: str
    state: Chip
    level: Chip | None
    rest: Chip | None
    level_words: str
    category: str
    channel: str


def rows(orders: Iterable[WorkOrder]) -> list[Row]:
    """The lines of a list; no query beyond what the process keeps of organisation and flows."""
    return [
        Row(
            order=order,
            department=str(departments()[order.department_id]),
            place=place_of(order),
            step=in_language(order.flow.step(order.step).label.model_dump()),
            state=state_chip(order.status),
            level=level_chip(order.level),
            rest=rest_chip(order),
            level_words=label_of("level", order.level),
            category=label_of("category", order.category) if order.category else "—",
            channel=label_of("channel", order.channel),
        )
        for order in orders
    ]


def place_of(order: WorkOrder | Interaction) -> str:
    """The smallest unit in which the matter lies."""
    pk = order.district_id or order.city_id or order.province_id
    unit = units().get(pk) if pk else None
    return str(unit) if unit else "—"
