"""What somebody typed stays text: 500 payloads, all of them through every field of every form, and through the API,
files, their names, filters and searches; every page that shows them in a real browser. Nothing runs, the policy reports
nothing, nothing is planted."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.template import Context, Template
from django.test import override_settings
from django.utils.html import escape
from playwright.sync_api import Browser

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.loading import working
from jingming.loading.models import Run
from jingming.loading.tests.sheets import csv_of
from tests.browser import IN_A_BROWSER
from tests.hostile.stage import Stage, Supply, corpus, stage
from tests.matrix import oracle
from tests.matrix.answers import answer_of, undone
from tests.matrix.declared import PAGES, Page
from tests.matrix.filling import form_of
from tests.matrix.oracle import PUBLIC
from tests.matrix.test_every_page_browser import SHOWN
from tests.matrix.test_mass_assignment import filled
from tests.matrix.things import Thing
from tests.matrix.walking import NOTHING, Walker, address, sample

pytest_plugins = ["tests.matrix.standing"]
pytestmark = IN_A_BROWSER

WIDE = 3000  # what a field takes that names no limit
ASKED = 1100  # what an address takes, each character written as three
FIELD = re.compile(r"<(input|textarea)\b([^>]*)>")
PART = re.compile(r'([\w-]+)="([^"]*)"')
TYPED = {"", "text", "search", "tel", "url", "email"}
ANY_WORDS = ("qq", "…", "qz")  # how what the matrix fills in begins where any words are taken
# Forms whose words are kept, so that all pages show them; the others are undone at once.
KEPT = (
    "staff/<int:pk>/change/", "organisation/units/<int:pk>/change/", "organisation/units/<int:pk>/departments/",
    "organisation/units/<int:pk>/areas/", "codes/<int:pk>/rename/", "customers/network/<str:code>/change/",
    "customers/<int:customer_id>/change/", "customers/<int:customer_id>/conduct/new/",
    "customers/<int:customer_id>/contacts/new/", "customers/<int:customer_id>/notes/new/",
    "customers/<int:customer_id>/purchases/new/", "customers/<int:customer_id>/service-points/<int:point_id>/",
    "orders/views/<int:pk>/change/", "staff/<int:pk>/tokens/", "menus/<slug:code>/<slug:key>/",
)  # fmt: skip


@pytest.fixture(scope="module")
def on_stage(walker: Walker, chromium: Browser) -> Iterator[Stage]:
    with override_settings(STREAM_PORT=None):  # no stream runs beside it
        on = stage(walker, chromium)
        yield on
        on.page.context.close()


@pytest.fixture
def supply() -> Supply:
    """From its beginning for each test: what is typed where does not hang on the order of the tests."""
    return Supply()


def free_fields(html: str) -> dict[str, int]:
    """The fields of a page in which one may type anything, and how much."""
    found = {}
    for tag, text in FIELD.findall(html):
        told = dict(PART.findall(text))
        if told.get("name") and (tag == "textarea" or told.get("type", "") in TYPED) and "readonly" not in text:
            found[told["name"]] = int(told.get("maxlength", WIDE))
    return found


def whoever(walker: Walker, page: Page) -> tuple[str, Thing]:
    """Somebody who may do all that the page offers, and with what."""
    for person in oracle.PEOPLE:
        if page.to == PUBLIC or oracle.admitted(person, page.to):
            for thing in walker.world.of(page.of) if page.of else [NOTHING]:
                if not page.of or (oracle.sees(person, thing) and oracle.changes(person, thing)):
                    return person, thing
    pytest.fail(f"nobody may at {page}")


def refused(walker: Walker, route: str, person: str, path: str) -> HttpResponse | None:
    """The answer to a form with all payloads at once in every free field."""
    html = answer_of(walker.browser(person).get(path)).body
    form, free = form_of(html, path), free_fields(html)
    if form is None or not free.keys() & form.values.keys():
        return None
    everything = dict.fromkeys(free.keys() & form.values.keys(), " ".join(corpus()))
    return walker.browser(person).post(path, filled(walker, route, form) | everything)


def taken(walker: Walker, supply: Supply, route: str, person: str, path: str) -> None:
    """Send a form with payloads where any words are taken, as many as each field takes."""
    html = answer_of(walker.browser(person).get(path)).body
    form, free = form_of(html, path), free_fields(html)
    if form is None:
        return
    sent = filled(walker, route, form)
    open_to_all = [name for name in form.values if name in free and str(sent.get(name, [""])[0]).startswith(ANY_WORDS)]
    words = {name: supply.bundle(free[name]) for name in open_to_all}
    walker.browser(person).post(path, {**sent, **words})


def shown(on: Stage, person: str, path: str, response: HttpResponse) -> list[str]:
    """The page that the browser would land on."""
    if response.status_code in (302, 303):
        return on.show(person, response.headers["Location"])
    if response.headers.get("Content-Disposition", "").startswith("attachment"):
        return []  # a file: no page shows it
    return on.show(person, path, response)


FORMS = [route for route, page in PAGES.items() if page.of != "act" and 200 in page.look and "logout" not in route]


def test_there_are_four_hundred_payloads():
    assert len(set(corpus())) >= 400


def test_every_field_gives_the_whole_corpus_back_as_text(walker: Walker, on_stage: Stage):
    """What is too long for a field is refused, and stands in the form again as it was typed."""
    complaints: list[str] = []
    given_back: Counter[str] = Counter()
    for route in FORMS:
        person, thing = whoever(walker, PAGES[route])
        person = "" if route == "accounts/login/" else person
        path = address(route, thing.names)
        with undone():
            response = refused(walker, route, person, path)
            if response is not None:
                complaints += shown(on_stage, person, path, response)
                given_back[route] += given_back_by(response)
    assert complaints == []
    assert len(+given_back) >= 60, given_back
    assert given_back.total() >= 130, given_back


def given_back_by(response: HttpResponse) -> int:
    """The number of fields in which the last of the payloads stands."""
    fields = response.content.decode().split("name=")[1:] if response.status_code == 422 else []
    return sum(escape(corpus()[-1]) in field for field in fields)


def test_every_act_gives_the_whole_corpus_back_as_text(walker: Walker, on_stage: Stage):
    complaints: list[str] = []
    done: Counter[str] = Counter()
    route = "orders/<str:number>/acts/<str:act>/"
    for person in ("agent1", "dispatcher1", "head1", "engineer1", "inspector1", "callback1", "supervisor1"):
        mine = [one for one in walker.world.of("order") if oracle.sees(person, one)]
        for order in sample(mine, 3):
            number = order.names["number"]
            asked = walker.get(walker.program(person), f"/api/v1/work-orders/{number}")
            for act in sorted(set(json.loads(asked.body)["acts"]["allowed"]) - done.keys()):
                path = address(route, {"number": number, "act": act})
                with undone():
                    response = refused(walker, route, person, path)
                    if response is not None:
                        complaints += shown(on_stage, person, path, response)
                        done[act] += given_back_by(response)
    assert complaints == []
    assert len(+done) >= 10, done


def plant(walker: Walker, supply: Supply) -> None:
    """Words that stay: through forms, the API, bulk acts, files and their names; the whole corpus more than once."""
    for route in KEPT:
        person, thing = whoever(walker, PAGES[route])
        taken(walker, supply, route, person, address(route, thing.names))
    everything = [supply.bundle(WIDE) for _turn in range(8)]
    first = walker.world.thing("order", "repair-north").names["number"]
    program, agent = walker.program("agent1"), Staff.objects.get(username="agent1")
    opened = {"type": "repair", "channel": "phone", "caller_phone": "13900000055"}
    for text in everything:
        words = {"caller_name": supply.bundle(100), "address": supply.bundle(200), "description": text}
        for path, body in (
            (f"work-orders/{first}/acts", {"act": "note", "text": text}),
            ("customers", {"name": supply.bundle(120), "note": text[:2000]}),
            ("work-orders", opened | words),
        ):
            sent = walker.send(program, "POST", f"/api/v1/{path}", body)
            assert sent.status in (200, 201, 409), sent.body
        name = supply.bundle(190).replace("/", "⁄")
        program.post(f"/api/v1/work-orders/{first}/attachments", {"file": SimpleUploadedFile(f"{name}.txt", b"note\n")})
    for _turn in range(20):
        customers.add_customer(supply.bundle(120), by=agent, at=now(), unit="340705", note=supply.bundle(1000))


def handed_in(walker: Walker, supply: Supply) -> Run:
    """A file with payloads in its name, its heading and every row, as the worker leaves it."""
    name = supply.bundle(120).replace("/", "⁄")
    rows = [["客户名称", supply.bundle(60)], *([payload, payload] for payload in corpus())]
    file = SimpleUploadedFile(f"{name}.csv", csv_of(rows))
    person = next(one for one in oracle.PEOPLE if oracle.admitted(one, "data.load"))
    answer = walker.browser(person).post("/data/customers/import/", {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    run = Run.objects.latest("pk")
    working.work(run.pk)
    return run


def test_every_page_shows_them_as_text(walker: Walker, on_stage: Stage, supply: Supply):
    complaints: list[str] = []
    order = walker.world.thing("order", "repair-north").names["number"]
    with undone():
        plant(walker, supply)
        run = handed_in(walker, supply)
        seen = [(run.by.username, f"/data/runs/{run.pk}/{part}") for part in ("", "match/")]
        seen += [("agent1", f"/orders/{order}/")]
        for route in SHOWN:
            person, thing = whoever(walker, PAGES[route])
            seen.append((person, address(route, thing.names) + PAGES[route].query))
        for person, path in seen:
            complaints += on_stage.show(person, path)
    assert complaints == []
    assert supply.given == set(corpus())


def test_every_search_and_filter_shows_them_as_text(walker: Walker, on_stage: Stage, supply: Supply):
    complaints: list[str] = []
    for route, page in PAGES.items():
        if 200 not in page.look or not (page.asks or page.lists or page.query):
            continue
        person, thing = whoever(walker, page)
        names = {*page.asks, *re.findall(r"(\w+)=", page.query), "q", "sort", "level", "status", "next", "after"}
        own = sorted({*page.asks, *re.findall(r"(\w+)=", page.query)}) or ["q"]
        for asked in (
            {name: supply.bundle(90) for name in sorted(names)},
            *({name: supply.bundle(ASKED)} for name in own),
        ):
            with undone():
                response = walker.browser(person).get(address(route, thing.names), asked, follow=True)
                assert response.status_code not in (414, *range(500, 600)), (route, asked)
                complaints += on_stage.show(person, address(route, thing.names), response)
    assert complaints == []


# --- Controls: each kind of fault would be seen ---------------------------------------------------------------------
def test_words_marked_safe_are_noticed(walker: Walker, on_stage: Stage):
    path = address("orders/<str:number>/", walker.world.thing("order", "repair-north").names)
    page = walker.browser("agent1").get(path)
    planted = Template("{{ text|safe }}").render(Context({"text": "<img src=x onerror=alert(1)>"}))
    page.content = page.content.replace(b"</main>", planted.encode() + b"</main>")

    complaints = on_stage.show("agent1", path, page)

    assert any("reported: script-src-attr" in one for one in complaints), complaints
    assert any("planted: <img" in one for one in complaints), complaints


def test_without_a_content_policy_they_run(on_stage: Stage):
    page = "".join(f"<div>{payload}</div>" for payload in corpus() if payload.startswith("<svg o"))
    complaints = on_stage.show("", "/", HttpResponse(f"<!doctype html><body>{page}"))
    assert sum("ran: alert" in one for one in complaints) >= 5
