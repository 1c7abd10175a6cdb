"""How soon the queue and an order's page are painted in Chromium, and what a browser fetches that knows their files.

The limit of a painting is that of a page of one word in the same browser. Needs Chromium; without one it says so.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from . import installation, pages
from .figures import note, percentile, tell

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
ORDERS = 10_000
VISITS = 20
ONE_WORD = "data:text/html,<!doctype html><title>1</title><p>1"
PAINTED = """() => new Promise((tell) => new PerformanceObserver((list) => {
    for (const entry of list.getEntriesByName('first-contentful-paint')) tell(entry.startTime);
}).observe({type: 'paint', buffered: true}))"""
FETCHED = "() => performance.getEntries().reduce((sum, entry) => sum + (entry.transferSize || 0), 0)"


def run() -> None:
    """Visit each page cold once and then warm."""
    if not CHROMIUM.exists():
        note(f"there is no browser at {CHROMIUM}: nothing is painted")
        return
    installation.prepare()
    number = _fill()
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in this thread
    with installation.serving(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page = context.new_page()
        limit = percentile([_painted(page, ONE_WORD) for _ in range(VISITS)], 0.95)
        _sign_in(page)
        for name, address in {"queue": "/orders/?queue=all", "order": f"/orders/{number}/"}.items():
            cold = browser.new_context(
                viewport={"width": 1440, "height": 900}, locale="zh-CN", storage_state=context.storage_state()
            )
            first = cold.new_page()
            painted = _painted(first, f"{installation.address()}{address}")
            tell(f"{name}_paint_cold", painted, "ms", limit=limit, rows=ORDERS, n=1)
            tell(f"{name}_weight_cold", _fetched(first) / 1000, "kB", rows=ORDERS, n=1)
            cold.close()
            waits = [_painted(page, f"{installation.address()}{address}") for _ in range(VISITS)]
            tell(f"{name}_paint_p95", percentile(waits, 0.95), "ms", limit=limit, rows=ORDERS, n=VISITS)
            tell(f"{name}_weight_warm", _fetched(page) / 1000, "kB", rows=ORDERS, n=1)
        browser.close()


def _fill() -> str:
    """Enough orders to look through; the number of one."""
    from jingming.workorders.models import WorkOrder

    if not WorkOrder.objects.exists():
        pages.load_orders(0, ORDERS)
    return WorkOrder.objects.order_by("-occurred_at", "-pk").values_list("number", flat=True)[0]


def _sign_in(page: Any) -> None:
    page.goto(f"{installation.address()}/accounts/login/")
    page.fill("[name=login]", "dispatcher1")
    page.fill("[name=password]", "begin-with-the-customer")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/orders/**")


def _painted(page: Any, address: str) -> float:
    """Milliseconds from the beginning of the visit to the first contentful paint."""
    page.goto(address, wait_until="load")
    return float(page.evaluate(PAINTED))


def _fetched(page: Any) -> float:
    """Bytes over the wire, headers included."""
    page.wait_for_load_state("load")
    return float(page.evaluate(FETCHED))
