"""Taking contacts at the desk, without scripts: the page as a browser sends it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.customers.models import Customer, ServicePoint
from jingming.interactions.models import Interaction
from jingming.workorders import actions as orders
from jingming.workorders.models import OrderLink, WorkOrder

from .conftest import Opened
from .paper import fill_in, posting, text_of

SignedIn = Callable[..., Client]
WORDS = "灶前无气,邻居同样"


def take(client: Client, query: str = "", **values: object):
    return fill_in(client, f"/intake/{query}", **values)


def test_the_caller_is_known_by_account_number_and_what_is_known_is_filled_in(signed_in, agent, household, opened):
    order = opened(description="旧事一件")
    page = signed_in(agent).get("/intake/?q=0562000417")

    form, words = posting(page), text_of(page)
    assert (form.values["caller_name"], form.values["caller_phone"]) == (["周晓岚"], ["13800000417"])
    assert form.values["service_point"] == [str(household.pk)]
    assert form.values["address"] == [household.address]
    assert order.number in words
    assert "旧事一件" in words


def test_a_call_becomes_an_order_and_the_agent_sees_what_is_missing(signed_in, agent, household):
    client = signed_in(agent)
    answer = take(client, "?q=0562000417", act="open", description=WORDS, verified=["account_number", "name"])

    order = WorkOrder.objects.get()
    assert answer.headers["Location"] == f"/orders/{order.number}/"
    assert (order.description, order.type.code, order.service_point, order.customer) == (
        WORDS, "repair", household, household.customer,
    )  # fmt: skip
    assert order.verified == ["account_number", "name"]
    contact = Interaction.objects.get()
    assert (contact.disposition, contact.order_id, contact.channel) == ("opened", order.pk, "phone")
    words = text_of(client.get(answer.headers["Location"]))
    assert f"Order {order.number} is opened." in words
    assert "Still missing before it can go on: Kind of repair" in words


def test_a_form_sent_twice_opens_one_order(signed_in, agent, household):
    client = signed_in(agent)
    form = posting(client.get("/intake/?q=0562000417"))
    sent = {**form.values, "description": WORDS, "act": "open"}

    first, second = client.post("/intake/", sent), client.post("/intake/", sent)

    assert first.headers["Location"] == second.headers["Location"]
    assert WorkOrder.objects.count() == Interaction.objects.count() == 1


def test_a_form_sent_again_with_other_words_is_not_lost_but_asked_about(signed_in, agent, household):
    client = signed_in(agent)
    form = posting(client.get("/intake/?q=0562000417"))
    client.post("/intake/", {**form.values, "description": WORDS, "act": "open"})

    again = client.post("/intake/", {**form.values, "description": "另一件事", "act": "open"})

    assert again.status_code == 409
    assert "sent before" in text_of(again)
    assert posting(again).values["description"] == ["\n另一件事"] or posting(again).values["description"] == [
        "另一件事"
    ]
    first = WorkOrder.objects.get()
    assert fill_in(client, "/intake/", again, act="open", another=first.number).status_code == 302
    assert WorkOrder.objects.count() == 2


def test_an_unknown_caller_gets_a_quick_archive(signed_in, agent):
    client = signed_in(agent)
    page = client.get("/intake/?q=13911112222")
    assert "Nobody is known" in text_of(page)

    fill_in(client, "/intake/", page, act="open", description=WORDS, caller_name="王建国")

    order, customer = WorkOrder.objects.get(), Customer.objects.get()
    assert (customer.name, customer.quick, order.customer) == ("王建国", True, customer)
    assert list(customer.phones.values_list("number", flat=True)) == ["13911112222"]


def test_a_refused_order_leaves_no_archive_behind(signed_in, agent):
    client = signed_in(agent)
    page = client.get("/intake/?q=13911112222&type=complaint")

    answer = fill_in(client, "/intake/", page, act="open", description="", caller_name="王建国")

    assert answer.status_code == 422
    assert "Say what it is about." in text_of(answer)
    assert posting(answer).values["caller_name"] == ["王建国"]
    assert Customer.objects.count() == WorkOrder.objects.count() == Interaction.objects.count() == 0


def test_a_contact_belongs_to_an_open_order_by_its_button(signed_in, agent, opened: Opened):
    order = opened()
    answer = take(signed_in(agent), "?q=0562000417", belongs_to=order.number, description="还要多久?")

    assert answer.headers["Location"] == f"/orders/{order.number}/"
    assert WorkOrder.objects.count() == 1
    assert list(Interaction.objects.order_by("id").values_list("disposition", "order_id")) == [
        ("opened", order.pk), ("attached", order.pk),
    ]  # fmt: skip


def test_a_contact_belongs_to_an_order_by_its_number_in_any_case(signed_in, agent, opened: Opened):
    order = opened()
    answer = take(signed_in(agent), "", act="attach", order=f" {order.number.lower()} ")

    assert answer.headers["Location"] == f"/orders/{order.number}/"


def test_what_is_said_to_an_order_there_is_may_be_long(signed_in, agent, opened: Opened):
    order, said = opened(), "漏气" * 2000

    answer = take(signed_in(agent), "", act="attach", order=order.number, description=said)

    assert answer.headers["Location"] == f"/orders/{order.number}/"
    assert Interaction.objects.latest("pk").outcome == said


@pytest.mark.parametrize("number", ["", "BX-0000-20260101-000001"])
def test_a_number_that_is_no_order_of_ours_is_said_beside_the_field(signed_in, agent, number):
    answer = take(signed_in(agent), "", act="attach", order=number, description=WORDS)

    assert answer.status_code == 422
    assert ("There is no such order." if number else "Give the number of the order") in text_of(answer)
    assert Interaction.objects.count() == 0


def test_a_contact_does_not_join_an_order_that_has_ended(signed_in, agent, opened: Opened):
    order = orders.void(opened(), reason="duplicate", by=agent, at=now(), version=1)
    answer = take(signed_in(agent), "", act="attach", order=order.number)

    assert answer.status_code == 422
    assert "has ended" in text_of(answer)
    assert Interaction.objects.count() == 1


def test_a_contact_without_an_order_has_its_reason(signed_in, agent):
    client = signed_in(agent)
    refused = take(client, "", act="explain", description="无人应答")
    assert (refused.status_code, Interaction.objects.count()) == (422, 0)

    fill_in(client, "/intake/", refused, act="explain", reason="silent")

    contact = Interaction.objects.get()
    assert (contact.disposition, contact.reason, contact.outcome) == ("no_order", "silent", "无人应答")
    assert WorkOrder.objects.count() == 0


def test_an_answer_during_the_call_closes_at_once(signed_in, agent, household):
    told = {"description": "第二档起点?", "answer": "年用气 360 方起。", "consultation-consultation_kind": "tariff"}
    take(signed_in(agent), "?q=0562000417&type=consultation", act="open", **told)

    order = WorkOrder.objects.get()
    assert (order.status, order.outcome, order.form) == ("closed", "年用气 360 方起。", {"consultation_kind": "tariff"})


def test_a_type_that_cannot_be_answered_at_once_says_so_and_opens_nothing(signed_in, agent, household):
    answer = take(signed_in(agent), "?q=0562000417&type=repair", act="open", description=WORDS, answer="好了")

    assert answer.status_code in {403, 409}
    assert "Answer at once" in text_of(answer)
    assert WorkOrder.objects.count() == Interaction.objects.count() == 0


def test_a_second_matter_of_a_contact_is_a_linked_order(signed_in, agent, opened: Opened):
    first, client = opened(), signed_in(agent)
    assert f"/intake/?second_of={first.number}" in client.get(f"/orders/{first.number}/").content.decode()

    answer = take(client, f"?second_of={first.number}&type=complaint", act="open", description="师傅迟到")

    second = WorkOrder.objects.exclude(pk=first.pk).get()
    assert answer.headers["Location"] == f"/orders/{second.number}/"
    assert second.interaction_id == first.interaction_id
    assert Interaction.objects.count() == 1
    link = OrderLink.objects.get()
    assert {link.order_id, link.other_id, link.kind} == {first.pk, second.pk, "same_call"}


def test_a_second_matter_sent_twice_is_one_order(signed_in, agent, opened: Opened):
    first, client = opened(), signed_in(agent)
    form = posting(client.get(f"/intake/?second_of={first.number}"))
    for _press in range(2):
        client.post("/intake/", {**form.values, "description": "师傅迟到", "act": "open"})

    assert WorkOrder.objects.count() == 2


def test_without_scripts_the_address_chooses_whose_fields_are_shown(signed_in, agent):
    client = signed_in(agent)

    repair, complaint = client.get("/intake/"), client.get("/intake/?type=complaint")

    assert "repair-repair_kind" in posting(repair).names
    assert "complaint-complaint_kind" not in posting(repair).names
    assert "complaint-complaint_kind" in posting(complaint).names
    assert "/intake/?q=&amp;type=complaint" in repair.content.decode()


def test_several_callers_under_one_number_are_chosen_among(signed_in, agent, household: ServicePoint):
    from jingming.customers import actions as customers

    customers.add_customer("周建华", by=agent, at=now(), phone="13800000417", unit="340705")
    client = signed_in(agent)
    page = client.get("/intake/?q=13800000417")

    assert "Who is it?" in text_of(page)
    assert f"customer={household.customer_id}" in page.content.decode()
    chosen = client.get(f"/intake/?q=13800000417&customer={household.customer_id}")
    assert posting(chosen).values["customer"] == [str(household.customer_id)]


def test_a_customer_of_another_city_is_not_offered_and_not_taken(
    signed_in, agent, household, company: dict[str, Staff]
):
    other = signed_in(agent).get("/intake/?customer=999999999999999")
    assert other.status_code == 404
    form = posting(signed_in(agent).get("/intake/"))
    sent = {**form.values, "customer": "999999999999999", "description": WORDS, "act": "open"}
    assert signed_in(agent).post("/intake/", sent).status_code == 404
    assert WorkOrder.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("channel", "carrier_pigeon"), ("type", "nonsense"), ("level", "apocalyptic"), ("category", "x" * 500),
        ("caller_phone", "one-two-three"), ("caller_name", "x" * 500), ("description", "x" * 10_001),
        ("verified", ["shoe_size"]), ("service_point", "7"), ("customer", "-1"), ("form_key", "no key"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_and_nothing_is_written(signed_in, agent, name, value):
    client = signed_in(agent)
    form = posting(client.get("/intake/"))
    answer = client.post("/intake/", {**form.values, "description": WORDS, "act": "open", name: value})

    assert answer.status_code == 422, text_of(answer)
    assert "need another look" in text_of(answer)
    assert WorkOrder.objects.count() == Interaction.objects.count() == 0


def test_the_page_costs_the_same_for_one_open_order_and_for_three(
    signed_in, agent, opened: Opened, django_assert_num_queries, django_assert_max_num_queries
):
    client = signed_in(agent)
    opened()
    client.get("/intake/?q=0562000417")  # what the process keeps is read once
    with django_assert_max_num_queries(18) as first:
        client.get("/intake/?q=0562000417")
    opened(), opened()
    with django_assert_num_queries(len(first)):
        client.get("/intake/?q=0562000417")
