"""The person behind a browser's session, looked up afresh each time: who was disabled a minute ago is nobody now."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


def session_key(cookies: str) -> str | None:
    """The key of the session in a Cookie header."""
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    return morsel.value if morsel else None


def person_of(key: str) -> AbstractBaseUser | None:
    """The active person who is signed in with this session."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    person = get_user(request)
    return person if isinstance(person, AbstractBaseUser) and person.is_active else None
