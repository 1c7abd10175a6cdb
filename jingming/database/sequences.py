"""Ids that carry their province, so that the databases of provinces can be joined without two rows of one id.

Province p gives out p × 10^13 + 1 to (p + 1) × 10^13 - 1. The largest stay below 2^53, up to which every reader of JSON
keeps whole numbers exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from jingming.base.environment import BadConfiguration

SHARE = 10**13
OURS = "jingming."


class OtherProvince(BadConfiguration):
    """A sequence already gives out the ids of another province."""


@dataclass(frozen=True)
class IdSequence:
    """A sequence that feeds a column of one of our tables, and where it stands (None: not used yet)."""

    name: str
    table: str
    least: int
    last: int | None


def carry_province(connection: BaseDatabaseWrapper, province: int) -> list[str]:
    """Let every id sequence of our tables give out the ids of this province; the names of those changed now.

    Run as the owner after every migration. Never moves a sequence back; rows with smaller ids, shipped by migrations,
    stay as they are. Raises OtherProvince, having changed nothing, if a sequence has begun on another province's ids.
    """
    low, high = province * SHARE + 1, (province + 1) * SHARE - 1
    changed = []
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for sequence in id_sequences(connection):
            if sequence.least == low:
                continue
            stands = max(sequence.last or 0, sequence.least)
            if stands >= SHARE:
                raise OtherProvince(
                    f"{sequence.name} of {sequence.table} stands at {stands}, an id of province {stands // SHARE}; "
                    f"JINGMING_PROVINCE is {province}. One database gives out the ids of one province for ever."
                )
            statement = sql.SQL(
                "ALTER SEQUENCE {} MINVALUE {low} MAXVALUE {high} START WITH {low} RESTART WITH {low}"
            ).format(sql.Identifier(sequence.name), low=sql.Literal(low), high=sql.Literal(high))
            cursor.execute(statement.as_string(cursor.connection))
            changed.append(sequence.name)
    return changed


def id_sequences(connection: BaseDatabaseWrapper) -> list[IdSequence]:
    """The sequences owned by columns of our slices' tables; those of Django and of the job queue are not ours."""
    models = apps.get_models(include_auto_created=True)
    tables = [model._meta.db_table for model in models if model._meta.app_config.name.startswith(OURS)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.relname, t.relname, q.min_value, q.last_value
            FROM pg_depend d
            JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
            JOIN pg_class t ON t.oid = d.refobjid
            JOIN pg_sequences q ON q.schemaname = 'public' AND q.sequencename = s.relname
            WHERE d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
              AND s.relnamespace = 'public'::regnamespace AND t.relname = ANY(%s)
            ORDER BY s.relname
            """,
            [tables],
        )
        return [IdSequence(*row) for row in cursor.fetchall()]


def reserve_ids(connection: BaseDatabaseWrapper, sequence_name: str, n: int) -> Sequence[int]:
    """`n` fresh ids in rising order for rows that are written by COPY; consecutive unless others draw meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(quote_ident(%s)::regclass) FROM generate_series(1, %s)", [sequence_name, n])
        return [number for (number,) in cursor.fetchall()]
