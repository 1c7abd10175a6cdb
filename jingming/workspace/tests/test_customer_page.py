"""The page of a customer: one time line of everything as far as the reader may see it, and what is due."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.customers.models import Customer, Note, ServicePoint
from jingming.customers.queries import same_as
from jingming.intake import actions as intake
from jingming.interactions.actions import Contact
from jingming.workorders import actions as orders
from jingming.workorders.models import WorkOrder
from jingming.workorders.queries import orders_of_customer
from jingming.workorders.rules import CallbackResult, ReviewResult
from jingming.workspace.queries import what_happened
from jingming.workspace.queries.lifeline import PAGE, Line
from tests.cast import Caller
from tests.orders import taken

SignedIn = Callable[..., Client]
CallAs = Callable[..., Caller]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """The sentences compared here are English, whoever has used this process before."""
    with translation.override("en"):
        yield


def page_of(client: Client, customer: Customer, query: str = "") -> str:
    answer = client.get(f"/customers/{customer.pk}/{query}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def story_of(client: Client, customer: Customer, query: str = "") -> list[str]:
    """The lines of the time line, each as its words."""
    page = page_of(client, customer, query)
    story = page[page.index('id="lifeline"') :]
    story = story[: story.index("</section>")]
    items = re.findall(r'<li class="time-line-item".*?</li>', story)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", item)).strip() for item in items]


@pytest.fixture
def lived(
    household: ServicePoint, completed: WorkOrder, agent: Staff, head: Staff, company: dict[str, Staff]
) -> Customer:
    """The household with a bit of everything: orders, a callback, a visit, conduct, a purchase, a new meter."""
    customer = household.customer
    orders.review(completed, result=ReviewResult.PASSED, text="", by=head, at=now(), version=4)
    completed.refresh_from_db()
    orders.call_back(
        completed, result=CallbackResult.SATISFIED, satisfaction=5, text="师傅很快", by=company["callback1"], at=now(),
        version=completed.version,
    )  # fmt: skip
    contact = Contact(channel="phone", customer=customer, party_name="周晓岚", outcome="问营业时间")
    intake.explain(contact, reason="answered_at_once", by=agent, at=now())
    suspended = taken(agent, "repair", customer=customer, description="表不走字")
    orders.suspend(suspended, reason="customer_wish", by=agent, at=now(), version=1)
    customers.note_down(customer, text="老人独居", kind="visit", by=agent, at=now())
    customers.note_down(customer, text="门铃坏", by=agent, at=now())
    customers.note_conduct(customer, good=True, text="按时缴费", by=agent, at=now())
    january = date(2026, 1, 31)
    customers.note_purchase(customer, item="灶具", amount=Decimal(1280), bought_on=january, by=agent, at=now())
    device = customers.add_device(household, kind="gas_meter", number="G4-1", by=agent, at=now())
    customers.exchange_device(device, on=january, number="G4-2", by=agent, at=now())
    return customer


# --- The time line --------------------------------------------------------------------------------------------------
def test_everything_stands_in_one_time_line(signed_in: SignedIn, agent: Staff, lived: Customer, completed: WorkOrder):
    lines = story_of(signed_in(agent), lived)

    for words in (
        "Bought 灶具 CNY 1,280.00",
        "exchanged a device",
        "Good conduct",
        "按时缴费",
        "Visit",
        "老人独居",
        "门铃坏",
        "suspended it",
        "问营业时间",
        f"Callback: Satisfied {completed.number} 5 of 5",
        "opened the archive",
        "added a service point",
    ):
        assert len([line for line in lines if words in line]) == 1, words
    # The contact that opened an order tells of it; no second line does.
    assert [line for line in lines if "Order opened" in line] == []
    assert len([line for line in lines if "灶前无气" in line and completed.number in line]) == 1


@pytest.mark.parametrize(
    ("show", "there", "elsewhere"),
    [
        ("contacts", "问营业时间", "老人独居"),
        ("orders", "Order opened", "问营业时间"),
        ("notes", "老人独居", "exchanged a device"),
        ("changes", "exchanged a device", "老人独居"),
        ("nonsense", "老人独居", "Order opened"),
    ],
)
def test_a_tab_shows_one_kind(
    signed_in: SignedIn, agent: Staff, lived: Customer, show: str, there: str, elsewhere: str
):
    lines = story_of(signed_in(agent), lived, f"?show={show}")

    assert any(there in line for line in lines)
    assert not any(elsewhere in line for line in lines)


def test_what_one_may_not_see_stands_in_no_line(
    signed_in: SignedIn, agent: Staff, company: dict[str, Staff], lived: Customer, completed: WorkOrder
):
    suspended = WorkOrder.objects.get(description="表不走字")
    assert suspended.number in page_of(signed_in(agent), lived)
    browser = signed_in(company["head2"])  # of the south team, which has had neither order

    page = page_of(browser, lived)

    assert "老人独居" in page
    for words in (suspended.number, "表不走字", completed.number, "师傅很快", "问营业时间"):
        assert words not in page


def test_older_pages_go_on_where_the_last_one_ended_and_miss_nothing(agent: Staff, lived: Customer):
    at = now()
    for turn in range(PAGE + 15):  # all at one moment, as an import writes them
        Note.objects.create(customer=lived, text=f"n{turn}", at=at, recorded_at=at, by=agent)
    ids = same_as(lived.pk)
    found = orders_of_customer(agent, ids)

    pages: list[list[Line]] = []
    cursor = ""
    while cursor or not pages:
        page = what_happened(agent, lived, ids, found, cursor=cursor)
        pages.append(page.lines)
        cursor = page.older

    lines = [line for page_ in pages for line in page_]
    assert [len(page_) for page_ in pages[:-1]] == [PAGE] * (len(pages) - 1)
    assert len(pages) > 1
    assert len({(line.at, line.tie) for line in lines}) == len(lines)
    assert lines == sorted(lines, key=lambda line: (line.at, line.tie), reverse=True)
    assert {line.text for line in lines} >= {f"n{turn}" for turn in range(PAGE + 15)}
    assert len([line for line in lines if line.what == "opened the archive"]) == 1


def test_a_mark_that_is_not_ours_leads_to_the_newest_lines(signed_in: SignedIn, agent: Staff, lived: Customer):
    answer = signed_in(agent).get(f"/customers/{lived.pk}/?before=nonsense", follow=True)

    assert "This page mark is not one of ours" in answer.content.decode()
    assert answer.request["PATH_INFO"] == f"/customers/{lived.pk}/"


def test_the_time_line_tells_of_all_merged_archives(signed_in: SignedIn, agent: Staff, lived: Customer):
    other = customers.add_customer("周小岚", unit="340705", by=agent, at=now())
    order = taken(agent, "repair", customer=other, description="另一档案的报修")
    customers.note_down(other, text="另一档案的记事", by=agent, at=now())
    customers.merge(lived, other, why=customers.Why("duplicate"), by=agent, at=now())

    page = page_of(signed_in(agent), lived)

    for words in (order.number, "另一档案的报修", "另一档案的记事", "merged another archive into this one"):
        assert words in page


# --- What is due ----------------------------------------------------------------------------------------------------
def test_what_is_due_stands_above_with_the_next_thing_to_do(
    signed_in: SignedIn, agent: Staff, household: ServicePoint, completed: WorkOrder
):
    today = now().date()
    point = customers.change_service_point(
        household, version=1, contract_number="HT-7", contract_until=today + timedelta(days=30),
        arrears=Decimal("328.5"), arrears_at=today, by=agent, at=now(),
    )  # fmt: skip
    over = customers.add_device(
        point, kind="gas_meter", number="G4-1", installed_on=date(2010, 1, 1), design_life=10, by=agent, at=now()
    )
    customers.add_device(point, kind="alarm", number="AL-9", installed_on=today, design_life=5, by=agent, at=now())

    page = page_of(signed_in(agent), household.customer)

    due = page[page.index('id="due"') : page.index('id="service-points"')]
    for words in (
        completed.number,
        "In arrears",
        "CNY 328.50",
        "Design life over",
        "G4-1",
        "Contract ends soon",
        "HT-7",
    ):
        assert words in due
    assert "AL-9" not in due
    assert f"/service-points/{point.pk}/devices/{over.pk}/exchange/" in due
    assert due.count('data-key="d"') == 1


def test_a_quick_archive_asks_to_be_completed_and_nothing_due_says_nothing(signed_in: SignedIn, agent: Staff):
    quick = customers.quick_archive("来电人", "13900000017", by=agent, at=now())
    browser = signed_in(agent)
    assert "Opened during a call" in page_of(browser, quick)

    done = customers.change_customer(quick, version=1, by=agent, at=now())

    assert 'id="due"' not in page_of(browser, done)


def test_the_side_says_the_customer_in_short(signed_in: SignedIn, agent: Staff, lived: Customer):
    page = page_of(signed_in(agent), lived)

    side = page[page.index('id="in-short"') :]
    assert "Orders in a year</dt><dd>2</dd>" in side
    assert "5 of 5" in side
    assert "not known" in side


# --- What it costs --------------------------------------------------------------------------------------------------
def _more(lived: Customer, point: ServicePoint, agent: Staff) -> None:
    """Another one of everything that the page shows."""
    turn = str(Note.objects.count())
    order = taken(agent, "repair", customer=lived, description="又一次")
    orders.suspend(order, reason="customer_wish", by=agent, at=now(), version=1)
    customers.note_down(lived, text="又", by=agent, at=now())
    customers.note_conduct(lived, good=False, text="又", by=agent, at=now())
    customers.note_purchase(lived, item="又", bought_on=date(2026, 1, 1), by=agent, at=now())
    person = customers.add_contact(lived, f"人 {turn}", phone=f"1390562{turn:0>4}", by=agent, at=now())
    assert person.pk
    home = customers.add_service_point(
        lived, account_number=f"77{turn}", address="x", device_number=f"D{turn}", by=agent, at=now()
    )
    tenant = customers.add_customer("租客", unit="340705", by=agent, at=now())
    customers.add_tenure(home, tenant, relation="tenant", by=agent, at=now())
    twin = customers.add_customer("双", unit="340705", by=agent, at=now())
    customers.merge(lived, twin, why=customers.Why("duplicate"), by=agent, at=now())


def test_the_page_costs_the_same_with_one_and_with_three_of_everything(
    signed_in: SignedIn, agent: Staff, lived: Customer, household: ServicePoint
):
    browser = signed_in(agent)
    counts: list[int] = []
    for _turn in range(3):
        _more(lived, household, agent)
        page_of(browser, lived)
        with CaptureQueriesContext(connection) as asked:
            page_of(browser, lived)
        counts.append(len(asked))

    assert counts == [counts[0]] * 3
    # Three of them who is signed in, one the figures beside the menu, one the look itself, one the numbers in texts.
    assert counts[0] == 20


def test_a_phone_call_of_a_merged_customer_shows_what_the_other_archive_knows(
    signed_in: SignedIn, agent: Staff, lived: Customer
):
    other = customers.add_customer("周小岚", phone="13900000018", unit="340705", by=agent, at=now())
    intake.explain(
        Contact(channel="phone", customer=other, outcome="另一档案的来电"),
        reason="answered_at_once",
        by=agent,
        at=now(),
    )
    customers.merge(lived, other, why=customers.Why("duplicate"), by=agent, at=now())

    shown: Any = signed_in(agent).get("/intake/", {"q": "13900000018"})

    page = shown.content.decode()
    assert "周晓岚" in page
    assert "另一档案的来电" in page
