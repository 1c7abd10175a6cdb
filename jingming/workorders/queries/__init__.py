"""Reads that feed screens: queues, an order and what hangs on it, what somebody looks for, types."""

from .finding import (
    NUMBER,
    About,
    OrdersOfCustomer,
    Repeat,
    by_number,
    numbers_of,
    orders_of_customer,
    possible_repeats,
)
from .order_types import FilteredType, current_version, memory, routes, types, types_with_filters, version_of
from .queues import QUEUES, SORTS, counts, fields_filled, narrowed, newer_than, queue, queued, queued_among, sorts_of
from .whole import Hanging, callbacks_of, first_taken_charge, hanging_on

__all__ = [
    "NUMBER",
    "QUEUES",
    "SORTS",
    "About",
    "FilteredType",
    "Hanging",
    "OrdersOfCustomer",
    "Repeat",
    "by_number",
    "callbacks_of",
    "counts",
    "current_version",
    "fields_filled",
    "first_taken_charge",
    "hanging_on",
    "memory",
    "narrowed",
    "newer_than",
    "numbers_of",
    "orders_of_customer",
    "possible_repeats",
    "queue",
    "queued",
    "queued_among",
    "routes",
    "sorts_of",
    "types",
    "types_with_filters",
    "version_of",
]
