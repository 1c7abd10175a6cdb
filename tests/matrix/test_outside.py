"""Who is nobody here: without a session, without a token, switched off, or sent by another site."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from jingming.accounts import actions as people
from jingming.accounts.models import Staff
from jingming.base.clock import now
from tests.matrix import oracle
from tests.matrix.answers import answer_of, undone, written
from tests.matrix.declared import OPERATIONS, PAGES
from tests.matrix.oracle import PUBLIC
from tests.matrix.things import World
from tests.matrix.walking import NOTHING, Walker, address

pytest_plugins = ["tests.matrix.standing"]
CLOSED = [route for route, page in PAGES.items() if page.to != PUBLIC]


@pytest.mark.parametrize("route", PAGES)
def test_a_browser_of_nobody_is_sent_to_the_sign_in_page(walker: Walker, route: str):
    assert walker.without_signing_in(route) == []


@pytest.mark.parametrize("route", CLOSED)
def test_a_fragment_for_nobody_is_401(walker: Walker, route: str):
    page = PAGES[route]
    thing = walker.world.of(page.of)[0] if page.of else NOTHING
    client = walker.browser("")

    answer = answer_of(client.get(address(route, thing.names), headers={"hx-request": "true"}))

    assert (answer.status, answer.body) == (401, "")


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_program_without_a_living_token_is_401(walker: Walker, world: World, name: str):
    assert walker.without_token(name, Client(raise_request_exception=False)) == []
    invented = Client(headers={"authorization": f"Bearer {world.tokens['manager1'][:-4]}0000"})
    assert walker.without_token(name, invented) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_api_does_not_take_a_browser_session_for_a_token(walker: Walker, world: World, name: str):
    browser = Client(raise_request_exception=False)
    for person in ("agent1", "manager1", "sysadmin1"):
        browser.cookies[settings.SESSION_COOKIE_NAME] = world.cookies[person]
        assert walker.without_token(name, browser) == []


@pytest.mark.parametrize("person", ["agent1", "secadmin1"])
def test_session_and_token_of_somebody_switched_off_are_dead(walker: Walker, person: str):
    with undone():
        by = Staff.objects.get(username="secadmin1" if person != "secadmin1" else "sysadmin1")
        people.switch_off(Staff.objects.get(username=person), by=by, at=now())

        complaints = [
            complaint for route in CLOSED for complaint in walker.without_signing_in(route, walker.browser(person))
        ]
        complaints += [it for name in OPERATIONS for it in walker.without_token(name, walker.program(person))]

    assert complaints == []


def test_a_post_that_has_ended_opens_nothing(walker: Walker):
    routes = ("orders/", "customers/", "interactions/", "intake/", "flows/", "organisation/")
    with undone():
        for post in Staff.objects.get(username="agent1").posts.all():
            people.end_post(post, by=Staff.objects.get(username="secadmin1"), at=now())

        told = {route: walker.get(walker.browser("agent1"), f"/{route}").status for route in routes}
        called = {
            name: walker.send(walker.program("agent1"), "GET", f"/{name[4:]}").status
            for name in ("GET api/v1/work-orders", "GET api/v1/customers", "GET api/v1/interactions")
        }

    assert set(told.values()) == {404}
    assert set(called.values()) == {403}


def permitted(route: str, walker: Walker) -> tuple[str, dict[str, object]]:
    """Somebody who may press the button, and the names of something on which."""
    page = PAGES[route]
    for person in oracle.PEOPLE:
        for thing in walker.world.of(page.of) if page.of else [NOTHING]:
            able = oracle.sees(person, thing) and (not page.changes or oracle.changes(person, thing))
            if able and oracle.admitted(person, page.to):
                return person, thing.names
    raise AssertionError(route)


@pytest.mark.parametrize("route", [route for route, page in PAGES.items() if page.look != (404,)])
def test_a_post_from_another_site_is_refused(walker: Walker, world: World, route: str):
    if route == "orders/<str:number>/acts/<str:act>/":
        person, names = "agent1", world.thing("act", "repair-north note").names
    else:
        person, names = permitted(route, walker)
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = world.cookies[person]

    with undone():
        before = written()
        answers = [
            client.post(address(route, names), headers=headers) for headers in ({}, {"origin": "http://evil.example"})
        ]
        assert written() == before

    assert {answer.status_code for answer in answers} == {403}


def test_a_program_needs_no_form_token(world: World):
    program = Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {world.tokens['agent1']}"})
    path = address("api/v1/work-orders/{str:number}/acts", world.thing("order", "repair-north").names)
    with undone():
        answer = program.post(path, {"act": "note", "text": "…"}, content_type="application/json")

    assert answer.status_code == 200
