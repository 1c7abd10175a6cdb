"""Behind one address: proxies say whose it is, and a browser in which somebody has signed in before is no stranger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import TimestampSigner
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from jingming.accounts import actions, browsers, limits
from jingming.accounts.models import KnownBrowser, Staff
from jingming.accounts.policy import limits as limits_of_policy
from jingming.accounts.policy import policy
from jingming.accounts.rules import Pace
from jingming.audit.models import Entry
from jingming.base.clock import now
from tests.cast import PASSWORD

LOGIN, ME = "/accounts/login/", "/api/v1/me"
ATTACHMENTS = "/api/v1/work-orders/BX-0562-20200101-000001/attachments"
TOO_MANY = "Too many attempts that failed"
PROXY, OFFICE, HOME, ATTACKER = "10.0.0.5", "203.0.113.9", "203.0.113.77", "198.51.100.66"
LAST, SPENT = 8, 4  # requests that a flood really makes; of them, those that a test may have made before
FULL_MINUTE = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)  # where a while of any length begins


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings) -> Iterator[None]:
    settings.LIMITS, settings.PROXIES = 1, (ip_network(PROXY),)
    with time_machine.travel(FULL_MINUTE, tick=False):
        yield


def visitor(forwarded: str = OFFICE, peer: str = PROXY, **more: str) -> Client:
    headers = {"accept-language": "en", "x-forwarded-for": forwarded, **more}
    return Client(headers=headers, REMOTE_ADDR=peer)


def sign_in(client: Client, login: str = "agent1", password: str = PASSWORD) -> HttpResponse:
    return client.post(LOGIN, {"login": login, "password": password})


def known_desk(forwarded: str = OFFICE) -> Client:
    """A browser in which the agent has signed in, and out again."""
    desk = visitor(forwarded)
    assert sign_in(desk).status_code == 302
    desk.post("/accounts/logout/")
    return desk


def flood(who: str, ask: Callable[[], HttpResponse]) -> None:
    """Ask once too often, as whom we expect to be counted: all but the last requests are counted without being made."""
    for _time in range(limits_of_policy()[Pace.STRANGER].count - LAST):
        limits.count(Pace.STRANGER, who, now())
    assert 429 not in [ask().status_code for _time in range(LAST - SPENT)]
    assert 429 in [ask().status_code for _time in range(SPENT + 1)]


# --- Proxies --------------------------------------------------------------------------------------------------------
def test_audit_and_session_show_the_address_of_the_browser(agent: Staff):
    sign_in(visitor(f"{ATTACKER}, {OFFICE}"))
    sign_in(visitor("[2001:db8:0:1::9]:4711"), password="wrong")

    assert agent.sessions.get().address == OFFICE
    addresses = Entry.objects.filter(key__startswith="accounts.sign").order_by("pk").values_list("facts", flat=True)
    assert [facts["address"] for facts in addresses] == [OFFICE, "2001:db8:0:1::9"]


def test_behind_a_proxy_strangers_are_counted_each_for_themselves(agent: Staff):
    attacker = visitor(ATTACKER)
    flood(f"address {ATTACKER}", lambda: attacker.get(LOGIN))

    assert visitor(ATTACKER).get(LOGIN).status_code == 429
    assert visitor(HOME).get(LOGIN).status_code == 200


def test_a_stranger_who_invents_addresses_stays_one_stranger(agent: Staff):
    number = iter(range(10_000))
    flood(f"address {ATTACKER}", lambda: visitor(f"192.0.2.{next(number)}, {ATTACKER}").get(LOGIN))  # through the proxy
    assert visitor(HOME).get(LOGIN).status_code == 200

    flood(f"address {OFFICE}", lambda: visitor(f"192.0.2.{next(number)}", peer=OFFICE).get(LOGIN))  # past it
    assert visitor(HOME, peer=OFFICE).get(LOGIN).status_code == 429


def test_of_ipv6_the_64_is_one_stranger(agent: Staff):
    number = iter(range(10_000))
    flood("address 2001:db8:0:1::/64", lambda: visitor(f"2001:db8:0:1::{next(number):x}").get(LOGIN))

    assert visitor("2001:db8:0:1:ffff::").get(LOGIN).status_code == 429
    assert visitor("2001:db8:0:2::1").get(LOGIN).status_code == 200


def test_wrong_passwords_of_one_do_not_use_up_the_tries_of_the_others(agent: Staff, settings):
    settings.LIMITS = 0
    for number in range(policy().tries_from_address):
        sign_in(visitor(f"2001:db8:0:1::{number:x}"), f"name{number}", "wrong")

    assert TOO_MANY in sign_in(visitor("2001:db8:0:1::ffff")).content.decode()
    assert sign_in(visitor(HOME)).status_code == 302


@pytest.mark.parametrize(("peer", "status"), [(PROXY, 200), (ATTACKER, 301)])
def test_that_it_was_https_is_believed_of_proxies_alone(db, settings, peer: str, status: int):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_PROXY_SSL_HEADER = True, ("HTTP_X_FORWARDED_PROTO", "https")

    assert visitor(peer=peer, **{"x-forwarded-proto": "https"}).get(LOGIN).status_code == status


# --- Known browsers -------------------------------------------------------------------------------------------------
def test_a_flood_of_strangers_at_a_shared_address_leaves_the_known_browser_signing_in(agent: Staff):
    desk, stranger = known_desk(), visitor()
    flood(f"address {OFFICE}", lambda: stranger.get(LOGIN))

    assert sign_in(visitor()).status_code == 429
    assert desk.get(LOGIN).status_code == 200
    assert sign_in(desk).status_code == 302
    assert desk.get("/accounts/sessions/").status_code == 200


def test_a_known_browser_has_a_limit_too_and_it_is_its_own(agent: Staff):
    desk = known_desk()
    word = TimestampSigner(salt=browsers.SALT).unsign(desk.cookies[browsers.COOKIE].value)
    flood(f"browser {word}", lambda: desk.get(LOGIN))

    assert visitor().get(LOGIN).status_code == 200
    assert known_desk().get(LOGIN).status_code == 200


def test_a_word_that_we_did_not_give_makes_nobody_known(agent: Staff):
    stranger = visitor()
    flood(f"address {OFFICE}", lambda: stranger.get(LOGIN))
    of_another_purpose = TimestampSigner(salt="of something else").sign("word")
    of_another_house = TimestampSigner(key="another key", salt=browsers.SALT).sign("word")
    for made_up in ("word", "::", f"word:1vO5Yk:{43 * 'a'}", of_another_purpose, of_another_house):
        stranger.cookies[browsers.COOKIE] = made_up
        assert stranger.get(LOGIN).status_code == 429, made_up

    stranger.cookies[browsers.COOKIE] = TimestampSigner(salt=browsers.SALT).sign("word")
    assert stranger.get(LOGIN).status_code == 200


def test_a_word_is_read_without_a_query_and_for_a_year(agent: Staff):
    request = RequestFactory().get(LOGIN)
    request.COOKIES[browsers.COOKIE] = known_desk().cookies[browsers.COOKIE].value
    with CaptureQueriesContext(connection) as asked:
        word = browsers.word_of(request)
    assert (len(word), len(asked)) == (43, 0)

    with time_machine.travel(FULL_MINUTE + timedelta(days=364)):
        assert browsers.word_of(request) == word
    with time_machine.travel(FULL_MINUTE + timedelta(days=366)):
        assert browsers.word_of(request) == ""


def test_the_cookie_is_out_of_reach_of_scripts_and_for_all_pages(agent: Staff, settings):
    settings.SESSION_COOKIE_SECURE = True
    kept = sign_in(visitor()).cookies[browsers.COOKIE]

    told = {name: kept[name] for name in ("path", "samesite", "httponly", "secure", "max-age")}
    assert told == {"path": "/", "samesite": "Lax", "httponly": True, "secure": True, "max-age": 365 * 24 * 60 * 60}
    assert kept.value.split(":")[0] not in str(list(KnownBrowser.objects.values()))


def test_a_desk_that_two_share_keeps_one_word(agent: Staff, head: Staff):
    desk = known_desk()
    sign_in(desk, "head1")

    assert KnownBrowser.objects.count() == 2
    assert KnownBrowser.objects.values("digest").distinct().count() == 1


# --- Programs -------------------------------------------------------------------------------------------------------
def test_guessed_tokens_are_refused_and_the_living_one_behind_the_same_address_goes_on(agent: Staff):
    number = iter(range(10_000))
    flood(f"address {OFFICE}", lambda: visitor(authorization=f"Bearer jm_{next(number)}").get(ME))
    assert visitor(authorization="Bearer jm_next").get(ME).status_code == 429
    assert visitor(HOME, authorization="Bearer jm_next").get(ME).status_code == 401

    living = actions.make_token(agent, label="test", by=None, at=now())
    assert visitor(authorization=f"Bearer {living}").get(ME).json()["username"] == "agent1"


@pytest.mark.parametrize("token", ["jm_guess", "guess", ""])
def test_tokens_are_not_guessed_by_what_is_too_large_either(agent: Staff, settings, token: str):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.UPLOAD_LIMIT = 1000, 1000
    living = actions.make_token(agent, label="test", by=None, at=now())

    def send(word: str) -> HttpResponse:
        file = {"file": SimpleUploadedFile("note.txt", b"note" * 1000)}
        return visitor(authorization=f"Bearer {word}").post(ATTACHMENTS, file)

    flood(f"address {OFFICE}", lambda: send(token))

    assert send(token).status_code == 429
    assert send(living).status_code == 413


def test_a_known_browser_guesses_tokens_as_its_address(agent: Staff):
    desk = known_desk()
    flood(f"address {OFFICE}", lambda: desk.get(ME, headers={"authorization": "Bearer jm_guess"}))

    assert visitor().get(LOGIN).status_code == 429
    assert desk.get(LOGIN).status_code == 200
