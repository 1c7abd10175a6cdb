"""Is it alive, is it ready: for load balancers and supervisors. Public, and silent about anything but yes or no.

`/healthz` says that this process answers. `/readyz` says that the desk can be worked with: the database answers, its
tables are those of this version, and a worker is at work.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache

import psycopg
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jingming.base.clock import now
from jingming.database.direct import direct

FRESH = timedelta(seconds=60)


@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """This process answers."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 if every part is ready, else 503; the body says which is not."""
    parts = readiness()
    good = all(parts.values())
    response = JsonResponse({"ready": good, **parts}, status=200 if good else 503)
    # Django would log each 503 as an error; a supervisor may ask every second.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def readiness() -> dict[str, bool]:
    """Each part and whether it is ready; where the database does not answer, nothing is."""
    parts = dict.fromkeys(PARTS, False)
    try:
        with direct() as connection:
            parts["database"] = True
            for name, question in PARTS.items():
                parts[name] = question(connection)
    except psycopg.Error:
        pass  # what has been answered stands; the rest is not ready
    return parts


def _answers(connection: psycopg.Connection) -> bool:
    return connection.execute("SELECT true").fetchone() == (True,)


def _is_migrated(connection: psycopg.Connection) -> bool:
    return not missing_migrations(connection)


def missing_migrations(connection: psycopg.Connection) -> frozenset[tuple[str, str]]:
    """Migrations of this version (slice, name) that the database has not seen."""
    seen = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    return _migrations() - set(seen)


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def worker_is_at_work(connection: psycopg.Connection) -> bool:
    """Whether some worker has been heard of within the last minute."""
    heard = connection.execute("SELECT max(last_heartbeat) FROM procrastinate_workers").fetchone()
    return heard is not None and heard[0] is not None and heard[0] > now() - FRESH


PARTS: dict[str, Callable[[psycopg.Connection], bool]] = {
    "database": _answers,
    "migrations": _is_migrated,
    "worker": worker_is_at_work,
}
