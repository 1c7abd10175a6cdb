"""How often a password or a code may be tried, counted in the database for all processes together.

A name is counted for strangers on one side and for each browser that the person has signed in with on the other
(OWASP, “device cookies”). Strangers can lock a name for strangers only: whoever belongs to it goes on signing in where
they did before. An address (of IPv6 its /64) is counted for all names together. Names nobody has are counted like any
other.

A try is counted before the password is looked at, so many at once get no further than one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.crypto import salted_hmac

from jingming.base.proxies import line_of

from .models import KnownBrowser, Staff, Tries
from .policy import policy
from .tokens import digest_of

STRANGERS, ADDRESS = "strangers", "address"
# A lock ends some time after the last try that counted; those made meanwhile do not draw it out.
COUNT = """
    INSERT INTO accounts_tries AS kept (key, side, count, last_at) VALUES (%(key)s, %(side)s, 1, %(at)s)
    ON CONFLICT (key, side) DO UPDATE SET
        count = CASE WHEN kept.last_at <= %(old)s THEN 1 ELSE least(kept.count, %(limit)s) + 1 END,
        last_at = CASE WHEN kept.last_at <= %(old)s OR kept.count < %(limit)s THEN %(at)s ELSE kept.last_at END
    RETURNING count, id
"""


@dataclass
class Try:
    """One attempt. `open`: the name as typed may be tried; `counts`: its person may be. `last`: a failure locks.
    `name`: where the tries of the name as typed are counted; `address`: where those from the address are, if a failure
    locks that."""

    open: bool = True
    counts: bool = True
    last: bool = False
    name: int = 0
    address: int = 0
    rows: list[tuple[str, str]] = field(default_factory=list)


def begin(name: str, person: Staff | None, *, browser: str, address: str, at: datetime) -> Try:
    """Count one attempt to sign in with a name that may be somebody's; `browser` is the word that it has kept."""
    attempt = Try()
    known = _known_side(person, browser)
    word = _key("name", name.lower())
    attempt.open, attempt.name = _side_of(attempt, word, known, at)
    if known is None and attempt.open:
        limit = policy().tries_from_address
        count, row = _count(attempt, _key("address", line_of(address)), ADDRESS, limit, at)
        attempt.open, attempt.address = count <= limit, row if count == limit else 0
    if attempt.open:
        # A name and a number are one person, but that they are must not be told; nor by the time it takes to count.
        whose = f"nobody {word}" if person is None else str(person.pk)
        attempt.counts, _row = _side_of(attempt, _key("person", whose), known, at)
    return attempt


def succeeded(attempt: Try) -> None:
    """Forget the wrong tries for this name on this side; of those from the address only this one."""
    for key, side in attempt.rows:
        rows = Tries.objects.filter(key=key, side=side)
        if side == ADDRESS:
            rows.update(count=Greatest(F("count") - 1, 0))
        else:
            rows.delete()


def half_way(attempt: Try) -> None:
    """The password was right and a code is still to come: take this try back, and forget none of those before it."""
    for key, side in attempt.rows:
        Tries.objects.filter(key=key, side=side).update(count=Greatest(F("count") - 1, 0))


def forget(*, before: datetime, browsers_before: datetime) -> tuple[int, int]:
    """Remove what is too old to matter; how many tries, and how many browsers."""
    gone, _kinds = Tries.objects.filter(last_at__lt=before).delete()
    browsers, _kinds = KnownBrowser.objects.filter(last_at__lt=browsers_before).delete()
    return gone, browsers


def _known_side(person: Staff | None, browser: str) -> str | None:
    digest = digest_of(browser) if browser else ""
    whose = person.pk if person else 0  # the same is asked for a name that nobody has
    known = KnownBrowser.objects.filter(staff_id=whose, digest=digest).exists()
    return digest if known else None


def _side_of(attempt: Try, key: str, known: str | None, at: datetime) -> tuple[bool, int]:
    """Whether the key may be tried: on the side of a known browser, or, once that is locked, as a stranger; and the row
    where it is counted."""
    limit = policy().tries
    if known is not None:
        count, row = _count(attempt, key, known, limit, at)
        if count <= limit:
            attempt.last = attempt.last or count == limit
            return True, row
    count, row = _count(attempt, key, STRANGERS, limit, at)
    attempt.last = attempt.last or count == limit
    return count <= limit, row


def _count(attempt: Try, key: str, side: str, limit: int, at: datetime) -> tuple[int, int]:
    """How often it has been tried, and the row that says so; one more than the limit is one too many."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": key, "side": side, "at": at, "old": at - policy().lock, "limit": limit})
        count, row = cursor.fetchone()
    attempt.rows.append((key, side))
    return count, row


def _key(kind: str, text: str) -> str:
    return salted_hmac(f"jingming.accounts.tries.{kind}", text, algorithm="sha256").hexdigest()
