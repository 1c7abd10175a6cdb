"""Cleaned rows in a temporary table beside what is kept: SQL compares them there and writes only what differs.

A fact is one thing that a file may say about a row. A file that does not say it (NULL) leaves it as it is; one that
says it is empty writes so (`NOTHING`): then even a date, an amount or a reference goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

from jingming.loading.copying import CHUNK, Cell, as_text_line

Columns = Sequence[tuple[str, str]]  # name, type in SQL

# What an emptied value of a type looks like on its way.
NOTHING = {"bigint": "0", "smallint": "0", "date": "'-infinity'", "numeric(12,2)": "'NaN'"}


@dataclass(frozen=True)
class Fact:
    """One thing about a row of the main table.

    `name` is how histories call it; `column` where it is kept, `type` of what in SQL; `empty` what a new row holds
    that says nothing of it. `shown_now` and `shown_then` say it as histories do, before and after, where that is not
    the value itself.
    """

    name: str
    column: str
    type: str
    empty: str = "''"
    shown_now: str = ""
    shown_then: str = ""

    @property
    def value(self) -> str:
        """What is kept once the file has been followed; `s` is the staged row, `o` the one that is there."""
        if self.type in NOTHING:
            nothing = NOTHING[self.type]
            return f"CASE WHEN s.{self.column} IS NULL THEN o.{self.column} ELSE nullif(s.{self.column}, {nothing}) END"
        return f"coalesce(s.{self.column}, o.{self.column}, {self.empty})"

    @property
    def differs(self) -> str:
        """Whether the row `m` (merged) says something else than the row `o` that is there."""
        return f"m.{self.column} IS DISTINCT FROM o.{self.column}"


def history(facts: Iterable[Fact], *, new: bool) -> str:
    """SQL for the facts of a line of history, {name: [before, after]}: of what differs, or of all that a new row says."""
    parts = []
    for fact in facts:
        before, after = fact.shown_now or f"o.{fact.column}", fact.shown_then or f"m.{fact.column}"
        if new:
            empty = "false" if fact.type == "boolean" else fact.empty
            said = f"{after} IS NOT NULL AND {after}::text <> ({empty})::text" if empty != "NULL" else f"{after} IS NOT NULL"
            parts.append(f"CASE WHEN {said} THEN '\"{fact.name}\":[\"\",' || to_json({after}) || ']' END")
        else:
            parts.append(
                f"CASE WHEN {fact.differs} THEN '\"{fact.name}\":['"
                f" || coalesce(to_json({before})::text, '\"\"') || ',' || coalesce(to_json({after})::text, '\"\"') || ']' END"
            )
    return "('{' || concat_ws(',', " + ", ".join(parts) + ") || '}')::jsonb"


def run(statement: str, values: Sequence[object] = ()) -> int:
    """Execute; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)
        return cursor.rowcount


def ask(statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
    """Execute; all that it answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)
        return cursor.fetchall()


def stage(table: str, columns: Columns, rows: Iterable[Sequence[Cell]]) -> None:
    """Make the temporary table and COPY the rows into it; each begins with its row number in the file. It is gone at
    the end of the transaction. `rows` may read a file and raise, but asks this connection nothing."""
    spelled = ", ".join(f"{name} {type_}" for name, type_ in columns)
    run(f"CREATE TEMP TABLE {table} (row integer PRIMARY KEY, {spelled}) ON COMMIT DROP")
    names = [sql.Identifier("row"), *(sql.Identifier(name) for name, _type in columns)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), sql.SQL(", ").join(names))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        lines: list[str] = []
        for row in rows:
            lines.append(as_text_line(row))
            if len(lines) == CHUNK:
                copy.write("".join(lines).encode())
                lines.clear()
        copy.write("".join(lines).encode())
    run(f"ANALYZE {table}")


def drop(table: str) -> None:
    """Forget a temporary table that is about to be made anew."""
    run(f"DROP TABLE IF EXISTS {table}")
