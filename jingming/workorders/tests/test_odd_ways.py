"""Orders on ways that are seldom walked: returned anywhere, recalled, reopened, retyped, split twice, not reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import translation

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.base.errors import NotAllowed, Refusal, Unfit
from jingming.customers.actions import add_customer
from jingming.customers.models import Customer
from jingming.organisation import actions as places
from jingming.workorders import access
from jingming.workorders.actions import CannotAct
from jingming.workorders.models import Callback, Review, Task, WorkOrder
from jingming.workorders.rules import Act
from tests.orders import do, taken

Company = dict[str, Staff]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def told(**values: object) -> dict[str, object]:
    """What a department reports of its task."""
    return {
        "handling": "已核对", "satisfaction": 4, "receipt_person": "周晓岚", "handled_at": now().isoformat(), **values,
    }  # fmt: skip


def handled(company: Company, order: WorkOrder | None = None) -> WorkOrder:
    """A repair that engineer1 has done; its callback is due."""
    order = order or taken(company["agent1"], "repair")
    do(order, Act.DISPATCH, company["dispatcher1"], department="TL-NORTH", staff="engineer1")
    return do(order, Act.COMPLETE, company["engineer1"], text="换阀")


def split(company: Company, *departments: str) -> WorkOrder:
    tasks = [{"department": code, "instruction": "请核实"} for code in departments]
    return do(taken(company["agent1"], "complaint"), Act.SPLIT, company["inspector1"], tasks=tasks)


def where(order: WorkOrder) -> tuple[str, str, str, str | None]:
    """State, step, department and person in charge, as the database has them."""
    now_ = WorkOrder.objects.select_related("department", "assignee").get(pk=order.pk)
    return now_.status, now_.step, now_.department.code, now_.assignee.username if now_.assignee else None


# --- Returned by a head ----------------------------------------------------------------------------------------------
def test_a_head_may_send_work_back_to_an_earlier_step(company: Company) -> None:
    order = handled(company)
    do(order, Act.REVIEW, company["head1"], result="returned", text="应由南班处理", to_step="dispatching")

    assert where(order) == ("processing", "dispatching", "TL-OPS", None)
    assert [c.result for c in Callback.objects.filter(order=order)] == ["withdrawn"]


@pytest.mark.parametrize("ahead", ["callback", "closing"])
def test_work_is_never_sent_back_to_a_step_that_lies_ahead(company: Company, ahead: str) -> None:
    order = handled(company)
    with pytest.raises(Unfit, match="to one before it"):
        do(order, Act.REVIEW, company["head1"], result="returned", text="…", to_step=ahead)

    assert where(order) == ("processed", "callback", "TL-CALL", None)


@pytest.mark.parametrize(
    ("back_to", "then"), [("checking", "TL-BIZ"), ("survey", "TL-BIZ"), ("connecting", "TL-NORTH")]
)
def test_business_is_returned_at_each_of_its_steps(company: Company, back_to: str, then: str) -> None:
    order = taken(company["agent1"], "business", customer=a_customer(company))
    do(order, Act.DISPATCH, company["account1"], department="TL-BIZ")
    do(order, Act.DISPATCH, company["account1"], department="TL-NORTH")
    do(order, Act.COMPLETE, company["head1"], text="通电")
    last = Review.objects.filter(order=order, step="connecting").get()
    do(order, Act.REVIEW, company["manager1"], result="returned", text="重做", review=last.pk, to_step=back_to)

    assert where(order) == ("processing", back_to, then, None)
    assert order.number == WorkOrder.objects.get(pk=order.pk).number


def a_customer(company: Company) -> Customer:
    return add_customer("周晓岚", by=company["agent1"], at=now(), phone="13800000417", unit="340705")


def test_a_task_that_is_returned_becomes_a_task_again(company: Company) -> None:
    order = split(company, "TL-BIZ", "TL-NORTH")
    do(order, Act.REPORT, company["account1"], **told())
    do(order, Act.REVIEW, company["head3"], result="returned", text="没有预约记录")

    open_tasks = Task.objects.filter(order=order, reported_at=None).order_by("id")
    assert [(t.department.code, t.instruction) for t in open_tasks] == [
        ("TL-NORTH", "请核实"),
        ("TL-BIZ", "没有预约记录"),
    ]
    assert where(order) == ("processing", "tasks", "TL-INSP", "inspector1")


def test_whoever_is_given_work_by_a_return_sees_it(company: Company) -> None:
    order = taken(company["agent1"], "complaint")
    do(order, Act.RETYPE, company["agent1"], type="consultation")
    do(order, Act.AMEND, company["agent1"], fields={"consultation_kind": "bill"})
    do(order, Act.TRANSFER, company["dispatcher1"], department="TL-BIZ")
    do(order, Act.REPLY, company["head3"], text="已答")
    do(order, Act.REVIEW, company["manager1"], result="returned", text="再答", to_step="department")

    assert access.visible_to(company["account1"]).filter(pk=order.pk).exists()


def test_a_dissatisfied_customers_order_is_not_sent_back_but_reassigned(company: Company) -> None:
    order = handled(company)
    do(order, Act.CALL_BACK, company["callback1"], result="dissatisfied", satisfaction=1)
    with pytest.raises(CannotAct, match="must be reassigned first"):
        do(order, Act.REVIEW, company["head1"], result="returned", text="重做")
    do(order, Act.REVIEW, company["head1"], result="passed")
    do(order, Act.REASSIGN, company["callback1"], department="TL-SOUTH", text="换班组")

    after = WorkOrder.objects.get(pk=order.pk)
    assert (after.status, after.round, after.must_reassign, after.satisfied) == ("processing", 2, False, None)


def test_the_head_of_an_earlier_round_does_not_pull_the_order_back(company: Company) -> None:
    order = handled(company)
    do(order, Act.CALL_BACK, company["callback1"], result="dissatisfied", satisfaction=1)
    do(order, Act.REASSIGN, company["callback1"], department="TL-SOUTH", text="换班组")
    with pytest.raises(CannotAct, match="new round"):
        do(order, Act.REVIEW, company["head1"], result="returned", text="重做")

    assert where(order) == ("processing", "handling", "TL-SOUTH", None)
    do(order, Act.REVIEW, company["head1"], result="passed", text="本应重做")


# --- Recalled --------------------------------------------------------------------------------------------------------
def test_a_first_dispatch_recalled_leaves_the_order_untreated(company: Company) -> None:
    order = taken(company["agent1"], "repair")
    do(order, Act.DISPATCH, company["dispatcher1"], department="TL-SOUTH")
    do(order, Act.RECALL, company["dispatcher1"], text="派错")

    assert where(order) == ("untreated", "dispatching", "TL-OPS", None)


def test_a_recalled_reply_is_no_longer_reviewed(company: Company) -> None:
    order = taken(company["agent1"], "consultation")
    do(order, Act.TRANSFER, company["dispatcher1"], department="TL-BIZ")
    do(order, Act.ACCEPT, company["account1"])
    do(order, Act.REPLY, company["account1"], text="未写完")
    do(order, Act.RECALL, company["head3"], text="补充")

    assert where(order) == ("processing", "department", "TL-BIZ", "account1")
    assert not Review.objects.filter(order=order, result="").exists()


# type, the way before, the hand-over, and who takes it back to where it stood
HAND_OVERS = {
    "dispatch": ("repair", [], ("dispatcher1", Act.DISPATCH, {"department": "TL-NORTH"})),
    "transfer by operations": ("consultation", [], ("dispatcher1", Act.TRANSFER, {"department": "TL-BIZ"})),
    "transfer by a head": (
        "repair",
        [("dispatcher1", Act.DISPATCH, {"department": "TL-NORTH"})],
        ("head1", Act.TRANSFER, {"department": "TL-BIZ"}),
    ),
    "reply to operations": (
        "consultation",
        [("dispatcher1", Act.TRANSFER, {"department": "TL-NORTH"})],
        ("head1", Act.REPLY, {"text": "已答"}),
    ),
    "reply to the call centre": (
        "consultation",
        [("dispatcher1", Act.ACCEPT, {})],
        ("dispatcher1", Act.REPLY, {"text": "请告知"}),
    ),
}


@pytest.mark.parametrize("how", HAND_OVERS)
def test_after_each_hand_over_the_order_is_recalled_to_where_it_stood(company: Company, how: str) -> None:
    type_, way, (sender, act, values) = HAND_OVERS[how]
    order = taken(company["agent1"], type_)
    for person, before, said in way:
        do(order, before, company[person], **said)
    stood = where(order)
    do(order, act, company[sender], **values)
    assert where(order) != stood
    do(order, Act.RECALL, company[sender], text="送错")

    assert where(order) == stood
    with pytest.raises(CannotAct):
        do(order, Act.RECALL, company[sender], text="再一次")


@pytest.mark.parametrize("touched", [Act.ACCEPT, Act.HOLD, Act.WAIT])
def test_what_the_other_side_has_touched_is_not_recalled(company: Company, touched: Act) -> None:
    order = taken(company["agent1"], "repair")
    do(order, Act.DISPATCH, company["dispatcher1"], department="TL-SOUTH")
    values = {
        Act.HOLD: {"until": (now() + timedelta(hours=2)).isoformat(), "reason": "material"},
        Act.WAIT: {"waiting_for": "customer"},
    }
    do(order, touched, company["head2"], **values.get(touched, {}))
    with pytest.raises(CannotAct):
        do(order, Act.RECALL, company["dispatcher1"], text="派错")


def test_a_return_is_not_recalled(company: Company) -> None:
    order = taken(company["agent1"], "repair")
    do(order, Act.DISPATCH, company["dispatcher1"], department="TL-SOUTH")
    do(order, Act.RETURN, company["head2"], reason="wrong_area")
    with pytest.raises(Refusal):
        do(order, Act.RECALL, company["head2"], text="…")


def test_an_order_is_recalled_to_somebody_who_still_works_there(company: Company) -> None:
    order = taken(company["agent1"], "consultation")
    do(order, Act.TRANSFER, company["dispatcher1"], department="TL-BIZ")
    do(order, Act.ACCEPT, company["account1"])
    do(order, Act.REPLY, company["account1"], text="答复")
    company["account1"].posts.all().delete()
    do(order, Act.RECALL, company["head3"], text="补充")

    assert where(order) == ("processing", "department", "TL-BIZ", None)


# --- Retyped, reopened -----------------------------------------------------------------------------------------------
def test_the_type_does_not_change_while_tasks_are_open(company: Company) -> None:
    order = split(company, "TL-BIZ")
    with pytest.raises(CannotAct, match="not reported"):
        do(order, Act.RETYPE, company["agent1"], type="consultation")

    assert where(order) == ("processing", "tasks", "TL-INSP", "inspector1")


def test_an_order_sent_back_before_its_tasks_are_done_is_not_ended(company: Company) -> None:
    order = taken(company["agent1"], "report")
    tasks = [{"department": code, "instruction": "请核实"} for code in ("TL-BIZ", "TL-NORTH")]
    do(order, Act.SPLIT, company["inspector1"], tasks=tasks)
    do(order, Act.REPORT, company["account1"], **told())
    do(order, Act.REVIEW, company["head3"], result="returned", text="重查", to_step="analysis")
    with pytest.raises(CannotAct, match="not reported"):
        do(order, Act.TERMINATE, company["inspector1"], text="查无实据")

    assert where(order) == ("processing", "analysis", "TL-INSP", "inspector1")


def test_a_suspended_order_is_not_retyped_and_goes_on_as_it_was(company: Company) -> None:
    order = taken(company["agent1"], "repair")
    do(order, Act.SUSPEND, company["agent1"], reason="mass_fault")
    with pytest.raises(CannotAct):
        do(order, Act.RETYPE, company["agent1"], type="consultation")
    do(order, Act.RESUME, company["agent1"])

    assert where(order) == ("untreated", "dispatching", "TL-OPS", None)


@pytest.mark.parametrize("taken_up", [False, True])
def test_a_suspended_order_rests_until_the_call_centre_releases_it(company: Company, *, taken_up: bool) -> None:
    order = taken(company["agent1"], "repair")
    if taken_up:
        do(order, Act.DISPATCH, company["dispatcher1"], department="TL-NORTH", staff="engineer1")
    stood = where(order)
    do(order, Act.WAIT, company["engineer1" if taken_up else "dispatcher1"], waiting_for="material")
    do(order, Act.SUSPEND, company["agent1"], reason="mass_fault")
    for person, act, values in (
        ("agent1", Act.SUSPEND, {"reason": "weather"}),
        ("engineer1" if taken_up else "dispatcher1", Act.RESUME, {}),
        ("dispatcher1", Act.RETYPE, {"type": "praise"}),
    ):
        with pytest.raises(Refusal):
            do(order, act, company[person], **values)
    do(order, Act.RESUME, company["agent1"])

    assert where(order) == stood
    assert WorkOrder.objects.get(pk=order.pk).waiting_for == "material"


def test_a_suspended_order_may_be_made_void(company: Company) -> None:
    order = taken(company["agent1"], "repair")
    do(order, Act.SUSPEND, company["agent1"], reason="mass_fault")
    do(order, Act.VOID, company["agent1"], reason="duplicate")
    after = WorkOrder.objects.get(pk=order.pk)

    assert (after.status, after.status_before, after.suspended_by) == ("void", "", None)


def test_whoever_gets_an_order_by_a_change_of_type_sees_it(company: Company) -> None:
    order = taken(company["agent1"], "repair")
    do(order, Act.RETYPE, company["dispatcher1"], type="business")

    assert where(order) == ("untreated", "checking", "TL-BIZ", None)
    assert access.visible_to(company["account1"]).filter(pk=order.pk).exists()


def test_a_reopened_order_begins_anew_where_it_is_seen(company: Company) -> None:
    order = taken(company["agent1"], "consultation")
    do(order, Act.ANSWER, company["agent1"], text="已答")
    old = company["dispatcher1"].department
    label = {"zh": "新运营部", "en": "New operations"}
    places.add_department(unit=old.unit, kind="operations", code="TL-OPS-2", label=label, by=None, at=now())
    places.switch(old, on=False, by=company["sysadmin1"], at=now())
    do(order, Act.REOPEN, company["callback1"], reason="not_solved")

    assert where(order) == ("processing", "operations", "TL-OPS-2", None)
    assert order.participations.filter(department__code="TL-OPS-2", staff=None).exists()


def test_a_reopened_repair_walks_its_whole_way_again(company: Company) -> None:
    order = handled(company)
    do(order, Act.CALL_BACK, company["callback1"], result="satisfied", satisfaction=5)
    do(order, Act.CLOSE, company["callback1"])
    do(order, Act.REOPEN, company["callback1"], reason="came_back")
    handled(company, order)
    with pytest.raises(CannotAct, match="called back"):
        do(order, Act.CLOSE, company["callback1"])
    do(order, Act.CALL_BACK, company["callback1"], result="satisfied", satisfaction=4)
    closed = do(order, Act.CLOSE, company["callback1"])

    assert (closed.status, closed.round, closed.version) == ("closed", 2, 10)


# --- Callbacks -------------------------------------------------------------------------------------------------------
def test_after_three_calls_that_reached_nobody_the_order_may_be_closed(company: Company) -> None:
    order = handled(company)
    for left in (1, 1, 0):
        with pytest.raises(CannotAct):
            do(order, Act.CLOSE, company["callback1"])
        do(order, Act.CALL_BACK, company["callback1"], result="unreachable")
        assert Callback.objects.filter(order=order, result="").count() == left

    assert where(order) == ("processed", "closing", "TL-CALL", None)
    assert do(order, Act.CLOSE, company["callback1"]).satisfied is None


def test_a_second_split_adds_its_tasks(company: Company) -> None:
    order = split(company, "TL-BIZ")
    do(order, Act.REPORT, company["account1"], **told())
    do(order, Act.SPLIT, company["inspector1"], tasks=[{"department": "TL-NORTH", "instruction": "再查"}])
    with pytest.raises(CannotAct, match="not reported"):
        do(order, Act.COMPLETE, company["inspector1"], text="已处理")
    do(order, Act.REPORT, company["head1"], **told())

    assert do(order, Act.COMPLETE, company["inspector1"], text="已处理").status == "processed"


# --- Who takes charge ------------------------------------------------------------------------------------------------
def test_whoever_reaches_down_to_a_department_does_not_take_charge_in_it(company: Company) -> None:
    order = taken(company["agent1"], "repair")
    do(order, Act.DISPATCH, company["dispatcher1"], department="TL-SOUTH")
    north = company["head1"].posts.get()
    north.scope = "subtree"
    north.save()
    head1 = Staff.objects.get(pk=company["head1"].pk)
    with pytest.raises(CannotAct, match="do not work in"):
        do(order, Act.ACCEPT, head1)

    assert where(order) == ("processing", "handling", "TL-SOUTH", None)


def test_nobody_reviews_their_own_work(company: Company) -> None:
    order = taken(company["agent1"], "repair")
    do(order, Act.DISPATCH, company["dispatcher1"], department="TL-NORTH")
    do(order, Act.COMPLETE, company["head1"], text="换阀")
    with pytest.raises(NotAllowed, match="waits for a review by you"):
        do(order, Act.REVIEW, company["head1"], result="passed")


# --- What is written -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("verified", [[["name"]], [{}], "name", [1], {"name": True}])
def test_what_no_caller_is_verified_by_is_refused(company: Company, verified: object) -> None:
    order = taken(company["agent1"], "repair")
    with pytest.raises(Unfit) as refusal:
        do(order, Act.AMEND, company["agent1"], fields={"verified": verified})

    assert set(refusal.value.fields) == {"verified"}


def test_every_wrong_field_has_its_sentence(company: Company) -> None:
    order = taken(company["agent1"], "repair")
    wrong = {"caller_phone": "call me", "address": "长" * 201, "caller_name": 5, "customer": -1}
    with pytest.raises(Unfit) as refusal:
        do(order, Act.AMEND, company["agent1"], fields=wrong)

    assert set(refusal.value.fields) == set(wrong)


def test_an_order_always_says_how_urgent_it_is(company: Company) -> None:
    order = taken(company["agent1"], "repair")
    with pytest.raises(Unfit, match="how urgent"):
        do(order, Act.AMEND, company["agent1"], fields={"level": ""})
