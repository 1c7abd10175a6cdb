"""The look in a real browser: accessible in both themes, quiet under the strict policy, usable by keys alone."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import DESK, IN_A_BROWSER, PHONE

pytestmark = [*IN_A_BROWSER, pytest.mark.urls("jingming.ui.tests.urls")]


@pytest.fixture
def page(chromium: Browser, live_site: str) -> Iterator[Page]:
    with chromium.new_context(base_url=live_site, viewport=DESK, locale="en-GB") as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        yield page
        assert [line for line in complaints if "404" not in line] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_component_is_accessible_and_fits(page: Page, theme: str, size: dict[str, int]):
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=theme)
    for address in ("/", "/404/", "/500/"):
        page.goto(address)
        for menu in page.locator("summary.menu-button").all():
            menu.click()
        found = Axe().run(page).response["violations"]
        assert [(address, each["id"], each["nodes"][0]["html"]) for each in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_single_key_acts_and_is_silent_while_somebody_types(page: Page):
    page.goto("/")
    page.keyboard.press("n")
    assert page.url.endswith("#note")

    page.locator("#id_subject").first.click()
    page.keyboard.type("t?")
    assert page.locator("#id_subject").first.input_value() == "t?"
    assert not page.locator("#keys").is_visible()


def test_the_sheet_lists_the_keys_of_the_page(page: Page):
    page.goto("/")
    page.keyboard.press("?")
    assert "Complete" in page.locator("#keys [data-part=here]").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()


def test_keys_are_silent_while_an_input_method_composes(page: Page):
    page.goto("/")
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '?', isComposing: true, bubbles: true}))"
    )
    assert not page.locator("#keys").is_visible()


def test_a_chosen_theme_is_there_before_the_next_page_is_painted(page: Page):
    page.goto("/")
    page.locator("summary.menu-button").click()
    page.locator("[data-set-theme=dark]").click()
    page.goto("/404/")
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"


def test_a_form_pressed_three_times_is_sent_once(page: Page):
    page.goto("/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.route("**/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.evaluate("""() => {
        const button = document.querySelector('form[data-once] button.btn-primary');
        for (const time of [1, 2, 3]) button.click();
    }""")
    page.wait_for_timeout(200)
    assert len(sent) == 1


def test_a_partial_load_that_fails_says_what_to_do(page: Page):
    page.goto("/")
    page.evaluate("htmx.ajax('GET', '/nowhere/', {target: '#toasts', swap: 'none'})")
    page.locator(".toast-box").wait_for()
    assert "Reload the page" in page.locator(".toast-box").inner_text()


def test_the_language_is_switched_without_scripts(chromium: Browser, live_site: str):
    with chromium.new_context(base_url=live_site, java_script_enabled=False, locale="zh-CN") as context:
        page = context.new_page()
        page.goto("/")
        assert page.locator("html").get_attribute("lang") == "zh-hans"
        page.locator("summary.menu-button").click()
        page.locator("button[name=language][value=en]").click()
        assert page.locator("html").get_attribute("lang") == "en"
