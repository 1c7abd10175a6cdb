"""How often a password may be tried, and that strangers lock nobody out."""

from datetime import timedelta

import pytest
from django.test import Client

from jingming.accounts import actions, jobs, tries
from jingming.accounts.models import KnownBrowser, Tries
from jingming.accounts.policy import policy
from jingming.audit.models import Entry
from jingming.audit.queries import keys_for
from jingming.base.clock import now
from tests.cast import PASSWORD, TEN_O_CLOCK

LOGIN = "/accounts/login/"
TOO_MANY = "Too many attempts that failed. Wait 5 minutes"


def visitor(address: str = "203.0.113.9") -> Client:
    return Client(headers={"accept-language": "en"}, REMOTE_ADDR=address)


def sign_in(login: str, password: str = PASSWORD, client: Client | None = None):
    return (client or visitor()).post(LOGIN, {"login": login, "password": password})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def lock(login: str) -> None:
    for _attempt in range(policy().tries):
        sign_in(login, "wrong")


def test_a_name_locked_by_strangers_still_opens_where_its_person_signed_in_before(agent):
    desk = visitor("192.0.2.1")
    sign_in("agent1", client=desk)
    desk.post("/accounts/logout/")
    lock("agent1")

    elsewhere = visitor("192.0.2.2")
    assert TOO_MANY in sign_in("agent1", client=elsewhere).content.decode()
    assert sign_in("agent1", client=desk).status_code == 302
    assert (is_in(elsewhere), is_in(desk)) == (False, True)


def test_a_browser_known_to_one_is_a_strangers_to_another(agent, head):
    desk = visitor()
    sign_in("agent1", client=desk)
    desk.post("/accounts/logout/")
    lock("head1")

    assert TOO_MANY in sign_in("head1", client=desk).content.decode()


def test_a_known_browser_too_is_locked_after_as_many_wrong_passwords_and_then_as_strangers(agent):
    desk = visitor()
    sign_in("agent1", client=desk)
    desk.post("/accounts/logout/")
    answers = [sign_in("agent1", "wrong", client=desk).content.decode() for _attempt in range(2 * policy().tries + 1)]

    assert [TOO_MANY in answer for answer in answers] == [False] * 10 + [True]


@pytest.mark.parametrize("tried", [1, 6])
def test_unknown_and_known_names_hear_the_same(agent, tried):
    def heard(login: str) -> list[tuple[int, int]]:
        answers = [sign_in(login, "wrong") for _attempt in range(tried)]
        return [(answer.status_code, len(answer.content)) for answer in answers]

    assert heard("agent1") == heard("nobody")  # names of one length


def test_that_a_number_is_a_names_is_not_told_by_the_lock(agent):
    lock("agent1")

    answer = sign_in("1001").content.decode()
    assert TOO_MANY not in answer
    assert "do not belong together" in answer


def test_the_lock_is_kept_for_all_processes_and_names_no_name(agent):
    lock("agent1")
    lock("my-secret-typed-in-the-wrong-field")

    kept = [f"{row.key} {row.side}" for row in Tries.objects.all()]
    assert [row for row in kept if "agent1" in row or "secret" in row] == []
    assert Tries.objects.filter(side="strangers", count=5).count() == 4  # each as a name and as a person


def test_a_lock_is_audited_once_and_what_comes_after_it_not_at_all(agent):
    lock("agent1")
    lock("agent1")

    assert keys_for(agent).count("accounts.sign_in_failed") == 5
    line = Entry.objects.get(key="accounts.locked")
    assert (line.target_id, line.facts) == (agent.pk, {"address": "203.0.113.9"})


def test_a_name_nobody_has_is_audited_as_one_that_somebody_has_and_without_the_name(agent):
    for name in ("my-secret-typed-in-the-wrong-field", "another"):
        lock(name)

    lines = Entry.objects.filter(target_kind="accounts.Tries").order_by("id")
    assert [line.key for line in lines] == ([*["accounts.sign_in_failed"] * 5, "accounts.locked"]) * 2
    counted = Tries.objects.filter(pk__in={line.target_id for line in lines})
    assert [(row.side, row.count) for row in counted] == [("strangers", 5)] * 2  # one for each name
    assert "secret" not in str([(line.facts, line.by_name) for line in lines])


def test_a_lock_ends_after_its_minutes_however_often_it_was_tried_meanwhile(agent):
    start = TEN_O_CLOCK

    def open_at(minutes: float) -> bool:
        at = start + timedelta(minutes=minutes)
        return tries.begin("agent1", agent, browser="", address="192.0.2.1", at=at).open

    assert [open_at(0) for _attempt in range(6)] == [True] * 5 + [False]
    assert [open_at(minute) for minute in (1, 3, 4.9, 5.1)] == [False, False, False, True]


def test_one_address_gets_so_many_tries_for_all_names_but_a_known_browser_behind_it_signs_in(agent):
    desk = visitor()
    sign_in("agent1", client=desk)
    desk.post("/accounts/logout/")
    for number in range(policy().tries_from_address):
        tries.begin(f"name{number}", None, browser="", address="203.0.113.9", at=now())

    assert TOO_MANY in sign_in("head1").content.decode()
    assert sign_in("agent1", client=desk).status_code == 302


def test_the_lock_of_an_address_is_audited_once(agent):
    for number in range(policy().tries_from_address - 1):
        tries.begin(f"name{number}", None, browser="", address="203.0.113.9", at=now())
    assert not Entry.objects.filter(key="accounts.address_locked").exists()

    for name in ("agent1", "another", "one-more"):
        sign_in(name, "wrong")

    line = Entry.objects.get(key="accounts.address_locked")
    assert line.facts == {"address": "203.0.113.9"}
    assert Tries.objects.get(pk=line.target_id).side == tries.ADDRESS


def test_the_old_password_of_a_new_one_is_a_try_too(signed_in, agent):
    desk, new = signed_in(agent), "the-end-is-satisfaction"
    wrong = {"oldpassword": "wrong", "password1": new, "password2": new}
    for _attempt in range(policy().tries):
        desk.post("/accounts/password/", wrong)
    desk.post("/accounts/password/", {**wrong, "oldpassword": PASSWORD})

    agent.refresh_from_db()
    assert agent.check_password(PASSWORD)
    assert keys_for(agent)[-1] == "accounts.locked"


def test_signing_in_well_costs_the_address_nothing(agent):
    for _time in range(3):
        sign_in("agent1")

    assert list(Tries.objects.values_list("side", "count")) == [("address", 0)]


def test_what_is_old_is_forgotten_and_what_counts_is_kept(agent):
    at = now()
    tries.begin("old", None, browser="", address="192.0.2.1", at=at - timedelta(days=2))
    tries.begin("new", None, browser="", address="192.0.2.2", at=at)
    actions.know_browser(agent, "old", at=at - timedelta(days=400))
    actions.know_browser(agent, "new", at=at)
    jobs.forget_old_sign_ins(timestamp=0)

    assert (Tries.objects.count(), KnownBrowser.objects.count()) == (3, 1)  # name, person, address
