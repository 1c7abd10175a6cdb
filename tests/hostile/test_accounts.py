"""Ways into an account of somebody else: names guessed by the clock, words that open once tried by many at the same
moment, headers that say who one is or where the desk stands, addresses to be sent on to, and passwords that software
comes with.

What else an account is held to stands beside it: locks, time-outs, the second factor and the change of the session key
in jingming/accounts/tests; forms of other sites and visits that change something in tests/matrix.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import NormalDist
from threading import Barrier
from time import perf_counter
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jingming.accounts import second_factor, setup
from jingming.accounts.actions import load_shipped_roles
from jingming.accounts.backends import StaffBackend
from jingming.accounts.models import SetupToken, Staff, Tries
from jingming.accounts.tests.test_second_factor import CODE, Phone, past_the_password
from jingming.base.clock import now
from tests.cast import PASSWORD, QuickHasher
from tests.matrix.answers import undone
from tests.matrix.declared import PAGES
from tests.matrix.test_outside import permitted
from tests.matrix.walking import Walker, address

pytest_plugins = ["tests.matrix.standing"]
LOGIN, SETUP, MINE = "/accounts/login/", "/accounts/setup/", "/accounts/me/"
AT_ONCE = 50


# --- Whether a name is somebody's is not told by the clock ----------------------------------------------------------
# HYPOTHESIS_PROFILE=thorough tries as often as a row of the promises asks, against the hash of the installation; else
# it is looked whether the same is done for every name.
by_the_clock = pytest.mark.skipif(
    os.environ.get("HYPOTHESIS_PROFILE") != "thorough", reason="takes minutes: HYPOTHESIS_PROFILE=thorough measures"
)
TRIES = 1000


def likelihood(some: list[float], others: list[float]) -> float:
    """How likely two samples would differ by as much if they were drawn from one distribution: the two-sided test of
    Mann and Whitney (1947) with its normal approximation. Ties are ignored: a clock of nanoseconds has none."""
    ranked = sorted([(value, True) for value in some] + [(value, False) for value in others])
    ranks = sum(place for place, (_value, ours) in enumerate(ranked, 1) if ours)
    n, m = len(some), len(others)
    above = ranks - n * (n + 1) / 2
    return 2 * (1 - NormalDist(n * m / 2, (n * m * (n + m + 1) / 12) ** 0.5).cdf(max(above, n * m - above)))


def seconds_of(name: str) -> float:
    """How long a wrong password takes; nothing of the try stays, so no name is ever locked."""
    client = Client()
    with undone():
        begin = perf_counter()
        answer = client.post(LOGIN, {"login": name, "password": "wrong-but-long-enough"})
        took = perf_counter() - begin
    assert (answer.status_code, "_auth_user_id" in client.session) == (200, False)
    return took


def told_by_the_clock(most: int) -> float:
    """How likely the times of a name that is somebody's and of one that is nobody's are of one kind, over `most` tries;
    the names are tried in pairs, in turns drawn by lot, so that what else the machine does meets both alike."""
    lots, took = random.Random(5), {"agent1": [], "agent9": []}  # type: dict[str, list[float]]
    for _pair in range(most // 2):
        for name in lots.sample(list(took), 2):
            took[name].append(seconds_of(name))
    return likelihood(*took.values())


@pytest.fixture
def hashed(agent: Staff, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    agent.set_password(PASSWORD)
    agent.save()
    assert Staff.objects.filter(username="agent9").count() == 0
    seconds_of("agent1"), seconds_of("agent9")  # whatever is made once has been made


class CountedHasher(QuickHasher):
    """Writes down what it was asked to do."""

    asked: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str) -> str:
        self.asked.append("make")
        return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        self.asked.append("look")
        return bool(super().verify(password, encoded))


LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+\b")


def done_for(name: str) -> list[str]:
    """What is asked of the database and of the hash for a wrong password, but for the values."""
    CountedHasher.asked.clear()
    with CaptureQueriesContext(connection) as queries:
        assert Client().post(LOGIN, {"login": name, "password": "wrong-but-long-enough"}).status_code == 200
    return [*(LITERAL.sub("?", query["sql"]) for query in queries), *CountedHasher.asked]


def test_the_same_is_done_for_a_name_that_is_somebodys_and_for_one_that_is_nobodys(
    agent: Staff, head: Staff, dispatcher: Staff, settings: Any
):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    for person in (agent, head):
        person.set_password(PASSWORD)
        person.save()
    Staff.objects.filter(pk=head.pk).update(is_active=False)
    dispatcher.set_unusable_password()  # as somebody who was imported
    dispatcher.save()
    done_for("nobody1")  # whatever is made once is made now

    usual = done_for("agent1")

    assert usual.count("look") == 1
    assert "make" not in usual
    for name in ("nobody2", "head1", "dispatcher1", "1001", "9999"):
        assert done_for(name) == usual, name


@by_the_clock
@pytest.mark.usefixtures("hashed")
def test_whether_a_name_is_somebodys_is_not_told_by_the_clock():
    # By chance alone one in a hundred falls below; three in a row do so once in a million.
    assert any(told_by_the_clock(TRIES) > 0.01 for _round in range(3))


@by_the_clock
@pytest.mark.usefixtures("hashed")
def test_a_hash_that_is_left_out_would_be_told_by_the_clock(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(StaffBackend, "_mitigate_timing_attack", lambda *_anything: None)

    assert any(told_by_the_clock(200) < 0.01 for _round in range(3))


def test_the_likelihood_is_that_of_the_books():
    # By hand: the ranks of the few are 1 2 4 6 8, so U = 21 - 15 = 6; its mean is 15, its deviation the root of 30.
    few, many = [1.1, 2.2, 3.3, 4.4, 5.5], [2.5, 3.5, 4.5, 5.6, 6.5, 7.5]
    assert likelihood(few, many) == likelihood(many, few) == pytest.approx(2 * NormalDist().cdf(-9 / 30**0.5))
    assert likelihood([float(n) for n in range(0, 100, 2)], [float(n) for n in range(1, 100, 2)]) > 0.8


# --- What opens once opens once for many at the same moment ---------------------------------------------------------
def at_once(act: Callable[[int], object], most: int = AT_ONCE) -> list[object]:
    """What each of `most` got who did it at the same moment."""
    start = Barrier(most)

    def one(number: int) -> object:
        try:
            connection.ensure_connection()
            start.wait(30)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(most) as threads:
        return list(threads.map(one, range(most)))


@pytest.mark.usefixtures("own_database")
def test_a_code_and_a_recovery_code_pass_one_of_fifty(agent: Staff):
    phone = Phone(agent)
    period = int(now().timestamp()) // second_factor.PERIOD
    code = format_hotp_value(hotp_value(phone.secret, period))
    for word in (code, phone.recovery[0]):
        at = now()
        answers = at_once(lambda _number, word=word, at=at: second_factor.passes(agent, word, at=at))
        assert answers.count(True) == 1, word
        assert answers.count(False) == AT_ONCE - 1


@pytest.mark.usefixtures("own_database")
def test_of_fifty_browsers_past_the_password_one_gets_in_with_a_code(agent: Staff):
    phone = Phone(agent)
    browsers = [past_the_password() for _browser in range(AT_ONCE)]
    code = phone.code()
    at_once(lambda number: browsers[number].post(CODE, {"code": code}).status_code)

    assert [browser.get(MINE).status_code for browser in browsers].count(200) == 1


@pytest.fixture
def nobody_yet(own_database: object) -> None:
    load_shipped_roles()


@pytest.mark.usefixtures("nobody_yet")
def test_a_setup_token_makes_one_first_person_of_fifty():
    token = setup.make_token(at=now())

    def ask(number: int) -> int:
        typed = {"token": token, "username": f"zhang{number}", "employee_number": f"90{number:02}", "name": "张敏"}
        return Client().post(SETUP, {**typed, "password": PASSWORD}).status_code

    answers = at_once(ask)
    assert answers.count(302) == 1
    assert set(answers) <= {302, 404, 422}
    assert (Staff.objects.count(), SetupToken.objects.count()) == (1, 0)


# --- Nobody becomes somebody by saying so ---------------------------------------------------------------------------
# As proxies of other houses tell a server behind them who has signed in, and what a browser asked for.
WHO = (
    "Remote-User", "X-Remote-User", "X-Forwarded-User", "X-Auth-Request-User", "X-WEBAUTH-USER", "SM_USER", "X-User",
    "X-Username", "X-User-Id", "X-Authenticated-User", "X-Forwarded-Preferred-Username", "X-Original-User",
    "X-Client-Cert-Subject", "SSL-Client-S-DN", "X-Impersonate", "X-Sudo",
)  # fmt: skip
WHERE = ("X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "X-Forwarded-Prefix", "X-Original-Host")
CLAIMS = dict.fromkeys(WHO, "secadmin1") | dict.fromkeys(WHERE, "evil.example") | {
    "Authorization": "Basic c2VjYWRtaW4xOmJlZ2luLXdpdGgtdGhlLWN1c3RvbWVy",  # the right name and the right password
    "X-Original-URL": "/staff/", "X-Rewrite-URL": "/staff/", "X-HTTP-Method-Override": "GET",
    "Forwarded": "for=127.0.0.1;host=evil.example;proto=https", "X-Forwarded-For": "127.0.0.1",
    "X-Real-IP": "127.0.0.1", "X-Forwarded-Port": "443", "X-Forwarded-Scheme": "https",
}  # fmt: skip


@pytest.fixture
def visited(company: dict[str, Staff]) -> list[str]:
    assert company["secadmin1"].check_password(PASSWORD)
    return [LOGIN, "/staff/", "/", "/audit/", "/api/v1/me", "/api/v1/work-orders", "/nowhere/"]


@pytest.mark.parametrize("header", CLAIMS)
def test_who_one_is_and_where_the_desk_stands_is_not_read_from_a_header(visited: list[str], header: str):
    for path in visited:
        usual, claimed = Client().get(path), Client().get(path, headers={header: CLAIMS[header]})
        assert claimed.status_code == usual.status_code, path
        assert claimed.headers.get("Location") == usual.headers.get("Location"), path
        assert "evil.example" not in claimed.text + str(claimed.headers), path
        assert "secadmin1" not in claimed.text, path


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "localhost.evil.example", "evil.example#localhost", "localhost@evil.example",
     "localhost:80@evil.example", "localhost:evil", "localhost, evil.example", "localhost evil.example", "[::1].evil",
     ".localhost.evil.example", "xn--localhost-evil.example", "0x7f000001", "2130706433", "evil.example\\localhost"],
)  # fmt: skip
def test_another_name_than_ours_is_answered_by_nothing_of_ours(visited: list[str], settings: Any, host: str):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    assert Client(headers={"host": "localhost:8000"}).get(LOGIN).status_code == 200
    for path in visited:
        for answer in (Client().get(path, headers={"host": host}), Client().post(path, headers={"host": host})):
            assert answer.status_code == 400, path
            assert "evil" not in answer.text + str(answer.headers), path


# --- Nobody is sent elsewhere ---------------------------------------------------------------------------------------
ELSEWHERE = (
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
    "/\\/evil.example", "https://evil.example/", "http://evil.example", "HTTPS://EVIL.EXAMPLE", "http:evil.example",
    "http:/evil.example", "https:///evil.example", "http:\\\\evil.example", "//evil.example/%2f..", "/%09/evil.example",
    "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example", "\x00//evil.example",
    "\x1f//evil.example", "//evil.example:80", "//user@evil.example", "//testserver@evil.example", "https://testserver@evil.example",
    "https://testserver:80@evil.example", "https://testserver.evil.example", "//evil.example\\@testserver",
    "//evil.example#@testserver", "//evil.example?@testserver", "//0x7f.1", "//[::1]", "//evil%E3%80%82example",
    "//evil。example", "/．/evil.example", "/.//evil.example", "/..//evil.example", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "file:///etc",
    "blob:https://evil.example/1", "ftp://evil.example", "mailto:x@evil.example", "/\r\nLocation: //evil.example",
    "/%0d%0aLocation:%20//evil.example", "//evil.example/accounts/me/", "@evil.example", "?//evil.example",
)  # fmt: skip
# Each door that leads on to where it was asked to, and the name under which it is asked.
LEADING = {LOGIN: "next", "/accounts/switch/": "next", "/accounts/language/": "next", "/accounts/look/": "next",
           "/accounts/logout/": "next", "/asked/": "page"}  # fmt: skip
SAID = {LOGIN: {"login": "agent1", "password": PASSWORD}, "/accounts/switch/": {"login": "head1", "password": PASSWORD},
        "/accounts/language/": {"language": "en"}, "/accounts/look/": {"theme": "dark"}}  # fmt: skip


def host_of(location: str) -> str:
    """Where a browser goes: it takes \\ for / and leaves out line ends and tabs (WHATWG URL, basic parser); what has a
    scheme other than http goes nowhere of ours."""
    read = location.strip("".join(map(chr, range(33)))).replace("\\", "/")
    read = read.translate(dict.fromkeys(map(ord, "\t\r\n")))
    there = urlsplit(urljoin("http://testserver/accounts/", read))
    return there.hostname or there.scheme


@pytest.mark.parametrize("door", LEADING)
def test_no_door_leads_elsewhere(agent: Staff, head: Staff, door: str):
    assert head.is_active
    told = []
    for target in ELSEWHERE:
        with undone():
            client = Client()
            if door not in (LOGIN, "/accounts/language/"):
                client.force_login(agent)
            asked, said = {LEADING[door]: target}, SAID.get(door, {})
            referer = {"referer": f"http://evil.example/{target[:20].strip()}"}
            for path, form in ((door, {**said, **asked}), (f"{door}?{urlencode(asked)}", said)):
                answer = client.post(path, form, headers=referer)
                led = answer.headers.get("Location", answer.headers.get("HX-Redirect", "/"))
                told += [f"{target!r}: {led}"] if host_of(led) != "testserver" else []
                assert answer.status_code in (200, 204, 302, 303, 400, 422), (target, answer.status_code)
                assert "\n" not in led
    assert told == []


@pytest.mark.parametrize("door", LEADING)
def test_every_door_leads_to_a_page_of_ours(agent: Staff, head: Staff, door: str):
    assert head.is_active
    client = Client()
    if door not in (LOGIN, "/accounts/language/"):
        client.force_login(agent)
    answer = client.post(door, {**SAID.get(door, {}), LEADING[door]: MINE})
    assert answer.status_code in (302, 303)
    assert answer.headers["Location"].partition("?")[0] == MINE


# As a proxy hands them on and gunicorn reads them: the path begins with two slashes.
@pytest.mark.parametrize(
    "path", ["/%2Fevil.example/", "/%2fevil.example/x", "/%5Cevil.example/", "/%2F%2Fevil.example/"]
)
def test_a_search_at_an_address_that_looks_like_a_host_stays_here(agent: Staff, path: str):
    for client in (Client(), Client()):
        answer = client.get(f"{path}?q=a", headers={"Sec-Fetch-Mode": "navigate"})
        assert host_of(answer.headers.get("Location", "/")) == "testserver", answer.headers
        client.force_login(agent)


def test_another_place_would_be_noticed():
    assert [host_of(target) for target in (MINE, "/", "?a=1", "me/")] == ["testserver"] * 4
    for target in ("//evil.example", "/\\evil.example", "/\t/evil.example", "\\\\evil.example", "https://evil.example"):
        assert host_of(target) == "evil.example"
    assert host_of("javascript:alert(1)") == "javascript"


def test_every_door_that_leads_on_is_among_them(walker: Walker):
    """A page that would send to an address which a request names does so for one of these names."""
    names, seen = ("next", "page", "to", "url", "return", "return_to", "redirect", "redirect_to", "continue", "back",
                   "goto", "dest", "from", "referer", "r", "u"), {}  # fmt: skip
    for route, page in PAGES.items():
        if page.look == (404,):
            continue
        person, given = permitted(route, walker)
        path = address(route, given)
        query = urlencode({**dict.fromkeys(names, "//evil.example/x"), **dict(parse_qsl(page.query.lstrip("?")))})
        with undone():
            answer = walker.browser(person).get(f"{path}?{query}")
        seen[route] = answer.headers.get("Location", "/")
    assert {route: led for route, led in seen.items() if host_of(led) != "testserver"} == {}
    assert len(seen) > 100


# --- What software comes with ---------------------------------------------------------------------------------------
SHIPPED = (
    ("admin", "admin"), ("admin", "password"), ("admin", "admin123"), ("admin", "123456"), ("admin", ""),
    ("admin", "12345678"), ("administrator", "administrator"), ("root", "root"), ("root", "toor"), ("root", ""),
    ("user", "user"), ("test", "test"), ("guest", "guest"), ("demo", "demo"), ("operator", "operator"),
    ("postgres", "postgres"), ("jingming", "jingming"), ("sysadmin", "sysadmin"), ("secadmin", "secadmin"),
    ("support", "support"), ("zammad@localhost", "test"), ("glpi", "glpi"), ("agent1", "jingming-demo-2026"),
    ("secadmin1", "jingming-demo-2026"), ("root@localhost", "root"), ("1001", "1001"),
)  # fmt: skip


def ways_in() -> Iterator[str]:
    for name, password in SHIPPED:
        for login in (name, name.upper()):
            client = Client()
            client.post(LOGIN, {"login": login, "password": password})
            if "_auth_user_id" in client.session:
                yield f"{login} / {password}"


@pytest.mark.usefixtures("nobody_yet")
def test_a_fresh_installation_has_no_account():
    assert Staff.objects.count() == 0
    assert Client().get(SETUP).status_code == 200


@pytest.mark.usefixtures("nobody_yet")
def test_the_shipped_accounts_of_others_open_nothing_once_there_is_somebody():
    first = {"username": "admin", "employee_number": "1001", "name": "张敏", "password": PASSWORD}
    assert Client().post(SETUP, {"token": setup.make_token(at=now()), **first}).status_code == 302
    assert list(ways_in()) == []
    Tries.objects.all().delete()
    assert Client().post(LOGIN, {"login": "admin", "password": PASSWORD}).status_code == 302


def test_no_password_that_software_comes_with_can_be_chosen(agent: Staff):
    client = Client()
    client.force_login(agent)

    def chosen(password: str) -> Any:
        words = {"oldpassword": PASSWORD, "password1": password, "password2": password}
        return client.post("/accounts/password/", words)

    for password in {password for _name, password in SHIPPED}:
        answer = chosen(password)
        assert (answer.status_code, "password1" in answer.context["form"].errors) == (200, True), password
    assert chosen("a-better-word-than-theirs").status_code == 302
    agent.refresh_from_db()
    assert agent.check_password("a-better-word-than-theirs")
