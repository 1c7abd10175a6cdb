"""Which module does the work of which kind."""

from __future__ import annotations

from collections.abc import Mapping

from .codes import Codes
from .customers import Customers
from .elements import Elements
from .points import Points
from .staff import People
from .work import Work

WORKS: Mapping[str, type[Work]] = {
    "customers": Customers,
    "service-points": Points,
    "elements": Elements,
    "staff": People,
    "codes": Codes,
}
