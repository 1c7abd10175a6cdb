"""What came back, and what it may have left behind: answers to compare, and a ground on which nothing stays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from tests.cast import forget_everything, forget_the_asked

# What differs from one answer to the next: form tokens, keys of forms, and the moment itself.
FLEETING = re.compile(
    r'value="[A-Za-z0-9]{64}"|name="form_key" value="[0-9a-f]+"|value="[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+"'
)
Likeness = tuple[int, tuple[tuple[str, str], ...], str]


@dataclass(frozen=True)
class Answer:
    """What came back, as far as anybody could read anything out of it."""

    status: int
    headers: Mapping[str, str]
    body: str
    asked: str = ""

    def like(self, names: Mapping[str, Any]) -> Likeness:
        """The answer without what the asker has put into it, and without what is fleeting: equals say the same."""
        texts = [FLEETING.sub("‹fleeting›", text) for text in (self.body, *self.headers.values())]
        for value in sorted(map(str, names.values()), key=len, reverse=True):
            texts = [text.replace(value, "‹asked›") for text in texts]
        body, *values = texts
        return self.status, tuple(zip(self.headers, values, strict=True)), body


def answer_of(response: Any, asked: str = "") -> Answer:
    """Read a response to its end, files too."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    headers = {name: value for name, value in response.headers.items() if name != "Set-Cookie"}
    headers["Cookies"] = " ".join(sorted(response.cookies))
    if messages := response.cookies.get("messages"):
        headers["Messages"] = messages.value
    return Answer(response.status_code, headers, content.decode("utf-8", "replace"), asked)


Asks = Callable[[Mapping[str, Any]], Answer]


# --- Nothing stays --------------------------------------------------------------------------------------------------
@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is undone, in the database and in what processes remember; where nothing was written but
    who looked at what, they remember the truth."""
    as_it_was = False
    try:
        with transaction.atomic():
            before = written()
            yield
            as_it_was = all(table.startswith("audit_entry") for table in written() - before)
            transaction.set_rollback(True)
    finally:
        if as_it_was:
            forget_the_asked()
        else:
            forget_everything()


def written() -> Counter[str]:
    """How many rows this transaction has inserted, changed or deleted so far, by table; that somebody is active is
    noted in their session once a minute, and does not count."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return Counter(dict(cursor.fetchall()))


# As pg_stat_xact_user_tables counts, without the sizes and the indexes that it looks up too: 0.7 ms instead of 3.
_WRITTEN = """
    WITH written AS MATERIALIZED (
        SELECT relname, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
                        + pg_stat_get_xact_tuples_deleted(oid) AS rows
        FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'accounts_session')
    SELECT relname, rows FROM written WHERE rows > 0
"""


# --- Complaints -----------------------------------------------------------------------------------------------------
def same(answer: Answer, names: Mapping[str, Any], absent: Answer, twins: Mapping[str, Any], where: str) -> list[str]:
    """A complaint if what there is and what there is not are told apart."""
    return differs(answer.like(names), absent.like(twins), where)


def differs(mine: Likeness, theirs: Likeness, where: str) -> list[str]:
    """A complaint that says in what two answers differ."""
    parts = ("status", "headers", "body")
    differing = [part for part, one, other in zip(parts, mine, theirs, strict=True) if one != other]
    told = f"{' and '.join(differing)} not as of what there is not ({mine[0]}, {theirs[0]})"
    return [f"{where}: {told}"] if differing else []


def wrote(rows: Counter[str], where: str, *, notes: bool = False, but: Iterable[str] = ()) -> list[str]:
    """A complaint about each table that was written to; looking may write nothing but who looked at what."""
    excepted = {*but, *(table for table in rows if notes and table.startswith("audit_entry"))}
    return [f"{where}: {count} rows of {table} written" for table, count in rows.items() if table not in excepted]
