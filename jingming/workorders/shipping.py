"""The types of order that come with the product: one JSON file each under `shipped/`, published at set-up."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from .actions import publish_type
from .models import OrderType

SHIPPED = Path(__file__).parent / "shipped"
ORDER = (
    "repair", "consultation", "complaint", "business", "service_request", "suggestion", "opinion", "report", "praise",
    "presale",
)  # fmt: skip


def load_shipped_types(at: datetime) -> int:
    """Publish the shipped types that this installation does not have; returns how many. Types that exist are the
    administrator's own by now and are left alone."""
    known = set(OrderType.objects.values_list("code", flat=True))
    new = [code for code in ORDER if code not in known]
    for code in new:
        definition = json.loads((SHIPPED / f"{code}.json").read_text(encoding="utf-8"))
        publish_type(definition, at=at, position=ORDER.index(code))
    return len(new)
