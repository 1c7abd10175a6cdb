"""Facts about archives that others may react to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from jingming.base.events import Event


@dataclass(frozen=True)
class CustomerAdded(Event):
    """A new archive was opened; `quick` if it was made during a call."""

    name: ClassVar[str] = "customers.added"
    customer_id: int
    quick: bool
    at: str


@dataclass(frozen=True)
class CustomerChanged(Event):
    """Something in an archive has changed: customer, contact person, phone, conduct. `act` is a key of rules.ACTS."""

    name: ClassVar[str] = "customers.changed"
    customer_id: int
    act: str
    fields: list[str]
    at: str


@dataclass(frozen=True)
class CustomersMerged(Event):
    """An archive goes on in another one from now on; or, if `undone`, by itself again."""

    name: ClassVar[str] = "customers.merged"
    merge_id: int
    kept_id: int
    merged_id: int
    undone: bool
    at: str


@dataclass(frozen=True)
class ServicePointChanged(Event):
    """A service point was added, changed, or moved to this customer (from another one)."""

    name: ClassVar[str] = "customers.service_point_changed"
    service_point_id: int
    customer_id: int
    from_customer_id: int | None
    fields: list[str]
    at: str


@dataclass(frozen=True)
class ElementChanged(Event):
    """A network element was added or changed."""

    name: ClassVar[str] = "customers.element_changed"
    element_id: int
    at: str
