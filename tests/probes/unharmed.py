"""What an attack may not have changed: the shape of the database, who may do what, and that rows only grow."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import connection

# Rows that go by being used, by time, or because somebody has pressed the button for it; all others stay.
GOES: Mapping[str, str] = {
    "accounts_session": "sessions end",
    "accounts_requestcount": "counts of requests are forgotten",
    "accounts_tries": "a lock is lifted by time and by the right password",
    "procrastinate_jobs": "jobs that were done are removed",
    "procrastinate_events": "with their jobs",
    "procrastinate_workers": "a worker that has ended is removed",
    "workspace_draft": "a draft is gone when its form is sent",
    "workspace_looking": "who looks at an order leaves it",
    "workspace_savedview": "whoever has saved a view may delete it",
    "workspace_chosencolumns": "columns go back to the usual ones",
    "workorders_queued": "an order leaves a queue",
    "workorders_tally": "a queue that is empty is not counted",
    "workorders_typedraft": "a draft of a type is gone when it is published or thrown away",
    "workorders_route": "an administrator removes a route",
}
SHAPE = """
    SELECT 'column', c.table_name, c.column_name, concat(c.data_type, ' ', c.is_nullable, ' ', c.column_default)
      FROM information_schema.columns c WHERE c.table_schema = 'public'
    UNION ALL SELECT 'function', p.proname, pg_get_function_identity_arguments(p.oid), md5(p.prosrc)
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.prokind <> 'a'
    UNION ALL SELECT 'constraint', r.relname, k.conname, pg_get_constraintdef(k.oid)
      FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
     WHERE n.nspname = 'public'
    UNION ALL SELECT 'trigger', r.relname, t.tgname, pg_get_triggerdef(t.oid)
      FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL SELECT 'role', rolname, concat(rolsuper, rolcreaterole, rolcreatedb, rolbypassrls), ''
      FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%%'
    UNION ALL SELECT 'right', g.table_name, g.grantee, string_agg(g.privilege_type, ' ' ORDER BY g.privilege_type)
      FROM information_schema.role_table_grants g WHERE g.table_schema = 'public' GROUP BY 2, 3
"""
# Who may do what, and with which password: none of the four roles gives such rights.
WHO = {
    "people and passwords": "SELECT id, username, password FROM accounts_staff ORDER BY id",
    "posts": "SELECT id, staff_id, role_id, department_id, scope FROM accounts_post ORDER BY id",
    "authorities": "SELECT code, authorities FROM accounts_role ORDER BY code",
    "tokens": "SELECT id, staff_id, digest FROM accounts_apitoken ORDER BY id",
}
TABLES = """
    SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
     WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname
"""


def state() -> dict[str, Any]:
    """Digests of what never changes, and the rows of each table."""
    with connection.cursor() as cursor:

        def rows(query: str) -> list[tuple[Any, ...]]:
            cursor.execute(query)
            return list(cursor.fetchall())

        return {
            "shape": sorted(map(str, rows(SHAPE))),
            "who": {what: hashlib.sha256(repr(rows(query)).encode()).hexdigest() for what, query in WHO.items()},
            "rows": {name: rows(f'SELECT count(*) FROM "{name}"')[0][0] for (name,) in rows(TABLES)},
        }


def harm(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What is not as it was, though it must be."""
    found = [f"the shape of the database: {one}" for one in sorted({*before["shape"]} ^ {*after["shape"]})]
    found += [f"{what} have changed" for what in before["who"] if before["who"][what] != after["who"][what]]
    for table, count in before["rows"].items():
        left = after["rows"].get(table, 0)
        if left < count and table not in GOES:
            found.append(f"{table}: {count} rows were there, {left} are left")
    return found
