"""How allauth signs people in here: nobody signs up, a username or an employee number opens, each try is audited.

Who has a second factor is then asked for a code; passwords and codes are tries of one lock.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from jingming.base.clock import now

from . import actions, browsers, queries, second_factor, tries
from .models import Staff, Tries
from .policy import policy
from .sessions import ADDRESS, BEGAN, DEVICE


class StaffAdapter(DefaultAccountAdapter):
    """allauth's hooks, filled for staff. The audit is written by the actions that they call."""

    error_messages = {  # noqa: RUF012  # allauth declares it as an instance attribute
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _(
            "Name or number and password do not belong together. Check both; the administrator gives a new password."
        ),
        "too_many_login_attempts": _("Too many attempts that failed. Wait %(minutes)s minutes, then try again."),
        "incorrect_code": _("This code does not fit, or was used before. Wait for the next one and type that."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        return str(request.META["REMOTE_ADDR"])  # as base.proxies has found it: of headers allauth must believe none

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether one may be led on to it: a page of this desk, under the name by which one has come."""
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def authenticate(self, request: HttpRequest, **credentials: object) -> Staff | None:
        """The active person with this login word and password; a switched-off one hears what a wrong one hears.

        What is heard, and how long it takes, is the same whether anybody has the name or not.
        """
        name, address, at = str(credentials.get("username", "")), self.get_client_ip(request), now()
        known = queries.by_login(name)
        browser = browsers.word_of(request)
        attempt = tries.begin(name, known, browser=browser, address=address, at=at)
        if not attempt.open:
            raise self.too_many()
        if known is not None:
            credentials["username"] = known.username
        person = super().authenticate(request, **credentials)
        if attempt.counts and person is not None and person.is_active:
            end = tries.half_way if queries.has_second_factor(person) else tries.succeeded  # type: ignore[arg-type]
            end(attempt)
            return person  # type: ignore[return-value]  # AUTH_USER_MODEL is Staff
        tried = known or Tries(pk=attempt.name)
        actions.note_failed_sign_in(tried, address=address, at=at)
        _note_locks(attempt, tried, address=address, at=at)
        return None

    def check_code(self, request: HttpRequest, person: Staff, code: str) -> None:
        """Let the person's code pass, once; raises ValidationError, and counts the try, otherwise."""
        address, at = self.get_client_ip(request), now()
        browser = browsers.word_of(request)
        attempt = tries.begin(person.username, person, browser=browser, address=address, at=at)
        if not (attempt.open and attempt.counts):
            raise self.too_many()
        if person.is_active and second_factor.passes(person, code, at=at):
            tries.succeeded(attempt)
            return
        actions.note_failed_code(person, address=address, at=at)
        _note_locks(attempt, person, address=address, at=at)
        raise ValidationError(self.error_messages["incorrect_code"], code="incorrect_code")

    def too_many(self) -> ValidationError:
        """What is heard while one has to wait."""
        sentence = self.error_messages["too_many_login_attempts"]
        return ValidationError(sentence % {"minutes": policy().lock_minutes}, code="too_many_login_attempts")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        at, address = now(), self.get_client_ip(request)
        agent = request.headers.get("User-Agent", "")[:300]
        request.session.update({BEGAN: at.timestamp(), ADDRESS: address, DEVICE: agent})
        actions.note_sign_in(cast(Staff, user), address=address, at=at)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
        response = super().post_login(request, user, **kwargs)
        browsers.remember(request, response, cast(Staff, user))
        set_language_cookie(response, cast(Staff, user).language)
        return response

    def logout(self, request: HttpRequest) -> None:
        person = request.user
        super().logout(request)
        if isinstance(person, Staff):
            actions.note_sign_out(person, at=now())

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        person = cast(Staff, user)
        actions.set_password(person, password, by=person, at=now())

    def add_message(self, *args: object, **kwargs: object) -> None:
        """Say nothing: the page that follows shows who is signed in."""


def set_language_cookie(response: HttpResponse, language: str) -> None:
    """Have the browser ask for the person's language from now on, if they have chosen one."""
    if not language:
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 60 * 60,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def check_credentials(login: str, password: str) -> Staff:
    """Whoever this login word and password belong to; raises ValidationError, and counts the try, otherwise."""
    adapter = StaffAdapter(context.request)
    person = adapter.authenticate(context.request, username=login, password=password)
    if person is None:
        raise ValidationError(adapter.error_messages["username_password_mismatch"])
    return person


def _note_locks(attempt: tries.Try, tried: Staff | Tries, *, address: str, at: datetime) -> None:
    """Note what this failure locks: the name, the address, or nothing yet."""
    if attempt.last:
        actions.note_lock(tried, address=address, at=at)
    if attempt.address:
        actions.note_lock_of_address(Tries(pk=attempt.address), address=address, at=at)
