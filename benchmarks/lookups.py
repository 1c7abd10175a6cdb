"""Finding a customer at 200,000 and at 5,000,000: by all that somebody may know of them, within three persons' rights.

Words of every kind are mixed, those that find nobody and those that are unluckily common among them. The limit is what
PostgreSQL takes for the same statements sent by hand over the same connection. No plan may read a whole table.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from . import archives, installation
from .figures import note, percentile, tell

SIZES = tuple(int(size) for size in os.environ.get("BENCH_CUSTOMERS", "200000,5000000").split(","))
ROOM = 3_000  # bytes of disk for a customer with all that hangs on it, indexes and the log of their making included
EACH = 15  # words of a kind
BLOCKS = 3
UNLUCKY = (
    "0562",
    "1380",
    "138",
    "王",
    "wx",
    "有限公司",
    "单元",
    "小区",
    "铜陵市",
    "铜官区",
    "中山路",
    "2-1",
    "601",
    "桂花苑",
    "3栋2单元",
)
MISSES = ("99999999999", "9876543210123", "qzqzq", "不存在的地方", "桂花苑 99-9-9999", "龘龘 龘龘", "ZZ-000-1", "0000")


def run() -> None:
    """Fill up to each size, look for everybody, and tell how long it takes."""
    home = installation.prepare()
    archives.found_cities()
    filled = 0
    for size in SIZES:
        if shutil.disk_usage(home).free < (size - filled) * ROOM:
            note(f"{size:,} customers are left out: the disk has no {size * ROOM / 1e9:.0f} GB")
            continue
        seconds = archives.fill(filled, size)
        tell(f"fill_customers_{size}", (size - filled) / seconds, "customers/s", rows=size, n=size - filled)
        filled = size
        for who, person in _people().items():
            _look(size, who, person)
        if size == SIZES[0]:
            _visit(size)


def _people() -> dict[str, Any]:
    """An agent of one city's call centre, a manager of the province, and somebody who sees everything."""
    from jingming.accounts import actions
    from jingming.accounts.models import Role, Staff
    from jingming.base.clock import now
    from jingming.organisation.models import Department

    if not Staff.objects.filter(username="everything").exists():
        department = Department.objects.get(code="HQ-MGT")
        person = actions.engage(
            username="everything", employee_number="990001", name="全览", department=department, password=None,
            password_hash="!", manager=None, by=None, at=now(),
        )  # fmt: skip
        actions.post(
            person, role=Role.objects.get(code="manager"), department=department, scope="all", by=None, at=now()
        )
    usernames = {"agent": "agent1", "province": "manager1", "everything": "everything"}
    return {who: Staff.objects.get(username=username) for who, username in usernames.items()}


# --- Words ----------------------------------------------------------------------------------------------------------
def _words(size: int) -> dict[str, list[str]]:
    """Kind → words, most of them of archives that there are."""
    from jingming.customers.models import Customer

    chance = random.Random(size)
    ids = [archives.FIRST_ID + chance.randrange(1, size) for _ in range(EACH * 12)]
    known = list(Customer.objects.filter(pk__in=ids).prefetch_related("phones", "service_points").order_by("pk"))
    chance.shuffle(known)
    some = [(one, one.phones.all()[0].number, one.service_points.all()[0]) for one in known]
    turn = iter(range(10**6))

    def draw(word: Callable[..., str]) -> list[str]:
        return [word(*some[next(turn) % len(some)]) for _ in range(EACH)]

    return {
        "account": draw(lambda _c, _p, point: point.account_number),
        "account_beginning": draw(lambda _c, _p, point: point.account_number[:9]),
        "phone": draw(lambda _c, phone, _s: phone),
        "phone_end": draw(lambda _c, phone, _s: phone[-4:]),
        "phone_middle": draw(lambda _c, phone, _s: phone[3:7]),
        "phone_six": draw(lambda _c, phone, _s: phone[2:8]),
        "name": draw(lambda customer, _p, _s: customer.name),
        "name_beginning": draw(lambda customer, _p, _s: customer.name[:2]),
        "name_fragment": draw(lambda customer, _p, _s: customer.name[2:6] if len(customer.name) > 6 else customer.name),
        "initials": draw(lambda customer, _p, _s: customer.initials[0][:3]),
        "address": draw(lambda _c, _p, point: point.address),
        "address_words": draw(lambda _c, _p, point: _some_words(chance, point.address)),
        "device": draw(lambda _c, _p, point: archives.device_of(point)),
        "device_beginning": draw(lambda _c, _p, point: archives.device_of(point)[:7]),
        "unlucky": list(UNLUCKY),
        "nobody": list(MISSES),
    }


