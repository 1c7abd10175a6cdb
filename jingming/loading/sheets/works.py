"""Which module does the work of which kind, and which reads it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from jingming.accounts.models import Staff

from . import codes, customers, elements, points, staff
from .work import Work

WORKS: Mapping[str, type[Work]] = {
    "customers": customers.Customers,
    "service-points": points.Points,
    "elements": elements.Elements,
    "staff": staff.People,
    "codes": codes.Codes,
}
# Kind → how many rows the person may see (in the place of this code, if one is named), and the rows in its columns.
EXPORTS: Mapping[str, Callable[[Staff | None, str], tuple[int, Iterator[Sequence[object]]]]] = {
    "customers": customers.exported,
    "service-points": points.exported,
    "elements": elements.exported,
    "staff": staff.exported,
    "codes": codes.exported,
}
