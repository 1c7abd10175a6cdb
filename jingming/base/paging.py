"""Key-set paging: a page begins after the last row of the one before, so its cost does not grow with its number.

A cursor is the sort key of a row, packed so that it survives a URL. It carries no rights: the queryset that it pages
through is already scoped.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from .errors import Unfit

Row = TypeVar("Row", bound=Model)
PAGE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows in order, and the cursor at which the next ones begin; None where there are no more."""

    items: Sequence[Row]
    next: str | None


def pack(moment: datetime, pk: int) -> str:
    """The cursor of the row with this sort key."""
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), pk]).encode()).decode().rstrip("=")


def unpack(cursor: str) -> tuple[datetime, int]:
    """The sort key in a cursor; raises Unfit for anything that `pack` did not make."""
    try:
        moment, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        when = datetime.fromisoformat(moment)
        if type(pk) is not int or not 0 <= pk < 2**63 or when.tzinfo is None:
            raise ValueError
        when = when.astimezone(UTC)  # PostgreSQL knows no zone beyond sixteen hours
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError):
        sentence = _("This page mark is not one of ours. Start again from the first page.")
        raise Unfit(fields={"cursor": sentence}) from None
    return when, pk


def newest_first(
    rows: QuerySet[Row], cursor: str = "", *, by: str = "occurred_at", tie: str = "pk", size: int = PAGE
) -> Page[Row]:
    """The rows after `cursor`, newest first by (`by`, `tie`), `size` at the most; both may name annotations."""
    if cursor:
        moment, pk = unpack(cursor)
        # The first condition lets the index begin at the right place; the second settles rows of the same moment.
        rows = rows.filter(**{f"{by}__lte": moment}).filter(Q(**{f"{by}__lt": moment}) | Q(**{f"{tie}__lt": pk}))
    found = list(rows.order_by(f"-{by}", f"-{tie}")[: size + 1])
    more = len(found) > size
    found = found[:size]
    return Page(found, pack(getattr(found[-1], by), getattr(found[-1], tie)) if more else None)


def oldest_first(
    rows: QuerySet[Row], cursor: str = "", *, by: str = "occurred_at", tie: str = "pk", size: int = PAGE
) -> Page[Row]:
    """The rows after `cursor`, oldest first; the same indexes, walked the other way."""
    if cursor:
        moment, pk = unpack(cursor)
        rows = rows.filter(**{f"{by}__gte": moment}).filter(Q(**{f"{by}__gt": moment}) | Q(**{f"{tie}__gt": pk}))
    found = list(rows.order_by(by, tie)[: size + 1])
    more = len(found) > size
    found = found[:size]
    return Page(found, pack(getattr(found[-1], by), getattr(found[-1], tie)) if more else None)
