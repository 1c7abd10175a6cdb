"""Two hands at one order, many calls in one second: one wins, nobody is lost, nothing locks up. Real transactions."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from jingming.accounts.actions import make_token
from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.base.errors import Http404, Refusal
from jingming.database.tests.locks import somebody_waits
from jingming.database.tests.workbench import Workbench
from jingming.intake import actions as intake
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Act, Status
from tests.cast import FOUNDED, Caller, forget_everything
from tests.faults import acting
from tests.faults.invariants import wrong_in
from tests.faults.world import look
from tests.orders import do, taken

ROUNDS = 4  # of a race between two: either may be the faster


@pytest.fixture(scope="module")
def desk(
    django_test_environment: None, _workbench: tuple[Workbench, str], founded: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, Staff]]:
    """One database for all the races of this file, and the company in it. Nothing is rolled back."""
    with django_db_blocker.unblock(), _workbench[0].clone(founded):
        forget_everything()
        yield {person.username: person for person in Staff.objects.select_related("department", "manager")}


@pytest.fixture(autouse=True)
def _heart_is_whole(desk: dict[str, Staff]) -> Iterator[None]:
    yield
    assert wrong_in(look()) == []


def at_once(effects: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start all in the same moment; what each returned, or the refusal it met. Any other error is raised."""
    together = Barrier(len(effects))

    def run(effect: Callable[[], Any]) -> Any:
        try:
            together.wait(30)
            return effect()
        except (Refusal, Http404) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(effects)) as pool:
        return list(pool.map(run, effects))


def winners(results: list[Any]) -> list[int]:
    return [place for place, result in enumerate(results) if not isinstance(result, Exception)]


@pytest.mark.parametrize("versions", ["as read", "none"])
def test_of_two_who_accept_an_order_exactly_one_has_it(desk: dict[str, Staff], versions: str) -> None:
    for _ in range(ROUNDS):
        order = taken(desk["agent1"], "consultation")
        order = do(order, Act.REPLY, desk["dispatcher1"], text="请告知客户")
        version = order.version if versions == "as read" else None
        people = [desk["agent1"], desk["agent2"]]
        results = at_once([partial(do, order, Act.ACCEPT, person, version=version) for person in people])

        [won] = winners(results)
        assert results[1 - won].kind == ("stale" if versions == "as read" else "cannot-act")
        assert WorkOrder.objects.get(pk=order.pk).assignee_id == people[won].pk


def processed(desk: dict[str, Staff]) -> WorkOrder:
    """A repair that is done and waits for its callback."""
    order = taken(desk["agent1"], "repair")
    do(order, Act.DISPATCH, desk["dispatcher1"], department="TL-NORTH", staff="engineer1")
    do(order, Act.ACCEPT, desk["engineer1"])
    return do(order, Act.COMPLETE, desk["engineer1"], text="换阀")


def test_closing_while_the_head_returns_the_work_ends_one_way_or_the_other(desk: dict[str, Staff]) -> None:
    for _ in range(ROUNDS):
        order = processed(desk)
        do(order, Act.CALL_BACK, desk["callback1"], result="satisfied", satisfaction=5)
        results = at_once(
            [
                partial(do, order, Act.CLOSE, desk["callback1"]),
                partial(do, order, Act.REVIEW, desk["head1"], result="returned", text="没有照片"),
            ]
        )

        [won] = winners(results)
        after = WorkOrder.objects.get(pk=order.pk)
        assert after.status == (Status.CLOSED, Status.PROCESSING)[won]


def test_closing_while_the_order_is_reassigned_never_closes_it(desk: dict[str, Staff]) -> None:
    for _ in range(ROUNDS):
        order = processed(desk)
        do(order, Act.CALL_BACK, desk["callback1"], result="dissatisfied", satisfaction=1)
        results = at_once(
            [
                partial(do, order, Act.CLOSE, desk["agent1"]),
                partial(do, order, Act.REASSIGN, desk["callback1"], department="TL-SOUTH", text="再派"),
                partial(do, order, Act.REASSIGN, desk["dispatcher1"], department="TL-BIZ", text="再派"),
            ]
        )

        assert winners(results) in ([1], [2])
        after = WorkOrder.objects.get(pk=order.pk)
        assert (after.status, after.round, after.satisfied) == (Status.PROCESSING, 2, None)


def test_splitting_while_completing_never_leaves_an_open_task_behind(desk: dict[str, Staff]) -> None:
    task = [{"department": "TL-BIZ", "instruction": "核对"}]
    for _ in range(ROUNDS):
        order = taken(desk["agent1"], "complaint")
        do(order, Act.SPLIT, desk["inspector1"], tasks=task)
        told = {"handling": "无误", "satisfaction": 4, "receipt_person": "周晓岚", "handled_at": now().isoformat()}
        do(order, Act.REPORT, desk["account1"], **told)
        results = at_once(
            [
                partial(do, order, Act.SPLIT, desk["inspector1"], tasks=task),
                partial(do, order, Act.COMPLETE, desk["inspector1"], text="已处理"),
            ]
        )

        [won] = winners(results)
        after = WorkOrder.objects.get(pk=order.pk)
        open_tasks = after.tasks.filter(reported_at=None).count()
        assert (after.status, open_tasks) == ((Status.PROCESSING, 1), (Status.PROCESSED, 0))[won]


