"""One act on many orders: what it would do, what it did for each, once only, and back again."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from jingming.audit.models import Entry
from jingming.base.clock import now
from jingming.organisation.models import Department
from jingming.workorders import actions as orders
from jingming.workorders.models import History, WorkOrder
from jingming.workspace.models import BulkAct
from jingming.workspace.rules import MOST_AT_ONCE

from .conftest import Opened
from .paper import text_of


@pytest.fixture
def three(opened: Opened, dispatcher) -> list[WorkOrder]:
    """Two repairs with the north team, and one that is still being dispatched."""
    north = Department.objects.get(code="TL-NORTH")
    sent = [orders.dispatch(opened(), department=north, by=dispatcher, at=now(), version=1) for _ in range(2)]
    return [*sent, opened()]


def previewed(client: Client, act: str, some: list[WorkOrder]):
    return client.post("/orders/bulk/", {"act": act, "order": [one.number for one in some], "back": "queue=department"})


def confirmed(client: Client, act: str, page, **values: str):
    hidden = {name: page.context["form"][name].value() for name in ("form_key", "seen")}
    return client.post("/orders/bulk/", {"act": act, "confirm": "1", "back": "queue=department", **hidden, **values})


def outcomes(answer) -> dict[str, str]:
    pk = int(re.findall(r"\d+", answer.headers["Location"])[-1])
    return {line["number"]: line["outcome"] for line in BulkAct.objects.get(pk=pk).rows}


def test_the_preview_says_which_can_and_why_the_others_cannot_and_changes_nothing(signed_in, manager, head, three):
    before = History.objects.count()
    page = previewed(signed_in(head), "assign", three)
    words = text_of(page)

    assert "Assign: 2 orders" in words  # the third is not to be seen by the head
    assert "1 of the chosen orders is not there or not yours to see any more" in words
    refused = previewed(signed_in(manager), "assign", three)
    assert refused.context["able"] == 0
    assert {effect.why_not for effect in refused.context["effects"]} != {""}
    assert History.objects.count() == before


def test_each_is_done_refused_or_changed_for_itself(signed_in, head, engineer, engineer2, three):
    client = signed_in(head)
    page = previewed(client, "assign", three[:2])
    orders.assign(three[1], staff=engineer2, by=head, at=now(), version=2)
    answer = confirmed(client, "assign", page, staff="engineer1")

    assert outcomes(answer) == {three[0].number: "done", three[1].number: "changed"}
    for order in three:
        order.refresh_from_db()
    assert [order.assignee for order in three] == [engineer, engineer2, None]
    assert Entry.objects.get(key="workspace.bulk_done").facts["done"] == 1


def test_the_same_form_sent_twice_does_it_once(signed_in, head, three):
    client = signed_in(head)
    page = previewed(client, "note", three[:2])
    first, second = (confirmed(client, "note", page, text="已联系物业") for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert History.objects.filter(act="note").count() == 2


def test_an_assignment_is_undone_to_whoever_had_it_before_and_only_once(signed_in, head, engineer, engineer2, three):
    orders.assign(three[0], staff=engineer2, by=head, at=now(), version=2)
    client = signed_in(head)
    report = confirmed(client, "assign", previewed(client, "assign", three[:2]), staff="engineer1").headers["Location"]
    undone = client.post(f"{report}undo/")
    again = client.post(f"{report}undo/", follow=True)

    assert set(outcomes(undone).values()) == {"done"}
    for order in three:
        order.refresh_from_db()
    assert [order.assignee for order in three] == [engineer2, None, None]
    assert "This has been undone already." in text_of(again)
    assert [line.act for line in History.objects.filter(order_id=three[1].pk).order_by("version")][-2:] == [
        "assign", "assign",
    ]  # fmt: skip


def test_a_transfer_is_recalled_where_nobody_has_touched_it_since(signed_in, dispatcher, head3, opened: Opened):
    some = [opened("consultation", form={"consultation_kind": "other"}) for _ in range(2)]
    client = signed_in(dispatcher)
    page = previewed(client, "transfer", some)
    report = confirmed(client, "transfer", page, department="TL-BIZ").headers["Location"]
    some[0].refresh_from_db()
    orders.assign(some[0], staff=head3, by=head3, at=now(), version=some[0].version)
    undone = client.post(f"{report}undo/")

    assert outcomes(undone) == {some[0].number: "changed", some[1].number: "done"}
    some[1].refresh_from_db()
    assert some[1].department.code == "TL-OPS"


def test_a_note_is_not_offered_to_be_undone(signed_in, head, three):
    client = signed_in(head)
    report = confirmed(client, "note", previewed(client, "note", three[:1]), text="已联系").headers["Location"]

    assert "A note stays; it cannot be undone." in text_of(client.get(report))
    assert client.get(report).context["can_undo"] is False
    assert client.post(f"{report}undo/").status_code in {302, 403}
    assert BulkAct.objects.count() == 1


def test_nothing_and_too_much_are_refused_with_the_way_out(signed_in, head, three):
    client = signed_in(head)
    for numbers, words in (
        ([], "Choose at least one order"),
        ([f"BX-{n}" for n in range(MOST_AT_ONCE + 1)], "At most 200"),
    ):
        answer = client.post("/orders/bulk/", {"act": "note", "order": numbers}, follow=True)
        assert words in text_of(answer)
    assert BulkAct.objects.count() == 0


def test_a_preview_costs_the_same_for_one_order_and_for_three(
    signed_in, head, dispatcher, three, opened: Opened, django_assert_max_num_queries, django_assert_num_queries
):
    north = Department.objects.get(code="TL-NORTH")
    more = [orders.dispatch(opened(), department=north, by=dispatcher, at=now(), version=1) for _ in range(2)]
    client = signed_in(head)
    previewed(client, "assign", three[:1])
    with django_assert_max_num_queries(14) as first:
        previewed(client, "assign", three[:1])
    with django_assert_num_queries(len(first)):
        previewed(client, "assign", [three[0], *more])
