"""How many requests somebody may make: counted together, told with the time to wait, and far from an honest desk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jingming.accounts import actions, jobs, limits, policy
from jingming.accounts.models import RequestCount, Staff
from jingming.accounts.rules import Pace
from tests.cast import FOUNDED, Caller

FULL_MINUTE = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)  # where a while of any length begins
PROFILES = json.loads(policy.PATH.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _as_shipped(settings) -> Iterator[None]:
    settings.LIMITS = 1
    with time_machine.travel(FULL_MINUTE, tick=False):
        yield


def counted(pace: Pace, who: str, times: int, at: datetime = FULL_MINUTE) -> int:
    """How many of so many requests come through."""
    through = 0
    for _time in range(times):
        try:
            limits.count(pace, who, at)
        except limits.TooMany:
            continue
        through += 1
    return through


# --- The policy -----------------------------------------------------------------------------------------------------
def test_each_profile_says_a_limit_for_each_pace_with_its_source():
    for profile in PROFILES.values():
        assert set(profile["requests"]) == {pace.value for pace in Pace}
        assert all(told["source"] and told["date"] for told in profile["requests"].values())


def test_the_second_profile_is_nowhere_wider_than_the_first(settings):
    first = policy.limits()
    settings.POLICY = "mlps3"
    second = policy.limits()

    assert all(second[pace].seconds == first[pace].seconds for pace in Pace)
    assert all(second[pace].count < first[pace].count for pace in Pace)


# --- Counting -------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("pace", Pace)
def test_exactly_the_limit_comes_through_and_from_the_next_while_on_again(pace: Pace):
    limit = policy.limits()[pace]

    assert counted(pace, "somebody", limit.count + 5) == limit.count
    assert counted(pace, "somebody", 1, FULL_MINUTE + timedelta(seconds=limit.seconds - 1)) == 0
    assert counted(pace, "somebody", limit.count + 5, FULL_MINUTE + timedelta(seconds=limit.seconds)) == limit.count
    assert counted(pace, "somebody else", 1) == 1


@pytest.mark.django_db
def test_what_other_processes_have_told_counts():
    counted(Pace.EXPORT, "somebody", 20)
    limits.forget()  # another process

    assert counted(Pace.EXPORT, "somebody", 20) == 10


@pytest.mark.django_db
def test_beyond_a_wide_limit_another_process_lets_through_at_most_a_twentieth():
    limit = policy.limits()[Pace.PAGE].count
    counted(Pace.PAGE, "somebody", limit)
    limits.forget()

    assert counted(Pace.PAGE, "somebody", limit) < limit // limits.PARTS


@pytest.mark.django_db
def test_sixty_pages_cost_one_query_and_whoever_is_refused_costs_none():
    with CaptureQueriesContext(connection) as asked:
        counted(Pace.PAGE, "somebody", 600)
    assert len(asked) == 10

    counted(Pace.PAGE, "somebody", 600)
    with CaptureQueriesContext(connection) as asked:
        assert counted(Pace.PAGE, "somebody", 100) == 0
    assert len(asked) == 0


@pytest.mark.django_db
def test_one_refused_hears_how_long_to_wait():
    counted(Pace.EXPORT, "somebody", 30)
    with pytest.raises(limits.TooMany) as refusal:
        limits.count(Pace.EXPORT, "somebody", FULL_MINUTE + timedelta(seconds=530))

    assert refusal.value.retry_after == 70
    assert "70" in refusal.value.message


@pytest.mark.django_db
def test_the_installation_may_widen_or_lift_the_limits(settings):
    settings.LIMITS = 3
    assert counted(Pace.EXPORT, "somebody", 100) == 90

    settings.LIMITS = 0
    assert counted(Pace.EXPORT, "somebody", 100) == 100


@pytest.mark.django_db
def test_no_name_or_address_is_kept_and_old_counts_are_forgotten():
    counted(Pace.STRANGER, "address 192.0.2.7", 100)
    assert "192.0.2.7" not in str(list(RequestCount.objects.values()))
    with time_machine.travel(FULL_MINUTE + timedelta(days=2)):
        jobs.forget_old_sign_ins(0)

    assert not RequestCount.objects.exists()


# --- At the doors ---------------------------------------------------------------------------------------------------
def statuses(ask: Callable[[], object], times: int) -> list[int]:
    return [ask().status_code for _time in range(times)]


def test_a_page_beyond_the_limit_is_429_with_a_sentence_and_the_time_to_wait(
    dispatcher: Staff, signed_in: Callable[..., Client]
):
    page = signed_in(dispatcher)
    assert set(statuses(lambda: page.get("/data/customers/export/"), 30)) == {200}
    answer = page.get("/data/customers/export/")

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "600"
    assert "Wait 600 seconds" in answer.content.decode()
    assert page.get("/orders/?queue=all").status_code == 200  # other paces have their own count


def test_a_program_beyond_the_limit_hears_a_problem_document(agent: Staff, caller: Callable[..., Caller], settings):
    settings.POLICY = "mlps3"
    program = caller(agent)

    def send() -> object:
        file = {"file": SimpleUploadedFile("note.txt", b"note\n")}
        return program.client.post("/api/v1/work-orders/BX-0562-20200101-000001/attachments", file)

    assert set(statuses(send, 60)) == {404}
    answer = send()
    told = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert (told["type"], told["status"], told["retry_after"]) == ("/problems/too-many", 429, 60)
    assert "60 seconds" in told["detail"]
    assert program.get("/me").status_code == 200


def test_two_tokens_of_one_person_have_one_count(agent: Staff, caller: Callable[..., Caller], settings):
    settings.POLICY = "mlps3"
    counted(Pace.API, f"person {agent.pk}", policy.limits()[Pace.API].count)

    assert [caller(agent).get("/me").status_code for _token in range(2)] == [429, 429]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/orders/", "/api/v1/nothing"])
def test_strangers_are_counted_by_their_address(path: str):
    counted(Pace.STRANGER, "address 192.0.2.7", policy.limits()[Pace.STRANGER].count)

    assert Client(REMOTE_ADDR="192.0.2.7").get(path).status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.8").get(path).status_code in (200, 302, 404)


@pytest.mark.django_db
def test_dead_tokens_are_tried_by_an_address_and_not_for_ever():
    counted(Pace.STRANGER, "address 192.0.2.7", policy.limits()[Pace.STRANGER].count)
    guesses = [
        Client(REMOTE_ADDR="192.0.2.7", headers={"authorization": f"Bearer jm_{number}"}).get("/api/v1/me").status_code
        for number in range(3)
    ]
    assert guesses == [429] * 3


@pytest.mark.django_db
def test_somebody_signed_in_does_not_suffer_from_strangers_at_their_address(
    agent: Staff, signed_in: Callable[..., Client]
):
    counted(Pace.STRANGER, "address 127.0.0.1", policy.limits()[Pace.STRANGER].count)

    desk = signed_in(agent)
    assert desk.get("/orders/?queue=all").status_code == 200
    assert desk.post("/accounts/logout/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_whoever_watches_over_the_installation_is_never_refused(path: str):
    counted(Pace.STRANGER, "address 127.0.0.1", policy.limits()[Pace.STRANGER].count)

    assert Client().get(path).status_code != 429


def test_a_token_that_works_again_after_the_while(agent: Staff):
    program = Caller(actions.make_token(agent, label="test", by=None, at=FOUNDED))
    counted(Pace.API, f"person {agent.pk}", policy.limits()[Pace.API].count)
    assert program.get("/me").status_code == 429
    with time_machine.travel(FULL_MINUTE + timedelta(minutes=1)):
        assert program.get("/me").status_code == 200
