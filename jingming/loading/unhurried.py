"""What a load does without: hurry, company, and Python's collector of cycles. Hundreds of thousands of rows live until
its end, hold no cycles, and walking over them again and again would take a third of the time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def without_collecting() -> Iterator[None]:
    """No collection of cycles inside; as before afterwards. May be nested."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def unhurried() -> None:
    """No limit on how long the statements of this transaction take."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL lock_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def alone(name: str) -> None:
    """Wait until no other load of this name is under way, and keep others waiting until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"jingming loading {name}"])


def alone_now(name: str) -> bool:
    """As `alone`, but at once or not at all: whether nobody else was there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"jingming loading {name}"])
        return bool(cursor.fetchone()[0])
