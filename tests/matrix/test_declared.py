"""Every address is decided about twice: where it stands, and in `tests.matrix.declared`. The two say the same."""

from __future__ import annotations

import re

import pytest

import jingming.wiring
from config import asgi
from config.api import api
from jingming.accounts.http import Door
from jingming.accounts.rules import SHIPPED_ROLES, Authority
from jingming.files import access as files
from jingming.live import access as live
from jingming.live.stream import Stream
from tests.matrix import oracle
from tests.matrix.declared import FILES_OF, HEARD_OF, OPERATIONS, PAGES
from tests.matrix.oracle import EVERYBODY, PUBLIC
from tests.matrix.walking import found_operations, found_pages


def in_words(audience: Door | tuple[Authority, ...] | None) -> str | None:
    if isinstance(audience, Door):
        return {Door.PUBLIC: PUBLIC, Door.SIGNED_IN: EVERYBODY}[audience]
    return None if audience is None else " or ".join(audience)


def test_no_page_is_undeclared():
    assert {route: in_words(door.audience) for route, door in found_pages().items()} == {
        route: page.to for route, page in PAGES.items()
    }


def test_no_operation_is_undeclared():
    assert {name: in_words(door.audience) for name, door in found_operations().items()} == {
        name: call.to for name, call in OPERATIONS.items()
    }


def test_the_description_of_the_api_names_the_same_operations():
    described = {
        f"{method.upper()} {path}" for path, methods in api.get_openapi_schema()["paths"].items() for method in methods
    }

    assert described == {re.sub(r"(\w+ )(api.*)", r"\1/\2", re.sub(r"\{\w+:", "{", name)) for name in OPERATIONS}


def test_an_address_that_names_something_says_what():
    silent = [route for route, page in PAGES.items() if "<" in route and not page.of]
    silent += [name for name, call in OPERATIONS.items() if "{" in name and not call.of]

    assert silent == []


def test_the_stream_tells_of_declared_kinds_only():
    assert isinstance(asgi.application, Stream)
    assert jingming.wiring.REACTIONS
    assert set(live._visible) == HEARD_OF


def test_files_are_given_out_of_declared_kinds_only():
    assert set(files._owners) == FILES_OF


@pytest.mark.parametrize("authority", Authority)
def test_the_roles_carry_the_authorities_that_are_declared(authority: Authority):
    assert {role for role, (_zh, _en, able) in SHIPPED_ROLES.items() if authority in able} == oracle.MAY[authority]
