"""A browser whose every request is answered by this process, inside the test's own transaction, and what it noticed.

Nothing is served and nothing goes out: a page is what the test client answers, with its headers, in a real Chromium.
"""

from __future__ import annotations

from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request, Route

from tests.matrix.answers import undone
from tests.matrix.walking import Walker

HERE = "http://testserver"
CORPUS = Path(__file__).parent / "xss.txt"
# Before anything of the page: whatever calls these has run what somebody typed; what the policy stopped is reported.
WATCHING = """
window.top.noticed ??= {ran: [], reported: []};
for (const name of ["alert", "confirm", "prompt", "print"])
  Object.defineProperty(window, name, {value: () => window.top.noticed.ran.push(name)});
document.addEventListener("securitypolicyviolation", (event) =>
  window.top.noticed.reported.push(`${event.violatedDirective} ${event.sample} ${event.blockedURI}`));
"""
# What never stands in a page of ours, whether or not somebody has to click on it first.
PLANTED = r"""() => {
  const foreign = "xss, x, marquee, iframe, frame, object, embed, applet, base, math, plaintext, xmp, portal, handler, "
    + "audio, video, meta[http-equiv], script:not([src]):not([type='application/json']), style, [srcdoc], [ping]";
  const bad = /^[\s\u0000-\u001f]*(?:java\s*script|vbscript|livescript|data:text|\/\/evil|https?:\/\/evil)/i;
  const ways = ["href", "xlink:href", "src", "action", "formaction", "data", "background", "hx-get", "data-hx-post"];
  const planted = [...document.querySelectorAll("*")].filter((one) => one.matches(foreign)
    || one.getAttributeNames().some((name) => /^(on|hx-on|v-|ng-|x-)/i.test(name))
    || ways.some((way) => bad.test(one.getAttribute(way) ?? "")));
  return {...window.noticed, planted: planted.map((one) => one.outerHTML.slice(0, 120))};
}"""


@cache
def corpus() -> tuple[str, ...]:
    """The payloads, one to a line."""
    return tuple(CORPUS.read_text(encoding="utf-8").removesuffix("\n").split("\n"))


class Supply:
    """Hands out payloads, bundled up to a length, beginning again at the end: each call gets the next ones."""

    def __init__(self) -> None:
        self.place = 0
        self.given: set[str] = set()

    def bundle(self, longest: int) -> str:
        """As many payloads as fit, at least one; those that are too long for the place wait for a longer one."""
        taken: list[str] = []
        for _turn in corpus():
            payload = corpus()[self.place % len(corpus())]
            room = longest - sum(map(len, taken)) - len(taken)
            if len(payload) > room and taken:
                break
            self.place += 1
            if len(payload) <= room:
                taken.append(payload)
        self.given.update(taken)
        return " ".join(taken)


@dataclass
class Stage:
    """One tab; `person` is who sits at it."""

    walker: Walker
    page: Page
    person: str = ""
    canned: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    away: list[str] = field(default_factory=list)
    ours: Context = field(default_factory=copy_context)  # in which the test has its connection to the database

    def answer(self, route: Route) -> None:
        """Answer a request of the browser."""
        request = route.request
        url = urlsplit(request.url)
        path = f"{url.path}?{url.query}" if url.query else url.path
        if f"{url.scheme}://{url.netloc}" != HERE:
            self.away.append(request.url)
            route.abort()
        elif url.path.startswith("/static") and not url.path.endswith(".js"):
            route.fulfill(status=200, body="", content_type="text/css")  # looks play no part
        elif url.path.startswith("/static"):
            if path not in self.files:
                self.files[path] = told(self.walker.browser(self.person).get(path))
            route.fulfill(**self.files[path])
        elif path in self.canned and request.is_navigation_request():
            route.fulfill(**self.canned[path])
        else:
            # Playwright calls from elsewhere, where Django would open another connection, outside our transaction.
            route.fulfill(**self.ours.run(lambda: told(self._asked(request, path))))

    def _asked(self, request: Request, path: str) -> Any:
        client = self.walker.browser(self.person)
        kept = {name: value for name, value in request.headers.items() if name.startswith(("hx-", "accept", "x-"))}
        if request.method == "GET":
            return client.get(path, headers=kept, follow=True)
        kind = request.headers.get("content-type", "")
        return client.generic(request.method, path, request.post_data_buffer or b"", kind, headers=kept)

    def show(self, person: str, path: str, response: Any = None) -> list[str]:
        """What is wrong with the page at a path, or with a response that was had from it."""
        self.person = person
        self.canned = {} if response is None else {path: told(response)}
        self.away.clear()
        self.ours = copy_context()
        self.page.goto(f"{HERE}{path}", wait_until="load")
        seen = self.page.evaluate(PLANTED)
        found = [f"{kind}: {one}" for kind in ("ran", "reported", "planted") for one in seen[kind]]
        return [f"{person} at {path[:90]}: {one}" for one in found + [f"went to {url}" for url in self.away]]

    def look(self, person: str, path: str) -> list[str]:
        """The same for a page as it is; nothing that its scripts write stays."""
        with undone():
            return self.show(person, path)


def told(response: Any) -> dict[str, Any]:
    """A response of the test client as Playwright takes it."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    return {"status": response.status_code, "headers": headers, "body": body}


def stage(walker: Walker, chromium: Browser) -> Stage:
    """A fresh tab."""
    context = chromium.new_context(locale="zh-CN", reduced_motion="reduce")
    context.add_init_script(WATCHING)
    on = Stage(walker, context.new_page())
    context.route("**/*", on.answer)
    return on
