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
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja.security import HttpBearer

from jingming.base.clock import now
from jingming.base.errors import NotAllowed

from . import access, queries
from .models import Staff
from .rules import Authority

View = Callable[..., HttpResponseBase]


class Door(Enum):
    """Audiences that are no matter of authority."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"


PUBLIC = Door.PUBLIC
EVERYBODY_SIGNED_IN = Door.SIGNED_IN
Audience = Door | Authority | Iterable[Authority]


def opens(view: View, *, to: Audience) -> View:
    """Let in whom `to` names, and say so on the view: `view.opened_to` is a Door or a tuple of authorities.

    `to` is PUBLIC, EVERYBODY_SIGNED_IN, one Authority, or several of which one is enough. A stranger to the
    installation is sent to the sign-in page and comes back afterwards (401 where htmx asks); a person without the
    authority hears 404, as if there were no such page. What is let in has `request.user` as an active member of
    staff, so views are written with StaffRequest, and times are read and shown in the person's own zone. NotAllowed
    from access.py becomes a 403 page that says the reason.
    Pages behind a door are never kept by browsers or proxies.
    """
    audience = declared(to)

    @wraps(view)
    def door(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if audience is not PUBLIC:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if not admits(audience, request.user):
                raise Http404
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
    return door


def declared(to: Audience) -> Door | tuple[Authority, ...]:
    """The audience in the form in which it stands on views and on API operations."""
    if isinstance(to, Door):
        return to
    return (to,) if isinstance(to, Authority) else tuple(to)


def admits(audience: Door | tuple[Authority, ...], person: object) -> bool:
    """Whether somebody signed in belongs to the audience."""
    return isinstance(audience, Door) or any(access.has(person, authority) for authority in audience)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401)
    # After signing in one returns to a page, never to an act that was half sent.
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")


class Bearer(HttpBearer):
    """Lets in, by API token, whom `to` names; `opened_to` on the operation's `auth_callbacks` says so, as on views.

    Without a living token the answer is 401, without the authority 403. What is let in has `request.user` and
    `request.auth` as an active member of staff, and the person's language where the caller asks for none we speak.
    """

    def __init__(self, *, to: Audience = EVERYBODY_SIGNED_IN) -> None:
        super().__init__()
        self.opened_to = declared(to)

    def authenticate(self, request: HttpRequest, token: str) -> Staff | None:
        person = queries.person_by_token(token.strip(), now())
        if person is None:
            return None
        request.user = person
        if not _speaks_ours(request):
            translation.activate(person.language or settings.LANGUAGE_CODE)
        if not admits(self.opened_to, person):
            raise NotAllowed
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
