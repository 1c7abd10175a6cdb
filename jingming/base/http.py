"""What every page and API call shares: who asks, and input that PostgreSQL could not hold is refused at the door."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from jingming.accounts.models import Staff

NUL = "\x00"


class StaffRequest(HttpRequest):
    """A request of somebody signed in."""

    user: Staff  # the sign-in middleware has put a member of staff here


class PlainInputMiddleware:
    """Refuse NUL characters in addresses and forms: no text of ours holds one, and the database would not take it.

    JSON bodies are refused where they are read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        dirty = NUL in request.path or NUL in unquote_plus(request.META.get("QUERY_STRING", ""))
        if not dirty and request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
            dirty = any(NUL in value for values in request.POST.lists() for value in (values[0], *values[1]))
        if dirty:
            sentence = _("The text holds a character that cannot be stored (NUL). Remove it and send again.")
            return render(request, "400.html", {"sentence": sentence}, status=400)
        return self.get_response(request)
