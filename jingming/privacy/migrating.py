"""Seal what was written into a column before it was a sealed one, and take numbers out of texts. For migrations."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import migrations, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from .sealing import MARK
from .vault import numbers_of, replaced, tokens_for

BATCH = 2_000


def sealing(
    table: str,
    column: str,
    seal: Callable[[str], str],
    *,
    beside: Mapping[str, Callable[[str], object]] | None = None,
) -> migrations.RunPython:
    """The operation that seals the column, some rows at a time; begun again, it does no harm. For a migration that is
    not atomic, so that each batch is kept as it is done. Columns `beside` it get what is made of the plain value."""
    made: dict[str, Callable[[str], object]] = {column: seal, **(beside or {})}
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
    plain = sql.SQL(
        "SELECT id, {column} FROM {table} WHERE id > %s AND {column} <> '' AND {column} NOT LIKE %s"
        " ORDER BY id LIMIT %s"
    ).format(**names)
    given = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in made)
    sealed = sql.SQL("UPDATE {table} SET {given} WHERE id = %s").format(given=given, **names)

    def seal_what_is_plain(_apps: Any, editor: Any) -> None:  # noqa: ANN401  # as Django calls it
        with editor.connection.cursor() as cursor:
            last = 0
            while True:
                cursor.execute(plain, [last, f"{MARK}%", BATCH])
                if not (rows := cursor.fetchall()):
                    return
                last = rows[-1][0]
                cursor.executemany(sealed, [(*(make(value) for make in made.values()), pk) for pk, value in rows])

    return migrations.RunPython(seal_what_is_plain, migrations.RunPython.noop)


# As many digits as a number of somebody has at least, no further apart; or a place where shorter ones stand.
MAY_HOLD = r'[0-9０-９]([^0-9０-９]{0,2}[0-9０-９]){9}|phone"'


def tokenising(
    table: str,
    *,
    texts: Sequence[str] = (),
    facts: Sequence[str] = (),
    beside: Mapping[str, tuple[str, Callable[[str], object]]] | None = None,
    only_grows: bool = False,
) -> migrations.RunPython:
    """The operation that puts tokens in place of the numbers in these columns (facts are JSON), some rows at a time;
    begun again, it does no harm. For a migration that is not atomic. A column `beside` is made of the text of another.

    Of a table that `only_grows` the triggers that refuse every change are off while a batch is written, and on again in
    the same transaction.
    """
    made, columns = dict(beside or {}), [*texts, *facts]
    names = [sql.Identifier(column) for column in columns]
    ident = sql.Identifier(table)
    found = sql.SQL(
        "SELECT id, {columns} FROM {table} WHERE id > %s AND concat_ws(' ', {columns}) ~ %s ORDER BY id LIMIT %s"
    ).format(table=ident, columns=sql.SQL(", ").join(names))
    given = [
        sql.SQL("{} = %s" if column in texts else "{} = %s::jsonb").format(sql.Identifier(column)) for column in columns
    ]
    given += [sql.SQL("{} = %s").format(sql.Identifier(column)) for column in made]
    change = sql.SQL("UPDATE {table} SET {given} WHERE id = %s").format(table=ident, given=sql.SQL(", ").join(given))
    triggers = [sql.SQL(f"ALTER TABLE {{}} {word} TRIGGER USER").format(ident) for word in ("DISABLE", "ENABLE")]

    def with_tokens_in(rows: Sequence[Sequence[Any]], connection: BaseDatabaseWrapper) -> list[Sequence[object]]:
        read = [
            [
                value if column in texts or value is None else json.loads(value)
                for column, value in zip(columns, row[1:], strict=True)
            ]
            for row in rows
        ]
        tokens = tokens_for(numbers_of(read), connection)
        changed: list[Sequence[object]] = []
        for row, before in zip(rows, read, strict=True):
            after = replaced(before, tokens)
            if after == before:
                continue
            by_name = dict(zip(columns, after, strict=True))
            kept = [
                value if column in texts or value is None else json.dumps(value, ensure_ascii=False)
                for column, value in by_name.items()
            ]
            changed.append([*kept, *(make(by_name[source]) for source, make in made.values()), row[0]])
        return changed

    def take_numbers_out(_apps: Any, editor: Any) -> None:  # noqa: ANN401  # as Django calls it
        connection, last = editor.connection, 0
        while True:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute(found, [last, MAY_HOLD, BATCH])
                if not (rows := cursor.fetchall()):
                    return
                last = rows[-1][0]
                if not (changed := with_tokens_in(rows, connection)):
                    continue
                if only_grows:
                    cursor.execute(triggers[0])
                cursor.executemany(change, changed)
                if only_grows:
                    cursor.execute(triggers[1])

    return migrations.RunPython(take_numbers_out, migrations.RunPython.noop)
