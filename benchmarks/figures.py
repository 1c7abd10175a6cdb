"""A figure, and how it is told: one JSON object a line."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence


def tell(name: str, value: float, unit: str, *, limit: float | None = None, rows: int = 0, n: int = 0) -> None:
    """Print a figure. `limit` is what the raw database (or the machine) does for the same work in the same run; `rows`
    says how much data stood in the way, `n` how many measurements the value is made of."""
    figure = {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "limit": None if limit is None else round(limit, 3),
        "ratio": None if not limit else round(value / limit, 3),
        "rows": rows,
        "n": n,
    }
    sys.stdout.write(json.dumps(figure) + "\n")
    sys.stdout.flush()


def note(line: str) -> None:
    """Say what is going on, aside from the figures."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
