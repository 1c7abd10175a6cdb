"""Doorbell of what is kept no longer. Drafts, answers and sign-ins are forgotten by the jobs of their own slices."""

from __future__ import annotations

from procrastinate.contrib.django import app as queue

from jingming.base.clock import now

from . import actions


@queue.periodic(cron="10 2 * * *")
@queue.task(name="persons.apply_retention", queue="upkeep", lock="persons.apply_retention", pass_context=False)
def apply_retention(timestamp: int) -> None:
    """Remove what has been kept as long as it may be. Safe to run twice."""
    actions.apply_retention(now())
