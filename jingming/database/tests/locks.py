"""Who waits for whom, in the database of one test; others have theirs on the same server."""

from __future__ import annotations

from django.db import connection


def somebody_waits() -> bool:
    """Whether a connection to this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT EXISTS (
                SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
                WHERE NOT granted AND datname = current_database())
        """)
        return bool(cursor.fetchone()[0])
