"""No address without a declared audience; the public ones are few and known."""

import pytest
from django.test import Client
from django.urls import get_resolver

from config.api import api
from jingming.accounts.http import EVERYBODY_SIGNED_IN, PUBLIC
from tests import doors


def test_every_address_says_whom_it_lets_in():
    undeclared = [door.route for door in (*doors.pages(), *doors.operations()) if door.audience is None]

    assert undeclared == []


def test_every_operation_of_the_api_is_among_the_addresses():
    operations = {pattern.name for _route, pattern in doors._patterns(get_resolver("config.urls").url_patterns, "")}

    assert {door.name for door in doors.operations()} <= operations
    assert len(doors.operations()) >= 10


def test_every_operation_has_a_name_of_its_own():
    described = api.get_openapi_schema()["paths"].values()
    names = [operation["operationId"] for methods in described for operation in methods.values()]

    assert len(names) == len(set(names)) == len(doors.operations()), sorted(names)


def test_the_public_addresses_are_these():
    public = {door.name for door in (*doors.pages(), *doors.operations()) if door.audience is PUBLIC}

    assert public == {
        "account_login", "account_logout", "mfa_authenticate", "set_up", "set_language", "healthz", "readyz",
        "openapi-json", "openapi-view", "api-root", "",
    }  # fmt: skip


@pytest.mark.django_db
def test_nobody_comes_in_anywhere_else_without_signing_in(company):
    client = Client()
    for door in doors.pages():
        if door.audience is PUBLIC or "<" in door.route:
            continue
        answer = client.get("/" + door.route)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/accounts/login/"), door.route
    for door in doors.operations():
        address = "/" + door.route.replace("{int:", "{").replace("{str:", "{")
        assert client.generic(door.methods[0], address.replace("{", "").replace("}", "")).status_code in {401, 404}


@pytest.mark.django_db
def test_whoever_lacks_the_authority_finds_no_such_page(signed_in, evaluator):
    client = signed_in(evaluator)
    for door in doors.pages():
        if isinstance(door.audience, tuple) and "<" not in door.route:
            assert client.get("/" + door.route).status_code == 404, door.route


@pytest.mark.django_db
def test_whoever_lacks_the_authority_is_told_so_by_the_api(caller, evaluator):
    program = caller(evaluator)
    for door in doors.operations():
        address = "/" + door.route.replace("{int:", "{").replace("{str:", "{").replace("{", "").replace("}", "")
        if isinstance(door.audience, tuple) and "id" not in address:
            answer = program.client.generic(door.methods[0], address)
            assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-allowed"), address


def test_everybody_signed_in_is_an_audience_of_few():
    names = {door.name for door in doors.pages() if door.audience is EVERYBODY_SIGNED_IN}

    assert {"profile", "switch_user", "account_change_password", "attachment"} <= names
