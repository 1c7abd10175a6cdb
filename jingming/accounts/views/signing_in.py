"""Signing in, handing a shared desk to the next person, one's own page and language."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.utils import perform_login
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import logout as end_session
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language as django_set_language

from jingming.accounts import actions, queries, setup
from jingming.accounts.adapter import StaffAdapter, set_language_cookie
from jingming.accounts.demo import read_demo
from jingming.accounts.forms.signing_in import LookForm, ProfileForm, SetUpForm, SwitchForm
from jingming.accounts.http import admits
from jingming.accounts.models import Staff
from jingming.accounts.policy import policy
from jingming.accounts.rules import LOOKS
from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.base.pages import put_on


class SignIn(LoginView):
    """The sign-in page; on a demo it shows the people and their password."""

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "demo": read_demo(settings.HOME)}


@sensitive_post_parameters("token", "password")
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """The first account of an installation, made with the token that the server printed; no page once there is one."""
    if setup.is_set_up():
        raise Http404
    form = SetUpForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            setup.begin(**form.cleaned_data, at=now())
        except Refusal as refusal:
            put_on(form, refusal)
        else:
            return redirect("account_login")
    return render(request, "accounts/set_up.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def switch_user(request: StaffRequest) -> HttpResponse:
    """Another person takes over the desk with their own password and lands on the same page, if it is theirs to see."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    form = SwitchForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        person = form.person
        return hand_over(request, person, to=_back_to(wanted, request, person))
    return render(request, "accounts/switch_user.html", {"form": form, "next": wanted})


def hand_over(request: HttpRequest, person: Staff, *, to: str) -> HttpResponse:
    """End the session and begin one of `person` under a new key, after a code where they have a second factor; nothing
    of the old one is carried over."""
    adapter = StaffAdapter(request)
    adapter.logout(request)
    end_session(request)  # the old row and its data are gone before the new one exists
    response: HttpResponse = perform_login(request, person, redirect_url=to)
    return response


def _back_to(wanted: str, request: HttpRequest, person: Staff) -> str:
    """The page wanted, if it is one of ours and its door admits the person; else the desk."""
    if not url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return "/"
    try:
        view = resolve(wanted.partition("?")[0]).func
    except Resolver404:
        return "/"
    audience = getattr(view, "opened_to", None)
    return wanted if audience is not None and admits(audience, person) else "/"


@require_http_methods(["GET", "POST"])
def profile(request: StaffRequest) -> HttpResponse:
    """One's own page: who one is here, the posts held, the language and the look of the desk."""
    person = request.user
    kept = {name: getattr(person, name) for name in ("language", *LOOKS)}
    kept["language"] = kept["language"] or get_language()
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=kept)
    if form.is_valid():
        language = form.cleaned_data["language"]
        actions.choose_language(person, language, at=now())
        actions.choose_look(person, **form.chosen(), at=now())
        response = redirect("profile")
        set_language_cookie(response, language)
        return response
    posts = person.posts.select_related("role", "department", "unit").order_by("pk")
    return render(request, "accounts/profile.html", {"form": form, "posts": posts})


@require_safe
def sessions(request: StaffRequest) -> HttpResponse:
    """Where one is signed in, and the buttons that end it."""
    shown = queries.open_sessions(request.user, here=request.session.session_key, at=now())
    return render(request, "accounts/sessions.html", {"sessions": shown, "policy": policy()})


@require_POST
def end_sessions(request: StaffRequest) -> HttpResponse:
    """End one of one's own sessions, or all but this one; what is not there, or not one's own, has ended already."""
    number = request.POST.get("session", "")
    if number == "others":
        actions.end_other_sessions(request.user, here=request.session.session_key, at=now())
    else:
        actions.end_session(request.user, number, at=now())
    return redirect("sessions")


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Change the language at once, and remember it for whoever is signed in."""
    response = django_set_language(request)
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        actions.choose_language(cast(StaffRequest, request).user, language, at=now())
    return response


@require_POST
def set_look(request: StaffRequest) -> HttpResponse:
    """Keep the theme, contrast or density that was chosen in the menu; the page shows it already where scripts run."""
    form = LookForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    actions.choose_look(request.user, **form.chosen(), at=now())
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    # nosemgrep: no-open-redirect  # _back_to asks whether the address is ours
    return redirect(_back_to(request.POST.get("next") or "/", request, request.user))
