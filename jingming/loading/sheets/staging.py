"""Cleaned rows in a temporary table beside what is kept: SQL compares them there and writes only what differs.

    staged   the rows of the file, cleaned: `row` and the columns of the kind
    found    which of them is which row that is there: (row, id)
    merged   what each would become: `id`, `state` (new, changed, same), `facts` as histories tell them, and the columns

A file that does not say something (NULL) leaves it as it is; one that says it is empty writes so (`NOTHING`): then
even a date, an amount or a reference goes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet
from psycopg import sql

from jingming.loading.copying import CHUNK, as_text_line, chunks, lines_with_tokens
from jingming.privacy.sealing import open_numbers
from jingming.privacy.vault import all_opened

from .work import Counts, Detail, Problem, Row

TABLES = ("staged", "found", "owners", "opened", "merged", "hung")  # all temporary
WRITTEN = frozenset({"name", "customer_name", "note", "contact", "address"})  # texts: staged with tokens
Columns = Sequence[tuple[str, str]]  # name, type in SQL

# Type in SQL → what an emptied value looks like on its way.
NOTHING = {"bigint": "0", "smallint": "0", "date": "'-infinity'::date", "numeric": "'NaN'::numeric"}


@dataclass(frozen=True)
class Fact:
    """One thing about a row of the main table.

    `name` is how histories call it, `column` where it is kept, of which `type`, `empty` what a new row holds that says
    nothing of it, `fallback` a better value for that. `shown` says it as histories do, where that is not the value
    itself: SQL with {} before the column.
    """

    name: str
    column: str
    type: str
    empty: str = "''"
    shown: str = ""
    fallback: str = ""

    def falling_back_on(self, value: str) -> Fact:
        """The same, with another value for new rows that say nothing of it."""
        return replace(self, fallback=value)

    @property
    def value(self) -> str:
        """What is kept once the file has been followed; `s` is the staged row, `o` the one that is there."""
        if self.type in NOTHING:
            nothing = NOTHING[self.type]
            return f"CASE WHEN s.{self.column} IS NULL THEN o.{self.column} ELSE nullif(s.{self.column}, {nothing}) END"
        return f"coalesce(s.{self.column}, o.{self.column}, {self.fallback or self.empty})"

    @property
    def differs(self) -> str:
        return f"m.{self.column} IS DISTINCT FROM m.was_{self.column}"

    @property
    def told(self) -> str:
        """SQL for `"name":[before,after]`, NULL where there is nothing to tell."""
        before = self.shown.format("was_") if self.shown else f"m.was_{self.column}"
        after = self.shown.format("") if self.shown else f"m.{self.column}"
        speaks = f"m.{self.column} IS NOT NULL" if self.empty == "NULL" else f"m.{self.column} <> {self.empty}"
        after = f"""coalesce(to_json({after})::text, '""')"""
        return (
            f"CASE WHEN m.was_id IS NOT NULL AND {self.differs} THEN"
            f""" '"{self.name}":[' || coalesce(to_json({before})::text, '""') || ',' || {after} || ']'"""
            f""" WHEN m.was_id IS NULL AND {speaks} THEN '"{self.name}":["",' || {after} || ']' END"""
        )


# --- Asking ---------------------------------------------------------------------------------------------------------
def run(statement: str, values: Sequence[Any] = ()) -> int:
    """Execute; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)
        return int(cursor.rowcount)


def run_named(statement: str, values: Mapping[str, Any]) -> int:
    """Execute with named values; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, dict(values))
        return int(cursor.rowcount)


def ask(statement: str, values: Sequence[Any] = ()) -> list[tuple[object, ...]]:
    """Execute; all that it answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)
        return list(cursor.fetchall())


def stream(statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[object, ...]]:
    """The rows of an answer of any length, some thousands in memory at a time. Within a transaction."""
    with connection.cursor() as cursor:
        # nosemgrep: sql-put-together  # a statement of ours; its values go beside it
        cursor.execute(f"DECLARE told NO SCROLL CURSOR FOR {statement}", list(values) or None)
        while True:
            # nosemgrep: sql-put-together  # a number of ours
            cursor.execute(f"FETCH {CHUNK} FROM told")
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < CHUNK:
                cursor.execute("CLOSE told")
                return


def sql_of(rows: QuerySet[Model]) -> tuple[str, list[Any]]:
    """The ids of these rows as a subquery with its values: rights are said once, by access.py, and hold in SQL too."""
    statement, values = rows.order_by().values("pk").query.sql_with_params()
    return statement, list(values)


def not_among(column: str, rows: str) -> str:
    """The condition that an id is none of these rows. The planner joins it however many there are, which NOT IN would
    not let it."""
    return f"NOT EXISTS (SELECT 1 FROM ({rows}) AS allowed (id) WHERE allowed.id = {column})"


def problems(column: str, sentence: str, statement: str, values: Sequence[Any] = ()) -> Iterator[Problem]:
    """One problem for each (row, value) that the statement finds."""
    for row, value in all_opened(ask(statement, values), whole=True):
        yield Problem(int(str(row)), column, "" if value is None else str(value), sentence)


