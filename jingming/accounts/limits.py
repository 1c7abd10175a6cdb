"""How many requests somebody may make in a while, counted for all processes and machines together.

Each process counts for itself and tells the database after every twentieth part of a limit; it hears what all have
told. So a limit of 1,200 costs one query in sixty requests. Beyond a limit no process lets through more than such a
part, and nobody is refused below it. A limit of less than forty is told at every request: it holds to the letter.

The while begins by the clock, so across its border one may do twice as much in one go.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from jingming.base.errors import Refusal

from .models import RequestCount
from .policy import Limit, limits
from .rules import Pace

PARTS = 20  # in which a limit is told
MANY = 20_000  # counts that a process keeps, before it looks for those that are over
TELL = """
    INSERT INTO accounts_requestcount AS kept (key, pace, since, count) VALUES (%(key)s, %(pace)s, %(since)s, %(count)s)
    ON CONFLICT (key, pace) DO UPDATE SET
        count = CASE WHEN kept.since = excluded.since THEN kept.count + excluded.count ELSE excluded.count END,
        since = excluded.since
    RETURNING count
"""

log = logging.getLogger(__name__)


class TooMany(Refusal):
    """More requests than somebody may make in a while; `retry_after` is how many seconds are left of it."""

    kind = "too-many"
    status = 429

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        sentence = ngettext(
            "Too many requests in a short time. Wait %(n)d second, then go on; nothing is lost.",
            "Too many requests in a short time. Wait %(n)d seconds, then go on; nothing is lost.",
            retry_after,
        )
        super().__init__(sentence % {"n": retry_after}, retry_after=retry_after)


@dataclass(slots=True)
class Window:
    """One while of somebody in this process: what all have told of it, and what is still to be told."""

    since: int
    told: int = 0
    untold: int = 0


_windows: dict[tuple[str, Pace], Window] = {}
_lock = Lock()


def count(pace: Pace, who: str, at: datetime) -> None:
    """Count one request of `who`, a person, a known browser or an address; raises TooMany beyond the limit."""
    limit = _of_this_installation(pace)
    if limit is None:
        return
    second = int(at.timestamp())
    since = second - second % limit.seconds
    with _lock:
        window = _window(who, pace, since)
        if window.told + window.untold >= limit.count:
            raise TooMany(since + limit.seconds - second)
        window.untold += 1
        part = window.untold if window.untold >= max(1, limit.count // PARTS) else 0
        window.untold -= part
        window.told += part  # others meanwhile ask by what is known so far
    if part:
        told = _tell(pace, who, since, part)
        with _lock:
            window.told = max(window.told, told)
        if told > limit.count:
            raise TooMany(since + limit.seconds - second)


def forget() -> None:
    """Forget what this process has counted."""
    with _lock:
        _windows.clear()


def forget_old(*, before: datetime) -> None:
    """Remove what the database kept of whiles that are long over."""
    RequestCount.objects.filter(since__lt=int(before.timestamp())).delete()


def _of_this_installation(pace: Pace) -> Limit | None:
    factor: int = settings.LIMITS
    if not factor:
        return None
    limit = limits()[pace]
    return Limit(limit.count * factor, limit.seconds)


def _window(who: str, pace: Pace, since: int) -> Window:
    window = _windows.get((who, pace))
    if window is None or window.since != since:
        if len(_windows) >= MANY:
            _drop_those_over(since)
        window = _windows[who, pace] = Window(since)
    return window


def _drop_those_over(now: int) -> None:
    longest = int(max(timedelta(seconds=limit.seconds) for limit in limits().values()).total_seconds())
    for key in [key for key, window in _windows.items() if window.since < now - longest]:
        del _windows[key]
    if len(_windows) >= MANY:  # as many strangers at once: their counts begin anew, the database keeps what was told
        _windows.clear()


def _tell(pace: Pace, who: str, since: int, part: int) -> int:
    """Tell the database, and hear what all have told; where it is away, nothing is refused for that."""
    key = salted_hmac("jingming.accounts.limits", who, algorithm="sha256").hexdigest()
    try:
        with connection.cursor() as cursor:
            cursor.execute(TELL, {"key": key, "pace": pace.value, "since": since, "count": part})
            return int(cursor.fetchone()[0])
    except DatabaseError as error:
        log.warning("requests could not be counted: %s", type(error).__name__)
        return 0