def test_one_task_is_reported_once(desk: dict[str, Staff]) -> None:
    order = taken(desk["agent1"], "complaint")
    do(order, Act.SPLIT, desk["inspector1"], tasks=[{"department": "TL-BIZ", "instruction": "核对"}])
    told = {"handling": "无误", "satisfaction": 4, "receipt_person": "周晓岚", "handled_at": now().isoformat()}
    people = [desk["account1"], desk["head3"]] * 4
    results = at_once([partial(do, order, Act.REPORT, person, **told) for person in people])

    assert len(winners(results)) == 1
    assert order.reviews.count() == 1


def test_links_from_both_sides_do_not_lock_up(desk: dict[str, Staff]) -> None:
    for kind in ("related", "duplicate", "follows"):
        one, other = taken(desk["agent1"], "opinion"), taken(desk["agent1"], "opinion")
        pairs = [(one, other), (other, one)] * 3
        results = at_once([partial(do, a, Act.LINK, desk["agent1"], other=b.number, kind=kind) for a, b in pairs])

        assert len(winners(results)) == 2  # one each way; the same again is refused


def test_an_act_that_waited_for_a_change_of_type_meets_the_new_type(desk: dict[str, Staff]) -> None:
    order = taken(desk["agent1"], "repair")
    changed, seen = Event(), []

    def retypes() -> None:
        with transaction.atomic():
            do(order, Act.RETYPE, desk["dispatcher1"], type="consultation")
            changed.set()
            seen.append(waiting_for_a_lock())

    def notes() -> None:
        changed.wait(10)
        do(order, Act.NOTE, desk["agent1"], text="客户又催")

    assert at_once([retypes, notes]) == [None, None]
    assert seen == [True]


def waiting_for_a_lock() -> bool:
    """Whether somebody comes to wait for a lock in this database within a few seconds."""
    for _ in range(100):
        if somebody_waits():
            return True
        time.sleep(0.05)
    return False


def test_numbers_run_without_gap_however_many_open_at_once(desk: dict[str, Staff]) -> None:
    orders = at_once([partial(taken, desk["agent1"], "praise") for _ in range(16)])

    assert sorted(int(order.number[-6:]) for order in orders) == list(range(1, 17))


@pytest.fixture
def program(desk: dict[str, Staff]) -> Callable[[], Caller]:
    token = make_token(desk["agent1"], label="test", by=None, at=FOUNDED)
    return lambda: Caller(token)


NEW = {"type": "suggestion", "channel": "phone", "description": "希望夜间也能缴费", "caller_phone": "13800000417"}


def test_the_same_key_twenty_times_at_once_opens_one_order(
    desk: dict[str, Staff], program: Callable[[], Caller]
) -> None:
    before = look().counts()
    callers = [program() for _ in range(20)]
    answers = at_once([partial(caller.post, "/work-orders", NEW, key="3f2a") for caller in callers])

    assert {(a.status_code, a.content) for a in answers} == {(201, answers[0].content)}
    after = look().counts()
    assert {name: after[name] - before[name] for name in ("orders", "interactions", "history", "answers", "jobs")} == {
        "orders": 1, "interactions": 1, "history": 1, "answers": 1, "jobs": 1,
    }  # fmt: skip


@pytest.mark.parametrize("keyed", [False, True], ids=["without keys", "each with a key of its own"])
def test_the_same_call_told_ten_times_at_once_opens_one_order(
    desk: dict[str, Staff], program: Callable[[], Caller], *, keyed: bool
) -> None:
    before = look().counts()
    told = {**NEW, "external_id": f"call-{keyed}"}
    keys = [f"{i}-call" if keyed else None for i in range(10)]
    answers = at_once([partial(program().post, "/work-orders", told, key=key) for key in keys])

    assert {a.status_code for a in answers} == {201}
    assert len({json.loads(a.content)["number"] for a in answers}) == 1
    assert look().counts()["orders"] == before["orders"] + 1


def test_a_crowd_acting_at_random_breaks_nothing(desk: dict[str, Staff]) -> None:
    people = list(desk.values())
    orders = [taken(desk["agent1"], type_) for type_ in ("repair", "complaint", "consultation")]

    def acts(seed: int) -> list[str]:
        dice, met = Random(seed), []
        for _ in range(30):
            order = WorkOrder.objects.get(pk=dice.choice(orders).pk)
            able = acting.possible(order, people)
            act = dice.choice(acting.weighted(order, able)) if able else Act.NOTE
            if act in {Act.ATTACH, Act.VOID}:
                continue
            person = dice.choice(able.get(act, people))
            values = acting.values_for(act, acting.Scene(order, orders, people, now(), dice))
            try:
                do(order, act, person, version=order.version if dice.random() < 0.7 else None, **values)
            except (Refusal, Http404) as refusal:
                met.append(getattr(refusal, "kind", "unseen"))
            else:
                met.append("done")
        return met

    met = [kind for each in at_once([partial(acts, seed) for seed in range(6)]) for kind in each]
    assert met.count("done") > 20
    assert "stale" in met


def test_of_two_who_take_the_same_caller_at_once_the_second_is_told(desk: dict[str, Staff]) -> None:
    for turn in range(ROUNDS):
        matter = intake.Matter(type="repair", description="灶前无气", caller_phone=f"1390000090{turn}")
        results = at_once(
            [
                partial(intake.take, intake.Contact(channel="phone"), matter, by=desk[who], at=now(), other_than=())
                for who in ("agent1", "agent2")
            ]
        )
        (won,) = winners(results)
        assert isinstance(results[1 - won], intake.Repeated)
        assert WorkOrder.objects.filter(caller_phone=matter.caller_phone).count() == 1
