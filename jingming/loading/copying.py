"""Rows go to PostgreSQL by COPY, ids come from the sequences in blocks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, TypeAlias, cast

from django.db import connection, models
from psycopg import sql

from jingming.database.sequences import reserve_ids
from jingming.privacy.fields import WrittenJSONField, WrittenLineField, WrittenTextField, see_that_it_fits
from jingming.privacy.rules import NUMBER_KEYS, Kind, numbers_in
from jingming.privacy.vault import numbers_of, replaced, tokens_for

CHUNK = 2_000  # lines sent at a time
WrittenColumn: TypeAlias = "models.Field[Any, Any]"
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
    """An array of plain words (letters, digits, underscores, sealed texts)."""
    return "{" + ",".join(words) + "}"


def as_arrays(arrays: Iterable[str]) -> str:
    """A text array of what `as_array` made: SQL knows no array whose arrays are of different lengths."""
    return "{" + ",".join(f'"{array}"' for array in arrays) + "}"


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Append the rows to the model's table; the number of them. Within the transaction of the caller.

    `rows` must not ask the database anything: while a COPY runs, its connection would wait for ever. It is refused.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    texts = _places(model, columns, WrittenTextField, WrittenLineField)
    facts = list(_places(model, columns, WrittenJSONField))
    count = 0
    with connection.cursor() as cursor:
        for chunk in chunks(rows):
            lines = lines_with_tokens(chunk, texts, facts)
            with cursor.copy(statement) as copy:
                copy.write("".join(map(as_text_line, lines)).encode())
            count += len(chunk)
    return count


def _refuse(execute: object, statement: str, *_rest: object) -> None:
    raise RuntimeError(f"asked during a COPY: {statement}")


def chunks(rows: Iterable[Sequence[Cell]]) -> Iterator[list[Sequence[Cell]]]:
    coming = iter(rows)
    while True:
        with connection.execute_wrapper(_refuse):
            chunk = list(islice(coming, CHUNK))
        if not chunk:
            return
        yield chunk


# --- Numbers of people ----------------------------------------------------------------------------------------------
def _places(model: type[models.Model], columns: Sequence[str], *kinds: type[object]) -> dict[int, WrittenColumn]:
    """Where in the rows stand columns of these kinds."""
    named = {field.attname: field for field in model._meta.concrete_fields if isinstance(field, kinds)}
    return {place: named[column] for place, column in enumerate(columns) if column in named}


def lines_with_tokens(
    chunk: list[Sequence[Cell]], texts: Mapping[int, WrittenColumn | None], facts: Sequence[int] = ()
) -> Iterable[Sequence[Cell]]:
    """The rows with a token in place of each number that stands in texts, or in JSON of facts, at these places; one
    query, none if there are none. Raises TooLong for a text that does not fit its column any more."""
    found: dict[tuple[int, int], object] = {}
    numbers: dict[str, Kind] = {}
    for n, row in enumerate(chunk):
        for place in texts:
            value = row[place]
            if value and (here := numbers_of(value)):
                found[n, place] = value
                numbers |= here
        for place in facts:
            value = row[place]
            if value and value != "{}" and _may_hold(str(value)):
                found[n, place] = json.loads(str(value))
                numbers |= numbers_of(found[n, place])
    if not numbers:
        return chunk
    tokens = tokens_for(numbers, connection)
    lines = list(chunk)
    for (n, place), told in found.items():
        line = list(lines[n])
        kept = replaced(told, tokens)
        if (column := texts.get(place)) is not None:
            see_that_it_fits(column, kept)
        line[place] = str(kept) if place in texts else as_json(kept)
        lines[n] = line
    return lines


def _may_hold(told: str) -> bool:
    """Whether numbers can stand in JSON: before it is read, which takes longer."""
    return any(f'"{key}":' in told for key in NUMBER_KEYS) or any(numbers_in(told))


def fresh_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Ids of the model's own sequence for rows about to be copied, in rising order."""
    return reserve_ids(connection, f"{model._meta.db_table}_id_seq", count) if count else []
