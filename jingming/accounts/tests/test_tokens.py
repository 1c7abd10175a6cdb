"""API tokens: shown once, kept as a digest, dead within seconds of being revoked or of their person's switch-off."""

from datetime import timedelta

from jingming.accounts import actions, queries
from jingming.accounts.access import has
from jingming.accounts.models import ApiToken
from jingming.accounts.rules import Authority
from jingming.audit.queries import entries_for, keys_for
from tests.cast import TEN_O_CLOCK


def make(person, **more):
    return actions.make_token(person, label="reader", by=None, at=TEN_O_CLOCK, **more)


def test_a_token_stands_for_its_person_and_only_its_digest_is_kept(agent):
    token = make(agent)

    assert queries.person_by_token(token, TEN_O_CLOCK) == agent
    assert (token.startswith("jm_"), len(token)) == (True, 46)
    kept = ApiToken.objects.get(staff=agent)
    assert token not in str(vars(kept))
    assert all(token not in str(line.facts) for line in entries_for(agent))


def test_any_other_word_stands_for_nobody(agent):
    token = make(agent)

    for word in ("", "jm_", token[:-1], token + "a", token.upper(), token[3:], "jm_\ud800"):
        assert queries.person_by_token(word, TEN_O_CLOCK) is None


def test_a_known_token_costs_two_queries_and_then_none_for_some_seconds(agent, django_assert_num_queries):
    token = make(agent)

    with django_assert_num_queries(2):
        for _request in range(3):
            person = queries.person_by_token(token, TEN_O_CLOCK)
            assert has(person, Authority.TAKE_INTAKE)


def test_nobody_shares_what_a_request_sets_on_its_person(agent):
    token = make(agent)
    queries.person_by_token(token, TEN_O_CLOCK).name = "changed by a request"

    assert queries.person_by_token(token, TEN_O_CLOCK).name == agent.name


def test_somebody_without_posts_is_known_too(agent, secadmin):
    actions.end_post(agent.posts.get(), by=secadmin, at=TEN_O_CLOCK)

    person = queries.person_by_token(make(agent), TEN_O_CLOCK)
    assert (person, person.duties) == (agent, [])


def test_a_revoked_token_dies_at_once_and_twice_is_once(agent, secadmin, django_capture_on_commit_callbacks):
    token = make(agent)
    queries.person_by_token(token, TEN_O_CLOCK)
    kept = ApiToken.objects.get(staff=agent)
    for _twice in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            actions.revoke_token(kept, by=secadmin, at=TEN_O_CLOCK)

    assert queries.person_by_token(token, TEN_O_CLOCK) is None
    assert keys_for(agent).count("accounts.token_revoked") == 1


def test_another_process_hears_of_it_within_the_seconds_it_keeps(agent):
    token = make(agent)
    queries.person_by_token(token, TEN_O_CLOCK)
    ApiToken.objects.filter(staff=agent).update(revoked_at=TEN_O_CLOCK)  # as another process would

    assert queries.person_by_token(token, TEN_O_CLOCK) == agent
    for digest, known in queries._known.items():
        queries._known[digest] = queries._Known(known.person, known.expires_at, known.until - queries.KEPT_SECONDS)
    assert queries.person_by_token(token, TEN_O_CLOCK) is None
    assert queries.KEPT_SECONDS <= 60


def test_a_switched_off_person_has_no_token_and_no_session(
    agent, secadmin, signed_in, caller, django_capture_on_commit_callbacks
):
    desk, program = signed_in(agent), caller(agent)
    assert (desk.get("/accounts/me/").status_code, program.get("/me").status_code) == (200, 200)
    with django_capture_on_commit_callbacks(execute=True):
        actions.switch_off(agent, by=secadmin, at=TEN_O_CLOCK)
    assert (desk.get("/accounts/me/").status_code, program.get("/me").status_code) == (302, 401)

    actions.switch_on(agent, by=secadmin, at=TEN_O_CLOCK)
    assert (desk.get("/accounts/me/").status_code, program.get("/me").status_code) == (302, 401)


def test_an_expired_token_is_dead_even_where_it_is_remembered(agent):
    token = make(agent, expires_at=TEN_O_CLOCK + timedelta(minutes=1))

    assert queries.person_by_token(token, TEN_O_CLOCK) == agent
    assert queries.person_by_token(token, TEN_O_CLOCK + timedelta(minutes=1)) is None


def test_me_says_who_the_token_stands_for(caller, dispatcher):
    assert caller(dispatcher).get("/me").json() == {
        "username": "dispatcher1",
        "employee_number": "1101",
        "name": "派单一",
        "language": "zh-hans",
        "department": "TL-OPS",
        "posts": [
            {
                "role": "dispatcher",
                "works_as": "dispatcher",
                "department": "TL-OPS",
                "scope": "subtree",
                "unit": None,
                "acting_for": None,
                "until": None,
            }
        ],
        "authorities": sorted(
            [
                "customers.change",
                "customers.see",
                "data.load",
                "flows.see",
                "interactions.see",
                "orders.export",
                "orders.see",
                "organisation.see",
                "privacy.addresses",
                "privacy.names",
                "privacy.numbers",
            ]
        ),
    }
