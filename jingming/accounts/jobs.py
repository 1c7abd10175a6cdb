"""Doorbells of the people slice: keep the given answers only as long as anybody may still retry."""

from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app

from jingming.base.clock import now

from . import actions

ANSWERS_KEPT = timedelta(days=7)


@app.periodic(cron="20 3 * * *")
@app.task(name="accounts.forget_old_answers", queue="events", pass_context=False)
def forget_old_answers(timestamp: int) -> None:
    """Forget the answers given to keyed requests more than seven days ago. Safe to run twice."""
    actions.forget_answers(before=now() - ANSWERS_KEPT)
