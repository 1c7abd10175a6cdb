"""The cookie by which a browser is known in which somebody has signed in before.

It keeps a random word that is signed with the key of the installation. So a request that has not signed in shows
without a query that it comes from such a browser, and is counted as that browser, not with strangers at the same
address; whose browser it is, and whether their name is locked here, the database says (`KnownBrowser`).
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse

from jingming.base.clock import now

from . import actions
from .models import Staff

COOKIE = "jingming_browser"
KEPT = timedelta(days=365)  # since the last sign-in
SALT = "jingming.accounts.browsers"


def word_of(request: HttpRequest) -> str:
    """The word that the browser keeps, if we gave it within a year; "" where there is none or somebody made it up."""
    try:
        return TimestampSigner(salt=SALT).unsign(request.COOKIES.get(COOKIE, ""), max_age=KEPT)
    except BadSignature:
        return ""


def remember(request: HttpRequest, response: HttpResponse, person: Staff) -> None:
    """Have the browser keep that the person has signed in here; it may know others already."""
    word = word_of(request) or secrets.token_urlsafe(32)
    actions.know_browser(person, word, at=now())
    response.set_cookie(
        COOKIE,
        TimestampSigner(salt=SALT).sign(word),
        max_age=KEPT,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
