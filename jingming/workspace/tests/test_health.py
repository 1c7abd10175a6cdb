"""What load balancers and supervisors hear."""

from __future__ import annotations

from datetime import timedelta

import psycopg
from django.db import connection
from django.test import Client

from jingming.base.clock import now
from jingming.database.tests.workbench import OwnDatabase


def hear_a_worker(*, ago: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [now() - ago])


def readiness() -> tuple[int, dict[str, bool]]:
    answer = Client().get("/readyz")
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code, answer.json()


def test_a_process_that_answers_is_alive_and_asks_nobody(client: Client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_it_is_ready_when_a_worker_has_been_heard_of_lately(own_database: OwnDatabase):
    hear_a_worker(ago=timedelta(seconds=61))
    assert readiness() == (503, {"ready": False, "database": True, "migrations": True, "worker": False})
    hear_a_worker(ago=timedelta(seconds=50))
    assert readiness() == (200, {"ready": True, "database": True, "migrations": True, "worker": True})


def test_it_is_not_ready_before_it_is_migrated(own_database: OwnDatabase):
    hear_a_worker(ago=timedelta(seconds=1))
    with psycopg.connect(own_database.owner_url) as owner:
        owner.execute("DELETE FROM django_migrations WHERE app = 'workorders'")
    assert readiness() == (503, {"ready": False, "database": True, "migrations": False, "worker": True})


def test_it_is_not_ready_without_its_database(own_database: OwnDatabase):
    connection.settings_dict["NAME"] = "jm_there_is_none"
    try:
        answer = Client().get("/readyz")
    finally:
        connection.settings_dict["NAME"] = own_database.name
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": False, "migrations": False, "worker": False}
    assert b"jm_there_is_none" not in answer.content
