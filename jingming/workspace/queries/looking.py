"""Who else has an order open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import IntegerField, Max
from django.db.models.functions import Cast

from jingming.accounts.models import Staff
from jingming.workorders.models import WorkOrder
from jingming.workspace.models import Looking
from jingming.workspace.rules import COUNTS


@dataclass(frozen=True)
class Onlooker:
    """A colleague who has the order open; `sign` stands for the name where there is little room."""

    name: str
    sign: str
    writing: bool


def onlookers(order: WorkOrder, *, besides: Staff, at: datetime) -> list[Onlooker]:
    """Active colleagues who have the order open now, those who write first, then by name: one query."""
    looks = Looking.objects.filter(order=order, seen_at__gte=at - timedelta(seconds=COUNTS), staff__is_active=True)
    found = (
        looks.exclude(staff=besides)
        .values("staff_id", "staff__name")
        .annotate(writes=Max(Cast("writing", IntegerField())))
        .order_by("-writes", "staff__name", "staff_id")
    )
    return [Onlooker(one["staff__name"], one["staff__name"][:1], bool(one["writes"])) for one in found]
