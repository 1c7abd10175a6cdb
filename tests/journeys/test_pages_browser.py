"""A repair from the call to its end in a real browser, in Chinese, by keyboard; every page on the way is looked at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.workorders.models import History, WorkOrder
from tests.cast import PASSWORD

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
WORDS = "今早七点起灶具打不着火,邻居家同样。"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no browser at {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in this thread
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


At = Callable[[str], "contextmanager[Page]"]


@pytest.fixture
def at_the_desk(chromium: Browser, live_site: str, company: dict[str, Staff]) -> At:
    """`with at_the_desk("agent1") as page:` somebody who has signed in by keyboard; no page may complain."""

    @contextmanager
    def sit_down(username: str, **options: object) -> Iterator[Page]:
        with chromium.new_context(
            base_url=live_site, viewport=DESK, locale="zh-CN", reduced_motion="reduce", **options
        ) as context:
            page = context.new_page()
            complaints: list[str] = []
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
            page.goto("/accounts/login/?next=/")
            page.locator("[name=login]").focus()
            page.keyboard.type(username)
            page.keyboard.press("Tab")
            page.keyboard.type(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "/accounts/login/" not in url)
            yield page
            assert complaints == []

    return sit_down


def look_at(page: Page) -> None:
    """No barrier in light or dark, nothing that makes a phone scroll sideways."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found = Axe().run(page).response["violations"]
        assert [(page.url, theme, each["id"], each["nodes"][0]["html"]) for each in found] == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
    page.set_viewport_size(DESK)


def tab_to(page: Page, name: str) -> None:
    """Walk with the Tab key to the field of this name."""
    for _step in range(60):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{name} cannot be reached with the Tab key on {page.url}")


def send(page: Page, to: str) -> None:
    """Ctrl+Enter, and wait for the page that the act leads to."""
    page.keyboard.press("Control+Enter")
    page.wait_for_url(to)


def press(page: Page, key: str, to: str) -> None:
    """A single key that leads to another page."""
    page.keyboard.press(key)
    page.wait_for_url(to)


def test_a_repair_from_the_call_to_its_end_by_keyboard(at_the_desk: At, company: dict[str, Staff]):
    agent = company["agent1"]
    household = customers.add_customer("周晓岚", by=agent, at=now(), phone="13800000417", unit="340705")
    customers.add_service_point(
        household, by=agent, at=now(), account_number="0562000417", address="铜官区桂花苑 12-2-601", unit="340705"
    )

    with at_the_desk("agent1") as page:
        assert page.url.endswith("/intake/")
        assert page.locator("html").get_attribute("lang") == "zh-hans"
        look_at(page)
        page.reload()  # whoever takes a call types at once
        page.keyboard.type("0562000417")
        page.keyboard.press("Enter")
        page.wait_for_url("**/intake/?q=0562000417")
        look_at(page)
        page.reload()
        page.keyboard.press("3")
        assert page.locator("[name=complaint-complaint_kind]").is_visible()
        page.keyboard.press("1")
        assert page.locator("[name=repair-repair_kind]").is_visible()
        assert not page.locator("[name=complaint-complaint_kind]").is_visible()
        page.keyboard.press("d")
        page.keyboard.type(WORDS)
        tab_to(page, "repair-repair_kind")
        page.keyboard.press("ArrowDown")
        tab_to(page, "verified")
        page.keyboard.press("Space")
        send(page, "**/orders/BX-*/")
        order = WorkOrder.objects.get()
        assert (order.description, order.verified, bool(order.form["repair_kind"])) == (WORDS, ["account_number"], True)
        look_at(page)

    with at_the_desk("dispatcher1") as page:
        page.wait_for_url("**/orders/?queue=unassigned")
        look_at(page)
        page.get_by_role("link", name=order.number).focus()
        press(page, "Enter", f"**/orders/{order.number}/")
        press(page, "g", "**/acts/dispatch/")
        look_at(page)
        page.locator("[name=department]").select_option("TL-NORTH")
        page.locator("[name=staff]").select_option("engineer1")
        send(page, f"**/orders/{order.number}/")

    with at_the_desk("engineer1") as page:
        page.wait_for_url("**/orders/?queue=mine")
        look_at(page)
        page.get_by_role("link", name=order.number).focus()
        press(page, "Enter", f"**/orders/{order.number}/")
        press(page, "d", "**/acts/complete/")
        tab_to(page, "text")
        page.keyboard.type("更换灶前阀,点火正常。")
        send(page, f"**/orders/{order.number}/")
        look_at(page)

    with at_the_desk("callback1") as page:
        page.wait_for_url("**/orders/?queue=to_call_back")
        page.get_by_role("link", name=order.number).focus()
        press(page, "Enter", f"**/orders/{order.number}/")
        press(page, "c", "**/acts/call_back/")
        look_at(page)
        tab_to(page, "result")
        page.keyboard.press("Space")
        tab_to(page, "satisfaction")
        page.keyboard.press("ArrowUp")  # from the first round to the last: five
        send(page, f"**/orders/{order.number}/")
        press(page, "x", "**/acts/close/")
        tab_to(page, "text")
        send(page, f"**/orders/{order.number}/")
        look_at(page)

    order.refresh_from_db()
    assert (order.status, order.satisfied) == ("closed", True)
    ways = History.objects.filter(order_id=order.pk).order_by("id").values_list("act", flat=True)
    assert list(ways) == ["open", "dispatch", "complete", "call_back", "close"]


def test_the_other_pages_have_no_barrier_and_fit_a_phone(at_the_desk: At):
    for username, addresses in {
        "agent1": ("/customers/", "/interactions/", "/flows/", "/flows/complaint/", "/orders/?queue=all&type=repair"),
        "secadmin1": ("/organisation/", "/staff/"),
    }.items():
        with at_the_desk(username) as page:
            for address in addresses:
                page.goto(address)
                look_at(page)


def test_the_desk_takes_a_call_with_scripts_switched_off(at_the_desk: At):
    with at_the_desk("agent1", java_script_enabled=False) as page:
        page.goto("/intake/?type=complaint")
        page.locator("[name=description]").fill("约定时间未到")
        page.locator("[name=complaint-complaint_kind]").select_option("service_late")
        page.locator("#intake-form .form-end .btn-primary").click()
        page.wait_for_url("**/orders/TS-*/")

    order = WorkOrder.objects.get()
    assert (order.type.code, order.form) == ("complaint", {"complaint_kind": "service_late"})
