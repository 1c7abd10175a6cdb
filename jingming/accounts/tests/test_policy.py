"""The figures of the house, and what is no password."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from jingming.accounts import actions, policy
from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.base.environment import POLICIES
from tests.cast import PASSWORD

PROFILES = json.loads(policy.PATH.read_text(encoding="utf-8"))
SOMEBODY = Staff(username="zhouxl", employee_number="10086", name="周晓岚")


def refused(password: str, person: Staff | None = None) -> list[str]:
    try:
        validate_password(password, person)
    except ValidationError as error:
        return sorted(one.code for one in error.error_list)
    return []


def test_the_environment_knows_the_profiles_and_every_figure_has_a_source_and_a_date():
    assert tuple(PROFILES) == POLICIES
    for profile in PROFILES.values():
        assert set(profile["figures"]) == set(policy.Policy.__dataclass_fields__)
        assert all(told["source"] and told["date"] for told in profile["figures"].values())


def test_the_second_profile_is_nowhere_softer_than_the_first(settings):
    first = policy.policy()
    settings.POLICY = "mlps3"
    second = policy.policy()

    assert second.minimum_length >= first.minimum_length
    assert second.character_classes > first.character_classes
    assert (second.tries, second.tries_from_address) <= (first.tries, first.tries_from_address)
    assert second.lock > first.lock
    assert second.idle < first.idle


@pytest.mark.parametrize(
    "password",
    ["woaini1314", "WoAiNi520520", "5201314520", "password1234", "2026@admin!!", "wxm19900101", "zxl1990.01.01",
     "jingming95598", "qwer12345678", "１２３４５６７８９０１"],
)  # fmt: skip
def test_what_is_guessed_first_is_refused(password):
    assert "password_too_common" in refused(password)


@pytest.mark.parametrize("password", ["begin-with-the-customer", "七月流火九月授衣八月剥枣", "4f7a2b9c8d1e", PASSWORD])
def test_a_good_password_is_taken(password):
    assert refused(password, SOMEBODY) == []


@pytest.mark.parametrize(
    "password", ["my-zhouxl-word", "word-10086-word", "周晓岚的密码一二三四", "ZHOUXL-of-tongling"]
)
def test_ones_own_name_or_number_is_refused(password):
    assert refused(password) == []
    assert refused(password, SOMEBODY) == ["password_of_own_words"]


@pytest.mark.parametrize(
    ("password", "codes"),
    [("twelve-of-it", ["password_too_plain"]), ("Mixed-7-up", ["password_too_short"]), ("Mixed-7-up-and-long", [])],
)
def test_the_stricter_profile_asks_for_length_and_a_mixture(settings, password, codes):
    settings.POLICY = "mlps3"
    assert refused(password) == codes


def test_a_password_older_than_the_policy_allows_is_changed_before_anything_else(settings, signed_in, agent):
    desk = signed_in(agent)
    actions.set_password(agent, PASSWORD, by=None, at=now() - timedelta(days=91))
    desk.force_login(agent)
    assert desk.get("/accounts/me/").status_code == 200

    settings.POLICY = "mlps3"
    assert desk.get("/accounts/me/").headers["Location"] == "/accounts/password/"
    new = "The-End-Is-Satisfaction-7"
    desk.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert desk.get("/accounts/me/").status_code == 200


def test_a_security_administrator_gives_nobody_a_password_of_their_own_number(signed_in, secadmin, agent):
    answer = signed_in(secadmin).post(f"/staff/{agent.pk}/password/", {"password": "agent1-agent1"})

    assert "Not your own name" in answer.content.decode()
    agent.refresh_from_db()
    assert agent.check_password(PASSWORD)
