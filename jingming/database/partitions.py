"""Months of the partitioned tables. A row whose month has no partition yet is not lost: it waits in the default one."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db import connections, models

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
