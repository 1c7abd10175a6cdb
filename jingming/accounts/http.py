"""The doors of pages and API calls: who may come in is declared in urls.py and api.py, and nowhere else.

    urlpatterns = [
        path("staff/", opens(views.staff_list, to=Authority.SEE_STAFF), name="staff"),
        path("me/", opens(views.profile, to=EVERYBODY_SIGNED_IN), name="profile"),
        path("healthz", opens(health.alive, to=PUBLIC), name="healthz"),
    ]

    @router.get("/codes", auth=Bearer(to=Authority.SEE_FLOWS))

Which *rows* somebody sees behind the door is the business of each slice's access.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from functools import wraps

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from django.utils.functional import LazyObject, SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja.security import HttpBearer

from jingming.base.clock import now
from jingming.base.errors import NotAllowed
from jingming.base.http import too_large
from jingming.base.problems import API
from jingming.base.proxies import line_of

from . import access, browsers, eyes, limits, queries
from .models import Staff
from .rules import Authority, Pace
from .sessions import person_of

BACKGROUND = "Jingming-Background"  # a header: a script asks, nobody has pressed or typed anything
View = Callable[..., HttpResponseBase]


class PersonMiddleware(AuthenticationMiddleware):
    """`request.user` is whoever has signed in, read with the session."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: person_of(request))  # type: ignore[assignment]  # stands for one


class EyesMiddleware:
    """What is shown while a request is answered is shown to whoever asks: see `eyes`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with eyes.seen_by(request):
            return self.get_response(request)


class Door(Enum):
    """Audiences that are no matter of authority."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"


PUBLIC = Door.PUBLIC
EVERYBODY_SIGNED_IN = Door.SIGNED_IN
Audience = Door | Authority | Iterable[Authority]


