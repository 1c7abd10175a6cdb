"""The tour that README leads a visitor on: one repair from the call to its end, on the demo, in English."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page

from jingming.base.clock import now
from jingming.loading.demo import build
from jingming.workorders.models import History, WorkOrder
from tests.browser import DESK, IN_A_BROWSER, PHONE, is_a_fault, send

pytestmark = IN_A_BROWSER
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
ACCOUNT = "340710000030"  # stands in the tour
WORDS = "No gas since this morning"
Visit = Callable[..., "contextmanager[Page]"]


@pytest.fixture
def visit(chromium: Browser, live_site: str, tmp_path: Path) -> Iterator[Visit]:
    """`with visit("agent1") as page:` a visitor who has pressed this person on the sign-in page."""

    @contextmanager
    def enter(username: str, size: dict[str, int] = DESK) -> Iterator[Page]:
        with chromium.new_context(base_url=live_site, viewport=size, locale="en-US") as context:
            page = context.new_page()
            complaints: list[str] = []
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: complaints.append(line.text) if is_a_fault(line) else None)
            page.goto("/")
            page.locator(f"button[name=login][value={username}]").click()
            page.wait_for_url(lambda url: "/accounts/login/" not in url)
            yield page
            assert complaints == []

    with override_settings(HOME=tmp_path):
        build(0.002, 1, now())
        yield enter


def test_the_tour_leads_from_the_call_to_a_closed_order(visit: Visit):
    with visit("agent1") as page:
        assert f"`{ACCOUNT}`" in README
        page.locator("#who:focus").wait_for()
        page.keyboard.type(ACCOUNT)
        page.locator("[data-caller]:not([data-caller=''])").wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url("**/intake/?q=_*")
        page.locator("[name=type]:checked").focus()
        for key in ("v", "k", "ArrowDown", "Enter"):
            page.keyboard.press(key)
        page.keyboard.type(WORDS)
        send(page, "**/orders/BX-*/")
        order = WorkOrder.objects.get(description=WORDS)

    with visit("dispatcher1") as page:
        page.get_by_role("link", name=order.number).click()
        page.wait_for_url(f"**/orders/{order.number}/")
        page.keyboard.press("g")
        page.wait_for_url("**/acts/dispatch/")
        page.locator("[name=department]").select_option(label="North maintenance team")
        page.locator("[name=staff]").select_option(label="李大勇")
        send(page, f"**/orders/{order.number}/")

    with visit("engineer1", PHONE) as page:
        page.wait_for_url("**/field/")
        page.get_by_role("link", name=WORDS).click()
        for act in ("Accept", "I am on site"):
            page.get_by_role("button", name=act, exact=True).click()
            page.get_by_role("button", name=act, exact=True).wait_for(state="detached")
        page.get_by_role("link", name="Done", exact=True).click()
        page.wait_for_url("**/acts/complete/?back=field")
        page.locator("[name=text]").fill("Valve replaced, burns well.")
        send(page, "**/field/")

    with visit("callback1") as page:
        page.get_by_role("link", name=order.number).click()
        page.wait_for_url(f"**/orders/{order.number}/")
        page.keyboard.press("c")
        page.wait_for_url("**/acts/call_back/")
        page.get_by_label("Satisfied", exact=True).check()
        page.get_by_label("5", exact=True).check()
        send(page, f"**/orders/{order.number}/")
        page.keyboard.press("x")
        page.wait_for_url("**/acts/close/")
        send(page, f"**/orders/{order.number}/")

    order.refresh_from_db()
    assert order.status == "closed"
    ways = History.objects.filter(order_id=order.pk).order_by("id").values_list("act", flat=True)
    assert list(ways) == ["open", "dispatch", "accept", "arrive", "complete", "call_back", "close"]
