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
from urllib.parse import quote, urlencode

import schemathesis

KNOWN: dict[str, list[Any]] = json.loads(Path(os.environ["FUZZ_KNOWN"]).read_text(encoding="utf-8"))
BOUNDARIES: list[Any] = json.loads(Path(os.environ["FUZZ_BOUNDARIES"]).read_text(encoding="utf-8"))
ANSWERED = Path(os.environ["FUZZ_ANSWERED"])
LONGEST_ADDRESS = 4000  # beyond it the web server refuses, with 414, what the product never hears of
answered: Counter[str] = Counter()


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Leave out addresses that are longer than any server reads."""
    names = "".join(quote(_whole(str(value))) for value in (case.path_parameters or {}).values())
    asked = urlencode({name: _plain(value) for name, value in (case.query or {}).items()}, doseq=True)
    return len(case.path) + len(names) + len(asked) <= LONGEST_ADDRESS


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
                value = draw.choice(BOUNDARIES)
                case.body[name] = value if case.media_type == "application/json" else _plain(value)
    return case


def _plain(value: Any) -> Any:
    """The value as a form or an address can say it; JSON can say half characters too, as escapes."""
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return _whole(value) if isinstance(value, str) else value


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Count the answers by operation and status."""
    answered[f"{case.operation.label} {response.status_code}"] += 1
    if answered.total() % 100 == 0:
        ANSWERED.write_text(json.dumps(answered), encoding="utf-8")
