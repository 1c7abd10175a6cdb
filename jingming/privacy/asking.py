"""What somebody looks for is about a person: a number, a name, an address. So it stands in no address of a page in
plain words, where the history of the browser and the logs of proxies would keep it.

A search form sends its words to `ask`, which leads to the page with the words sealed: `?q=_1.kJ0…`. A script that asks
while one types sends them in a header. The middleware opens both: a view reads `request.GET["q"]`, as if typed there.
Other words that a form types into an address it names in fields called `sealed`; their page opens them with `plain`.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from . import sealing

WORDS = "q"  # what every search calls them
HEADER = "Jingming-Asked"  # UTF-8, percent-encoded
PURPOSE = "privacy.asking"
LONGEST = 200  # letters that are sealed; the searches take fewer
_SIGN = "_"  # which no encoding of addresses touches
_PAGE = "page"  # of the form: where the answer is shown
_SEALED = "sealed"  # of the form: the names of further words


def asked(words: str) -> str:
    """The words as they may stand in an address: the same for the same words, so that a page keeps its address."""
    if not words:
        return ""
    key, _colon, text = sealing.seal(words[:LONGEST], PURPOSE).removeprefix(sealing.MARK).partition(":")
    return _SIGN + f"{key}.{text}".translate(str.maketrans("+/", "-_")).rstrip("=")


def opened(value: str) -> str:
    """The words that `asked` has sealed; "" if they do not open: a link of another installation, or cut off."""
    key, _point, text = value.removeprefix(_SIGN).translate(str.maketrans("-_", "+/")).partition(".")
    try:
        return sealing.unseal(f"{sealing.MARK}{key}:{text}{'=' * (-len(text) % 4)}", PURPOSE)
    except sealing.CannotOpen:
        return ""


def plain(value: str) -> str:
    """What a value of an address says, sealed or not; "" if it does not open."""
    return opened(value) if value.startswith(_SIGN) else value


def sent(header: str) -> str:
    """The words of the header; what no database keeps, and what is no UTF-8, reads as the sign for that."""
    return unquote(header).replace("\0", "\N{REPLACEMENT CHARACTER}").strip()


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Lead to the page that the form names, with its words sealed and its other fields as they are."""
    page = request.POST.get(_PAGE, "")
    if not page.startswith("/") or not url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        page = "/"
    query = request.POST.copy()
    further = query.pop(_SEALED, [])
    for name in (_PAGE, "csrfmiddlewaretoken"):
        query.pop(name, None)
    for name in further:
        query.setlist(name, [asked(value.strip()) for value in query.getlist(name)])
    return _sealed(page, query)


class AskedMiddleware:
    """Opens the words of a search. A browser that was sent to an address with plain ones, by an old bookmark or another
    program, is led on to the sealed one, which is what its history keeps."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        words = request.GET.get(WORDS, "")
        if request.path.startswith("/api/"):
            return self.get_response(request)  # a program has nobody's history, and is told what belongs where
        if HEADER in request.headers:
            _set(request, sent(request.headers[HEADER]))
        elif words.startswith(_SIGN):
            _set(request, opened(words))
        elif words and request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate":
            return _sealed(request.path, request.GET.copy())
        return self.get_response(request)


def _set(request: HttpRequest, words: str) -> None:
    query = request.GET.copy()
    query[WORDS] = words
    request.GET = query  # type: ignore[assignment]  # Django declares it immutable, which the copy need not be


def _sealed(page: str, query: QueryDict) -> HttpResponse:
    if WORDS in query:
        query[WORDS] = asked(query.get(WORDS, "").strip())
    # A path may begin with two slashes, behind which a browser would take the name of another host.
    return HttpResponseRedirect(f"{escape_leading_slashes(page)}?{query.urlencode()}")
