"""Found the demo company: people, archives, orders; in one transaction."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from jingming.accounts.company import demo as shown_people
from jingming.accounts.company import found
from jingming.accounts.demo import write_demo
from jingming.accounts.models import Staff
from jingming.base.errors import Refusal
from jingming.loading.archives import Kept
from jingming.loading.checking import CannotLoad
from jingming.loading.door import load, load_customers, make_room
from jingming.loading.progress import Progress, Silent
from jingming.loading.rows import LoadedCustomer, LoadedOrder
from jingming.loading.unhurried import without_collecting
from jingming.organisation import queries as places
from jingming.organisation.models import Unit

from .crews import Crew, crews, engage_more, route_categories, shown_too
from .homes import customers_of
from .orders import orders_of

PASSWORD = "jingming-demo-2026"  # noqa: S105  # stands on the sign-in page of every demo
SOURCE = "demo"
CUSTOMERS = 160_000  # at scale 1
ORDERS_PER_CUSTOMER = 1.5
DAYS = 60
BATCH = 20_000


class CompanyExists(Refusal):
    """There is a company already; the demo founds its own only where there is none."""

    kind = "company-exists"


@dataclass(frozen=True)
class Built:
    """What the demo consists of."""

    people: int
    customers: int
    service_points: int
    orders: int
    events: int


@without_collecting()
def build(scale: float, seed: int, at: datetime, progress: Progress | None = None) -> Built:
    """Found the demo company as of `at`; 1 is a city of 160,000 customers, 0.01 a hundredth of it.

    Raises CompanyExists, having changed nothing, where there is any organisation or person already.
    """
    if not 0 < scale <= 1:
        raise CannotLoad(_("The scale of the demo is a share above 0 and up to 1, for example 0.01."))
    if Unit.objects.exists() or Staff.objects.exists():
        raise CompanyExists(
            _("There is a company here already; the demo company is loaded only into an empty installation.")
        )
    watcher = progress or Silent()
    make_room(at - timedelta(days=DAYS + 1), at)
    try:
        with transaction.atomic():
            built = _found(scale, random.Random(seed), at, watcher)  # noqa: S311  # nothing secret is drawn
    finally:
        places.forget()
    watcher.tell(
        _("%(customers)d customers with %(points)d service points, %(orders)d orders with %(events)d events.")
        % {"customers": built.customers, "points": built.service_points, "orders": built.orders, "events": built.events}
    )
    return built


def _found(scale: float, draw: random.Random, at: datetime, watcher: Progress) -> Built:
    watcher.begin(_("Founding the company"), 1)
    people = found(password=PASSWORD, at=at)
    people |= engage_more(people, draw, at=at)
    route_categories(people, at=at)
    watcher.advance()
    staffed = crews(people)
    archives = _load_customers(staffed, max(20, round(CUSTOMERS * scale)), draw, at, watcher)
    orders = events = 0
    count = round(len(archives) * ORDERS_PER_CUSTOMER)
    for batch in _in_batches(orders_of(archives, count, draw, at, days=DAYS), watcher):
        figures = load(batch, source=SOURCE, by=None, at=at, progress=watcher)
        orders, events = orders + figures.orders, events + figures.events
    write_demo(Path(settings.HOME), shown_too(shown_people(PASSWORD)))
    points = sum(len(kept.points) for _crew, _customer, kept in archives)
    return Built(len(people), len(archives), points, orders, events)


def _load_customers(
    staffed: list[Crew], count: int, draw: random.Random, at: datetime, watcher: Progress
) -> list[tuple[Crew, LoadedCustomer, Kept]]:
    archives: list[tuple[Crew, LoadedCustomer, Kept]] = []
    for crew, share in zip(staffed, (0.7, 0.3), strict=True):
        customers = list(customers_of(crew, round(count * share), draw, at))
        for start in range(0, len(customers), BATCH):
            batch = customers[start : start + BATCH]
            kept = load_customers(batch, source=SOURCE, by=None, at=at, progress=watcher)
            archives.extend((crew, customer, ids) for customer, ids in zip(batch, kept, strict=True))
    return archives


def _in_batches(orders: Iterator[LoadedOrder], watcher: Progress) -> Iterator[list[LoadedOrder]]:
    batch: list[LoadedOrder] = []
    watcher.begin(_("Telling what happened to the orders"))
    for order in orders:
        batch.append(order)
        watcher.advance()
        if len(batch) == BATCH:
            yield batch
            batch = []
            watcher.begin(_("Telling what happened to the orders"))
    if batch:
        yield batch
