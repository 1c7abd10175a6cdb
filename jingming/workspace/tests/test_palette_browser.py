"""The palette, the person's look and the phone's menu in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.customers.models import Customer
from jingming.intake import actions as intake
from jingming.interactions.actions import Contact
from jingming.workorders import actions as orders
from jingming.workorders.models import WorkOrder
from tests.browser import IN_A_BROWSER, PHONE, At, look_at

pytestmark = IN_A_BROWSER


@pytest.fixture
def household(company) -> Customer:
    customer = customers.add_customer("周晓岚", by=company["agent1"], at=now(), phone="13800000417", unit="340705")
    customers.add_service_point(
        customer, by=company["agent1"], at=now(), account_number="0562000417", address="桂花苑 12-2-601", unit="340705"
    )
    return customer


@pytest.fixture
def order(company, household) -> WorkOrder:
    matter = orders.Matter(
        type="repair", description="灶前无气", customer=household, caller_name="周晓岚", caller_phone="13800000417",
        verified=("account_number",), form={"repair_kind": "gas_none"},
    )  # fmt: skip
    taken = intake.take(Contact(channel="phone"), matter, by=company["agent1"], at=now()).order
    assert taken is not None
    return taken


def lines(page: Page) -> None:
    page.locator("#palette [role=option][aria-selected=true]").wait_for()


def test_initials_lead_to_the_customer(at_the_desk: At, household: Customer):
    with at_the_desk("agent1") as page:
        page.keyboard.press("Control+k")
        page.keyboard.type("zxl")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/customers/{household.pk}/")
        page.keyboard.press("/")
        page.locator("#palette[open]").wait_for()
        page.keyboard.press("Escape")
        assert not page.locator("#palette").is_visible()
        assert page.evaluate("document.activeElement.tagName") == "BODY"  # so that single keys act again


def test_the_end_of_a_number_leads_to_the_order_and_ctrl_enter_to_a_new_tab(at_the_desk: At, order: WorkOrder):
    with at_the_desk("agent1") as page:
        page.keyboard.press("Control+k")
        page.keyboard.type("０００１")
        lines(page)
        page.locator(f"[role=option][data-url*='{order.number}'][aria-selected=true]").wait_for()
        with page.context.expect_page() as tab:
            page.keyboard.press("Control+Enter")
        tab.value.wait_for_url(f"**/orders/{order.number}/")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/orders/{order.number}/")


def test_nothing_is_asked_or_opened_while_an_input_method_composes(at_the_desk: At, household: Customer):
    with at_the_desk("agent1") as page:
        page.keyboard.press("Control+k")
        lines(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        where = page.url
        page.evaluate("""() => {
            const input = document.getElementById("palette-words");
            input.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
            input.value = "zhou";
            input.dispatchEvent(new InputEvent("input", {isComposing: true, bubbles: true}));
            for (const more of [{isComposing: true}, {keyCode: 229}])
                input.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, ...more}));
        }""")
        page.wait_for_timeout(400)
        assert (asked, page.url) == ([], where)

        page.evaluate("""() => {
            const input = document.getElementById("palette-words");
            input.value = "周";
            input.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true}));
        }""")
        page.locator("[role=option]", has_text="周晓岚").wait_for()
        assert len(asked) == 1


def test_what_was_opened_last_stands_there_and_the_next_person_does_not_see_it(at_the_desk: At, household: Customer):
    with at_the_desk("agent1") as page:
        page.goto(f"/customers/{household.pk}/")
        page.goto("/orders/?queue=all")
        page.keyboard.press("Control+k")
        page.locator("[role=option]", has_text="周晓岚").wait_for()
        assert "周晓岚" not in page.evaluate("localStorage.getItem('jingming.recent')")
        page.keyboard.press("Escape")
        page.locator("header .top-right summary").click()
        page.locator(".menu-sheet form[action*=logout] button").click()
        page.wait_for_url("**/accounts/login/**")
        assert page.evaluate("localStorage.getItem('jingming.recent')") is None


def test_the_open_palette_and_menus_have_no_barriers(at_the_desk: At, order: WorkOrder):
    with at_the_desk("agent1") as page:
        page.goto(f"/orders/{order.number}/")
        page.keyboard.press("Control+k")
        page.keyboard.type("0417")
        page.locator("[role=option]", has_text="周晓岚").wait_for()
        look_at(page)
        page.keyboard.press("Escape")
        page.locator("header .top-right summary").click()
        look_at(page)
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        assert "Ctrl K" in page.locator("#keys [data-part=everywhere]").inner_text()
        look_at(page)


def test_the_look_follows_the_person_to_another_browser(at_the_desk: At):
    with at_the_desk("agent1") as page:
        page.locator("header .top-right summary").click()
        with page.expect_response("**/accounts/look/"):
            page.locator("[data-set-theme=dark]").click()
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"
        with at_the_desk("agent1") as elsewhere:
            assert elsewhere.locator("html").get_attribute("data-bs-theme") == "dark"
        with at_the_desk("head1") as other:
            assert other.locator("html").get_attribute("data-bs-theme") is None


def test_a_phone_reaches_every_page_with_and_without_scripts(at_the_desk: At):
    with at_the_desk("agent1") as page:
        page.set_viewport_size(PHONE)
        page.locator(".nav-menu > summary").click()
        assert Axe().run(page).response["violations"] == []
        page.locator(".nav-sheet a[href='/flows/']").click()
        page.wait_for_url("**/flows/")


@pytest.mark.parametrize("width", [390, 760, 1024, 1280])
def test_the_top_bar_has_room_at_every_width(at_the_desk: At, width: int):
    with at_the_desk("agent1") as page:
        page.set_viewport_size({"width": width, "height": 720})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelector('.top').scrollWidth <= document.querySelector('.top').clientWidth")


def test_a_second_page_fetches_nearly_nothing(at_the_desk: At):
    """Style sheets and modules are kept for ever: a page costs its own HTML."""
    size = "performance.getEntriesByType('resource').reduce((sum, one) => sum + one.transferSize, 0)"
    with at_the_desk("agent1") as page:
        page.goto("/orders/?queue=mine")
        page.goto("/orders/?queue=department")
        assert page.evaluate(size) < 300_000
