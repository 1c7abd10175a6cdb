"""Order numbers for many orders at once, continuing the counters from which the actions count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection

from jingming.organisation.models import Unit
from jingming.organisation.queries import units

from .rows import Place

Key = tuple[str, str, date]  # prefix, city code, local day


def give_numbers(orders: Iterable[tuple[str, Place, datetime]]) -> list[str]:
    """A number for each (prefix, place, time of contact), like BX-0562-20261122-000017, in the order given.

    The counters are held until the transaction ends. They are taken up in a fixed order, so two loads never wait for
    each other.
    """
    keys = [_key(prefix, place, at) for prefix, place, at in orders]
    last = _count_on(Counter(keys))
    numbers = []
    for key in keys:
        last[key] += 1
        numbers.append(f"{key[0]}-{key[1]}-{key[2]:%Y%m%d}-{last[key]:06d}")
    return numbers


def _key(prefix: str, place: Place, at: datetime) -> Key:
    city = _city(place)
    code = city.number_code if city and city.number_code else "000"
    return prefix, code, at.astimezone(city.zone).date() if city else at.date()


def _city(place: Place) -> Unit | None:
    province, city, _district = place
    return next((units()[pk] for pk in (city, province) if pk), None)


def _count_on(wanted: Counter[Key]) -> dict[Key, int]:
    """Raise the counters by what is wanted; where each stood before."""
    keys = sorted(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workorders_numbercounter (prefix, city_code, day, last)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::date[], %s::int[])"
            " ON CONFLICT (prefix, city_code, day) DO UPDATE SET last = workorders_numbercounter.last + excluded.last"
            " RETURNING prefix, city_code, day, last",
            [*(list(column) for column in zip(*keys, strict=True)), [wanted[key] for key in keys]],
        )
        return {key: last - wanted[key] for *words, last in cursor.fetchall() for key in [tuple(words)]}
