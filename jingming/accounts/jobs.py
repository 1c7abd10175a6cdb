"""Doorbells of the people slice: what is of no use any more is forgotten."""

from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app

from jingming.audit.retention import note_removed
from jingming.base.clock import now
from jingming.privacy.retention import Kept, kept_since

from . import actions, limits, tries

COUNTS_KEPT = timedelta(days=1)  # of requests: longer than any window


@app.periodic(cron="20 3 * * *")
@app.task(name="accounts.forget_old_answers", queue="events", pass_context=False)
def forget_old_answers(timestamp: int) -> None:
    """Forget the answers given to keyed requests as soon as they need not be kept. Safe to run twice."""
    at = now()
    note_removed(Kept.ANSWER, actions.forget_answers(before=kept_since(Kept.ANSWER, at)), at=at)


@app.periodic(cron="40 3 * * *")
@app.task(name="accounts.forget_old_sign_ins", queue="events", pass_context=False)
def forget_old_sign_ins(timestamp: int) -> None:
    """Forget ended sessions, old tries, old counts of requests, and browsers long not used. Safe to run twice."""
    at = now()
    actions.forget_ended_sessions(before=at)
    # Tries are kept a day at least: longer than any lock.
    gone, browsers = tries.forget(before=kept_since(Kept.TRY, at), browsers_before=kept_since(Kept.BROWSER, at))
    note_removed(Kept.TRY, gone, at=at)
    note_removed(Kept.BROWSER, browsers, at=at)
    limits.forget_old(before=at - COUNTS_KEPT)
