"""Every page of the installation in a real browser: no barrier in light or dark, nothing that makes a phone scroll
sideways, no complaint of the console or the content policy, and little to fetch for whoever has been there before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache

import pytest
from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, Response

from tests.browser import DESK, IN_A_BROWSER, is_a_fault, look_at
from tests.desk_served import served
from tests.matrix import oracle
from tests.matrix.declared import PAGES
from tests.matrix.oracle import PUBLIC
from tests.matrix.things import Thing, World
from tests.matrix.walking import Walker, address, expected_look

pytest_plugins = ["tests.matrix.standing"]
pytestmark = IN_A_BROWSER

HEAVIEST = 300_000  # bytes that a page may make a browser fetch that has its files already
NO_PAGE = ("api/<path:rest>", "api/v1/", "api/v1/openapi.json", "healthz", "readyz")  # answers for programs
PIECES = (  # of pages that are looked at with them
    "intake/card/", "orders/counts/", "orders/rows/", "orders/<str:number>/looking/", "search/palette/",
)  # fmt: skip
FILES = ("data/<slug:what>/template/", "data/runs/<int:pk>/file/")  # saved, never shown
NOT_OURS = ("api/v1/docs",)  # Swagger UI: its markup is its makers'
SHOWN = [
    route
    for route, page in PAGES.items()
    if 200 in page.look and route not in NO_PAGE + NOT_OURS + PIECES + FILES and not page.of.startswith("attachment")
]


@dataclass
class Visitor:
    """A browser tab of somebody; what it complains of is kept."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    fetched: list[Response] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._hear)
        self.page.on("response", lambda response: self.fetched.append(response))  # noqa: PLW0108  # Playwright cannot wrap a builtin

    def comes_anew(self) -> None:
        """Begin from nowhere, so that nothing of the page before is heard, at a desk by day, whatever became of the
        last test."""
        self.page.goto("about:blank")
        self.page.set_viewport_size(DESK)
        self.page.emulate_media(color_scheme="light")
        self.complaints.clear()
        self.fetched.clear()

    def _hear(self, line: ConsoleMessage) -> None:
        if is_a_fault(line):
            self.complaints.append(f"{self.page.url}: {line.text}")

    def weight(self) -> int:
        """Bytes of bodies that have come over the wire."""
        return sum(one.request.sizes()["responseBodySize"] for one in self.fetched if not one.from_service_worker)


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:
    with served() as address:
        yield address


def whoever_sees(walker: Walker, route: str) -> tuple[str, Thing]:
    """Somebody to whom the page shows itself, and what to show."""
    page = PAGES[route]
    for person in ("" if page.to == PUBLIC else "agent1", *oracle.PEOPLE):
        if not person:
            return "", walker.offered(page.of, "agent1", admitted=True)[0]
        if not oracle.admitted(person, page.to):
            continue
        for thing in walker.offered(page.of, person, admitted=True):
            if 200 in expected_look(page, person, thing):
                return person, thing
    pytest.fail(f"nobody sees {route}")


@pytest.fixture(scope="module")
def visitor_as(site: str, world: World, chromium: Browser) -> Iterator[Callable[[str], Visitor]]:
    """The tab in which somebody has signed in; its browser has been at the desk, and has its files."""
    with ExitStack() as opened:

        @cache
        def visitor_as(person: str) -> Visitor:
            own = chromium.new_context(base_url=site, viewport=DESK, locale="zh-CN", reduced_motion="reduce")
            opened.enter_context(own)
            if person:
                key = {"name": settings.SESSION_COOKIE_NAME, "value": world.cookies[person], "url": site}
                own.add_cookies([key])
            visitor = Visitor(own.new_page())
            visitor.page.goto("/")
            visitor.listen()
            return visitor

        yield visitor_as


@pytest.mark.parametrize("route", SHOWN)
def test_a_page_has_no_barrier_and_fits(route: str, walker: Walker, visitor_as: Callable[[str], Visitor]):
    person, thing = whoever_sees(walker, route)
    visitor = visitor_as(person)
    visitor.comes_anew()
    visitor.page.goto(address(route, thing.names) + PAGES[route].query)

    assert visitor.weight() < HEAVIEST
    look_at(visitor.page)
    assert visitor.complaints == []
