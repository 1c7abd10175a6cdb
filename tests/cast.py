"""The cast of every test: the small company, with one person for each role. Registered for all tests by conftest.py.

A test asks for whom it needs (`agent`, `head`, `stranger` …) or for `company`, all people by username. All share
PASSWORD. `signed_in(person)` is a browser, `caller(person)` a program with that person's token.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, override_settings
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from jingming.accounts import actions, limits
from jingming.accounts import company as founding
from jingming.accounts import queries as people_queries
from jingming.accounts.models import Staff
from jingming.codes import actions as code_actions
from jingming.codes import queries as code_queries
from jingming.database.tests.workbench import Workbench
from jingming.organisation import queries as places
from jingming.privacy import asking
from jingming.workorders import queries as order_queries

PASSWORD = "begin-with-the-customer"
FOUNDED = datetime(2026, 1, 1, tzinfo=UTC)
TEN_O_CLOCK = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # ten in Tongling


def forget_everything() -> None:
    """Empty what processes keep in memory for a few seconds: each test begins with what its database says."""
    places.memory.forget()
    people_queries.forget_tokens()
    code_queries.memory.forget()
    order_queries.memory.forget()
    forget_the_asked()


def forget_the_asked() -> None:
    """Empty what processes keep of who has asked for how much."""
    limits.forget()
    cache.clear()


class QuickHasher(Argon2PasswordHasher):
    """The installation's hash at the least cost: tests sign in hundreds of times."""

    time_cost, memory_cost, parallelism = 1, 8, 1


@pytest.fixture(autouse=True, scope="session")
def _quick_hashes(django_test_environment: None) -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=[f"{__name__}.QuickHasher"]):
        yield


@pytest.fixture(autouse=True, scope="session")
def _wide_limits(django_test_environment: None) -> Iterator[None]:
    """Tests ask more in a minute than all desks of a city."""
    with override_settings(LIMITS=1000):
        yield


@pytest.fixture(autouse=True)
def _fresh_memory() -> Iterator[None]:
    forget_everything()
    yield
    forget_everything()


def found() -> None:
    """Found the company in the database in use."""
    code_actions.load_shipped()
    founding.found(password=PASSWORD, at=FOUNDED)
    forget_everything()


@pytest.fixture(scope="session")
def _standing_company(
    django_db_setup: str, _workbench: tuple[Workbench, str], django_db_blocker: DjangoDbBlocker
) -> None:
    """Found the company once in the shared database, outside any test's transaction: founding it takes a second,
    finding it a query."""
    with django_db_blocker.unblock(), _workbench[0].meaning(django_db_setup), translation.override("en"):
        found()


@pytest.fixture
def company(request: pytest.FixtureRequest, _standing_company: None) -> dict[str, Staff]:
    """The people by username: in the shared database, or in the test's own where it asks for one."""
    request.getfixturevalue("own_database" if "own_database" in request.fixturenames else "db")
    return {person.username: person for person in Staff.objects.select_related("department", "manager")}


def _member(username: str) -> Callable[[dict[str, Staff]], Staff]:
    def member(company: dict[str, Staff]) -> Staff:
        return company[username]

    return pytest.fixture(member, name=username.rstrip("1"))


agent = _member("agent1")
agent2 = _member("agent2")
dispatcher = _member("dispatcher1")
head = _member("head1")
head2 = _member("head2")
head3 = _member("head3")
engineer = _member("engineer1")
engineer2 = _member("engineer2")
engineer3 = _member("engineer3")
callback = _member("callback1")
inspector = _member("inspector1")
supervisor = _member("supervisor1")
authority = _member("authority1")
announcer = _member("announcer1")
account = _member("account1")
manager = _member("manager1")
evaluator = _member("evaluator1")
sysadmin = _member("sysadmin1")
secadmin = _member("secadmin1")
auditadmin = _member("auditadmin1")
stranger = _member("stranger1")


@pytest.fixture
def approval_manager(company: dict[str, Staff]) -> Staff:
    return company["approval1"]


class Caller:
    """A program that acts for a person: JSON in, JSON out, in English unless told otherwise."""

    def __init__(self, token: str, language: str = "en") -> None:
        self.client = Client(headers={"authorization": f"Bearer {token}", "accept-language": language})
        self.client.raise_request_exception = False

    def get(self, path: str, *, words: str = "", **query: object) -> HttpResponse:
        return self.client.get(f"/api/v1{path}", query, headers={asking.HEADER: quote(words)} if words else None)

    def post(self, path: str, body: object = None, *, key: str | None = None, raw: bytes | None = None) -> HttpResponse:
        content = json.dumps(body).encode() if raw is None else raw
        headers = {} if key is None else {"idempotency-key": key}
        return self.client.post(f"/api/v1{path}", content, content_type="application/json", headers=headers)


@pytest.fixture
def caller() -> Callable[..., Caller]:
    """`caller(agent)` calls the API as that person."""

    def call_as(person: Staff, language: str = "en") -> Caller:
        return Caller(actions.make_token(person, label="test", by=None, at=FOUNDED), language)

    return call_as


@pytest.fixture
def signed_in() -> Callable[..., Client]:
    """`signed_in(agent)` is a browser in which that person has signed in; pages are in English unless told."""

    def browser_of(person: Staff, language: str = "en") -> Client:
        client = Client(headers={"accept-language": language})
        client.force_login(person)
        return client

    return browser_of
