"""Reactions that fail, and workers that die: what was published is reacted to, each reaction for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app as queue
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

from jingming import wiring
from jingming.base.clock import now
from jingming.base.events import Event, publish
from jingming.database.tests.workbench import OwnDatabase
from jingming.serving.parts import STALLED, rescue
from tests.working import work


@dataclass(frozen=True)
class LampLit(Event):
    """An event of this test alone."""

    name: ClassVar[str] = "tests.lamp_lit"
    lamp: int


def jobs() -> list[tuple[str, str, dict[str, Any]]]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", "status", "args"))


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What reactions to LampLit have done: `notes` works, `breaks` fails as long as the list holds "broken"."""
    log: list[str] = []

    def notes(facts: wiring.Facts) -> None:
        log.append(f"noted {facts['lamp']}")

    def breaks(facts: wiring.Facts) -> None:
        if "broken" in log:
            raise RuntimeError("no light")
        log.append(f"mended {facts['lamp']}")

    monkeypatch.setitem(wiring.REACTIONS, LampLit.name, (breaks, notes))
    return log


def test_an_event_is_one_row_and_its_reactions_run_once(own_database: OwnDatabase, done: list[str]):
    with transaction.atomic():
        publish(LampLit(lamp=7))
    assert jobs() == [("jingming.wiring.fan_out", "todo", {"event": "tests.lamp_lit", "facts": {"lamp": 7}})]
    work()
    assert done == ["mended 7", "noted 7"]
    assert jobs() == []


def test_what_is_rolled_back_is_never_reacted_to(own_database: OwnDatabase, done: list[str]):
    with transaction.atomic():
        publish(LampLit(lamp=7))
        transaction.set_rollback(True)
    work()
    assert (done, jobs()) == ([], [])


def test_an_event_without_reactions_costs_only_its_row(own_database: OwnDatabase):
    @dataclass(frozen=True)
    class Unheard(Event):
        name: ClassVar[str] = "tests.unheard"

    publish(Unheard())
    work()
    assert jobs() == []


def test_a_reaction_that_fails_is_retried_alone(own_database: OwnDatabase, done: list[str]):
    done.append("broken")
    publish(LampLit(lamp=7))
    work()
    assert done == ["broken", "noted 7"]
    again = {"event": "tests.lamp_lit", "facts": {"lamp": 7}, "reaction": "breaks"}
    assert jobs() == [("jingming.wiring.react", "todo", again)]

    done.remove("broken")
    make_everything_due()
    work()
    assert done == ["noted 7", "mended 7"]
    assert jobs() == []


def test_a_burst_is_taken_up_together_and_one_failure_in_it_stays_alone(own_database: OwnDatabase, done: list[str]):
    def breaks_once(facts: wiring.Facts) -> None:
        if facts["lamp"] == 30:
            raise RuntimeError("no light")

    wiring.REACTIONS[LampLit.name] = (*wiring.REACTIONS[LampLit.name], breaks_once)
    with transaction.atomic():
        for lamp in range(250):
            publish(LampLit(lamp=lamp))
    work()
    assert sorted(done) == sorted(f"{did} {lamp}" for did in ("mended", "noted") for lamp in range(250))
    again = {"event": "tests.lamp_lit", "facts": {"lamp": 30}, "reaction": "breaks_once"}
    assert jobs() == [("jingming.wiring.react", "todo", again)]


def test_what_is_done_together_is_done_first_and_once_for_a_burst(
    own_database: OwnDatabase, done: list[str], monkeypatch: pytest.MonkeyPatch
):
    def counts_them(facts: Sequence[wiring.Facts]) -> None:
        done.append(f"counted {len(facts)}")

    monkeypatch.setitem(wiring.TOGETHER, LampLit.name, (counts_them,))
    with transaction.atomic():
        for lamp in range(40):
            publish(LampLit(lamp=lamp))
    work()
    assert [line for line in done if "counted" in line] == ["counted 1", "counted 39"]
    assert done.index("counted 39") < done.index("noted 1")
    assert (len(done), jobs()) == (82, [])


def test_one_event_that_cannot_be_done_together_with_others_is_retried_alone(
    own_database: OwnDatabase, done: list[str], monkeypatch: pytest.MonkeyPatch
):
    def counts_them(facts: Sequence[wiring.Facts]) -> None:
        if any(one["lamp"] == 3 for one in facts):
            raise RuntimeError("no light")
        done.extend(f"counted {one['lamp']}" for one in facts)

    monkeypatch.setitem(wiring.TOGETHER, LampLit.name, (counts_them,))
    monkeypatch.setitem(wiring.REACTIONS, LampLit.name, ())
    with transaction.atomic():
        for lamp in range(5):
            publish(LampLit(lamp=lamp))
    work()
    assert sorted(done) == ["counted 0", "counted 1", "counted 2", "counted 4"]
    again = {"event": "tests.lamp_lit", "facts": {"lamp": 3}, "reaction": "counts_them"}
    assert jobs() == [("jingming.wiring.react", "todo", again)]


def test_a_job_of_a_worker_that_died_runs_again(own_database: OwnDatabase, done: list[str]):
    publish(LampLit(lamp=7))
    take_the_job_and_die(heard_of=timedelta(seconds=STALLED + 1))
    asyncio.run(rescue_once())
    work()
    assert done == ["mended 7", "noted 7"]


def test_a_job_of_a_worker_that_lives_is_left_to_it(own_database: OwnDatabase, done: list[str]):
    publish(LampLit(lamp=7))
    take_the_job_and_die(heard_of=timedelta(seconds=STALLED - 5))
    asyncio.run(rescue_once())
    work()
    assert done == []
    assert [status for _, status, _ in jobs()] == ["doing"]


def take_the_job_and_die(*, heard_of: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT worker_id FROM procrastinate_register_worker_v1()")
        [worker] = cursor.fetchone()
        cursor.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", [worker])
        assert cursor.fetchone()[0] is not None
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = %s WHERE id = %s", [now() - heard_of, worker])


def make_everything_due() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")


async def rescue_once() -> None:
    own = queue.with_connector(PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=2))
    async with own.open_async():
        await rescue(own)
