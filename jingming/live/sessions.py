"""The people behind browsers' sessions, looked up afresh each time: who was disabled a minute ago is nobody now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from django.utils.crypto import constant_time_compare

_kept_out: list[Callable[[Iterable[AbstractBaseUser]], Collection[int]]] = []


def keep_out(whom: Callable[[Iterable[AbstractBaseUser]], Collection[int]]) -> None:
    """Let an upper slice say which of many people, by pk, may not listen although they are signed in."""
    _kept_out.append(whom)


def session_key(cookies: str) -> str | None:
    """The key of the session in a Cookie header."""
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    return morsel.value if morsel else None


def people_of(keys: Collection[str]) -> Mapping[str, AbstractBaseUser]:
    """The active people who are signed in with these sessions and may listen, by key: few queries for many."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    rows = store.get_model_class().objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    sessions: dict[str, dict[str, Any]] = {row.session_key: row.get_decoded() for row in rows}
    numbers = {number for number in map(_number, sessions.values()) if number.isdigit()}
    found = get_user_model().objects.filter(pk__in=numbers, is_active=True)
    people = {str(person.pk): person for person in found}
    for whom in _kept_out:
        for pk in whom(people.values()):
            people.pop(str(pk))
    return {
        key: person
        for key, told in sessions.items()
        if (person := people.get(_number(told))) is not None and _still_holds(told, person)
    }


def _number(told: Mapping[str, Any]) -> str:
    return str(told.get(SESSION_KEY, ""))


def _still_holds(told: Mapping[str, Any], person: AbstractBaseUser) -> bool:
    """What `django.contrib.auth.get_user` asks of a session: a way in that we have, and the password of that day."""
    return told.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS and constant_time_compare(
        told.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()
    )
