"""The invariants would notice: each fault here is planted where a mistake would be made, and the invariant that it
breaks says so. Before the fault the same look finds nothing.

What the database itself refuses (a number given twice, a line of history changed) cannot be planted in it: such a
fault is planted in what was read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from hypothesis import Phase

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.base.errors import Refusal, Unfit
from jingming.workorders import access, rules
from jingming.workorders.actions import amending, finishing, ground, moving, opening
from jingming.workorders.models import WorkOrder, WorkOrderQuerySet
from jingming.workorders.rules import Act, Status
from tests.faults import heart, invariants
from tests.faults.invariants import Attempt, wrong_in, wrong_with
from tests.faults.test_at_once import at_once
from tests.faults.world import World, look
from tests.orders import do, taken

Company = dict[str, Staff]
Plant = Callable[[pytest.MonkeyPatch], None]


def nothing(*args: object, **values: object) -> None:
    """What somebody does who forgets to do it."""


def dispatched(company: Company) -> WorkOrder:
    order = taken(company["agent1"], "repair")
    do(order, Act.DISPATCH, company["dispatcher1"], department="TL-NORTH", staff="engineer1")
    return do(order, Act.ACCEPT, company["engineer1"])


# --- Planted in the code ----------------------------------------------------------------------------------------------
def no_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "write_history", nothing)


def no_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground.audit, "record", nothing)


def no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "publish", nothing)


def two_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "publish", lambda event, tell=ground.publish: (tell(event), tell(event)))


def no_new_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "BESIDE", rules.BESIDE | {Act.ACCEPT})


def a_move_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.MOVES, Act.ACCEPT, {Status.PROCESSING: (Status.PROCESSED,)})
    monkeypatch.setattr(moving, "settle_status", lambda order: setattr(order, "status", Status.PROCESSED))


def nobody_takes_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "take_part", nothing)
    monkeypatch.setattr(ground, "take_part", nothing)


def anybody_may_be_in_charge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "works_in", lambda staff, department: True)


def numbers_with_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    count = opening.next_number

    def skipping(*asked: Any) -> str:
        count(*asked)
        return count(*asked)

    monkeypatch.setattr(opening, "next_number", skipping)


IN_THE_CODE: dict[str, tuple[Plant, str]] = {
    "a line of history is left out": (no_history, "is of version"),
    "the audit is left out": (no_audit, "audited are"),
    "nothing is published": (no_event, "published are"),
    "everything is published twice": (two_events, "published are"),
    "the version stays": (no_new_version, "is of version"),
    "the table has a move too many": (a_move_too_many, "the table does not know"),
    "a department gets an order that it cannot see": (nobody_takes_part, "who cannot see it"),
    "an order goes to somebody from elsewhere": (anybody_may_be_in_charge, "somebody from elsewhere"),
    "a number is skipped": (numbers_with_gaps, "has given out"),
}


@pytest.mark.parametrize("fault", IN_THE_CODE)
def test_a_fault_in_the_code_is_noticed(company: Company, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    plant, told = IN_THE_CODE[fault]
    staff = "engineer3" if plant is anybody_may_be_in_charge else "engineer1"
    order = dispatched(company)
    assert wrong_in(look()) == []

    plant(monkeypatch)
    if plant is numbers_with_gaps:
        taken(company["agent1"], "repair")
    elif plant is nobody_takes_part:
        do(order, Act.TRANSFER, company["head1"], department="TL-BIZ")
    elif plant is anybody_may_be_in_charge:
        do(order, Act.ASSIGN, company["head1"], staff=staff)
    else:
        do(order, Act.ACCEPT, company["engineer1"])

    assert any(told in wrong for wrong in wrong_in(look())), wrong_in(look())


def test_an_order_that_is_ended_with_open_tasks_is_noticed(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    order = taken(company["agent1"], "report")
    do(order, Act.SPLIT, company["inspector1"], tasks=[{"department": "TL-BIZ", "instruction": "核实"}])
    monkeypatch.delitem(access.CONDITIONS, Act.RETYPE)
    monkeypatch.delitem(access.CONDITIONS, Act.TERMINATE)
    do(order, Act.RETYPE, company["agent1"], type="praise")
    do(order, Act.TERMINATE, company["dispatcher1"], text="谢谢")

    assert any("is closed with tasks" in wrong for wrong in wrong_in(look()))


def test_an_order_that_is_reassigned_as_dissatisfied_still_is_noticed(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = dispatched(company)
    do(order, Act.COMPLETE, company["engineer1"], text="换阀")
    do(order, Act.CALL_BACK, company["callback1"], result="dissatisfied", satisfaction=1)
    monkeypatch.setattr(finishing, "hand_over", forgetful(finishing.hand_over))
    do(order, Act.REASSIGN, company["callback1"], text="再派", department="TL-SOUTH")

    assert any("says satisfied=False after []" in wrong for wrong in wrong_in(look()))


def forgetful(hand_over: Callable[..., None]) -> Callable[..., None]:
    def handed_over(doing: Any, **values: Any) -> None:
        hand_over(doing, **values)
        doing.order.satisfied = False

    return handed_over


def test_an_act_that_reaches_another_order_is_noticed(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    order, other = dispatched(company), dispatched(company)
    save = amending.clean_form

    def saving_the_other(*asked: Any, **more: Any) -> dict[str, Any]:
        WorkOrder.objects.filter(pk=other.pk).update(level="urgent")
        return save(*asked, **more)

    monkeypatch.setattr(amending, "clean_form", saving_the_other)
    before = look()
    do(order, Act.AMEND, company["head1"], fields={"level": "low"})

    attempt = Attempt(company["head1"], Act.AMEND, "done", order.pk)
    assert any("of another order changed" in wrong for wrong in wrong_with(before, look(), attempt))


def test_a_right_that_is_too_wide_is_noticed(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    order = dispatched(company)
    monkeypatch.setattr(access, "visible_to", lambda person: WorkOrder.objects.all())
    before = look()
    do(order, Act.NOTE, company["stranger1"], text="看看")

    attempt = Attempt(company["stranger1"], Act.NOTE, "done", order.pk)
    assert wrong_with(before, look(), attempt) == ["note by stranger1 was done"]


def test_a_refusal_that_leaves_a_trace_is_noticed(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    order = dispatched(company)
    before = look()
    with pytest.raises(Refusal):
        do(order, Act.ACCEPT, company["head1"])
    refused = Attempt(company["head1"], Act.ACCEPT, "refused", order.pk, ("不行", "No"))
    assert wrong_with(before, look(), refused) == []

    WorkOrder.objects.filter(pk=order.pk).update(recallable=True)
    assert any("recallable was False" in wrong for wrong in wrong_with(before, look(), refused))


@pytest.mark.parametrize("sentences", [(), ("不行",), ("不行", " "), ("", "No")])
def test_a_refusal_without_a_sentence_in_each_language_is_noticed(company: Company, sentences: tuple[str, ...]) -> None:
    world, order = look(), dispatched(company)
    world = look()
    attempt = Attempt(company["head1"], Act.ACCEPT, "refused", order.pk, sentences)

    assert [wrong.split(" was ")[0] for wrong in wrong_with(world, world, attempt)] == ["accept"]
    assert invariants.sentence_of(Unfit(fields={"text": " "})) == ""


# --- Planted in what was read -----------------------------------------------------------------------------------------
def changed(world: World, table: str, **values: object) -> World:
    """The world with the last row of a table changed."""
    rows = dict(getattr(world, table))
    last = max(rows)
    return replace(world, **{table: {**rows, last: {**rows[last], **values}}})


def without(world: World, table: str) -> World:
    rows = dict(getattr(world, table))
    del rows[max(rows)]
    return replace(world, **{table: rows})


READ: dict[str, tuple[Callable[[World], World], str]] = {
    "a number is given twice": (
        lambda w: changed(w, "orders", number=w.orders[min(w.orders)]["number"]), "has given out",
    ),
    "a number is none": (lambda w: changed(w, "orders", number="BX"), "is no order number"),
    "a contact has lost its order": (lambda w: changed(w, "interactions", order_id=None), "is opened: order None"),
    "a contact has two dispositions": (lambda w: changed(w, "interactions", reason="silent"), "reason 'silent'"),
    "an order comes from nowhere": (lambda w: without(w, "interactions"), "comes from no contact"),
    "a callback is due while work goes on": (lambda w: changed(w, "callbacks", result=""), "has a callback due"),
    "it is closed with a callback due": (
        lambda w: changed(changed(w, "callbacks", result=""), "orders", status="closed"), "callbacks",
    ),
    "it must be reassigned after a good callback": (
        lambda w: changed(w, "orders", must_reassign=True), "must be reassigned",
    ),
    "it stands in no department": (lambda w: changed(w, "orders", department_id=0), "no active department"),
    "a step is skipped": (lambda w: changed(w, "history", from_step="nowhere"), "does not follow"),
}  # fmt: skip


@pytest.fixture
def two_orders(company: Company) -> World:
    """One repair under way, and one whose customer was called back and was satisfied."""
    dispatched(company)
    order = dispatched(company)
    do(order, Act.COMPLETE, company["engineer1"], text="换阀")
    do(order, Act.CALL_BACK, company["callback1"], result="satisfied", satisfaction=5)
    do(order, Act.REVIEW, company["head1"], result="returned", text="照片")
    return look()


@pytest.mark.parametrize("fault", READ)
def test_a_fault_that_the_database_would_refuse_is_noticed(two_orders: World, fault: str) -> None:
    plant, told = READ[fault]

    assert wrong_in(two_orders) == []
    assert any(told in wrong for wrong in wrong_in(plant(two_orders))), wrong_in(plant(two_orders))


@pytest.mark.parametrize("table", ["history", "audit", "jobs"])
def test_a_line_that_is_lost_or_changed_is_noticed(company: Company, two_orders: World, table: str) -> None:
    attempt = Attempt(company["agent1"], Act.OPEN, "done")
    rewritten = {"history": {"text": "…"}, "audit": {"by_name": "…"}, "jobs": {"task_name": "…"}}[table]

    assert wrong_with(two_orders, two_orders, attempt) == []
    for after in (without(two_orders, table), changed(two_orders, table, **rewritten)):
        assert any("lost or changed" in wrong for wrong in wrong_with(two_orders, after, attempt))
    vanished = wrong_with(two_orders, without(two_orders, "orders"), attempt)
    assert any("lost its number" in wrong for wrong in vanished)


def test_what_is_done_to_an_order_that_had_to_be_reassigned_is_noticed(company: Company, two_orders: World) -> None:
    order_id = max(two_orders.orders)
    before = changed(two_orders, "orders", must_reassign=True)
    attempt = Attempt(company["callback1"], Act.CLOSE, "done", order_id)

    assert any("had to be reassigned" in wrong for wrong in wrong_with(before, two_orders, attempt))


# --- The tests themselves ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("plant", [no_history, no_audit, nobody_takes_part])
def test_the_machine_turns_red(company: Company, monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        heart.play(heart.ready(company), stories=5, steps=30, phases=[Phase.generate], database=None)


@pytest.fixture
def barrier() -> Iterator[Barrier]:
    together = Barrier(2, timeout=1)
    yield together
    together.abort()


@pytest.mark.parametrize("locked", [True, False], ids=["with its lock", "without"])
def test_the_race_turns_red_without_the_lock(
    own_database: object, company: Company, monkeypatch: pytest.MonkeyPatch, barrier: Barrier, *, locked: bool
) -> None:
    order = taken(company["agent1"], "repair", at=now() - timedelta(minutes=1))
    decide = access.situation

    def both_decide(order: WorkOrder) -> access.Situation:
        """Let both get to where they decide before either goes on, if the lock lets them."""
        found = decide(order)
        try:
            barrier.wait()
        except BrokenBarrierError:
            assert locked
        return found

    if not locked:
        monkeypatch.setattr(WorkOrderQuerySet, "select_for_update", lambda rows, **how: rows.all())
    monkeypatch.setattr(access, "situation", both_decide)
    dispatch = {"department": "TL-NORTH"}
    results = at_once([lambda: do(order, Act.DISPATCH, company["dispatcher1"], version=1, **dispatch)] * 2)

    lost = [result for result in results if isinstance(result, Exception)]
    assert (len(lost), wrong_in(look()) == []) == ((1, True) if locked else (0, False))
