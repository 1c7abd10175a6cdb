"""The types of order that come with the product: one JSON file each under `shipped/`, published at set-up."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from .actions import publish_type
from .models import TypeVersion

SHIPPED = Path(__file__).parent / "shipped"
ORDER = (
    "repair", "consultation", "complaint", "business", "service_request", "suggestion", "opinion", "report", "praise",
    "presale",
)  # fmt: skip


def load_shipped_types(at: datetime) -> int:
    """Publish the shipped types that this installation does not have; returns how many were published.

    Types that exist are the administrator's own by now and are left alone, but for one thing: a type that stands as it
    was shipped before there were guides gets its guide, as a version of its own.
    """
    known = _current_definitions()
    new = [_shipped(code) for code in ORDER if _is_new(_shipped(code), known.get(code))]
    for definition in new:
        publish_type(definition, at=at, position=ORDER.index(definition["code"]))
    return len(new)


def _shipped(code: str) -> dict[str, Any]:
    return dict(json.loads((SHIPPED / f"{code}.json").read_text(encoding="utf-8")))


def _is_new(shipped: dict[str, Any], installed: dict[str, Any] | None) -> bool:
    """Whether the type is missing, or lacks its guide and nothing else."""
    if installed is None:
        return True
    return "guide" not in installed and shipped == {**installed, "guide": shipped["guide"]}


def _current_definitions() -> dict[str, dict[str, Any]]:
    """Code → current definition of each type of this installation. One query."""
    latest = TypeVersion.objects.order_by("type_id", "-number").distinct("type_id")
    return dict(latest.values_list("type__code", "definition"))
