"""Who reacts to what: read the tables.

An event is one queued job, written in the transaction of the change. The worker takes it up here and does its
reactions; one that fails is undone by itself, becomes a job of its own and is retried alone. A reaction may run twice
(the worker can die after it), so each one does no harm the second time.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as queue

from jingming.base.errors import Http404
from jingming.base.events import FAN_OUT
from jingming.files.access import register_owner
from jingming.live import access as live
from jingming.live.actions import announce
from jingming.loading import access as loads
from jingming.loading.models import Run
from jingming.workorders import access as orders
from jingming.workorders.actions import recount
from jingming.workorders.models import WorkOrder
from jingming.workspace.rules import LOOKING

Facts = Mapping[str, Any]
Reaction = Callable[[Facts], None]
Together = Callable[[Sequence[Facts]], None]
Told = tuple[str, Facts]  # the name of an event and what it says

log = logging.getLogger(__name__)


def tell_browsers_of_order(facts: Facts) -> None:
    """Pages that show the order fetch it anew."""
    announce(WorkOrder._meta.label, facts["order_id"])


def keep_figures(facts: Sequence[Facts]) -> None:
    """The figures beside the queues say what has become of the orders."""
    recount({one["order_id"] for one in facts})


# Event name → what is done first, and once for all the events that are taken up together.
TOGETHER: Mapping[str, tuple[Together, ...]] = {
    "workorders.opened": (keep_figures,),  # before browsers are told, so that what they fetch is right
    "workorders.acted": (keep_figures,),
}
# Event name → what happens then, for each. An event that is not here costs its row and nothing else.
REACTIONS: Mapping[str, tuple[Reaction, ...]] = {
    "workorders.opened": (tell_browsers_of_order,),
    "workorders.acted": (tell_browsers_of_order,),
}


# Kind of row → of which rows somebody may hear that they changed. Who is looking is numbered by what they look at.
live.register(WorkOrder._meta.label, orders.visible_among)
live.register(LOOKING, orders.visible_among)
live.register(Run._meta.label, loads.visible_among)


def order_of_file(person: object, order_id: int) -> WorkOrder:
    """The order that a file belongs to, for whoever may see it; Http404 for anybody else."""
    found = orders.visible_to(person).filter(pk=order_id).first()
    if found is None:
        raise Http404
    return found


# Kind of row → who may fetch the files that belong to it.
register_owner(WorkOrder._meta.label, order_of_file)


PATIENT = RetryStrategy(max_attempts=12, exponential_wait=2)  # gives up after more than two hours


@queue.task(name=FAN_OUT, queue="events", retry=PATIENT)
def fan_out(event: str, facts: dict[str, Any]) -> None:
    """Do all reactions to an event at once, then to those that come along within a moment: to fetch and finish a job
    for each is most of what a busy hour would cost."""
    _react_to([(event, facts)])
    for _turn in range(TURNS):
        time.sleep(MOMENT)
        if not _take_up_waiting():
            return


def _take_up_waiting() -> int:
    """React to some waiting events and take them off the queue, all in one transaction; how many there were."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(TAKE, [FAN_OUT, AT_A_TIME])
            waiting = sorted(cursor.fetchall())
        told = [json.loads(args) for _id, args in waiting]
        _react_to([(one["event"], one["facts"]) for one in told])
    return len(waiting)


AT_A_TIME = 100
MOMENT = 0.1  # seconds; what comes later is a job again
TURNS = 50  # a job ends some time, so that a worker asked to stop does not wait for a storm to pass
TAKE = """
    WITH taken AS (
        SELECT id FROM procrastinate_jobs
        WHERE task_name = %s AND status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
        ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    )
    DELETE FROM procrastinate_jobs job USING taken WHERE job.id = taken.id RETURNING job.id, job.args::text
"""


def _react_to(told: Sequence[Told]) -> None:
    """Do all reactions to these events; one that fails is undone and left to a job of its own."""
    for reaction, events in _to_do_together(told).items():
        if not _done(reaction, [facts for _event, facts in events]):
            for event, facts in events:  # one of them may be in the way of the others
                _do_or_defer(event, reaction.__name__, facts, _alone(reaction))
    for event, facts in told:
        for alone in REACTIONS.get(event, ()):
            _do_or_defer(event, alone.__name__, facts, alone)


def _alone(together: Together) -> Reaction:
    return lambda facts: together([facts])


def _to_do_together(told: Sequence[Told]) -> dict[Together, list[Told]]:
    found: dict[Together, list[Told]] = {}
    for event, facts in told:
        for reaction in TOGETHER.get(event, ()):
            found.setdefault(reaction, []).append((event, facts))
    return found


def _done(reaction: Together, facts: Sequence[Facts]) -> bool:
    try:
        with transaction.atomic():
            reaction(facts)
    except Exception:
        log.exception("%s failed on %d events at once; each is tried alone", reaction.__name__, len(facts))
        return False
    return True


def _do_or_defer(event: str, name: str, facts: Facts, do: Reaction) -> None:
    try:
        with transaction.atomic():
            do(facts)
    except Exception:
        log.exception("%s failed on %s; it will be tried again", name, event)
        react.defer(event=event, reaction=name, facts=dict(facts))


@queue.task(name="jingming.wiring.react", queue="events", retry=PATIENT)
def react(event: str, reaction: str, facts: dict[str, Any]) -> None:
    """Do one reaction that failed before. It may have been renamed or removed since then: that is said, not guessed."""
    for together in TOGETHER.get(event, ()):
        if together.__name__ == reaction:
            with transaction.atomic():
                together([facts])
            return
    for candidate in REACTIONS.get(event, ()):
        if candidate.__name__ == reaction:
            with transaction.atomic():
                candidate(facts)
            return
    log.error("%s has no reaction %s any more; the event %s is left alone", event, reaction, facts)
