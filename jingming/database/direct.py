"""Connections past Django's pool: for the one that listens, and for asking whether the database is there at all.

A pool waits for its turn; who asks after the health of the database wants an answer within seconds, also when it is no.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections

PATIENCE = 3  # seconds


def parameters(alias: str = "default") -> dict[str, Any]:
    """How Django connects, without what only Django's own connections understand."""
    of_django = {"context", "cursor_factory"}
    return {key: value for key, value in connections[alias].get_connection_params().items() if key not in of_django}


@contextmanager
def direct(alias: str = "default") -> Iterator[psycopg.Connection]:
    """A connection of one's own, in autocommit; connecting and each statement take PATIENCE seconds at the most."""
    asked = {**parameters(alias), "connect_timeout": PATIENCE, "autocommit": True}
    with psycopg.connect(**asked) as connection:
        # nosemgrep: sql-put-together  # a number of ours
        connection.execute(f"SET statement_timeout = {PATIENCE * 1000}")
        yield connection
