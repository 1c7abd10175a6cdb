"""Doorbells of the desk."""

from __future__ import annotations

from procrastinate.contrib.django import app as queue

from jingming.audit.retention import note_removed
from jingming.base.clock import now
from jingming.privacy.retention import Kept, kept_since

from . import actions


@queue.periodic(cron="50 3 * * *")
@queue.task(name="workspace.forget_old_drafts", queue="upkeep", pass_context=False)
def forget_old_drafts(timestamp: int) -> None:
    """Forget the drafts that nobody has touched for as long as they are kept. Safe to run twice."""
    at = now()
    note_removed(Kept.DRAFT, actions.forget_drafts(before=kept_since(Kept.DRAFT, at)), at=at)
