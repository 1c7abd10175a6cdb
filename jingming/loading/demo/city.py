"""Found the demo city: company and people, archives, a year of orders.

The founding is one transaction. What follows comes in batches, each a transaction of its own, so that a city of any
size fits into memory; a row of `DemoCity` says from the founding on what the city is to be, and in the end that it is
there. A city whose making was broken off is no city: the next call tells the same stories again, since the same seed
and moment make the same ones, keeps what came in and loads the rest.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import connections, transaction
from django.utils.translation import gettext as _

from jingming.accounts.company import demo as shown_people
from jingming.accounts.company import found
from jingming.accounts.demo import write_demo
from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.base.errors import Refusal
from jingming.customers.models import Customer, ServicePoint
from jingming.database.address import OWNER
from jingming.loading.archives import Kept
from jingming.loading.checking import CannotLoad
from jingming.loading.door import load, load_customers, make_room
from jingming.loading.models import Batch, DemoCity
from jingming.loading.progress import Progress, Silent
from jingming.loading.rows import LoadedCustomer, LoadedOrder
from jingming.loading.unhurried import without_collecting
from jingming.organisation import queries as places
from jingming.organisation.models import Unit

from .crews import Crew, crews, engage_more, route_categories, shown_too
from .figures import YEAR, Plan, plan
from .homes import Archive, Ground, archive_of, customers_of
from .many import IN_PARTS, SOURCE, check_room, load_in_parts, room, stretched, stretches
from .network import lay
from .orders import SHOWN_BY_TYPE, Year

PASSWORD = "jingming-demo-2026"  # noqa: S105  # nosec B105  # stands on the sign-in page of every demo
BATCH = 10_000
MOVERS = 7  # one customer in so many may have lived elsewhere before
Thing = TypeVar("Thing")


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


def unfinished() -> DemoCity | None:
    """The demo city whose making was broken off."""
    return DemoCity.objects.filter(finished_at=None).first()


@without_collecting()
def build(
    scale: float, seed: int, at: datetime, progress: Progress | None = None, *, orders: int | None = None
) -> Built:
    """Found the demo city as of `at`; 1 is the whole gas company of 159,806 customers, 0.01 a hundredth of it.

    `orders` asks for another number of orders than a year would bring, for measuring (see `many`).

    Where one was begun and broken off, that one is finished, as it was begun. Raises CompanyExists, having changed
    nothing, where there is any other organisation or person already.
    """
    if not 0 < scale <= 1:
        raise CannotLoad(_("The scale of the demo is a share above 0 and up to 1, for example 0.01."))
    if orders is not None:
        check_room(orders, *room())
    watcher = progress or Silent()
    city = unfinished()
    if city is None and (Unit.objects.exists() or Staff.objects.exists()):
        raise CompanyExists(
            _("There is a company here already; the demo company is loaded only into an empty installation.")
        )
    try:
        if city is None:
            watcher.begin(_("Founding the company"), 1)
            city = _found(DemoCity(scale=scale, seed=seed, orders=orders, at=at))
            watcher.advance()
        else:
            watcher.tell(
                _("A demo city of scale %(scale)s, seed %(seed)d was broken off; it is finished as it was begun.")
                % {"scale": f"{city.scale:g}", "seed": city.seed}
            )
        built = _settle(city, watcher)
    finally:
        places.memory.forget()
    watcher.tell(
        _("%(customers)d customers with %(points)d service points, %(orders)d orders with %(events)d events.")
        % {"customers": built.customers, "points": built.service_points, "orders": built.orders, "events": built.events}
    )
    return built


@transaction.atomic
def _found(city: DemoCity) -> DemoCity:
    """The company, its people, and the word that a city is to be made: all or nothing."""
    people = found(password=PASSWORD, at=city.at)
    engage_more(people, city.scale, random.Random(city.seed), at=city.at)  # noqa: S311  # nosec B311  # nothing secret is drawn
    route_categories(people, at=city.at)
    city.save(force_insert=True)
    audit.record("loading.demo_begun", city, by=None, at=city.at, scale=city.scale, seed=city.seed)
    return city


def _settle(city: DemoCity, watcher: Progress) -> Built:
    """Bring in what is not there yet."""
    archives = settle_customers(city, watcher)
    _analyze()  # so that the checks of keys are planned for tables of their size
    year, wanted = year_of(city, archives)
    make_room(year.calendar.bounds[0] - timedelta(days=1), city.at)
    watcher.begin(_("Loading orders with their history"), wanted.order_count)
    if city.orders is not None and city.orders >= IN_PARTS:
        load_in_parts(city, watcher)
    else:
        for source, batch in told(city, year):
            load(batch, source=source, by=None, at=city.at)
            watcher.advance(len(batch))
    watcher.begin(_("Measuring the tables"), 1)
    _analyze()
    watcher.advance()
    write_demo(Path(settings.HOME), shown_too(shown_people(PASSWORD)))
    _finish(city)
    loaded = list(Batch.objects.filter(source__startswith=SOURCE))
    return Built(
        people=Staff.objects.count(),
        customers=len(archives),
        service_points=sum(len(archive.points) for archive in archives),
        orders=sum(batch.orders for batch in loaded),
        events=sum(batch.events for batch in loaded),
    )


def settle_customers(city: DemoCity, watcher: Progress) -> list[Archive]:
    """The city's customers with their network; those who are there already are only read."""
    staffed = crews({person.username: person for person in Staff.objects.select_related("department")})
    return _load_customers(staffed, plan(city.scale).customers, city, watcher)


