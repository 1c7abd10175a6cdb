"""A complaint through inspection, two departments and a dissatisfied callback, and a repair that is sent back, each in
a real browser and in Chinese; and the desk in English, with no word left untranslated."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.customers.models import ServicePoint
from jingming.intake import actions as intake
from jingming.interactions.actions import Contact
from jingming.workorders.actions import Matter
from jingming.workorders.models import History, WorkOrder
from tests.browser import IN_A_BROWSER, At, look_at, send

pytestmark = IN_A_BROWSER

HAN = re.compile(r"[\u4e00-\u9fff]+")


@pytest.fixture
def home(company: dict[str, Staff]) -> ServicePoint:
    """Somebody served in 铜陵."""
    agent = company["agent1"]
    household = customers.add_customer("周晓岚", by=agent, at=now(), phone="13800000417", unit="340705")
    return customers.add_service_point(
        household, by=agent, at=now(), account_number="0562000417", address="铜官区桂花苑 12-2-601", unit="340705"
    )


def taken(home: ServicePoint, agent: Staff, type_: str, description: str, **form: Any) -> WorkOrder:
    """An order that the agent has taken by telephone."""
    contact = Contact(channel="phone", party_name=home.customer.name, party_phone="13800000417")
    matter = Matter(
        type=type_,
        description=description,
        customer=home.customer,
        service_point=home,
        caller_name=home.customer.name,
        caller_phone="13800000417",
        verified=("account_number",),
        form=form,
    )
    order = intake.take(contact, matter, by=agent, at=now()).order
    assert order is not None
    return order


def act(page: Page, number: str, act: str, **values: str) -> None:
    """Fill in the page of an act and send it by keyboard."""
    page.goto(f"/orders/{number}/acts/{act}/")
    for name, value in values.items():
        field = page.locator(f"main form [name={name}]")
        if field.first.get_attribute("type") == "radio":
            page.locator(f"main form [name={name}][value='{value}']").check()
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    send(page, f"**/orders/{number}/")


def way(order: WorkOrder) -> list[str]:
    return list(History.objects.filter(order_id=order.pk).order_by("occurred_at", "id").values_list("act", flat=True))


def test_a_complaint_is_split_reported_reviewed_and_answered_a_second_time(
    at_the_desk: At, company: dict[str, Staff], home: ServicePoint
):
    order = taken(
        home, company["agent1"], "complaint", "约好昨天下午上门,等到晚上也没有人来。", complaint_kind="service_late"
    )

    with at_the_desk("inspector1") as page:
        act(page, order.number, "accept")
        page.goto(f"/orders/{order.number}/acts/split/")
        look_at(page)
        tasks = {
            "department_0": "TL-NORTH", "staff_0": "engineer1", "instruction_0": "说明迟到的原因并致歉",
            "department_1": "TL-BIZ", "instruction_1": "核对预约记录",
        }  # fmt: skip
        act(page, order.number, "split", **tasks)
        assert page.locator("main").get_by_text("核对预约记录").count() > 0
        look_at(page)

    for person, handling in (("engineer1", "当日抢修占用,已电话致歉。"), ("account1", "预约记录无误。")):
        with at_the_desk(person) as page:
            act(page, order.number, "report", handling=handling, satisfaction="4", receipt_person="周晓岚")

    with at_the_desk("inspector1") as page:
        act(page, order.number, "complete", text="两个部门均已处理。")
    for head in ("head1", "head3"):
        with at_the_desk(head) as page:
            page.goto("/orders/?queue=to_review")
            assert page.get_by_role("link", name=order.number).is_visible()
            act(page, order.number, "review", result="passed")

    with at_the_desk("callback1") as page:
        act(page, order.number, "call_back", result="dissatisfied", satisfaction="1", text="仍不满意,要求当面致歉。")
        page.goto(f"/orders/{order.number}/acts/close/")
        assert "对原工单" in page.locator("main").inner_text()  # must be reassigned first
        act(page, order.number, "reassign", text="客户不满意,重新分析。")
        look_at(page)

    with at_the_desk("inspector1") as page:
        act(page, order.number, "accept")
        act(page, order.number, "split", department_0="TL-NORTH", instruction_0="上门当面致歉")
    with at_the_desk("head1") as page:
        act(page, order.number, "report", handling="已上门致歉。", satisfaction="5", receipt_person="周晓岚")
    with at_the_desk("inspector1") as page:
        act(page, order.number, "complete", text="已当面致歉,客户接受。")
    with at_the_desk("manager1") as page:  # nobody reviews their own report
        act(page, order.number, "review", result="passed")
    with at_the_desk("callback1") as page:
        act(page, order.number, "call_back", result="satisfied", satisfaction="4")
        act(page, order.number, "close")
        assert page.locator("main").get_by_text("办结").count() > 0

    order.refresh_from_db()
    assert (order.status, order.satisfied, order.round) == ("closed", True, 2)
    assert way(order) == [
        "open", "accept", "split", "report", "report", "complete", "review", "review", "call_back", "reassign",
        "accept", "split", "report", "complete", "review", "call_back", "close",
    ]  # fmt: skip


def test_a_repair_is_returned_sent_on_returned_by_its_head_and_done(
    at_the_desk: At, company: dict[str, Staff], home: ServicePoint
):
    order = taken(home, company["agent1"], "repair", "灶前无气,邻居同样", repair_kind="gas_none")

    with at_the_desk("dispatcher1") as page:
        act(page, order.number, "dispatch", department="TL-NORTH", staff="engineer1")
    with at_the_desk("engineer1") as page:
        act(page, order.number, "return", reason="wrong_department", text="属江南片区")
    with at_the_desk("dispatcher1") as page:
        page.goto("/orders/?queue=department")
        page.get_by_role("link", name=order.number).click()
        page.wait_for_url(f"**/orders/{order.number}/")
        assert "属江南片区" in page.locator("main").inner_text()
        act(page, order.number, "dispatch", department="TL-SOUTH", staff="engineer3")
    with at_the_desk("engineer3") as page:
        act(page, order.number, "complete", text="好了")
    with at_the_desk("head2") as page:
        page.goto(f"/orders/{order.number}/acts/review/")
        look_at(page)
        act(page, order.number, "review", result="returned", text="没有照片,也没写换了什么。")
        act(page, order.number, "assign", staff="engineer3")  # what was returned is given out anew
    with at_the_desk("engineer3") as page:
        page.goto(f"/orders/{order.number}/")
        assert "没有照片" in page.locator("main").inner_text()
        act(page, order.number, "complete", text="更换灶前阀,点火正常。")
    with at_the_desk("head2") as page:
        act(page, order.number, "review", result="passed")
    with at_the_desk("callback1") as page:
        act(page, order.number, "call_back", result="satisfied", satisfaction="5")
        act(page, order.number, "close")

    order.refresh_from_db()
    assert (order.status, order.number[:2]) == ("closed", "BX")
    assert way(order) == [
        "open", "dispatch", "return", "dispatch", "complete", "review", "assign", "complete", "review",
        "call_back", "close",
    ]  # fmt: skip


def test_the_desk_speaks_english_to_the_last_word(at_the_desk: At, company: dict[str, Staff], home: ServicePoint):
    order = taken(home, company["agent1"], "repair", "No gas at the stove", repair_kind="gas_none")
    Staff.objects.update(language="en")
    known = {
        *Staff.objects.values_list("name", flat=True),
        home.customer.name,
        home.address,
        "景明",
        "简体中文",
        "桂花",
    }

    with at_the_desk("dispatcher1", extra_http_headers={"accept-language": "en"}) as page:
        assert page.locator("html").get_attribute("lang") == "en"
        act(page, order.number, "dispatch", department="TL-NORTH", staff="engineer1")
        for address in (
            "/orders/?queue=all", f"/orders/{order.number}/", f"/orders/{order.number}/acts/amend/", "/flows/repair/",
            "/customers/", f"/customers/{home.customer_id}/", "/interactions/", "/accounts/me/", "/ui/",
        ):  # fmt: skip
            page.goto(address)
            assert untranslated(page, known) == [], address
            look_at(page)
    with at_the_desk("agent1", extra_http_headers={"accept-language": "en"}) as page:
        page.goto("/intake/?q=0562000417")
        assert untranslated(page, known) == []
        look_at(page)


def untranslated(page: Page, known: set[str]) -> list[str]:
    """Chinese on an English page that is nobody's name and no address."""
    page.evaluate("for (const sign of document.querySelectorAll('.sign')) sign.remove()")  # one character of a name
    text = page.locator("body").inner_text()
    for words in sorted(known, key=len, reverse=True):
        text = text.replace(words, "")
    return HAN.findall(text)