def opens(
    view: View,
    *,
    to: Audience,
    with_old_password: bool = False,
    first: bool = False,
    pace: Pace | None = Pace.PAGE,
    takes_files: bool = False,
) -> View:
    """Let in whom `to` names, and say so on the view: `view.opened_to` is a Door or a tuple of authorities.

    `to` is PUBLIC, EVERYBODY_SIGNED_IN, one Authority, or several of which one is enough. A stranger to the
    installation is sent to the sign-in page and comes back afterwards (401 where htmx asks); a person without the
    authority hears 404, as if there were no such page. What is let in has `request.user` as an active member of
    staff, so views are written with StaffRequest, and times are read and shown in the person's own zone. NotAllowed
    from access.py becomes a 403 page that says the reason.
    Pages behind a door are never kept by browsers or proxies. Who comes in is active, and their session goes on, unless
    a script asks in the background. Whose password is older than the policy allows is sent to change it, from every
    page but those opened `with_old_password`. Who must have a second factor and has none is sent to switch it on, from
    every page but those that come `first`; so are programs, by their 403, and the stream tells them nothing.
    Requests are counted as `pace` for the person, and those of whoever has not signed in for the browser, if somebody
    has signed in with it before, else for the address; beyond the limit of the policy the answer is 429 and says how
    long to wait. None counts nothing. Only what `takes_files` is sent more than a form, and by nobody who has not
    signed in.
    """
    audience = declared(to)

    @wraps(view)
    def door(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if isinstance(request.user, LazyObject):
            request.user = person_of(request)  # a page asks fifty times who it is for, and each time through the other
        stranger = not request.user.is_authenticated  # who has signed in is counted as themselves, also to sign out
        if pace is not None:
            counted = (Pace.STRANGER, _stranger(request)) if stranger else (pace, f"person {request.user.pk}")
            if refusal := _too_many(request, *counted):
                return refusal
        turned_away = _at_the_door(request, audience, with_old_password=with_old_password, first=first)
        if turned_away is not None:
            return turned_away
        try:
            with timezone.override(None if audience is PUBLIC else queries.zone_of(request.user)):
                response = view(request, *args, **kwargs)
        except NotAllowed as refusal:
            raise PermissionDenied(refusal.message) from refusal
        if audience is not PUBLIC:
            # At a shared desk the back key must not show what the last person saw.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    door.opened_to = audience  # type: ignore[attr-defined]  # read by the matrix test
    door.takes_files = takes_files  # type: ignore[attr-defined]  # read by SizeMiddleware
    return door


def _at_the_door(
    request: HttpRequest, audience: Door | tuple[Authority, ...], *, with_old_password: bool, first: bool
) -> HttpResponse | None:
    """The answer to whoever does not come in now; None lets them in."""
    if audience is PUBLIC:
        return None
    if not isinstance(request.user, Staff):
        return _to_sign_in(request)
    if not admits(audience, request.user):
        raise Http404
    note_whose(audience, request.user)
    if not request.headers.get(BACKGROUND):
        request.session.touch()  # type: ignore[attr-defined]  # of jingming.accounts.sessions
    if not with_old_password and _must_change_password(request):
        return redirect("account_change_password")
    if not first and queries.lacks_second_factor(request.user):
        return _to_second_factor(request)
    return None


def declared(to: Audience) -> Door | tuple[Authority, ...]:
    """The audience in the form in which it stands on views and on API operations."""
    if isinstance(to, Door):
        return to
    return (to,) if isinstance(to, Authority) else tuple(to)


def admits(audience: Door | tuple[Authority, ...], person: object) -> bool:
    """Whether somebody signed in belongs to the audience."""
    return isinstance(audience, Door) or any(access.has(person, authority) for authority in audience)


def note_whose(audience: Door | tuple[Authority, ...], person: object) -> None:
    """Have the audit say for whom somebody acts whom only lent posts let in. What an act finds out beyond that, for one
    row, it says itself."""
    if isinstance(person, Staff) and not isinstance(audience, Door):
        posts = [post for post in access.duties_of(person) if set(audience) & set(post.role.authorities)]
        own = any(post.staff_id == person.pk for post in posts)
        person.acting_for = "" if own or not posts else posts[0].lender


def _too_many(request: HttpRequest, pace: Pace, who: str) -> HttpResponse | None:
    """The answer to one request too many; None lets it in."""
    try:
        limits.count(pace, who, now())
    except limits.TooMany as refusal:
        answer = render(request, "429.html", {"sentence": refusal.message}, status=429)
        answer.headers["Retry-After"] = str(refusal.retry_after)
        return answer
    return None


def _stranger(request: HttpRequest) -> str:
    """As whom somebody who has not signed in is counted: a browser known to us for itself, all others by address."""
    word = browsers.word_of(request)
    return f"browser {word}" if word else address_of(request)


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, as far as we can know; an IPv6 line has more addresses than can be counted."""
    return f"address {line_of(request.META.get('REMOTE_ADDR', ''))}"


def _must_change_password(request: HttpRequest) -> bool:
    """Whether a page is asked for by somebody with too old a password; what they are just sending is not lost."""
    person = request.user
    return request.method == "GET" and isinstance(person, Staff) and queries.password_is_too_old(person, now())


def _to_second_factor(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=403, headers={"HX-Redirect": reverse("second_factor_on")})
    return HttpResponse(status=403) if request.headers.get(BACKGROUND) else redirect("second_factor_on")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401)
    # After signing in one returns to a page, never to an act that was half sent.
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")


class Bearer(HttpBearer):
    """Lets in, by API token, whom `to` names; `opened_to` on the operation's `auth_callbacks` says so, as on views.

    Without a living token the answer is 401, without the authority 403. What is let in has `request.user` and
    `request.auth` as an active member of staff, and the person's language where the caller asks for none we speak.
    Calls are counted as `pace` for the person, those without a living token for their address; beyond the limit: 429.
    """

    def __init__(self, *, to: Audience = EVERYBODY_SIGNED_IN, pace: Pace = Pace.API) -> None:
        super().__init__()
        self.opened_to = declared(to)
        self.pace = pace

    def authenticate(self, request: HttpRequest, token: str) -> Staff | None:
        at = now()
        person = queries.person_by_token(token.strip(), at)
        if person is None:
            limits.count(Pace.STRANGER, address_of(request), at)
            return None
        request.user = person
        if not _speaks_ours(request):
            translation.activate(person.language or settings.LANGUAGE_CODE)
        limits.count(self.pace, f"person {person.pk}", at)
        if not admits(self.opened_to, person):
            raise NotAllowed
        note_whose(self.opened_to, person)
        if queries.lacks_second_factor(person):
            raise NotAllowed(_("Your role needs two-step sign-in. Sign in with a browser and switch it on first."))
        return person


def _speaks_ours(request: HttpRequest) -> bool:
    """Whether the caller asks for a language that we have; LocaleMiddleware has chosen it already."""
    for wish, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            translation.get_supported_language_variant(wish)
        except LookupError:
            continue
        return True
    return False


class SizeMiddleware:
    """Refuse a body that is larger than its address takes, before anything of it is read: strangers fill no disk.

    What is refused reaches no door, so it is counted here: else sizes would tell for ever which tokens are alive.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.META.get("CONTENT_LENGTH") or "0"
        most: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if sent.isdecimal() and int(sent) > most and int(sent) > _most_bytes(request):
            return _too_many(request, *_sender(request)) or too_large(request)
        return self.get_response(request)


def _most_bytes(request: HttpRequest) -> int:
    """How large a body may be at this address, from this person."""
    form: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if request.content_type != "multipart/form-data":
        return form
    if request.path.startswith(API):
        return form + settings.UPLOAD_LIMIT if _program(request) else form
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return form
    takes_files = getattr(view, "takes_files", False) and request.user.is_authenticated
    return settings.FILES_LIMIT if takes_files else form


def _sender(request: HttpRequest) -> tuple[Pace, str]:
    """As whom a request is counted that reaches no door."""
    if request.path.startswith(API):
        person = _program(request)
        return (Pace.API, f"person {person.pk}") if person else (Pace.STRANGER, address_of(request))
    if request.user.is_authenticated:
        return Pace.PAGE, f"person {request.user.pk}"
    return Pace.STRANGER, _stranger(request)


def _program(request: HttpRequest) -> Staff | None:
    """Whose living token the request of a program carries."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return queries.person_by_token(token.strip(), now()) if scheme.lower() == "bearer" else None
