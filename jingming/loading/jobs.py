"""Doorbells of files on their way in or out: one action, safe to ring twice."""

from __future__ import annotations

from procrastinate.contrib.django import app as queue

from . import actions, working


@queue.task(name=actions.TASK, queue="loads", lock="loading", pass_context=False)
def work(run_id: int) -> None:
    """Do what the run waits for. One that a worker had begun and not ended is not tried again by itself: it is broken
    off, says so, and whoever handed the file in may begin again."""
    working.work(run_id)
