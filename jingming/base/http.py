"""What every page and API call shares: who asks, and input that PostgreSQL could not hold is refused at the door."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from jingming.accounts.models import Staff

NUL = "\x00"
LONGEST_ADDRESS = 4000  # characters, as sent; the web server itself refuses 8,190


class StaffRequest(HttpRequest):
    """A request of somebody signed in."""

    user: Staff  # the sign-in middleware has put a member of staff here


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for what Django refuses to read, with the reason where there is one."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    if isinstance(exception, TooManyFieldsSent | TooManyFilesSent):
        return too_large(request, _("The form has more fields than are taken at once. Send it in several parts."))
    return render(request, "400.html", status=400)


def too_large(request: HttpRequest, sentence: str = "") -> HttpResponse:
    """The page for more than is taken at once; nothing of it was read."""
    return render(request, "413.html", {"sentence": sentence}, status=413)


class PlainInputMiddleware:
    """Refuse addresses that are too long, and NUL characters in addresses and forms: no text of ours holds one, and the
    database would not take it.

    JSON bodies are refused where they are read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if len(request.path) + len(request.META.get("QUERY_STRING", "")) > LONGEST_ADDRESS:
            return render(request, "414.html", status=414)
        dirty = NUL in request.path or NUL in unquote_plus(request.META.get("QUERY_STRING", ""))
        if not dirty and request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
            dirty = any(NUL in value for values in request.POST.lists() for value in (values[0], *values[1]))
        if dirty:
            sentence = _("The text holds a character that cannot be stored (NUL). Remove it and send again.")
            return render(request, "400.html", {"sentence": sentence}, status=400)
        return self.get_response(request)
