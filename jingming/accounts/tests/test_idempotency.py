"""A keyed request has one effect and one answer, however often and however simultaneously it is sent."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections, transaction
from django.test import RequestFactory

from jingming.accounts import idempotency, jobs
from jingming.accounts.models import GivenAnswer
from jingming.audit.actions import record
from jingming.audit.models import Entry
from jingming.base.clock import now
from jingming.base.errors import Unfit
from tests.cast import TEN_O_CLOCK

TEXT = {"text": "没有燃气", "at": TEN_O_CLOCK}


def request_of(person, key, body=b"{}", path="/api/v1/notes"):
    headers = {} if key is None else {"idempotency-key": key}
    request = RequestFactory().post(path, body, content_type="application/json", headers=headers)
    request.user = person
    return request


def noting(person):
    """An effect that leaves one line."""

    @transaction.atomic
    def effect():
        record("notes.noted", person, by=person, at=TEN_O_CLOCK)
        return 201, {"number": effects(), **TEXT}

    return effect


def effects() -> int:
    return Entry.objects.filter(key="notes.noted").count()


def test_the_same_key_and_body_hear_the_same_answer(agent):
    first = idempotency.once(request_of(agent, "k1"), noting(agent))
    again = idempotency.once(request_of(agent, "k1"), noting(agent))

    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    assert json.loads(first.content) == {"number": 1, "text": "没有燃气", "at": "2026-11-22T02:00:00Z"}
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert effects() == 1


@pytest.mark.parametrize("other", [{"body": b'{"a": 1}'}, {"path": "/api/v1/other"}])
def test_the_same_key_for_something_else_is_refused(agent, other):
    idempotency.once(request_of(agent, "k1"), noting(agent))

    with pytest.raises(idempotency.KeyUsedBefore) as refusal:
        idempotency.once(request_of(agent, "k1", **other), noting(agent))

    assert refusal.value.status == 422
    assert effects() == 1


def test_two_people_may_use_the_same_key(agent, agent2):
    for person in (agent, agent2):
        idempotency.once(request_of(person, "k1"), noting(person))

    assert effects() == 2


def test_without_a_key_every_request_counts(agent):
    for _attempt in range(2):
        idempotency.once(request_of(agent, None), noting(agent))

    assert (effects(), GivenAnswer.objects.count()) == (2, 0)


@pytest.mark.parametrize("key", ["", "x" * 129, "tab\tinside", "ключ", "\x7f"])
def test_a_key_that_a_header_cannot_carry_is_malformed(agent, key):
    with pytest.raises(idempotency.UnusableKey) as refusal:
        idempotency.once(request_of(agent, key), noting(agent))

    assert (refusal.value.status, effects()) == (400, 0)


def test_a_refusal_keeps_nothing_and_frees_the_key(agent):
    def refuse():
        record("notes.noted", agent, by=agent, at=TEN_O_CLOCK)
        raise Unfit("No.")

    with pytest.raises(Unfit):
        idempotency.once(request_of(agent, "k1"), refuse)
    assert (effects(), GivenAnswer.objects.count()) == (0, 0)

    assert idempotency.once(request_of(agent, "k1"), noting(agent)).status_code == 201


def test_switched_off_nothing_is_remembered(agent, settings):
    settings.IDEMPOTENCY = False
    for _attempt in range(2):
        idempotency.once(request_of(agent, "k1"), noting(agent))

    assert effects() == 2


def test_a_keyed_request_costs_one_look_and_one_row(agent, django_assert_num_queries):
    def effect():
        return 201, {}

    with django_assert_num_queries(4):  # look · savepoint of the test's own transaction · row · release
        idempotency.once(request_of(agent, "k1"), effect)


def test_many_at_once_have_exactly_one_effect(own_database, agent):
    together = Barrier(8)

    def send(_attempt: int) -> tuple[int, bytes]:
        try:
            together.wait()
            answer = idempotency.once(request_of(agent, "k1"), noting(agent))
            return answer.status_code, answer.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))

    assert len(answers) == 1
    assert effects() == 1


def test_the_loser_of_a_race_with_another_body_is_refused(own_database, agent):
    together = Barrier(2)

    def send(body: bytes) -> int:
        try:
            together.wait()
            return idempotency.once(request_of(agent, "k1", body), noting(agent)).status_code
        except idempotency.KeyUsedBefore as refusal:
            return refusal.status
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, [b"{}", b'{"a": 1}'])) == [201, 422]

    assert effects() == 1


def test_old_answers_are_forgotten_and_young_ones_kept(agent):
    for days in (6, 8):
        idempotency.once(request_of(agent, f"k{days}"), noting(agent))
        GivenAnswer.objects.filter(key=f"k{days}").update(at=now() - timedelta(days=days))

    jobs.forget_old_answers(0)
    jobs.forget_old_answers(0)

    assert list(GivenAnswer.objects.values_list("key", flat=True)) == ["k6"]
