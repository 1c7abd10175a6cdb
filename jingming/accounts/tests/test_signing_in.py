"""Signing in and out, switching at a shared desk, one's own language and password; nothing else of allauth is there."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from jingming.accounts import actions, demo
from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.audit.queries import keys_for
from tests.cast import PASSWORD, TEN_O_CLOCK

LOGIN = "/accounts/login/"


def sign_in(login: str, password: str = PASSWORD, client: Client | None = None, **more: str):
    return (client or Client(headers={"accept-language": "en"})).post(
        LOGIN, {"login": login, "password": password, **more}
    )


def who(client: Client) -> str:
    """The username that the browser is signed in as; "" for nobody."""
    person = client.session.get("_auth_user_id")
    return Staff.objects.get(pk=person).username if person else ""


@pytest.mark.parametrize("login", ["agent1", "AGENT1", " agent1 ", "1001"])
def test_a_username_in_any_case_or_the_employee_number_opens(agent, login):
    client = Client()
    answer = sign_in(login, client=client)

    assert (answer.status_code, who(client)) == (302, "agent1")
    assert keys_for(agent)[-1] == "accounts.signed_in"


@pytest.mark.parametrize(
    ("login", "password"),
    [("agent1", "wrong"), ("1001", "wrong"), ("nobody", PASSWORD), ("", ""), ("agent1", ""), ("agent1\x00", PASSWORD)],
)
def test_a_wrong_word_opens_nothing(agent, login, password):
    client = Client()
    answer = sign_in(login, password, client=client)

    assert answer.status_code in {200, 400}
    assert who(client) == ""
    assert "accounts.signed_in" not in keys_for(agent)


def test_a_failed_try_is_audited_on_the_account_and_names_nobody(agent):
    sign_in("1001", "wrong")

    line = Entry.objects.filter(key="accounts.sign_in_failed").get()
    assert (line.target_id, line.by_id, line.facts) == (agent.pk, None, {"address": "127.0.0.1"})


def test_a_switched_off_person_hears_what_a_stranger_hears(secadmin, agent):
    actions.switch_off(agent, by=secadmin, at=TEN_O_CLOCK)

    pages = [sign_in("agent1").content.decode(), sign_in("nobody").content.decode()]
    sentence = "Name or number and password do not belong together."
    assert [sentence in page for page in pages] == [True, True]
    assert keys_for(agent)[-1] == "accounts.sign_in_failed"


def test_after_five_wrong_passwords_even_the_right_one_waits(agent):
    for _attempt in range(5):
        sign_in("agent1", "wrong")
    client = Client(headers={"accept-language": "en"})
    answer = sign_in("agent1", client=client)

    assert "Too many attempts" in answer.content.decode()
    assert who(client) == ""


def test_signing_in_changes_the_session_key_and_sets_the_language(agent):
    actions.choose_language(agent, "en", at=TEN_O_CLOCK)
    client = Client()
    client.get(LOGIN)
    client.session["x"] = 1
    client.session.save()
    before = client.session.session_key
    answer = sign_in("agent1", client=client)

    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
    assert answer.cookies["django_language"].value == "en"
    assert {name: bool(kept["httponly"]) for name, kept in answer.cookies.items()} == dict.fromkeys(
        answer.cookies, True
    )


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example", "http:///evil.example"],
)
def test_nobody_is_sent_elsewhere_after_signing_in(agent, wanted):
    answer = sign_in("agent1", next=wanted)

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


def test_signing_out_ends_the_session_and_is_audited(signed_in, agent):
    desk = signed_in(agent)
    desk.post("/accounts/logout/")

    assert who(desk) == ""
    assert keys_for(agent)[-1] == "accounts.signed_out"


def test_a_visit_to_the_sign_out_page_alone_signs_nobody_out(signed_in, agent):
    desk = signed_in(agent)
    desk.get("/accounts/logout/")

    assert who(desk) == "agent1"


@pytest.mark.parametrize(
    "address",
    ["signup/", "email/", "confirm-email/", "password/reset/", "password/set/", "inactive/", "reauthenticate/",
     "login/code/confirm/"],
)  # fmt: skip
def test_no_other_page_of_allauth_can_be_reached(company, address):
    assert Client().get(f"/accounts/{address}").status_code == 404


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(signed_in, agent):
    here, elsewhere = signed_in(agent), signed_in(agent)
    new = "the-end-is-satisfaction"
    answer = here.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert answer.status_code == 302
    assert [desk.get("/accounts/me/").status_code for desk in (here, elsewhere)] == [200, 302]
    assert keys_for(agent)[-1] == "accounts.password_set"


@pytest.mark.parametrize("new", ["short", "password1234", "1234567890123"])
def test_a_weak_password_is_refused(signed_in, agent, new):
    signed_in(agent).post("/accounts/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    agent.refresh_from_db()
    assert agent.check_password(PASSWORD)


class TestSwitchingAtASharedDesk:
    def switch(self, desk: Client, login: str, password: str = PASSWORD, wanted: str = "/staff/"):
        return desk.post("/accounts/switch/", {"login": login, "password": password, "next": wanted})

    def test_the_next_person_lands_on_the_same_page_in_a_new_session(self, signed_in, agent, head):
        desk = signed_in(agent)
        old = desk.session
        old["half written"] = "secret of the first"
        old.save()
        answer = self.switch(desk, "head1")

        assert (answer.status_code, answer.headers["Location"], who(desk)) == (302, "/staff/", "head1")
        assert desk.session.session_key != old.session_key
        assert "half written" not in desk.session
        assert not Session.objects.filter(session_key=old.session_key).exists()
        assert (keys_for(agent)[-1], keys_for(head)[-1]) == ("accounts.signed_out", "accounts.signed_in")

    def test_a_page_that_the_next_person_may_not_see_becomes_the_desk(self, signed_in, head, agent):
        assert self.switch(signed_in(head), "agent1").headers["Location"] == "/"

    @pytest.mark.parametrize(
        "wanted", ["//evil.example/staff/", "https://evil.example", "/nowhere/", "javascript:1", ""]
    )
    def test_nobody_is_sent_elsewhere(self, signed_in, agent, wanted):
        assert self.switch(signed_in(agent), "head1", wanted=wanted).headers["Location"] == "/"

    def test_a_wrong_password_leaves_everything_as_it_was(self, signed_in, agent, head):
        desk = signed_in(agent)
        answer = self.switch(desk, "head1", "wrong")

        assert (answer.status_code, who(desk)) == (200, "agent1")
        assert "do not belong together" in answer.content.decode()
        assert 'value="/staff/"' in answer.content.decode()
        assert (keys_for(agent)[-1], keys_for(head)[-1]) == ("accounts.posted", "accounts.sign_in_failed")

    def test_guessing_is_limited_as_at_the_front_door(self, signed_in, agent, head):
        desk = signed_in(agent)
        for _attempt in range(5):
            self.switch(desk, "head1", "wrong")

        assert "Too many attempts" in self.switch(desk, "head1").content.decode()
        assert who(desk) == "agent1"


def test_the_language_switch_is_remembered_for_the_person(signed_in, agent):
    desk = signed_in(agent)
    answer = desk.post(reverse("set_language"), {"language": "en", "next": "/accounts/me/"})

    agent.refresh_from_db()
    assert (agent.language, answer.headers["Location"]) == ("en", "/accounts/me/")
    assert keys_for(agent)[-1] == "accounts.language_chosen"


@pytest.mark.parametrize("language", ["fr", "", "en; drop", "zh-hant"])
def test_a_language_that_we_do_not_have_is_not_remembered(signed_in, agent, language):
    signed_in(agent).post(reverse("set_language"), {"language": language})

    agent.refresh_from_db()
    assert agent.language == ""


def test_a_visitor_may_switch_the_language_too(company):
    answer = Client().post(reverse("set_language"), {"language": "en", "next": "https://evil.example/"})

    assert answer.cookies["django_language"].value == "en"
    assert "evil" not in answer.headers["Location"]


def test_ones_own_page_shows_the_posts_and_changes_the_language(signed_in, engineer):
    desk = signed_in(engineer)
    assert "North maintenance team" in desk.get("/accounts/me/").content.decode()
    desk.post("/accounts/me/", {"language": "en"})

    engineer.refresh_from_db()
    assert engineer.language == "en"


def test_only_a_demo_shows_its_people_and_their_password(company, settings, tmp_path):
    settings.HOME = tmp_path
    assert PASSWORD not in Client().get(LOGIN).content.decode()

    from jingming.accounts.company import demo as of_company

    demo.write_demo(tmp_path, of_company(PASSWORD))
    page = Client(headers={"accept-language": "en"}).get(LOGIN).content.decode()
    assert PASSWORD in page
    assert all(username in page for username in company)
    assert "Dispatcher" in page


def test_a_page_behind_a_door_is_kept_by_no_browser(signed_in, agent):
    assert signed_in(agent).get("/accounts/me/").headers["Cache-Control"] == "private, no-store"


def test_a_stranger_to_the_installation_comes_back_after_signing_in(company):
    answer = Client().get("/staff/?q=a")

    assert answer.headers["Location"] == "/accounts/login/?next=/staff/%3Fq%3Da"
    assert Client().get("/staff/", headers={"hx-request": "true"}).status_code == 401


def test_a_chosen_look_is_kept_for_the_person_and_audited_once(signed_in, agent, engineer):
    desk = signed_in(agent)
    for _twice in range(2):
        assert desk.post("/accounts/look/", {"theme": "dark"}, headers={"HX-Request": "true"}).status_code == 204
    agent.refresh_from_db()
    assert (agent.theme, agent.contrast, agent.density) == ("dark", "auto", "comfortable")
    assert Entry.objects.filter(key="accounts.look_chosen", target_id=agent.pk).count() == 1

    assert 'data-bs-theme="dark"' in signed_in(agent).get("/accounts/me/").content.decode()
    assert "data-bs-theme" not in signed_in(engineer).get("/accounts/me/").content.decode()


def test_a_look_that_is_not_on_offer_changes_nothing(signed_in, agent):
    assert signed_in(agent).post("/accounts/look/", {"theme": "pink"}).status_code == 422
    agent.refresh_from_db()
    assert agent.theme == "auto"


def test_without_scripts_the_look_is_chosen_on_ones_own_page_or_in_the_menu(signed_in, agent):
    desk = signed_in(agent)
    desk.post("/accounts/me/", {"language": "en", "contrast": "more", "density": "compact"})
    assert desk.post("/accounts/look/", {"theme": "light", "next": "/accounts/me/"}).url == "/accounts/me/"
    page = desk.get("/accounts/me/").content.decode()
    assert 'data-bs-theme="light" data-contrast="more" data-density="compact"' in page
