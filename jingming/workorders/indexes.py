"""An index for each field that queues can be filtered by: made when the field is declared, dropped when it is no more.

Only the owner of the tables may make one, and it is made while orders are written: never within a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import connections
from psycopg import sql

from jingming.database.address import OWNER

from .flows import FormField
from .queries import types_with_filters

PREFIX = "order_field_"
TABLE = "workorders_workorder"
ONE_AT_A_TIME = 0x6A6D6669656C64  # "jmfield": the advisory lock of whoever makes indexes


def wanted() -> dict[str, sql.Composed]:
    """Name of each index that there should be, with the statement that makes it."""
    return {
        _name(kind.pk, field): _statement(kind.pk, field)
        for kind in types_with_filters(everything=True)
        for field in kind.filtered
    }


def keep() -> tuple[list[str], list[str]]:
    """Make the indexes that are missing or were left half made, drop those that nothing asks for; their names.

    Safe to run at any time; a second process that asks at the same time finds nothing to do."""
    connection = connections[OWNER]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            return [], []
        try:
            cursor.execute("SET lock_timeout = 0")  # it waits for those who read, and nobody waits for it
            should, there = wanted(), _there(cursor)
            dropped = [name for name, whole in there.items() if name not in should or not whole]
            made = [name for name in should if name not in there or name in dropped]
            for statement in (*_drops(dropped), *(should[name] for name in made)):
                cursor.execute(statement.as_string(cursor.connection))
        finally:
            cursor.execute("RESET lock_timeout")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])
    return made, [name for name in dropped if name not in made]


def _there(cursor: object) -> Mapping[str, bool]:
    """The indexes of fields that there are, and whether each was made to its end."""
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = %s::regclass AND starts_with(c.relname, %s)",
        [TABLE, PREFIX],
    )
    return dict(cursor.fetchall())  # type: ignore[attr-defined]


def _drops(names: Iterable[str]) -> list[sql.Composed]:
    return [sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name)) for name in names]


def _name(type_id: int, field: FormField) -> str:
    return f"{PREFIX}{type_id}_{field.key}{'_all' if field.kind == 'choices' else ''}"


# Lists by what they contain; all others by value, newest first, so that a page of a queue is read in its order.
OF_LISTS = sql.SQL(
    "CREATE INDEX CONCURRENTLY {name} ON {table} USING gin ((form -> {key}) jsonb_path_ops) WHERE type_id = {type}"
)
OF_VALUES = sql.SQL(
    "CREATE INDEX CONCURRENTLY {name} ON {table} ((form -> {key}), occurred_at DESC, id DESC) WHERE type_id = {type}"
)


def _statement(type_id: int, field: FormField) -> sql.Composed:
    return (OF_LISTS if field.kind == "choices" else OF_VALUES).format(
        name=sql.Identifier(_name(type_id, field)),
        table=sql.Identifier(TABLE),
        key=sql.Literal(field.key),
        type=sql.Literal(type_id),
    )
