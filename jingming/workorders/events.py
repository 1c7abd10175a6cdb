"""What others may hear about work orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from jingming.base.events import Event


@dataclass(frozen=True)
class WorkOrderOpened(Event):
    """A new order exists."""

    name: ClassVar[str] = "workorders.opened"
    order_id: int


@dataclass(frozen=True)
class WorkOrderActed(Event):
    """An act changed an order; `act` is one of rules.Act."""

    name: ClassVar[str] = "workorders.acted"
    order_id: int
    act: str
    status: str
