"""What stands where personal data stood before it was erased: one mark in the database, words in the reader's language
on pages. The mark tells nothing, and is the same for everybody; programs and files get it as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection

from django.db.models import Case, Value, When
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import escape
from django.utils.translation import gettext as _

from .rules import MARK as MARK  # noqa: PLC0414  # slices know the mark from here

_SENT = MARK.encode()


def erased(text: str) -> str:
    """The mark where there was something; nothing where there was nothing."""
    return MARK if text else ""


def mark_of(column: str) -> Case:
    """The same for a column, in an `update`."""
    return Case(When(**{column: ""}, then=Value("")), default=Value(MARK))


def says(value: object, words: Collection[str]) -> bool:
    """Whether one of the words stands in a plain JSON value. A single sign is no word: it stands everywhere."""
    text = json.dumps(value, ensure_ascii=False)
    return any(word in text for word in words if len(word) > 1)


class ErasedMiddleware:
    """Pages say “(erased)” where the mark stands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
            content: bytes = response.content  # type: ignore[attr-defined]  # it is not streaming
            if _SENT in content:
                response.content = content.replace(_SENT, escape(_("(erased)")).encode())  # type: ignore[attr-defined]
        return response
