"""Finding a customer in a real browser: what was typed is marked where it stands."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.customers import actions
from jingming.customers.models import Customer
from tests.browser import IN_A_BROWSER, PHONE, At, look_at

pytestmark = IN_A_BROWSER


@pytest.fixture
def household(company: dict[str, Staff]) -> Customer:
    customer = actions.add_customer("周晓岚", by=company["agent1"], at=now(), phone="13805621234", unit="340705")
    actions.add_service_point(
        customer, by=company["agent1"], at=now(), account_number="0562000417", address="桂花苑 12-2-601", unit="340705"
    )
    return customer


def hits(page: Page) -> list[str]:
    page.locator("mark.hit").first.wait_for()
    return page.locator("mark.hit").all_inner_texts()


def test_the_list_shows_by_what_somebody_was_found(at_the_desk: At, household: Customer):
    with at_the_desk("agent1") as page:
        page.goto("/customers/")
        for words, marked in (("601 桂花", ["桂花", "601"]), ("8056", ["8056"]), ("晓岚", ["晓岚"])):
            page.locator("#id_q").fill(words)
            page.keyboard.press("Enter")
            page.wait_for_url("**/customers/?q=*")
            page.locator(f"#id_q[value='{words}']").wait_for()
            assert hits(page) == marked
            look_at(page)
        page.set_viewport_size(PHONE)
        look_at(page)
        page.locator("#id_q").fill("柳叶 602")
        page.keyboard.press("Enter")
        page.locator("text=没有找到客户").wait_for()


def test_the_palette_marks_what_was_typed(at_the_desk: At, household: Customer):
    with at_the_desk("agent1") as page:
        page.keyboard.press("Control+k")
        page.keyboard.type("8056")
        assert hits(page) == ["8056"]
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/customers/{household.pk}/")
