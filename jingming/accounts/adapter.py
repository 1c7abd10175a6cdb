"""How allauth signs people in here: nobody signs up, a username or an employee number opens, each try is audited."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from jingming.base.clock import now

from . import actions, queries
from .models import Staff


class StaffAdapter(DefaultAccountAdapter):
    """allauth's hooks, filled for staff. The audit is written by the actions that they call."""

    error_messages = {  # noqa: RUF012  # allauth declares it as an instance attribute
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _(
            "Name or number and password do not belong together. Check both; the administrator gives a new password."
        ),
        "too_many_login_attempts": _("Too many attempts that failed. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: object) -> Staff | None:
        """The active person with this login word and password; a switched-off one hears what a wrong one hears."""
        known = queries.by_login(str(credentials.get("username", "")))
        if known is not None:
            credentials["username"] = known.username
        person = super().authenticate(request, **credentials)
        if person is not None and person.is_active:
            return person  # type: ignore[return-value]  # AUTH_USER_MODEL is Staff
        if known is not None:
            actions.note_failed_sign_in(known, address=self.get_client_ip(request), at=now())
        return None

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        actions.note_sign_in(cast(Staff, user), address=self.get_client_ip(request), at=now())

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
        response = super().post_login(request, user, **kwargs)
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
