"""Photograph the main pages of a demo that is being served: `python -m tools.screenshots [address]`.

Writes docs/screenshots/*.png, which the READMEs show. Needs the packages of `make setup-dev` and Chromium.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
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


def main(address: str = "http://localhost:8000") -> None:
    """Photograph everything."""
    TO.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:2])
