"""The figures beside the queues: kept, not counted. Not acts, and in no act's transaction.

`workorders_standing` (a view) says in which queues an order should stand; `Queued` in which it is counted, `Tally` how
many there are of each kind. One worker at a time brings them in step, so no two wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection, transaction

ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('jingming tally', 0))"
THESE = "SELECT unnest(%s::bigint[]) AS order_id"
ALL = """
    SELECT id AS order_id FROM workorders_workorder
    WHERE status IN ('untreated', 'processing', 'processed', 'suspended')
    UNION SELECT order_id FROM workorders_review WHERE result = ''
    UNION SELECT order_id FROM workorders_queued
"""
# `gone` and `fresh` have no row in common, so that the order of the two within the statement does not matter.
STEP = """
    WITH these AS MATERIALIZED ({which}),
    wanted AS MATERIALIZED (
        SELECT standing.* FROM these JOIN workorders_standing standing USING (order_id)
    ),
    gone AS (
        DELETE FROM workorders_queued queued USING these
        WHERE queued.order_id = these.order_id AND NOT EXISTS (
            SELECT FROM wanted WHERE wanted.order_id = queued.order_id AND wanted.key = queued.key
        ) RETURNING queued.key
    ),
    fresh AS (
        INSERT INTO workorders_queued (order_id, key)
        SELECT order_id, key FROM wanted WHERE NOT EXISTS (
            SELECT FROM workorders_queued queued WHERE queued.order_id = wanted.order_id AND queued.key = wanted.key
        ) RETURNING key
    ),
    change AS MATERIALIZED (
        SELECT key, sum(change) AS change
        FROM (SELECT key, 1 AS change FROM fresh UNION ALL SELECT key, -1 FROM gone) each
        GROUP BY key HAVING sum(change) <> 0
    ),
    fewer AS (
        UPDATE workorders_tally tally SET count = tally.count + change.change
        FROM change WHERE change.key = tally.key AND change.change < 0 RETURNING tally.key
    ),
    more AS (
        INSERT INTO workorders_tally
            (key, queue, departments, staff, seen_departments, seen_staff, province_id, city_id, district_id, count)
        SELECT DISTINCT ON (key)
            key, queue, departments, staff, seen_departments, seen_staff, province_id, city_id, district_id, change
        FROM wanted JOIN change USING (key) WHERE change > 0
        ON CONFLICT (key) DO UPDATE SET count = workorders_tally.count + excluded.count RETURNING key
    )
    SELECT (SELECT array_agg(key) FROM fewer), (SELECT count(*) FROM change)
"""
EMPTY = "DELETE FROM workorders_tally WHERE key = ANY(%s) AND count <= 0"
# Where the two tables have come apart, what is counted is made to say what stands there.
LOST = """
    DELETE FROM workorders_queued queued
    WHERE NOT EXISTS (SELECT FROM workorders_tally tally WHERE tally.key = queued.key)
"""
WRONG = """
    UPDATE workorders_tally tally SET count = found.count
    FROM (
        SELECT tally.key, count(queued.key) AS count
        FROM workorders_tally tally LEFT JOIN workorders_queued queued USING (key) GROUP BY tally.key
    ) found
    WHERE found.key = tally.key AND found.count <> tally.count
"""


@transaction.atomic
def recount(order_ids: Collection[int]) -> int:
    """Bring the figures in step with these orders as they are now; how many tallies changed. Safe to run twice."""
    if not order_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        return _step(THESE, [sorted(set(order_ids))])


@transaction.atomic
def recount_all() -> int:
    """Compare every figure with the orders and mend what is wrong; how many tallies were."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(ALONE)
        cursor.execute(LOST)
        cursor.execute(WRONG)
        mended = int(cursor.rowcount) + _step(ALL, [])
        cursor.execute("DELETE FROM workorders_tally WHERE count <= 0")
    return mended


def _step(which: str, values: list[list[int]]) -> int:
    with connection.cursor() as cursor:
        # nosemgrep: sql-put-together  # a name from a table of ours
        cursor.execute(STEP.format(which=which), values)
        fewer, changed = cursor.fetchone()
        if fewer:
            cursor.execute(EMPTY, [fewer])
    return int(changed)
