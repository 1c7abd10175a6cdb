"""Looking at an order, and looking away. Nothing else is written here: acts are those of the slices below.

It leaves no line of audit: it changes no business data, and is gone with the minute."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from jingming.accounts.models import Staff
from jingming.live.actions import announce
from jingming.workorders.models import WorkOrder
from jingming.workspace.models import Looking
from jingming.workspace.rules import COUNTS, LOOKING


@transaction.atomic
def look(order: WorkOrder, *, by: Staff, at: datetime, tab: uuid.UUID, writing: bool) -> None:
    """A page of the person shows the order. Whoever else looks hears of it when it is new or begins to write."""
    counts = at - timedelta(seconds=COUNTS)
    Looking.objects.filter(pk__in=_over(counts)).delete()
    known = Looking.objects.filter(order=order, staff=by, tab=tab, seen_at__gte=counts, writing=writing)
    if known.update(seen_at=at):
        return
    Looking.objects.update_or_create(order=order, staff=by, tab=tab, defaults={"writing": writing, "seen_at": at})
    announce(LOOKING, order.pk)


@transaction.atomic
def look_away(order: WorkOrder, *, by: Staff, tab: uuid.UUID) -> None:
    """The page has been left."""
    gone, _ = Looking.objects.filter(order=order, staff=by, tab=tab).delete()
    if gone:
        announce(LOOKING, order.pk)


def _over(counts: datetime) -> list[int]:
    """Some looks that count no more. Two who sweep at once leave each other's rows alone."""
    stale = Looking.objects.filter(seen_at__lt=counts).order_by("seen_at").select_for_update(skip_locked=True)
    return list(stale.values_list("pk", flat=True)[:SWEPT])


SWEPT = 100
