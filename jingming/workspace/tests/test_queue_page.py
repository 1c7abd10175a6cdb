"""Queues, search, contacts and archives as pages: what stands there, for whom, and at what cost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from jingming.base.clock import now
from jingming.customers.models import ServicePoint
from jingming.intake import actions as intake
from jingming.interactions.actions import Contact
from jingming.organisation.models import Department
from jingming.privacy.asking import asked
from jingming.workorders import actions as orders
from jingming.workorders.queries import QUEUES
from jingming.workspace import queues

from .conftest import Opened
from .paper import text_of

SignedIn = Callable[..., Client]


# --- What stands where ----------------------------------------------------------------------------------------------
def test_the_department_s_queue_shows_an_order_with_what_one_needs_to_choose_it(signed_in, head, dispatched):
    words = text_of(signed_in(head).get("/orders/?queue=department"))

    for shown in (dispatched.number, "灶前无气,邻居同样", "Processing", "Repair", "North maintenance team", "Handling"):
        assert shown in words


def test_an_order_of_another_city_stands_in_no_queue_of_a_stranger(signed_in, stranger, dispatched):
    client = signed_in(stranger)
    for name in QUEUES:
        assert dispatched.number not in client.get(f"/orders/?queue={name}").content.decode()


def test_tabs_are_those_of_the_post(signed_in, engineer, callback, head):
    assert queues.offered(engineer) == ["mine", "tasks", "all"]
    assert "to_call_back" in queues.offered(callback)
    assert "to_review" in queues.offered(head)
    assert "To review" in text_of(signed_in(head).get("/orders/?queue=mine"))
    assert "To review" not in text_of(signed_in(callback).get("/orders/?queue=mine"))


def test_every_queue_has_a_tab_an_icon_and_words_for_when_it_is_empty(signed_in, manager):
    assert set(queues.FOR_ROLES) == set(queues.ICONS) == set(QUEUES)
    client = signed_in(manager)
    for name in QUEUES:
        assert "Nothing here" in text_of(client.get(f"/orders/?queue={name}"))


def test_filters_are_the_address(signed_in, dispatcher, opened: Opened):
    repair, complaint = opened(level="urgent"), opened("complaint", description="约定时间未到")
    client = signed_in(dispatcher)

    def shown(query: str) -> set[str]:
        page = client.get(f"/orders/?queue=all&{query}").content.decode()
        return {order.number for order in (repair, complaint) if order.number in page}

    assert shown("") == {repair.number, complaint.number}
    assert shown("type=repair") == shown("level=urgent") == {repair.number}
    assert shown("type=repair&type=complaint") == {repair.number, complaint.number}
    assert shown("type=repair&status=closed") == set()


def test_a_filter_is_taken_off_where_it_stands(signed_in, dispatcher, opened: Opened):
    opened()
    page = signed_in(dispatcher).get("/orders/?queue=all&type=repair&level=normal").content.decode()

    assert 'class="chip chip-accent" href="/orders/?queue=all&amp;level=normal"' in page


def test_what_nobody_can_filter_by_is_said_and_filters_nothing(signed_in, dispatcher, opened: Opened):
    order = opened()
    answer = signed_in(dispatcher).get(
        "/orders/?queue=all&type=nonsense&status=password__startswith&assignee__password=x"
    )

    assert "Nothing can be filtered by: nonsense, password__startswith." in text_of(answer)
    assert order.number in text_of(answer)


def test_pages_follow_each_other_without_gap(signed_in, dispatcher, opened: Opened, monkeypatch):
    from jingming.workorders import queries

    numbers = [opened().number for _ in range(5)][::-1]
    narrow = lambda *args, **kwargs: queries.queue(*args, **{**kwargs, "size": 2})  # noqa: E731
    monkeypatch.setattr("jingming.workspace.views.queue.read_queue", narrow)
    client, seen, address = signed_in(dispatcher), [], "/orders/?queue=all"
    for _page in range(3):
        answer = client.get(address)
        seen += [number for number in numbers if number in answer.content.decode()]
        address = answer.context["older_url"]

    assert seen == numbers
    assert address == ""


@pytest.mark.parametrize("cursor", ["nonsense", "WyIyMDI2Il0", "%00"])
def test_a_page_mark_that_is_not_ours_leads_back_to_the_first_page(signed_in, dispatcher, cursor):
    answer = signed_in(dispatcher).get(f"/orders/?queue=all&cursor={cursor}")

    assert answer.status_code in {302, 400}


def test_the_day_begins_where_the_work_is(signed_in, agent, callback, dispatcher, engineer, sysadmin, evaluator):
    starts = {
        agent: "/intake/",
        callback: "/orders/?queue=to_call_back",
        dispatcher: "/orders/?queue=unassigned",
        engineer: "/field/",
        sysadmin: "/organisation/",
        evaluator: "/accounts/me/",
    }
    assert {person: signed_in(person).get("/").headers["Location"] for person in starts} == starts


# --- Search ---------------------------------------------------------------------------------------------------------
def test_the_search_box_goes_to_the_order_or_to_the_customer(signed_in, agent, opened: Opened, household: ServicePoint):
    order, client = opened(), signed_in(agent)

    def found(words: str) -> str:
        return str(client.get("/search/", {"q": words}).headers["Location"])

    assert found(f"  {order.number.lower()} ") == f"/orders/{order.number}/"
    assert found("0562000417") == found("138 0000 0417") == f"/customers/{household.customer_id}/"
    assert found("nobody at all") == f"/customers/?q={asked('nobody at all')}"


def test_the_search_box_does_not_know_an_order_that_one_may_not_see(signed_in, stranger, opened: Opened):
    order = opened()
    client = signed_in(stranger)

    unseen = client.get("/search/", {"q": order.number}).headers["Location"]
    unknown = client.get("/search/", {"q": "BX-0562-20260101-000009"}).headers["Location"]

    assert unseen == f"/customers/?q={asked(order.number)}"
    assert unknown == f"/customers/?q={asked('BX-0562-20260101-000009')}"


# --- Contacts and archives ------------------------------------------------------------------------------------------
def test_contacts_say_what_became_of_them(signed_in, agent, opened: Opened):
    order = opened()
    intake.explain(Contact(channel="phone", party_phone="13911112222"), reason="wrong_number", by=agent, at=now())
    words = text_of(signed_in(agent).get("/interactions/"))

    for shown in (order.number, "Opened an order", "No order", "Wrong number", "13911112222"):
        assert shown in words


def test_an_archive_shows_its_orders_and_contacts(signed_in, agent, opened: Opened, household: ServicePoint):
    order = opened()
    words = text_of(signed_in(agent).get(f"/customers/{household.customer_id}/"))

    assert order.number in words
    assert "Opened an order" in words


def test_an_archive_shows_only_the_orders_that_one_may_see(signed_in, head3, opened: Opened, household: ServicePoint):
    order = opened()
    words = text_of(signed_in(head3).get(f"/customers/{household.customer_id}/"))

    assert "周晓岚" in words
    assert order.number not in words


# --- Cost -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/orders/?queue=all", 11), ("/orders/?queue=department", 11),
        ("/orders/?queue=all&type=repair&level=normal&charge=nobody&department=TL-OPS&from=2026-01-01", 11),
        ("/orders/?queue=mine&sort=urgent&columns=level,category,channel,caller", 10), ("/interactions/", 7),
    ],
)  # fmt: skip
def test_a_list_costs_the_same_for_one_row_and_for_three(
    signed_in, dispatcher, opened: Opened, django_assert_max_num_queries, django_assert_num_queries, address, most
):
    def with_somebody_in_charge() -> None:
        orders.assign(opened("consultation"), staff=dispatcher, by=dispatcher, at=now(), version=1)

    client = signed_in(dispatcher)
    opened(), with_somebody_in_charge()
    client.get(address)  # what the process keeps is read once
    with django_assert_max_num_queries(most) as first:
        client.get(address)
    assert not [
        query["sql"] for query in first.captured_queries if "COUNT(" in query["sql"] or "OFFSET" in query["sql"]
    ]
    opened(), opened(), with_somebody_in_charge()
    with django_assert_num_queries(len(first)):
        client.get(address)


def test_an_archive_costs_the_same_with_one_order_and_with_three(
    signed_in, agent, opened: Opened, household: ServicePoint, django_assert_max_num_queries, django_assert_num_queries
):
    client, address = signed_in(agent), f"/customers/{household.customer_id}/"
    opened()
    client.get(address)
    with django_assert_max_num_queries(19) as first:  # one notes the look, one opens numbers
        client.get(address)
    opened(), opened()
    with django_assert_num_queries(len(first)):
        client.get(address)


def test_an_order_costs_the_same_however_much_hangs_on_it(
    signed_in,
    head,
    engineer,
    dispatcher,
    dispatched,
    opened: Opened,
    django_assert_max_num_queries,
    django_assert_num_queries,
):
    address = f"/orders/{dispatched.number}/"

    def more_hangs_on_it() -> None:
        orders.note(dispatched, text="已联系客户", by=head, at=now())
        orders.record_work(dispatched, text="更换阀门", minutes=5, began_at=now(), by=engineer, at=now())
        other = orders.dispatch(
            opened(), department=Department.objects.get(code="TL-NORTH"), by=dispatcher, at=now(), version=1
        )
        orders.link(dispatched, other=other, kind="related", by=head, at=now())

    orders.assign(dispatched, staff=engineer, by=head, at=now(), version=2)
    client = signed_in(head)
    more_hangs_on_it()
    client.get(address)
    with django_assert_max_num_queries(17) as first:  # one of them notes the look
        client.get(address)
    more_hangs_on_it(), more_hangs_on_it()
    with django_assert_num_queries(len(first)):
        client.get(address)
