"""Whole stories over HTTP, from the customer's contact to the closed order."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from jingming.audit.queries import keys_for
from jingming.base.clock import now
from jingming.customers.models import ServicePoint
from jingming.interactions.models import Interaction
from jingming.workorders.models import WorkOrder
from tests.cast import Caller
from tests.journeys.following import Order

Opened = Callable[..., Order]
People = Callable[[str], Caller]


def test_a_consultation_is_answered_during_the_call_and_closed_in_one_act(opened: Opened) -> None:
    order = opened("consultation", fields={"consultation_kind": "tariff"}, answer="阶梯气价自 1 月 1 日起执行。")

    assert order.way() == [("open", "untreated"), ("answer", "closed")]
    contact = Interaction.objects.get(order_id=WorkOrder.objects.get(number=order.number).pk)
    assert (contact.disposition, contact.channel) == ("opened", "phone")


def test_a_consultation_that_operations_ends_itself(opened: Opened) -> None:
    order = opened("consultation", fields={"consultation_kind": "tariff"})
    order.act("dispatcher1", "accept")
    order.act("dispatcher1", "terminate", text="已致电客户说明。")

    assert order.way()[-1] == ("terminate", "closed")


def test_a_consultation_transferred_replied_and_told_by_the_call_centre(opened: Opened) -> None:
    order = opened("consultation", fields={"consultation_kind": "process"})
    order.act("dispatcher1", "transfer", department="TL-BIZ", text="请业务部答复")
    order.act("head3", "accept")
    order.act("head3", "reply", text="凭身份证即可办理过户。")
    assert order.seen_by("dispatcher1")["department"] == "TL-OPS"
    order.act("dispatcher1", "reply", text="请告知客户:凭身份证办理。")
    assert order.seen_by("agent1")["department"] == "TL-CALL"
    order.act("agent1", "terminate", text="已回复客户。")

    assert order.way() == [
        ("open", "untreated"),
        ("transfer", "processing"),
        ("accept", "processing"),
        ("reply", "processing"),
        ("reply", "processing"),
        ("terminate", "closed"),
    ]


def test_a_department_returns_a_consultation_with_its_reason(opened: Opened) -> None:
    order = opened("consultation", fields={"consultation_kind": "process"})
    order.act("dispatcher1", "transfer", department="TL-NORTH")
    order.act("head1", "return", reason="wrong_department", text="属业务部")

    seen = order.seen_by("dispatcher1")
    assert (seen["department"], seen["step"]) == ("TL-OPS", "operations")
    assert seen["history"][-1]["reason"] == "wrong_department"


def dispatched(order: Order) -> Order:
    """A repair, filled in and sent to the north maintenance team."""
    order.act("agent1", "amend", fields={"repair_kind": "gas_none"})
    order.act("dispatcher1", "dispatch", department="TL-NORTH")
    return order


def test_a_repair_goes_from_the_call_to_closed(opened: Opened, people: People) -> None:
    order = opened("repair")
    assert re.fullmatch(r"BX-0562-\d{8}-\d{6}", order.number)
    assert order.seen_by("agent1")["missing"] == ["repair_kind"]
    assert "repair" in order.refused("dispatcher1", "dispatch", 409, department="TL-NORTH").lower()

    dispatched(order)
    order.act("head1", "assign", staff="engineer1")
    order.act("engineer1", "accept")
    order.act("engineer1", "work", began_at=now().isoformat(), minutes=35, text="更换灶前阀")
    order.act("engineer1", "complete", text="更换灶前阀,点火正常。")
    review = order.seen_by("head1")["reviews"][0]
    order.act("head1", "review", result="passed", review=review["id"])
    assert "called back" in order.refused("callback1", "close", 409)
    order.act("callback1", "call_back", result="satisfied", satisfaction=5, text="客户表示已恢复")
    order.act("callback1", "close")

    seen = order.seen_by("agent1")
    assert (seen["status"], seen["satisfied"], seen["round"]) == ("closed", True, 1)
    assert [act for act, _status in order.way()] == [
        "open", "amend", "dispatch", "assign", "accept", "work", "complete", "review", "call_back", "close",
    ]  # fmt: skip
    row = WorkOrder.objects.get(number=order.number)
    assert keys_for(row) == [
        "workorders.opened", *(f"workorders.{act}" for act, _status in order.way()[1:]),
    ]  # fmt: skip
    assert (row.province.code, row.city.code, row.district.code) == ("34", "340700", "340705")  # type: ignore[union-attr]


def split_in_two(order: Order) -> Order:
    order.act("agent1", "amend", fields={"complaint_kind": "service_late"})
    order.act("inspector1", "accept")
    order.act(
        "inspector1", "split",
        tasks=[
            {"department": "TL-NORTH", "instruction": "说明迟到原因", "staff": "engineer1"},
            {"department": "TL-BIZ", "instruction": "核对预约记录"},
        ],
    )  # fmt: skip
    return order


def reported(order: Order) -> Order:
    for person, text in (("engineer1", "当日抢修占用,已致歉"), ("account1", "预约记录无误")):
        order.act(
            person, "report", handling=text, satisfaction=4, receipt_person="周晓岚", handled_at=now().isoformat()
        )
    return order


def test_a_complaint_with_two_tasks_dissatisfied_reassigned_and_closed(opened: Opened) -> None:
    order = opened("complaint")
    assert order.seen_by("inspector1")["department"] == "TL-INSP"
    split_in_two(order)
    assert "not reported" in order.refused("inspector1", "complete", 409, text="已处理")
    reported(order)
    order.act("inspector1", "complete", text="两个部门均已处理。")

    # A head's review blocks the callback of a complaint.
    assert "review" in order.refused("callback1", "call_back", 409, result="satisfied", satisfaction=5)
    reviewed(order, "head1", "head3")
    order.act("callback1", "call_back", result="dissatisfied", satisfaction=1, text="仍不满意")

    assert "reassigned" in order.refused("callback1", "close", 409)
    order.act("callback1", "reassign", text="客户不满意,重新分析")
    again = order.seen_by("inspector1")
    assert (again["status"], again["step"], again["round"], again["number"]) == (
        "processing",
        "analysis",
        2,
        order.number,
    )

    order.act("inspector1", "accept")
    order.act("inspector1", "split", tasks=[{"department": "TL-NORTH", "instruction": "上门道歉"}])
    order.act(
        "head1", "report", handling="已上门道歉", satisfaction=5, receipt_person="周晓岚", handled_at=now().isoformat()
    )
    order.act("inspector1", "complete", text="已上门道歉。")
    # Nobody reviews their own report: what a head has done is the management's to look at.
    assert order.asked("head1", "review", result="passed").status_code == 403
    reviewed(order, "manager1")
    order.act("callback1", "call_back", result="satisfied", satisfaction=4)
    order.act("callback1", "close")

    seen = order.seen_by("manager1")
    assert (seen["status"], seen["satisfied"], len(seen["tasks"]), len(seen["callbacks"])) == ("closed", True, 3, 2)


def reviewed(order: Order, *heads: str) -> None:
    for head in heads:
        order.act(head, "review", result="passed")


def test_a_head_returns_a_repair_and_the_number_stays(opened: Opened) -> None:
    order = dispatched(opened("repair"))
    order.act("head1", "assign", staff="engineer1")
    order.act("engineer1", "accept")
    order.act("engineer1", "complete", text="好了")
    assert "better" in order.asked("head1", "review", result="returned").content.decode()
    order.act("head1", "review", result="returned", text="没有照片,也没写换了什么")

    seen = order.seen_by("head1")
    assert (seen["status"], seen["step"], seen["department"], seen["number"]) == (
        "processing", "handling", "TL-NORTH", order.number,
    )  # fmt: skip
    assert seen["history"][-1]["facts"]["step"] == "handling"
    assert [c["result"] for c in seen["callbacks"]] == ["withdrawn"]


def test_a_stranger_hears_404_wherever_the_order_is_asked_for(opened: Opened, people: People) -> None:
    order = dispatched(opened("repair"))
    stranger = people("stranger1")
    absent = stranger.get("/work-orders/BX-0562-20200101-000001")

    assert stranger.get(f"/work-orders/{order.number}").status_code == absent.status_code == 404
    assert stranger.get(f"/work-orders/{order.number}").content == absent.content
    for body in ({"act": "accept", "version": 1}, {"act": "note", "text": "…"}):
        assert stranger.post(f"/work-orders/{order.number}/acts", body).status_code == 404
    assert order.number not in stranger.get("/work-orders", queue="all").content.decode()


def test_an_engineer_sees_own_jobs_only(opened: Opened, people: People) -> None:
    order = dispatched(opened("repair"))
    assert people("engineer1").get(f"/work-orders/{order.number}").status_code == 404
    order.act("head1", "assign", staff="engineer1")
    assert people("engineer1").get(f"/work-orders/{order.number}").status_code == 200
    assert people("engineer2").get(f"/work-orders/{order.number}").status_code == 404
    mine = people("engineer1").get("/work-orders", queue="mine").json()["items"]
    assert [row["number"] for row in mine] == [order.number]


def test_only_the_call_centre_suspends_and_a_department_holds_within_its_limit(opened: Opened) -> None:
    order = dispatched(opened("repair"))
    assert order.asked("head1", "suspend", reason="mass_fault").status_code == 403
    late = order.asked("head1", "hold", until="2027-01-01T00:00:00+08:00", reason="material")
    assert (late.status_code, "24" in late.json()["errors"][0]["message"]) == (422, True)
    order.act("agent1", "suspend", reason="mass_fault")
    assert order.seen_by("head1")["status"] == "suspended"
    assert order.asked("head1", "resume").status_code == 403
    order.act("agent1", "resume")
    assert order.seen_by("head1")["status"] == "processing"


def test_a_mistaken_dispatch_is_recalled_until_it_is_taken_up(opened: Opened) -> None:
    order = dispatched(opened("repair"))
    order.act("dispatcher1", "recall", text="派错班组")
    assert order.seen_by("dispatcher1")["department"] == "TL-OPS"
    order.act("dispatcher1", "dispatch", department="TL-SOUTH")
    order.act("head2", "accept")
    assert "return" in order.refused("dispatcher1", "recall", 409, text="再召回")


def test_a_stale_save_is_stopped_and_shown_the_difference(opened: Opened) -> None:
    order = opened("repair")
    version = order.seen_by("agent1")["version"]
    order.act("dispatcher1", "amend", fields={"level": "urgent"})
    answer = order.asked("agent1", "amend", version=version, fields={"level": "low"})

    assert answer.status_code == 409
    difference = answer.json()["differences"][0]
    assert (difference["field"], difference["before"], difference["now"], difference["by"]) == (
        "level", "normal", "urgent", "派单一",
    )  # fmt: skip
    assert order.seen_by("agent1")["level"] == "urgent"


def test_a_second_matter_of_the_same_call_is_a_linked_order(opened: Opened, people: People) -> None:
    first = opened("repair")
    second = opened("complaint", second_of=first.number, account_number="")
    assert [link["number"] for link in second.seen_by("agent1")["links"]] == [first.number]
    assert Interaction.objects.count() == 1


def test_a_contact_without_an_order_has_its_reason(people: People) -> None:
    answer = people("agent1").post("/interactions", {"channel": "phone", "reason": "silent"})
    assert (answer.status_code, answer.json()["disposition"], answer.json()["order"]) == (201, "no_order", None)


def test_a_second_call_joins_the_order(opened: Opened, people: People) -> None:
    order = opened("repair")
    joined = people("agent1").post("/interactions", {"channel": "phone", "order": order.number, "text": "还要多久?"})
    assert joined.json()["disposition"] == "attached"
    assert len(order.seen_by("agent1")["interactions"]) == 2


def test_the_same_provider_id_is_taken_once(opened: Opened) -> None:
    one = opened("repair", external_id="call-77")
    again = opened("repair", external_id="call-77")
    assert (one.number, WorkOrder.objects.count()) == (again.number, 1)


@pytest.mark.parametrize(
    "type_", ["business", "suggestion", "opinion", "report", "praise", "service_request", "presale"]
)
def test_every_further_type_opens_in_the_department_that_begins_it(opened: Opened, type_: str) -> None:
    order = opened(type_)
    seen = order.seen_by("manager1")
    assert seen["status"] == "untreated"
    assert seen["department"] != ""


def test_the_type_changes_and_the_number_stays(opened: Opened) -> None:
    order = opened("consultation")
    order.act("dispatcher1", "retype", type="repair")
    seen = order.seen_by("dispatcher1")
    assert (seen["type"], seen["number"][:2], seen["step"]) == ("repair", "ZX", "dispatching")


def test_numbers_are_counted_by_type_city_and_day(opened: Opened, household: ServicePoint) -> None:
    numbers = [opened("repair").number for _ in range(3)] + [opened("praise").number]
    assert [number[-6:] for number in numbers] == ["000001", "000002", "000003", "000001"]
