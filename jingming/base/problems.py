"""Problem documents of RFC 9457: how the API says that something went wrong, in the caller's language.

    {"type": "/problems/unfit", "title": "…", "status": 422, "detail": "…", "errors": [{"field": "…", "message": "…"}]}

`type` names the kind for machines and never changes; `detail` and the messages are sentences for people. Whatever
leaves the API with an error status is such a document, whoever made the answer: the middleware sees to the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .errors import Refusal

API = "/api/"
MEDIA_TYPE = "application/problem+json"

# Status → kind, title, and the sentence where nothing better is known.
KNOWN = {
    400: (
        "malformed",
        gettext_lazy("The request cannot be read"),
        gettext_lazy("The request is not well formed. Correct it and send it again."),
    ),
    401: (
        "not-signed-in",
        gettext_lazy("Who is asking?"),
        gettext_lazy("Send a valid token in the header “Authorization: Bearer …”. Your administrator makes one."),
    ),
    403: (
        "not-allowed",
        gettext_lazy("Not allowed"),
        gettext_lazy("Your posts do not allow this. Ask your administrator for the authority."),
    ),
    404: (
        "not-found",
        gettext_lazy("Not found"),
        gettext_lazy("There is nothing at this address, or it is not yours to see."),
    ),
    405: (
        "wrong-method",
        gettext_lazy("Not possible at this address"),
        gettext_lazy("This address does not take that method; the header “Allow” says which it takes."),
    ),
    409: (
        "refused",
        gettext_lazy("Not possible now"),
        gettext_lazy("This cannot be done in the present state. Load it again and see what is possible."),
    ),
    413: (
        "too-large",
        gettext_lazy("Too large"),
        gettext_lazy("The request is larger than allowed. Send less at a time."),
    ),
    414: (
        "too-long",
        gettext_lazy("Too long an address"),
        gettext_lazy("The address is longer than allowed. Ask for less at a time."),
    ),
    422: (
        "unfit",
        gettext_lazy("Some values need another look"),
        gettext_lazy("Some values need another look; nothing has been changed."),
    ),
    429: (
        "too-many",
        gettext_lazy("Too many requests"),
        gettext_lazy("Too many requests. Wait a little before the next one."),
    ),
    500: (
        "broken",
        gettext_lazy("Something went wrong on our side"),
        gettext_lazy(
            "Something went wrong on our side and nothing was saved. Try again; if it stays, tell your administrator."
        ),
    ),
    503: (
        "busy",
        gettext_lazy("Busy"),
        gettext_lazy("The service is busy at the moment and nothing was changed. Try again shortly."),
    ),
}


class FieldError(TypedDict):
    """One sentence about one field, named as it was sent; "" for the whole."""

    field: str
    message: str


def problem(
    status: int,
    *,
    kind: str = "",
    detail: str = "",
    errors: Sequence[FieldError] = (),
    facts: Mapping[str, object] | None = None,
) -> HttpResponse:
    """The problem document for a status; kind, title and detail are those of the status where none are given."""
    usual_kind, title, usual_detail = KNOWN.get(status, KNOWN[500 if status >= 500 else 400])
    document: dict[str, object] = {
        **(facts or {}),
        "type": f"/problems/{kind or usual_kind}",
        "title": str(title),
        "status": status,
        "detail": detail or str(usual_detail),
    }
    if errors:
        document["errors"] = list(errors)
    return JsonResponse(document, status=status, content_type=MEDIA_TYPE, json_dumps_params={"ensure_ascii": False})


def problem_of(refusal: Refusal) -> HttpResponse:
    """The problem document that a refused act becomes; its facts stand beside the standard members."""
    errors = [FieldError(field=name, message=str(sentence)) for name, sentence in refusal.fields.items()]
    told = problem(refusal.status, kind=refusal.kind, detail=refusal.message, errors=errors, facts=refusal.facts)
    if "retry_after" in refusal.facts:
        told.headers["Retry-After"] = str(refusal.facts["retry_after"])
    return told


class Malformed(Refusal):
    """The request cannot even be read."""

    kind = "malformed"
    status = 400


class TooLarge(Refusal):
    """More was sent than is taken at once."""

    kind = "too-large"
    status = 413


def unstorable(text: str) -> str:
    """Why the text cannot be stored, as a sentence; "" if it can."""
    if "\x00" in text:
        return _("The text holds a character that cannot be stored (NUL). Remove it and send again.")
    try:
        text.encode()
    except UnicodeEncodeError:
        return _("The text holds half of a character (a lone surrogate). Write the whole character and send again.")
    return ""


class ProblemsMiddleware:
    """Turn every error that leaves the API as a page or an empty answer into a problem document."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not request.path.startswith(API):
            return response
        if response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        told = problem(response.status_code, detail=self._known_detail(request, response.status_code))
        for header in ("Allow", "Retry-After", "WWW-Authenticate"):
            if header in response.headers:
                told.headers[header] = response.headers[header]
        return told

    @staticmethod
    def _known_detail(request: HttpRequest, status: int) -> str:
        # PlainInputMiddleware has refused the address before any code of the API could explain it.
        asked = request.path + unquote_plus(request.META.get("QUERY_STRING", ""))
        return unstorable(asked) if status == 400 else ""
