"""Rows go to PostgreSQL by COPY, ids come from the sequences in blocks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from django.db import connection, models
from psycopg import sql

from jingming.database.sequences import reserve_ids

CHUNK = 2_000  # lines sent at a time
Cell = str | int | float | bool | Decimal | date | datetime | None


def cell(value: Cell) -> str:
    """A value in COPY's text format. JSON and arrays come as text."""
    kind = type(value)
    if kind is str:
        text = cast("str", value)
        if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
            return text.translate(_ESCAPED)
        return text
    if value is None:
        return r"\N"
    if kind is int:
        return str(value)
    return _rarer(value)


def _rarer(value: Cell) -> str:
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, date):
        return value.isoformat()
    return cell(str(value))  # a decimal, an enumeration's word, a marked text


_AS_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", "\t": r"\t", "\r": r"\r"})


def as_text_line(row: Sequence[Cell]) -> str:
    """A row in COPY's text format."""
    return "\t".join(map(cell, row)) + "\n"


def as_json(value: object) -> str:
    """JSON for a jsonb column."""
    return _AS_JSON(value) if value != {} else "{}"


def as_array(words: Iterable[str]) -> str:
    """A text array of plain words (letters, digits and underscores)."""
    return "{" + ",".join(words) + "}"


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Append the rows to the model's table; the number of them. Within the transaction of the caller.

    `rows` must not ask the database anything: while a COPY runs, its connection would wait for ever. It is refused.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy, connection.execute_wrapper(_refuse):
        for chunk in _chunks(rows):
            copy.write("".join(map(as_text_line, chunk)).encode())
            count += len(chunk)
    return count


def _refuse(execute: object, statement: str, *_rest: object) -> None:
    raise RuntimeError(f"asked during a COPY: {statement}")


def _chunks(rows: Iterable[Sequence[Cell]]) -> Iterator[list[Sequence[Cell]]]:
    chunk: list[Sequence[Cell]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def fresh_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Ids of the model's own sequence for rows about to be copied, in rising order."""
    return reserve_ids(connection, f"{model._meta.db_table}_id_seq", count) if count else []
