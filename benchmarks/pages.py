"""Queue and order pages at 10,000 and at 1,000,000 orders, for an agent and for a city-wide scope: time in the server.

The limit of a page is what PostgreSQL takes for the same statements sent by hand over the same connection.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from . import installation
from .figures import note, percentile, tell

SIZES = tuple(int(size) for size in os.environ.get("BENCH_ORDERS", "10000,1000000").split(","))
CHUNK = 50_000
VISITS = 60
BLOCKS = 4
WARM = 10
OPEN_EVERY = 50  # one order in so many is still under way
PEOPLE = {"agent": "agent1", "city": "dispatcher1", "head": "head1"}


def run() -> None:
    """Fill up to each size, visit the pages, and tell how much longer they take than at the first size."""
    installation.prepare()
    first: dict[str, float] = {}
    loaded = 0
    for size in SIZES:
        load_orders(loaded, size)
        loaded = size
        for page, figures in visit(size).items():
            p95, raw = figures
            tell(f"{page}_p95_{size}", p95, "ms", limit=raw, rows=size, n=VISITS * BLOCKS)
            if page in first:
                tell(f"{page}_growth", p95 / first[page], "ratio", rows=size, n=VISITS * BLOCKS)
            first.setdefault(page, p95)


def load_orders(begin: int, end: int) -> None:
    from django.db import connections

    from jingming.base.clock import now
    from jingming.loading.door import load

    began = time.monotonic()
    for start in range(begin, end, CHUNK):
        load(_orders(start, min(start + CHUNK, end), now()), source="benchmark", by=None, at=now())
    with connections["owner"].cursor() as cursor:  # what autovacuum does within a minute
        cursor.execute("ANALYZE")
    rate = (end - begin) / (time.monotonic() - began)
    tell(f"load_orders_{end}", rate, "orders/s", rows=end, n=end - begin)


def _orders(begin: int, end: int, at: datetime) -> Iterator[Any]:
    """Repairs of two years, two steps each; every fiftieth is still with a maintenance team."""
    from jingming.accounts.models import Staff
    from jingming.loading.rows import LoadedOrder, LoadedStep
    from jingming.organisation.models import Department
    from jingming.workorders.rules import Act, Status

    departments = {d.code: d for d in Department.objects.all()}
    call, teams = departments["TL-CALL"], [departments["TL-NORTH"], departments["TL-SOUTH"]]
    agent = Staff.objects.get(username="agent1")
    chance = random.Random(begin)
    for position in range(begin, end):
        team = teams[position % 2]
        opened = at - timedelta(minutes=5 + chance.randrange(2 * 365 * 24 * 60))
        under_way = position % OPEN_EVERY == 0
        taken = {"act": Act.OPEN, "status": Status.UNTREATED, "step": "dispatching", "department": call.pk}
        sent = {"act": Act.DISPATCH, "status": Status.PROCESSING, "step": "handling", "department": team.pk}
        steps = [
            LoadedStep(at=opened, by=agent.pk, by_name=agent.name, **taken),
            LoadedStep(at=opened + timedelta(minutes=2), **sent),
        ]
        if not under_way:
            end_at = opened + timedelta(minutes=4)
            steps[1:] = [
                LoadedStep(act=Act.TERMINATE, at=end_at, status=Status.CLOSED, step="handling", department=team.pk)
            ]
        yield LoadedOrder(
            external_id=str(position), type="repair", channel="phone", description=f"灶前无气 {position}",
            occurred_at=opened, place=(call.province_id, call.city_id, None), home=call.pk, steps=steps,
            opened_by=agent.pk, address=f"桂花苑 {position} 号",
        )  # fmt: skip


def visit(size: int) -> dict[str, tuple[float, float]]:
    """Each page's p95 in the server, and that of its statements alone, in milliseconds; `size` orders are there."""
    from django.test import Client

    from jingming.accounts.models import Staff
    from jingming.workorders import access

    found: dict[str, tuple[float, float]] = {}
    for who, username in PEOPLE.items():
        person = Staff.objects.get(username=username)
        client = Client(headers={"host": "localhost", "accept-language": "zh-hans"})
        client.force_login(person)
        numbers = list(access.visible_to(person).values_list("number", flat=True)[:500])
        chance = random.Random(size)
        pages: dict[str, Callable[[], str]] = {
            f"queue_department_{who}": lambda: "/orders/?queue=department",
            f"queue_all_{who}": lambda: "/orders/?queue=all",
            f"order_{who}": lambda: f"/orders/{chance.choice(numbers)}/",  # noqa: B023  # called before the next turn
        }
        for name, address in pages.items():
            found[name] = _page(client, address)
            note(f"{size:>9,} {name:<26} p95 {found[name][0]:.1f} ms, its SQL alone {found[name][1]:.1f} ms")
    return found


def _page(client: Any, address: Callable[[], str]) -> tuple[float, float]:
    """p95 of the page in the server, and p95 of its statements alone, in milliseconds."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def visit() -> None:
        answer = client.get(address())
        if answer.status_code != 200:
            raise SystemExit(f"{address()} answered {answer.status_code}")

    for _ in range(WARM):
        visit()
    with CaptureQueriesContext(connection) as captured:
        visit()
    statements = [q["sql"] for q in captured.captured_queries if q["sql"].startswith("SELECT")]

    with connection.cursor() as cursor:

        def ask() -> None:
            for statement in statements:
                cursor.cursor.execute(statement)
                cursor.fetchall()

        return _quietest(visit), _quietest(ask)


def _quietest(do: Callable[[], None]) -> float:
    """p95 in milliseconds of the block of runs that the machine's other work disturbed least."""
    blocks = []
    for _ in range(BLOCKS):
        waits = []
        for _run in range(VISITS):
            begun = time.perf_counter()
            do()
            waits.append((time.perf_counter() - begun) * 1000)
        blocks.append(percentile(waits, 0.95))
    return min(blocks)
