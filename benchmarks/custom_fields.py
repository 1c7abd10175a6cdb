"""Pages of a type with 200 fields of its own, all of them filled in, against the same pages of a type with none.

The limit of each figure is the page without fields in the same run, so the ratio is what the fields cost.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from . import installation
from .figures import note, percentile, tell

FIELDS = 200
FILTERED = 10
ORDERS = 55  # of each sort: a page of a queue is full
VISITS = 60
WARM = 5


def run() -> None:
    """Open orders without and with the fields, and visit the pages in turn."""
    installation.prepare()
    from django.test import Client

    from jingming.accounts.models import Staff

    person = Staff.objects.get(username="dispatcher1")
    client = Client(headers={"host": "localhost", "accept-language": "zh-hans"})
    client.force_login(person)
    without = _orders(person, {})
    queue: dict[str, list[float]] = {"without": _waits(client, lambda: "/orders/?queue=all")}
    _declare()
    values = {f"own_{place}": f"值 {place}" for place in range(FIELDS)}
    with_fields = _orders(person, values)
    queue["with"] = _waits(client, lambda: "/orders/?queue=all")
    page: dict[str, list[float]] = {"without": [], "with": []}
    for _turn in range(WARM):  # in turn, so that the machine's other work disturbs both alike
        page["without"] += _waits(client, lambda: f"/orders/{without}/", visits=VISITS // WARM)
        page["with"] += _waits(client, lambda: f"/orders/{with_fields}/", visits=VISITS // WARM)
    for name, waits in (("order_page", page), ("queue", queue)):
        value, limit = percentile(waits["with"], 0.5), percentile(waits["without"], 0.5)
        tell(f"custom_fields.{name}", value, "ms", limit=limit, rows=FIELDS, n=len(waits["with"]))
        note(f"custom_fields.{name}: {limit:.1f} ms without, {value:.1f} ms with {FIELDS} fields")


def _orders(person: Any, form: dict[str, object]) -> str:
    """A page full of orders with this form; the number of the last."""
    from jingming.base.clock import now
    from jingming.intake import actions as intake

    number = ""
    for place in range(ORDERS):
        matter = intake.Matter(
            type="repair", description=f"灶前无气 {place}", caller_phone="13800000417", form=form,
            address=f"桂花苑 {place} 号",
        )  # fmt: skip
        order = intake.take(intake.Contact(channel="phone"), matter, by=person, at=now()).order
        number = order.number if order else number
    return number


def _declare() -> None:
    from jingming.base.clock import now
    from jingming.workorders import actions, indexes, queries

    definition = json.loads(json.dumps(queries.version_of("repair").definition))
    for place in range(FIELDS):
        label = {"zh": f"自定义字段 {place}", "en": f"Own field {place}"}
        more = {"filterable": True} if place < FILTERED else {}
        definition["fields"].append({"key": f"own_{place}", "label": label, "kind": "text", **more})
    actions.publish_type(definition, at=now())
    indexes.keep()


def _waits(client: Any, address: Callable[[], str], *, visits: int = VISITS) -> list[float]:
    waits = []
    for visit in range(WARM + visits):
        begun = time.perf_counter()
        answer = client.get(address())
        if answer.status_code != 200:
            raise SystemExit(f"{address()} answered {answer.status_code}")
        if visit >= WARM:
            waits.append((time.perf_counter() - begun) * 1000)
    return waits
