"""The one bulk door: import, demo and benchmarks come in here, and nothing else does.

    figures = load(orders, source="incident_events", by=None, at=now())

A batch is checked against the same rules as the actions (`checking`) and written by COPY in one transaction: all or
nothing. What came in is marked `imported`; moves that today's table refuses are kept and flagged. Nothing is published,
no job is queued, no clock is started; the audit gets one line for the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.database.partitions import ensure_months
from jingming.workorders.actions import recount
from jingming.workorders.models import History

from . import archives
from .checking import Known, check_customers, check_elements, check_orders, check_source
from .models import Batch
from .orders import write_orders
from .progress import Progress, Silent
from .rows import LoadedCustomer, LoadedElement, LoadedOrder, LoadedStep
from .unhurried import alone, unhurried, without_collecting
from .way import Way, follow

Report = Callable[[LoadedOrder, LoadedStep, Sequence[str]], None]


@dataclass(frozen=True)
class Figures:
    """What a load of orders came to: orders and events written, how many of these events are odd, and how many orders
    had come in before."""

    orders: int
    events: int
    odd_rows: int
    already_present: int

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@without_collecting()
def load(
    batch: Iterable[LoadedOrder],
    *,
    source: str,
    by: Staff | None,
    at: datetime,
    report: Report | None = None,
    progress: Progress | None = None,
) -> Figures:
    """Load orders with their whole way; those that the source has brought before are left as they are.

    `report` hears of every odd step. Raises checking.CannotLoad, having written nothing, if a row cannot be meant.
    """
    watcher = progress or Silent()
    orders = list(batch)
    check_source(source)
    check_orders(orders, Known(at))
    watcher.begin(_("Checking"), len(orders))
    ways = []
    for order in orders:
        ways.append(follow(order))
        watcher.advance()
    if moments := [step.at for order in orders for step in order.steps]:
        make_room(min(moments), max(moments))
    with transaction.atomic():
        _alone_and_unhurried(source)
        present = _present(source, orders)
        new = [(order, way) for order, way in zip(orders, ways, strict=True) if order.external_id not in present]
        figures = Figures(
            orders=len(new),
            events=sum(len(way.lines) for _order, way in new),
            odd_rows=sum(bool(line.odd) for _order, way in new for line in way.lines),
            already_present=len(orders) - len(new),
        )
        recount(write_orders(new, source=source, at=at, progress=watcher))
        _note(Batch(source=source, at=at, by_id=by.pk if by else None, **figures.as_dict()), by=by, at=at)
    if report:
        _tell_odd(new, report)
    return figures


def load_customers(
    batch: Iterable[LoadedCustomer], *, source: str, by: Staff | None, at: datetime, progress: Progress | None = None
) -> list[archives.Kept]:
    """Load archives with their phones, contact persons and service points; the ids they were given, in order."""
    customers = list(batch)
    check_source(source)
    check_customers(customers, Known(at))
    with transaction.atomic():
        _alone_and_unhurried(source)
        kept = archives.write_customers(customers, at=at, progress=progress or Silent())
        points = sum(len(one.points) for one in kept)
        row = Batch(source=source, at=at, by_id=by.pk if by else None, customers=len(kept), service_points=points)
        _note(row, by=by, at=at)
    return kept


def load_elements(batch: Iterable[LoadedElement], *, source: str, by: Staff | None, at: datetime) -> dict[str, int]:
    """Load network elements, those above before those below; the id of each by its code."""
    elements = list(batch)
    check_source(source)
    check_elements(elements, Known(at))
    with transaction.atomic():
        _alone_and_unhurried(source)
        ids = archives.write_elements(elements, at=at)
        loaded = Batch.objects.create(source=source, at=at, by_id=by.pk if by else None)
        audit.record("loading.loaded", loaded, by=by, at=at, source=source, elements=len(ids))
    return ids


def make_room(first: datetime, last: datetime) -> None:
    """See that the months of history from `first` to `last` have their partitions. A load does so itself; whoever
    loads inside a transaction calls this before it, since making a month locks the table until that ends."""
    ensure_months(History, first.astimezone(UTC).date(), last.astimezone(UTC).date())


def _alone_and_unhurried(source: str) -> None:
    """One load of a source at a time, and no limit on how long its statements take."""
    unhurried()
    alone(source)


def _present(source: str, orders: Sequence[LoadedOrder]) -> set[str]:
    """The source's own numbers of the orders that have come in before."""
    prefix = f"{source}:"
    ids = [f"{prefix}{order.external_id}" for order in orders]
    with connection.cursor() as cursor:
        cursor.execute(PRESENT, {"ids": ids})
        return {external_id.removeprefix(prefix) for (external_id,) in cursor.fetchall()}


# By the index of `a_contact_is_heard_once`, which begins with the channel: every one that the dictionary has.
PRESENT = """
    SELECT external_id FROM interactions_interaction
    WHERE channel = ANY(ARRAY(SELECT code FROM codes_code WHERE set = 'channel')) AND channel_account = ''
    AND external_id >= (SELECT min(id COLLATE "default") FROM unnest(%(ids)s::text[]) id)
    AND external_id <= (SELECT max(id COLLATE "default") FROM unnest(%(ids)s::text[]) id)
    AND external_id = ANY(%(ids)s::text[])
"""


def _note(batch: Batch, *, by: Staff | None, at: datetime) -> None:
    batch.save(force_insert=True)
    figures = {
        name: count
        for name in ("orders", "events", "odd_rows", "already_present", "customers", "service_points")
        if (count := getattr(batch, name))
    }
    audit.record("loading.loaded", batch, by=by, at=at, source=batch.source, **figures)


def _tell_odd(loaded: Sequence[tuple[LoadedOrder, Way]], report: Report) -> None:
    for order, way in loaded:
        for line in way.lines:
            if line.odd:
                report(order, line.step, line.odd)
