"""The first start: a token from the server makes the first account, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from jingming.accounts import setup
from jingming.accounts.actions import load_shipped_roles
from jingming.accounts.models import SetupToken, Staff
from jingming.audit.queries import keys_for
from jingming.base.clock import now
from jingming.base.errors import Refusal

PAGE = "/accounts/setup/"
FIRST = {"username": "zhang", "employee_number": "9001", "name": "张敏", "password": "begin-with-the-customer"}


def ask(token: str, **more: str):
    return Client(headers={"accept-language": "en"}).post(PAGE, {"token": token, **FIRST, **more})


@pytest.fixture
def nobody_yet(own_database) -> None:
    load_shipped_roles()


@pytest.mark.usefixtures("nobody_yet")
def test_the_first_person_signs_in_as_security_administrator_and_the_page_is_gone():
    assert not Staff.objects.exists()
    token = setup.make_token(at=now())
    assert (Client().get(PAGE).status_code, ask(token).status_code) == (200, 302)

    person = Staff.objects.get()
    desk = Client()
    desk.post("/accounts/login/", {"login": "zhang", "password": FIRST["password"]})
    assert desk.get("/staff/new/").status_code == 200
    assert [post.role.code for post in person.duties] == ["secadmin"]
    assert "accounts.set_up" in keys_for(person)
    assert (Client().get(PAGE).status_code, ask(token).status_code) == (404, 404)
    with pytest.raises(Refusal):
        setup.make_token(at=now())


@pytest.mark.usefixtures("nobody_yet")
def test_a_wrong_or_old_token_and_a_weak_password_make_nobody():
    old = setup.make_token(at=now() - timedelta(hours=25))
    good = setup.make_token(at=now())
    answers = [ask("jm_wrong"), ask(old), ask(good, password="zhang-zhang-9001"), ask(good, username="9")]

    assert [answer.status_code for answer in answers] == [422] * 4
    assert "This token does not work" in answers[1].content.decode()
    assert not Staff.objects.exists()
    assert SetupToken.objects.count() == 1


@pytest.mark.usefixtures("nobody_yet")
def test_of_many_at_once_with_one_token_one_is_first():
    token = setup.make_token(at=now())

    def try_it(number: int) -> int:
        try:
            return ask(token, username=f"zhang{number}", employee_number=f"900{number}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        answers = sorted(threads.map(try_it, range(6)))

    assert answers[0] == 302
    assert set(answers[1:]) <= {404, 422}
    assert Staff.objects.count() == 1


def test_where_people_are_there_is_no_such_page(company):
    assert Client().get(PAGE).status_code == 404
