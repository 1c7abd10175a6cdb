"""Doorbells of the ground: months are there before the first row that needs them."""

from __future__ import annotations

from procrastinate.contrib.django import app as queue

from jingming.base.clock import now
from jingming.database import partitions


@queue.periodic(cron="10 2 * * *")
@queue.task(name="database.keep_months_ahead", queue="upkeep")
def keep_months_ahead(timestamp: int) -> None:
    """See that every table kept by months has the current month and the next three. Safe to run twice."""
    partitions.keep_ahead(now())
