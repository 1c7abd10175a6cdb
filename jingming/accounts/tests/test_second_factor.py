"""The second factor: who is asked for a code, that a code opens once, and who may do nothing without one."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from jingming.accounts import second_factor, tries
from jingming.accounts.models import Staff, Tries
from jingming.accounts.policy import policy
from jingming.accounts.second_factor import FactorAdapter
from jingming.audit.models import Entry
from jingming.audit.queries import keys_for
from jingming.base.clock import now
from jingming.live.sessions import people_of
from jingming.privacy.keys import new_key
from tests.cast import PASSWORD

LOGIN, CODE, PAGE = "/accounts/login/", "/accounts/login/code/", "/accounts/second-factor/"


def shown(secret: str, periods: int = 0) -> str:
    """What an app with the secret shows, so many half minutes from now."""
    return format_hotp_value(hotp_value(secret.replace(" ", ""), int(now().timestamp()) // 30 + periods))


class Phone:
    """A person's app, switched on a while ago, and their recovery codes."""

    def __init__(self, person: Staff) -> None:
        sealed = second_factor.new_secret()
        self.secret = FactorAdapter().decrypt(sealed)
        before = now() - timedelta(minutes=5)
        code = format_hotp_value(hotp_value(self.secret, int(before.timestamp()) // 30))
        self.recovery = second_factor.switch_on(person, sealed, code, here=None, at=before)

    def code(self, periods: int = 0) -> str:
        return shown(self.secret, periods)


def visitor(address: str = "203.0.113.9") -> Client:
    return Client(headers={"accept-language": "en"}, REMOTE_ADDR=address)


def past_the_password(login: str = "agent1", client: Client | None = None) -> Client:
    client = client or visitor()
    answer = client.post(LOGIN, {"login": login, "password": PASSWORD, "next": "/accounts/me/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, CODE)
    return client


def is_in(client: Client) -> bool:
    return client.get("/accounts/me/").status_code == 200


def test_switching_on_wants_the_apps_code_and_the_password_and_shows_recovery_codes_once(signed_in, agent):
    desk, elsewhere = signed_in(agent), signed_in(agent)
    page = desk.get(f"{PAGE}on/").content.decode()
    secret = re.search(r"factor-key\">([A-Z2-7 ]+)<", page)[1]
    assert "otpauth://totp/agent1?secret=" + secret.replace(" ", "") in page
    refused = [
        desk.post(f"{PAGE}on/", {"code": shown(secret), "password": "wrong"}),
        desk.post(f"{PAGE}on/", {"code": shown(secret, 9), "password": PASSWORD}),
    ]
    assert [answer.status_code for answer in refused] == [422, 422]
    assert not Authenticator.objects.exists()

    answer = desk.post(f"{PAGE}on/", {"code": shown(secret), "password": PASSWORD}).content.decode()
    codes = re.findall(r"<li>(\d{4} \d{4})</li>", answer)
    assert len(set(codes)) == 10
    assert keys_for(agent)[-2:] == ["accounts.second_factor_on", "accounts.sessions_ended"]
    assert [is_in(client) for client in (desk, elsewhere)] == [True, False]
    assert codes[0] not in desk.get(PAGE).content.decode()
    assert desk.get(f"{PAGE}on/").headers["Location"] == PAGE


def test_after_the_password_the_app_is_asked_and_leads_to_the_page_that_was_wanted(agent):
    phone, client = Phone(agent), past_the_password()
    assert not is_in(client)
    answer = client.post(CODE, {"code": phone.code()})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/me/")
    assert is_in(client)
    assert keys_for(agent)[-1] == "accounts.signed_in"


def test_a_code_opens_once_even_where_no_process_remembers_it(agent):
    phone = Phone(agent)
    before, code = phone.code(-1), phone.code()
    past_the_password().post(CODE, {"code": code})
    again, older = past_the_password(), past_the_password()
    answers = [again.post(CODE, {"code": code}), older.post(CODE, {"code": before})]

    assert ["or was used before" in answer.content.decode() for answer in answers] == [True, True]
    assert (is_in(again), is_in(older)) == (False, False)
    assert keys_for(agent)[-2:] == ["accounts.code_failed"] * 2


def test_the_code_that_switched_it_on_opens_nothing(agent):
    sealed = second_factor.new_secret()
    code = shown(FactorAdapter().decrypt(sealed))
    second_factor.switch_on(agent, sealed, code, here=None, at=now())

    assert not second_factor.passes(agent, code, at=now())


def test_a_recovery_code_opens_once_and_new_ones_end_the_old(agent):
    phone = Phone(agent)
    first, second = past_the_password(), past_the_password()
    first.post(CODE, {"code": phone.recovery[3]})
    second.post(CODE, {"code": phone.recovery[3]})
    assert (is_in(first), is_in(second)) == (True, False)
    assert Entry.objects.get(key="accounts.recovery_code_used").facts == {"left": 9}

    assert first.post(f"{PAGE}codes/", {"password": "wrong"}).status_code == 422
    new = re.findall(r"<li>(\d{4} \d{4})</li>", first.post(f"{PAGE}codes/", {"password": PASSWORD}).content.decode())
    assert [second_factor.passes(agent, code, at=now()) for code in (phone.recovery[4], new[4])] == [False, True]


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1} {2}", "{wide}"])
def test_a_code_is_read_as_people_and_chinese_keyboards_write_it(agent, typed):
    code = (phone := Phone(agent)).code()
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in code)

    assert second_factor.passes(agent, typed.format(code, code[:3], code[3:], wide=wide), at=now())
    assert phone.secret


@pytest.mark.parametrize("code", ["", "0", "12345", "1234567", "\x00", "x" * 21, "１２３"])
def test_what_is_no_code_opens_nothing(agent, code):
    Phone(agent)
    client = past_the_password()

    assert client.post(CODE, {"code": code}).status_code in {200, 400}
    assert not is_in(client)


def test_a_code_without_a_password_before_it_leads_to_the_sign_in(agent):
    phone = Phone(agent)

    assert visitor().post(CODE, {"code": phone.code()}).headers["Location"] == LOGIN


def test_wrong_codes_lock_like_wrong_passwords_and_the_right_password_resets_nothing(agent):
    phone = Phone(agent)
    for _try in range(policy().tries):
        past_the_password().post(CODE, {"code": "000000"})
    known_word = visitor().post(LOGIN, {"login": "agent1", "password": PASSWORD})

    assert "Too many attempts" in known_word.content.decode()
    assert keys_for(agent)[-2:] == ["accounts.code_failed", "accounts.locked"]
    assert Tries.objects.filter(side=tries.STRANGERS, count__gte=policy().tries).count() == 2
    assert phone.secret


def test_codes_tried_on_without_signing_in_anew_are_locked_too(agent):
    phone, client = Phone(agent), past_the_password()
    answers = [client.post(CODE, {"code": "000000"}) for _try in range(policy().tries)]
    late = client.post(CODE, {"code": phone.code()})

    assert "Too many attempts" not in answers[-1].content.decode()
    assert "Too many attempts" in late.content.decode()
    assert not is_in(client)


def test_who_takes_over_a_desk_is_asked_for_the_code_too(signed_in, agent, head):
    phone, desk = Phone(head), signed_in(agent)
    answer = desk.post("/accounts/switch/", {"login": "head1", "password": PASSWORD, "next": "/staff/"})
    assert answer.headers["Location"] == CODE
    assert not is_in(desk)
    answer = desk.post(CODE, {"code": phone.code()})

    assert (answer.headers["Location"], desk.session["_auth_user_id"]) == ("/staff/", str(head.pk))


def test_somebody_switched_off_between_password_and_code_stays_outside(agent):
    phone, client = Phone(agent), past_the_password()
    Staff.objects.filter(pk=agent.pk).update(is_active=False)
    client.post(CODE, {"code": phone.code()})

    assert "accounts.signed_in" not in keys_for(agent)


def test_switching_off_wants_the_password(signed_in, agent):
    Phone(agent)
    desk = signed_in(agent)
    assert desk.post(f"{PAGE}off/", {"password": "wrong"}).status_code == 422
    assert desk.post(f"{PAGE}off/", {"password": PASSWORD}).status_code == 302

    assert not Authenticator.objects.exists()
    assert keys_for(agent)[-1] == "accounts.second_factor_off"


def test_secrets_lie_sealed_in_the_database(agent):
    phone = Phone(agent)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert phone.secret not in kept
    assert RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).generate_codes()[0] not in kept


def test_what_was_sealed_under_another_key_opens_nothing_and_breaks_nothing(agent, settings):
    phone = Phone(agent)
    settings.DATA_KEYS = new_key(1)

    assert [second_factor.passes(agent, code, at=now()) for code in (phone.code(), phone.recovery[0])] == [False, False]
    assert second_factor.standing(agent).codes_left == 10


class TestTakingItAway:
    def test_with_a_reason_it_goes_and_the_sessions_with_it(self, signed_in, secadmin, agent):
        Phone(agent)
        lost = signed_in(agent)
        desk, address = signed_in(secadmin), f"/staff/{agent.pk}/second-factor/"
        assert desk.post(address, {"reason": " "}).status_code == 422
        assert Authenticator.objects.exists()
        desk.post(address, {"reason": "Phone lost on the way"})

        assert not Authenticator.objects.exists()
        assert not is_in(lost)
        line = Entry.objects.get(key="accounts.second_factor_taken")
        assert (line.by_id, line.target_id) == (secadmin.pk, agent.pk)
        assert line.facts == {"reason": "Phone lost on the way", "sessions": 1}

    def test_nobody_takes_away_their_own(self, signed_in, secadmin):
        Phone(secadmin)

        assert signed_in(secadmin).post(f"/staff/{secadmin.pk}/second-factor/", {"reason": "x"}).status_code == 403
        assert Authenticator.objects.exists()


class TestWhoMustHaveOne:
    @pytest.fixture(autouse=True)
    def _level_three(self, settings):
        settings.POLICY = "mlps3"

    @pytest.mark.parametrize("username", ["sysadmin1", "secadmin1", "auditadmin1"])
    def test_the_three_administrations_are_led_to_it_and_do_nothing_else(self, signed_in, caller, company, username):
        person = company[username]
        Staff.objects.update(password_set_at=now())
        desk, program = signed_in(person), caller(person)
        led = [desk.get("/accounts/me/"), desk.post("/accounts/look/", {"theme": "dark"}), desk.get("/organisation/")]

        assert [answer.headers["Location"] for answer in led] == [f"{PAGE}on/"] * 3
        assert "Everything else opens once it is on" in desk.get(f"{PAGE}on/", headers={"accept-language": "en"}).text
        assert desk.get("/accounts/me/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == f"{PAGE}on/"
        assert desk.get("/accounts/me/", headers={"jingming-background": "yes"}).status_code == 403
        assert people_of([desk.session.session_key]) == {}
        assert program.get("/me").status_code == 403

        Phone(person)
        key = (again := signed_in(person)).session.session_key
        assert (is_in(again), list(people_of([key])), program.get("/me").status_code) == (True, [key], 200)

    def test_others_work_on_without(self, signed_in, caller, agent):
        Staff.objects.update(password_set_at=now())
        desk = signed_in(agent)

        assert (is_in(desk), caller(agent).get("/me").status_code) == (True, 200)
        assert list(people_of([desk.session.session_key])) == [desk.session.session_key]

    def test_it_cannot_be_switched_off(self, signed_in, secadmin):
        Staff.objects.update(password_set_at=now())
        Phone(secadmin)

        assert signed_in(secadmin).post(f"{PAGE}off/", {"password": PASSWORD}).status_code == 422
        assert Authenticator.objects.filter(user=secadmin, type="totp").exists()
