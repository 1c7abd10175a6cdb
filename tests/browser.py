"""A real browser for tests: people at the desk, by keyboard, in Chinese, and what every page must stand.

pytestmark = IN_A_BROWSER

def test_…(at_the_desk: At):
    with at_the_desk("agent1") as page:
        look_at(page)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from jingming.accounts.models import Staff
from tests.cast import PASSWORD

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no browser at {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For one file of tests: the event loop that Playwright keeps in this thread would be in the way of others."""
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def is_a_fault(line: ConsoleMessage) -> bool:
    """An error in the console; but the browser logs a 403, 409 or 422 too, with which a page says why not."""
    return line.type == "error" and "the server responded with a status of 4" not in line.text


At = Callable[..., "contextmanager[Page]"]


@pytest.fixture
def at_the_desk(chromium: Browser, live_site: str, company: dict[str, Staff]) -> At:
    """`with at_the_desk("agent1") as page:` somebody who has signed in, by keyboard where the test says so; no page may
    complain, but of what the test `expects`."""

    def sign_in_by_keyboard(page: Page, username: str) -> None:
        page.goto("/accounts/login/?next=/")
        page.locator("input[name=login]").focus()
        page.keyboard.type(username)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def have_signed_in(page: Page, username: str) -> None:
        client = Client(headers={"accept-language": "zh-CN"})
        client.post("/accounts/login/", {"login": username, "password": PASSWORD})
        assert "_auth_user_id" in client.session
        page.context.add_cookies(
            [{"name": name, "value": one.value, "url": live_site} for name, one in client.cookies.items()]
        )
        page.goto("/")

    @contextmanager
    def sit_down(username: str, *, expects: str = "", by_keyboard: bool = False, **options: object) -> Iterator[Page]:
        with chromium.new_context(
            base_url=live_site, viewport=DESK, locale="zh-CN", reduced_motion="reduce", **options
        ) as context:
            page = context.new_page()
            complaints: list[str] = []
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: complaints.append(line.text) if is_a_fault(line) else None)
            (sign_in_by_keyboard if by_keyboard else have_signed_in)(page, username)
            yield page
            assert [line for line in complaints if not expects or expects not in line] == []

    return sit_down


# Theme → what axe is asked in it: a page is the same in the dark but for its colours.
THEMES: dict[str, dict[str, list[str]]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
VIOLATIONS = "(options) => axe.run({resultTypes: ['violations'], ...options}).then((results) => results.violations)"


def look_at(page: Page) -> None:
    """No barrier in light or dark, nothing that makes a phone scroll sideways, no button wider than its place."""
    page.evaluate(AXE_SCRIPT)
    for theme, asked in THEMES.items():
        page.emulate_media(color_scheme=theme)
        found = page.evaluate(VIOLATIONS, asked)
        assert [(page.url, theme, each["id"], each["nodes"][0]["html"]) for each in found] == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
    assert page.evaluate(SPILLING) == [], page.url
    page.set_viewport_size(DESK)


# Buttons whose words do not fit into them.
SPILLING = """[...document.querySelectorAll('.btn:not(.visually-hidden)')]
    .filter((button) => button.clientWidth && button.scrollWidth > button.clientWidth + 1)
    .map((button) => button.textContent.trim())"""


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
