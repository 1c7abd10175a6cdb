"""Doorbells of the files."""

from __future__ import annotations

from procrastinate.contrib.django import app as queue

from . import actions


@queue.periodic(cron="40 3 * * *")
@queue.task(name="files.sweep_orphans", queue="upkeep", pass_context=False)
def sweep_orphans(timestamp: int) -> None:
    """Remove the bytes of attachments that were never committed."""
    actions.sweep_orphans()
