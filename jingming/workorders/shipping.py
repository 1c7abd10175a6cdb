"""The types of order that come with the product: one JSON file each under `shipped/`, published at set-up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from .actions import publish_type
from .models import TypeVersion

SHIPPED = Path(__file__).parent / "shipped"
BEFORE = Path(__file__).parent / "shipped_before.json"
ORDER = (
    "repair", "consultation", "complaint", "business", "service_request", "suggestion", "opinion", "report", "praise",
    "presale",
)  # fmt: skip


def load_shipped_types(at: datetime) -> int:
    """Publish the shipped types that this installation does not have; returns how many were published.

    Types that an administrator has changed are left alone. One that stands as an earlier version of the product shipped
    it (`shipped_before.json` knows their digests) becomes what is shipped now, as a version of its own.
    """
    known, earlier = _current_definitions(), json.loads(BEFORE.read_text(encoding="utf-8"))
    new = [
        definition
        for definition in (shipped(code) for code in ORDER)
        if (code := definition["code"]) not in known or digest(known[code]) in earlier.get(code, [])
    ]
    for definition in new:
        publish_type(definition, at=at, position=ORDER.index(definition["code"]))
    return len(new)


def shipped(code: str) -> dict[str, Any]:
    """The definition of a type as it comes with the product; empty for a type that an installation has made itself."""
    if code not in ORDER:
        return {}
    found: dict[str, Any] = json.loads((SHIPPED / f"{code}.json").read_text(encoding="utf-8"))
    return found


def digest(definition: Mapping[str, Any]) -> str:
    """What a definition is known by: sha256 of its JSON with sorted keys, hexadecimal."""
    text = json.dumps(definition, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _current_definitions() -> dict[str, dict[str, Any]]:
    """Code → current definition of each type of this installation. One query."""
    latest = TypeVersion.objects.order_by("type_id", "-number").distinct("type_id")
    return dict(latest.values_list("type__code", "definition"))
