"""Tell the browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from .rules import CHANNEL

if TYPE_CHECKING:
    from psycopg import Connection

CHANGED = (
    "SELECT pg_notify(%s, json_build_object("
    "'id', nextval('live_change_id_seq'), 'kind', %s::text, 'pk', %s::bigint)::text)"
)


def announce(kind: str, pk: int) -> None:
    """Let everybody who may see it know that row `pk` of `kind` changed: at commit, and never if it is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [CHANNEL, kind, pk])


def announce_over(line: Connection, kind: str, pk: int) -> None:
    """As `announce`, over a connection beside Django's: for work that tells how far it is before it commits."""
    line.execute(CHANGED, [CHANNEL, kind, pk])
