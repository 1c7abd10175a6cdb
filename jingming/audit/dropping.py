"""Let whole months of the audit go when they have been kept as long as they must be.

What proves that nothing else is missing stays: the blocks with their seals, and a sealed line that says which months
are gone. Only the owner of the database can drop; the application cannot.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.utils.translation import gettext as _

from jingming.base.errors import Refusal
from jingming.database import partitions
from jingming.database.address import OWNER
from jingming.privacy.retention import Kept, days_kept

from . import rules, sealing
from .actions import record
from .models import Block, Entry

TABLE = Entry._meta.db_table


class CannotDrop(Refusal):
    """To drop now would take away what shows that something is wrong."""

    kind = "audit_not_dropped"


def due(today: date, *, days: int = rules.RETENTION.days) -> list[date]:
    """The months that may go, oldest first; `days` is how long they are to be kept after their end, at least 184."""
    return [month for month in partitions.months_of(TABLE) if rules.may_be_dropped(month, today, days=days)]


def drop(at: datetime, *, days: int = rules.RETENTION.days, watcher: sealing.Watcher | None = None) -> list[date]:
    """Drop the months that are due, by `days` and by the rule of this installation, and return them. Safe to run again
    after it broke off.

    Everything is sealed and compared with its seals first: CannotDrop where something was changed, since whoever looks
    into it needs the lines. The line that says which months are gone is sealed before they go.
    """
    months = due(at.astimezone(UTC).date(), days=max(days, days_kept(Kept.AUDIT)))
    if not months:
        return []
    sealing.seal(at)
    wrong = next(sealing.verify(sealing.Tally(), watcher), None)
    if wrong is not None:
        raise CannotDrop(wrong.sentence)
    newest = Block.objects.order_by("-number").first()
    names = [f"{month:%Y-%m}" for month in months]
    record(sealing.DROPPED, newest or Block(number=0), by=None, at=at, months=names, through=names[-1])
    sealing.seal(at)
    if not sealing.told_as_dropped(months[-1]):
        raise CannotDrop(_("The line that says which months are gone could not be sealed yet. Run it again."))
    for month in months:
        partitions.drop_month(TABLE, month, using=OWNER)
    return months
