"""Months of the partitioned tables. A row whose month has no partition yet is not lost: it waits in the default one."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from django.db import connections, models, transaction
from psycopg import sql

AHEAD = 3  # months beyond the current one: nobody has to act for a quarter


def ensure_months(table: str | type[models.Model], first: date, last: date, *, using: str = "default") -> int:
    """See that every month from `first` to `last` (both in UTC) has its partition; the number of those made now.

    Safe at any time and from several processes, but not in a transaction that has already written to the table. Rows
    that went to the default partition meanwhile move to their month. From 1970 to five years ahead.
    """
    name = table if isinstance(table, str) else table._meta.db_table
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT jingming_ensure_months(quote_ident(%s)::regclass, %s, %s)", [name, first, last])
        return int(cursor.fetchone()[0])


def keep_ahead(at: datetime, *, using: str = "default") -> int:
    """See that every partitioned table has the month of `at` and the next three; the number of partitions made now."""
    first = at.astimezone(UTC).date().replace(day=1)
    months = first.year * 12 + first.month - 1 + AHEAD
    last = date(months // 12, months % 12 + 1, 1)
    return sum(ensure_months(table, first, last, using=using) for table in monthly_tables(using=using))


def monthly_tables(*, using: str = "default") -> list[str]:
    """Names of the tables that are kept by months."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_partitioned_table p ON p.partrelid = c.oid"
            " WHERE c.relnamespace = 'public'::regnamespace AND p.partstrat = 'r' ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def months_of(table: str, *, using: str = "default") -> list[date]:
    """The first days of the months that have a partition, oldest first."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = quote_ident(%s)::regclass",
            [table],
        )
        names = [name.removeprefix(table) for (name,) in cursor.fetchall()]
    return sorted(date(int(name[1:5]), int(name[6:]), 1) for name in names if re.fullmatch(r"_\d{4}_\d{2}", name))


def drop_month(table: str, month: date, *, using: str) -> None:
    """Remove a month with all its rows; only the owner may, and never waits longer than its lock_timeout."""
    name = sql.Identifier(f"{table}_{month:%Y_%m}")
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE {}").format(name).as_string(cursor.connection))
