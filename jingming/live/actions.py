"""Tell the browsers."""

from __future__ import annotations

from django.db import connection

from .rules import CHANNEL


def announce(kind: str, pk: int) -> None:
    """Let everybody who may see it know that row `pk` of `kind` changed: at commit, and never if it is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, json_build_object("
            "'id', nextval('live_change_id_seq'), 'kind', %s::text, 'pk', %s::bigint)::text)",
            [CHANNEL, kind, pk],
        )