# --- Staged ---------------------------------------------------------------------------------------------------------
def stage(table: str, columns: Columns, rows: Iterable[Row]) -> None:
    """Make the temporary table and COPY the rows into it; the cells of each begin with its row number in the file. It
    is gone at the end of the transaction. `rows` may read a file and raise, but asks this connection nothing."""
    for left in TABLES:  # by an earlier load of the same transaction
        drop(left)
    spelled = ", ".join(f"{name} {type_}" for name, type_ in columns)
    run(f"CREATE TEMP TABLE {table} (row integer PRIMARY KEY, {spelled}) ON COMMIT DROP")
    names = [sql.Identifier("row"), *(sql.Identifier(name) for name, _type in columns)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), sql.SQL(", ").join(names))
    # Of any length here; what forms and sheets allow is half of what the columns of the tables take.
    texts = {place: None for place, (name, _type) in enumerate(columns, 1) if name in WRITTEN}
    with connection.cursor() as cursor:
        for chunk in chunks(cells for _number, cells in rows):
            lines = lines_with_tokens(chunk, texts)
            with cursor.copy(statement) as copy:
                copy.write("".join(map(as_text_line, lines)).encode())
    run(f"ANALYZE {table}")


def leave_out(rows: Collection[int]) -> None:
    """Take rows out of those of the tables that are there by now."""
    if not rows:
        return
    for table in TABLES:
        if ask("SELECT to_regclass(%s)", [f"pg_temp.{table}"]) != [(None,)]:
            run(f"DELETE FROM {table} WHERE row = ANY(%s)", [list(rows)])


def drop(table: str) -> None:
    """Forget a temporary table that is about to be made anew."""
    run(f"DROP TABLE IF EXISTS pg_temp.{table}")


# --- Merged ---------------------------------------------------------------------------------------------------------
def merge(
    *, kept: str, facts: Sequence[Fact], table: str, beside: str, write: bool, more: Sequence[str], joins: str = ""
) -> str:
    """SQL that makes `merged` of `staged` and `found`.

    `kept` are the rows that are there (as o); `beside` is the condition (on m) that something outside the main table
    differs; `more` are further columns (of s and o), `joins` further tables for them. New rows draw their ids if they
    are going to be written.
    """
    fresh = f"nextval('{table}_id_seq')" if write else "NULL::bigint"
    values = ", ".join(f"{fact.value} AS {fact.column}" for fact in facts)
    before = ", ".join(f"o.{fact.column} AS was_{fact.column}" for fact in facts)
    differs = " OR ".join(fact.differs for fact in facts)
    told = ", ".join(fact.told for fact in facts)
    inner = (
        f"SELECT s.row, o.id AS was_id, coalesce(o.id, {fresh}) AS id, o.version AS was_version, {values}, {before}, "
        f"{', '.join(more)} FROM staged s LEFT JOIN found f ON f.row = s.row LEFT JOIN {kept} o ON o.id = f.id {joins}"
    )
    return (
        "CREATE TEMP TABLE merged ON COMMIT DROP AS SELECT m.*,"
        f" CASE WHEN m.was_id IS NULL THEN 'new' WHEN ({differs}) OR ({beside}) THEN 'changed' ELSE 'same' END AS"
        " state,"
        f" ('{{' || concat_ws(',', {told}) || '}}')::jsonb AS facts FROM ({inner}) m"
    )


def locked_unchanged(table: str) -> bool:
    """Lock the rows of the table that are going to change, in the order of their ids; whether they still are as they
    were when they were compared."""
    return not ask(
        "SELECT 1 FROM (SELECT t.version, m.was_version FROM merged m"
        f" JOIN {table} t ON t.id = m.was_id WHERE m.state = 'changed' ORDER BY t.id FOR UPDATE OF t) pairs"
        " WHERE version <> was_version LIMIT 1"
    )


def counts() -> Counts:
    """How many rows of `merged` are new, changed, the same."""
    found = {str(state): int(str(count)) for state, count in ask("SELECT state, count(*) FROM merged GROUP BY state")}
    return Counts(new=found.get("new", 0), changed=found.get("changed", 0), same=found.get("same", 0))


def details(called: str, limit: int, facts: str = "m.facts") -> list[Detail]:
    """The first rows that are new or changed; `called` is the column by whose value they are called. Numbers in texts
    are open: their tokens may go with this transaction."""
    rows = ask(
        f"SELECT m.row, m.{called}, m.state, ({facts})::text FROM merged m WHERE m.state <> 'same' ORDER BY m.row"
        " LIMIT %s",
        [limit],
    )
    return [
        Detail(int(str(row)), str(name or ""), str(state), facts)
        for row, name, state, facts in all_opened(
            [(row, name, state, json.loads(open_numbers(str(told)))) for row, name, state, told in rows], whole=True
        )
    ]


def stretches(table: str, size: int) -> Iterator[tuple[int, int]]:
    """(first, last) row numbers, so that about `size` rows of the table lie between them."""
    [(lowest, highest)] = ask(f"SELECT min(row), max(row) FROM {table} WHERE state <> 'same'")
    if lowest is None or highest is None:
        return
    first = int(str(lowest))
    while first <= int(str(highest)):
        yield first, first + size - 1
        first += size


def touched(first: int, last: int) -> int:
    """How many rows between these are new or changed."""
    [(count,)] = ask("SELECT count(*) FROM merged WHERE state <> 'same' AND row BETWEEN %s AND %s", [first, last])
    return int(str(count))
