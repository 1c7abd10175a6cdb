"""What schemathesis is told of this API; run by its own environment, which has none of ours.

Half of the names in addresses are those of things that there are, so that what is behind a 404 is reached too; and now
and then a value is one of the boundaries that people forget. What is put in hangs on the case alone, so that a failure
can be shrunk and repeated.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis

KNOWN: dict[str, list[Any]] = json.loads(Path(os.environ["FUZZ_KNOWN"]).read_text(encoding="utf-8"))
BOUNDARIES: list[Any] = json.loads(Path(os.environ["FUZZ_BOUNDARIES"]).read_text(encoding="utf-8"))
ANSWERED = Path(os.environ["FUZZ_ANSWERED"])
answered: Counter[str] = Counter()


@schemathesis.hook
def map_case(context: Any, case: Any) -> Any:
    """Names of things that there are, acts that there are, and boundaries."""
    draw = random.Random(repr((case.path_parameters, case.query, case.body)))
    for name in case.path_parameters or {}:
        if name in KNOWN and draw.random() < 0.5:
            case.path_parameters[name] = draw.choice(KNOWN[name])
    if isinstance(case.body, dict):
        for name in case.body:
            if name in KNOWN and draw.random() < 0.7:
                case.body[name] = draw.choice(KNOWN[name])
            elif draw.random() < 0.03 and name != "file":
                case.body[name] = draw.choice(BOUNDARIES)
    return case


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Count the answers by operation and status."""
    answered[f"{case.operation.label} {response.status_code}"] += 1
    if answered.total() % 100 == 0:
        ANSWERED.write_text(json.dumps(answered), encoding="utf-8")