def year_of(city: DemoCity, archives: list[Archive]) -> tuple[Year, Plan]:
    """The contacts to come, and how many there will be."""
    wanted, years = plan(city.scale, SHOWN_BY_TYPE), 1
    if city.orders is not None:
        wanted, years = stretched(wanted, city.orders)
    return Year(archives, wanted, city.seed, city.at, days=YEAR * years), wanted


def load_part(part: int, parts: int, told_of: Callable[[int], None]) -> None:
    """Load one part of the orders of the city under way, in a process of its own; ends with the one that started it.
    `told_of` hears how many orders every stretch had."""
    city, parent = unfinished(), os.getppid()
    if city is None:
        return
    year, _wanted = year_of(city, settle_customers(city, Silent()))
    for source, batch in stretches(year, part, parts):
        if os.getppid() != parent:
            return
        load(batch, source=source, by=None, at=city.at)
        told_of(len(batch))


def told(city: DemoCity, year: Year) -> Iterator[tuple[str, list[LoadedOrder]]]:
    """The orders in batches, each with the name of its source."""
    if city.orders is None:
        return ((SOURCE, batch) for batch in _batches(year.orders()))
    return stretches(year)


@transaction.atomic
def _finish(city: DemoCity) -> None:
    city.finished_at = city.at
    city.save(update_fields=["finished_at"])
    audit.record("loading.demo_finished", city, by=None, at=city.at, scale=city.scale, seed=city.seed)


def _load_customers(staffed: list[Crew], wanted: Mapping[str, int], city: DemoCity, watcher: Progress) -> list[Archive]:
    archives: list[Archive] = []
    ground = Ground.with_network(lay(staffed, source=SOURCE, at=city.at))
    watcher.begin(_("Loading customers"), sum(wanted.values()))
    draw = random.Random(f"{city.seed} customers")  # noqa: S311  # nosec B311  # nothing secret is drawn
    size = min(BATCH, max(50, sum(wanted.values()) // 10))  # so that there is somebody who may have moved
    for batch in _batches(customers_of(staffed, wanted, ground, draw, city.at), size):
        customers = [customer for _crew, _use, customer in batch]
        kept = _kept(customers) or load_customers(customers, source=SOURCE, by=None, at=city.at)
        ground.movers.extend(one.customer for one in kept[::MOVERS])
        archives += [
            archive_of(crew, use, customer, ids) for (crew, use, customer), ids in zip(batch, kept, strict=True)
        ]
        watcher.advance(len(batch))
    return archives


def _kept(customers: list[LoadedCustomer]) -> list[Kept]:
    """What a batch that had come in before was given; a batch comes in whole or not at all."""
    ids = dict(Customer.objects.filter(number__in=[c.number for c in customers]).values_list("number", "pk"))
    if not ids:
        return []
    numbers = [point.account_number for customer in customers for point in customer.points]
    points = dict(ServicePoint.objects.filter(account_number__in=numbers).values_list("account_number", "pk"))
    return [Kept(ids[c.number], tuple(points[point.account_number] for point in c.points)) for c in customers]


def _analyze() -> None:
    """What autovacuum would do within a minute; as the owner of the tables."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("ANALYZE")


def _batches(things: Iterable[Thing], size: int | None = None) -> Iterator[list[Thing]]:
    things = iter(things)
    while batch := list(islice(things, size or BATCH)):
        yield batch
