"""Doorbells of work orders: one action, safe to ring twice."""

from __future__ import annotations

import logging

from django.db import DatabaseError
from procrastinate.contrib.django import app as queue

from . import indexes
from .actions import recount_all
from .actions.fields import INDEXING

log = logging.getLogger(__name__)


@queue.periodic(cron="40 2 * * *")
@queue.task(name="workorders.compare_figures", queue="upkeep")
def compare_figures(timestamp: int) -> None:
    """Compare the figures beside the queues with the orders, and mend them."""
    if mended := recount_all():
        log.warning("%d tallies of queues were wrong and have been mended", mended)


@queue.periodic(cron="50 2 * * *")
@queue.task(name="workorders.keep_field_indexes", queue="upkeep")
def keep_field_indexes(timestamp: int) -> None:
    """Try again what could not be made when it was declared."""
    _keep_indexes()


@queue.task(name=INDEXING, queue="upkeep")
def index_fields() -> None:
    """See that each field that queues can be filtered by has its index."""
    _keep_indexes()


def _keep_indexes() -> None:
    try:
        made, dropped = indexes.keep()
    except DatabaseError as error:  # a worker may be without the owner's login, and an index may have to wait
        log.warning("Indexes of filterable fields are not up to date (%s). Run: jingming migrate", error)
    else:
        log.info("Indexes of filterable fields: %d made, %d dropped", len(made), len(dropped))
