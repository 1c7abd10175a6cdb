"""Doorbell of the seals."""

from __future__ import annotations

from procrastinate.contrib.django import app as queue

from jingming.base.clock import now

from . import sealing


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="audit.seal", queue="audit", lock="audit.seal", queueing_lock="audit.seal", pass_context=False)
def seal(timestamp: int) -> None:
    """Seal the lines of the last five minutes. Safe to run twice; what cannot be sealed now is sealed next time."""
    sealing.seal(now())