def _some_words(chance: random.Random, address: str) -> str:
    """Two or three of the address's words in any order, as somebody types them who is in a hurry."""
    from jingming.base.tokens import runs

    words = [run[-4:-1] if len(run) > 4 else run for run in runs(address) if len(run) > 1]
    return " ".join(chance.sample(words, min(len(words), chance.choice((2, 3)))))


# --- Look -----------------------------------------------------------------------------------------------------------
def _look(size: int, who: str, person: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from jingming.customers import queries

    mixed: list[tuple[str, str, list[str]]] = []
    for kind, words in _words(size).items():
        for word in words:
            queries.find(person, word)  # warm, and what is common is known
            with CaptureQueriesContext(connection) as captured:
                queries.find(person, word)
            asked = [query["sql"] for query in captured.captured_queries]
            for statement in asked:
                _refuse_scans(connection, statement, f"{who} {word}")
            mixed.append((kind, word, asked))
    ours, raw = _timed(
        [partial(queries.find, person, word) for _kind, word, _asked in mixed],
        [partial(_by_hand, connection, asked) for _kind, _word, asked in mixed],
    )
    p95 = percentile(ours, 0.95)
    tell(f"find_p95_{who}_{size}", p95, "ms", limit=percentile(raw, 0.95), rows=size, n=len(mixed) * BLOCKS)
    tell(f"find_median_{who}_{size}", percentile(ours, 0.5), "ms", limit=percentile(raw, 0.5), rows=size, n=len(mixed))
    for kind in dict.fromkeys(kind for kind, _word, _asked in mixed):
        waits = [wait for wait, (of_kind, _word, _asked) in zip(ours, mixed, strict=True) if of_kind == kind]
        tell(f"find_{kind}_worst_{who}_{size}", max(waits), "ms", rows=size, n=len(waits) * BLOCKS)
    slowest = sorted(zip(ours, raw, mixed, strict=True), key=lambda one: -one[0])[:3]
    for wait, by_hand, (kind, word, _asked) in slowest:
        note(f"{size:>9,} {who:<10} {wait:6.1f} ms, its SQL alone {by_hand:6.1f} ms: {kind} {word}")


def _timed(
    ours: Sequence[Callable[[], object]], raw: Sequence[Callable[[], object]]
) -> tuple[list[float], list[float]]:
    """Milliseconds of each, the quicker of the blocks: the machine has other work as well."""
    blocks = [([_took(do) for do in ours], [_took(do) for do in raw]) for _ in range(BLOCKS)]
    first, second = zip(*blocks, strict=True)
    return [min(waits) for waits in zip(*first, strict=True)], [min(waits) for waits in zip(*second, strict=True)]


def _took(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return (time.perf_counter() - begun) * 1000


def _by_hand(connection: Any, statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.cursor.execute(statement)
            cursor.fetchall()


# --- Plans ----------------------------------------------------------------------------------------------------------
def _refuse_scans(connection: Any, statement: str, what: str) -> None:
    """Stop if a plan reads a table of the archives from end to end."""
    with connection.cursor() as cursor:
        cursor.cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        plan = cursor.fetchone()[0]
    for node in _nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]):
        if node["Node Type"].endswith("Seq Scan") and node.get("Relation Name", "").startswith("customers_"):
            raise SystemExit(f"{what}: {node['Relation Name']} is read from end to end\n{statement}")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


# --- The desk -------------------------------------------------------------------------------------------------------
def _visit(size: int) -> None:
    """The call card and the palette, as they answer while an agent types."""
    from django.test import Client

    from jingming.accounts.models import Staff

    client = Client(headers={"host": "localhost", "accept-language": "zh-hans"})
    client.force_login(Staff.objects.get(username="agent1"))
    words = [word for kind in _words(size).values() for word in kind]
    for page, address in {"card": "/intake/card/", "palette": "/search/palette/"}.items():
        visits = [partial(_get, client, address, word) for word in words]
        for visit in visits[:10]:
            visit()
        waits, _again = _timed(visits, ())
        tell(f"{page}_p95_{size}", percentile(waits, 0.95), "ms", rows=size, n=len(words) * BLOCKS)


def _get(client: Any, address: str, word: str) -> None:
    answer = client.get(address, {"q": word})
    if answer.status_code != 200:
        raise SystemExit(f"{address} for {word} answered {answer.status_code}")
