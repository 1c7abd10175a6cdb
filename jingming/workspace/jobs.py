"""Doorbells of the desk."""

from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app as queue

from jingming.base.clock import now

from . import actions

DRAFTS_KEPT = timedelta(days=7)  # as long as a keyed answer: nobody goes on with a call of last week


@queue.periodic(cron="50 3 * * *")
@queue.task(name="workspace.forget_old_drafts", queue="upkeep", pass_context=False)
def forget_old_drafts(timestamp: int) -> None:
    """Forget the drafts that nobody has touched for seven days. Safe to run twice."""
    actions.forget_drafts(before=now() - DRAFTS_KEPT)
