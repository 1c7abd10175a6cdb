"""Photograph the main pages of a demo that is being served: `python -m tools.screenshots [address]`.

Writes docs/screenshots/*.png, which the READMEs show. Needs the packages of `make setup-dev` and Chromium.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
TO = Path(__file__).resolve().parent.parent / "docs/screenshots"
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Seat:
    """Somebody at a screen."""

    username: str
    language: str = "zh-CN"
    theme: str = "light"
    size: ViewportSize | None = None


@contextmanager
def seated(browser: Browser, address: str, seat: Seat) -> Iterator[Page]:
    """The page after signing in by the demo's own button."""
    with browser.new_context(
        base_url=address,
        viewport=seat.size or DESK,
        locale=seat.language,
        color_scheme="dark" if seat.theme == "dark" else "light",
        reduced_motion="reduce",
    ) as context:
        page = context.new_page()
        page.goto("/accounts/login/?next=/")
        page.locator(f"button[name=login][value={seat.username}]").click()
        page.wait_for_url(lambda url: "/accounts/login/" not in url)
        yield page


def keep(page: Page, name: str) -> None:
    """Write the picture of what the window shows."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(400)  # fonts and what comes live
    page.screenshot(path=TO / f"{name}.png")


def call(page: Page) -> None:
    """The call card: somebody known, with an order under way."""
    page.goto("/orders/?queue=all&status=processing&type=repair")
    page.locator("tbody a.mono").first.click()
    phone = page.locator("a[href^='tel:']").first.inner_text()
    page.goto("/intake/")
    page.locator("#who").press_sequentially(phone)
    page.locator(".call-name").wait_for()
    page.locator("[name=description]").fill("今早七点起灶具打不着火，热水器也没有气，邻居家同样。")
    keep(page, "call")


def queue(page: Page) -> None:
    """A queue with two rows chosen."""
    page.goto("/orders/?queue=department")
    page.locator("tbody tr").first.wait_for()
    for key in ("j", "x", "j", "j", "x"):
        page.keyboard.press(key)
    keep(page, "queue")


def order(page: Page) -> None:
    """An order under way, in the dark."""
    page.goto("/orders/?queue=all&status=processing&type=repair")
    page.locator("tbody a.mono").nth(2).click()
    page.locator("#story").wait_for()
    keep(page, "order")


def palette(page: Page) -> None:
    """The command palette over the queue."""
    page.goto("/orders/?queue=department")
    page.keyboard.press("Control+k")
    page.locator("dialog[open] input").press_sequentially("zx")
    page.locator("dialog[open] [role=option]").first.wait_for()
    keep(page, "palette")


def customer(page: Page) -> None:
    """The archive of somebody who waits for a callback, in English."""
    page.goto("/orders/?queue=to_call_back")
    page.locator("tbody th a, tbody td a").first.click()
    page.locator("#whom ~ dl a[href^='/customers/'], [aria-labelledby=whom] a[href^='/customers/']").first.click()
    page.wait_for_url("**/customers/*/")
    keep(page, "customer")


PICTURES: tuple[tuple[Seat, Callable[[Page], None]], ...] = (
    (Seat("agent1"), call),
    (Seat("dispatcher1"), queue),
    (Seat("head1", theme="dark"), order),
    (Seat("engineer1", size=PHONE), lambda page: keep(page, "field")),
    (Seat("dispatcher1"), palette),
    (Seat("agent2", language="en"), customer),
)


def main(address: str = "http://localhost:8000") -> None:
    """Photograph everything."""
    TO.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for seat, photograph in PICTURES:
            with seated(browser, address, seat) as page:
                if seat.language == "en":
                    page.locator("details.menu:has(button[name=language]) > summary").click()
                    page.locator("button[name=language][value=en]").click()
                photograph(page)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:2])
