"""The demo city: how fast it is loaded, what it takes on disk, and its queue and order pages.

BENCH_DEMO_SCALE is its scale, 1 where not given; BENCH_DEMO_ORDERS asks for another number of orders than a year's.
"""

from __future__ import annotations

import os
import time

from . import installation
from .figures import tell
from .pages import BLOCKS, VISITS, visit

SCALE = float(os.environ.get("BENCH_DEMO_SCALE", "1"))
ORDERS = int(os.environ["BENCH_DEMO_ORDERS"]) if "BENCH_DEMO_ORDERS" in os.environ else None


def run() -> None:
    """Load it, look at its tables, visit the pages."""
    installation.prepare(_load)
    from jingming.workorders.models import WorkOrder

    orders = WorkOrder.objects.count()
    tell("demo_bytes_an_order", _bytes() / orders, "bytes", rows=orders, n=1)
    for page, (p95, raw) in visit(orders).items():
        tell(f"demo_{page}_p95", p95, "ms", limit=raw, rows=orders, n=VISITS * BLOCKS)


def _load() -> None:
    from jingming.base.clock import now
    from jingming.loading.demo import build

    begun = time.monotonic()
    built = build(SCALE, 1, now(), orders=ORDERS)
    taken = time.monotonic() - begun
    tell("demo_load", taken, "s", rows=built.orders, n=1)
    tell("demo_load_orders", built.orders / taken, "orders/s", rows=built.orders, n=built.events)


def _bytes() -> int:
    """What contacts, orders and all that hangs on them take, with their indexes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
            " AND (relname LIKE 'workorders_%' OR relname LIKE 'interactions_%')"
        )
        return int(cursor.fetchone()[0])
