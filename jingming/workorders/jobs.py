"""Doorbells of work orders: one action, safe to ring twice."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app as queue

from .actions import recount_all

log = logging.getLogger(__name__)


@queue.periodic(cron="40 2 * * *")
@queue.task(name="workorders.compare_figures", queue="upkeep")
def compare_figures(timestamp: int) -> None:
    """Compare the figures beside the queues with the orders, and mend them."""
    if mended := recount_all():
        log.warning("%d tallies of queues were wrong and have been mended", mended)
