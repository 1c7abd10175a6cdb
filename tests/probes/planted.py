"""The addresses of the installation that is attacked: those of the product, and holes that the tools must find.

`Noted` writes a line for each answer to a request of a tool: who asked with what, and how it was answered. `Undone`
rolls back what sqlmap's requests have written: each of them meets the same rows, so that an answer differs from the
next by the payload alone, and an order that was closed by one can be closed by thousands. What wapiti sends stays.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Callable
from pathlib import Path

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import escape
from django.views.decorators.csrf import csrf_exempt

from config import urls
from jingming.accounts.http import EVERYBODY_SIGNED_IN, PUBLIC, Bearer, opens
from jingming.privacy import asking

handler400 = urls.handler400
PROBE = "Probe"  # the header: "sqlmap agent1"


# --- Around every request -------------------------------------------------------------------------------------------
class Noted:
    """A line for each answer in a file of this process: tool, person, answer, method, path. The answer is the status;
    "signin" where a stranger is sent to sign in, "form" where the token of a form was refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.book = os.open(
            Path(os.environ["PROBES_NOTES"], f"{os.getpid()}.txt"), os.O_WRONLY | os.O_APPEND | os.O_CREAT
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if who := request.headers.get(PROBE, ""):
            line = f"{who} {_answer(request, response)} {request.method} {request.get_full_path()!r}\n"
            os.write(self.book, line.encode("utf-8", "replace"))
        return response


def _answer(request: HttpRequest, response: HttpResponse) -> str:
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return "signin"
    if response.status_code == 403 and request.method == "POST" and not hasattr(request, "csrf_processing_done"):
        return "form" if not request.path.startswith("/api/") else "403"
    return str(response.status_code)


class Undone:
    """Rolls back what a request of sqlmap has written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.headers.get(PROBE, "").startswith("sqlmap "):
            return self.get_response(request)
        with transaction.atomic():
            response = self.get_response(request)
            transaction.set_rollback(True)
        return response


# --- Holes ----------------------------------------------------------------------------------------------------------
def _people(words: str) -> HttpResponse:
    """People by a condition that somebody outside has written."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT username FROM accounts_staff WHERE username = '{words}'")
        found = [row[0] for row in cursor.fetchall()]
    return HttpResponse("<ul>" + "".join(f"<li>{escape(name)}</li>" for name in found) + "</ul>")


def by_parameter(request: HttpRequest) -> HttpResponse:
    return _people(request.GET.get("name", ""))


def by_words(request: HttpRequest) -> HttpResponse:
    return _people(request.GET.get(asking.WORDS, ""))


def by_field(request: HttpRequest) -> HttpResponse:
    return _people(request.POST.get("name", ""))


def by_address(request: HttpRequest, name: str) -> HttpResponse:
    return _people(name)


@csrf_exempt  # a program has no form; its token is looked at as on every operation
def by_body(request: HttpRequest) -> HttpResponse:
    if not Bearer()(request):
        return HttpResponse(status=401)
    return _people(str(json.loads(request.body)["name"]))


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<p>{request.GET.get('words', '')}</p>")


def keep(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        with _kept().open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"<p>{request.POST.get('words', '')}</p>\n")
        return redirect("/planted/kept/")
    form = f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}"><input name="words">'
    return HttpResponse(f'<form method="post">{form}<button>OK</button></form>')


def kept(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_kept().read_text(encoding="utf-8") if _kept().exists() else "–")


def _kept() -> Path:
    """What the stored hole remembers, for all processes together."""
    return Path(os.environ["PROBES_NOTES"]).parent / "kept.txt"


@csrf_exempt
def forged(request: HttpRequest) -> HttpResponse:
    return HttpResponse('<form method="post"><input name="words"><button>OK</button></form>')


def read(request: HttpRequest) -> HttpResponse:
    try:
        return HttpResponse(Path(request.GET.get("name", "")).read_text(encoding="utf-8"), content_type="text/plain")
    except (OSError, ValueError):
        return HttpResponse("–")


def fetch(request: HttpRequest) -> HttpResponse:
    url = request.GET.get("url", "")
    if url.startswith(os.environ["PROBES_SINKHOLE"]):  # nobody else is asked, whatever a tool may name
        urllib.request.urlopen(url, timeout=5).close()
    return HttpResponse("–")


def lead(request: HttpRequest) -> HttpResponse:
    return redirect(request.GET.get("to", "/"))


def index(request: HttpRequest) -> HttpResponse:
    ways = ("by-parameter/?name=agent1", "echo/?words=hello", "keep/", "kept/", "forged/", "read/?name=pyproject.toml",
            "fetch/?url=x", "lead/?to=/")  # fmt: skip
    return HttpResponse("".join(f'<p><a href="/planted/{way}">{way}</a></p>' for way in ways))


HOLES = {
    "": index, "by-parameter/": by_parameter, "by-words/": by_words, "by-field/": by_field,
    "by-address/<str:name>/": by_address, "echo/": echo, "keep/": keep, "kept/": kept, "forged/": forged, "read/": read,
    "fetch/": fetch, "lead/": lead,
}  # fmt: skip
urlpatterns = [
    *urls.urlpatterns,
    *(path(f"planted/{where}", opens(view, to=EVERYBODY_SIGNED_IN)) for where, view in HOLES.items()),
    path("planted/by-body/", opens(by_body, to=PUBLIC)),
]
