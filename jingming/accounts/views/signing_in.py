"""Signing in, handing a shared desk to the next person, one's own page and language."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import logout as end_session
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language as django_set_language

from jingming.accounts import actions
from jingming.accounts.adapter import StaffAdapter, set_language_cookie
from jingming.accounts.demo import read_demo
from jingming.accounts.forms.signing_in import LookForm, ProfileForm, SwitchForm
from jingming.accounts.http import admits
from jingming.accounts.models import Staff
from jingming.accounts.rules import LOOKS
from jingming.base.clock import now
from jingming.base.http import StaffRequest


class SignIn(LoginView):
    """The sign-in page; on a demo it shows the people and their password."""

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "demo": read_demo(settings.HOME)}


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def switch_user(request: StaffRequest) -> HttpResponse:
    """Another person takes over the desk with their own password and lands on the same page, if it is theirs to see."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    form = SwitchForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        person = form.person
        response = redirect(_back_to(wanted, request, person))
        hand_over(request, person)
        set_language_cookie(response, person.language)
        return response
    return render(request, "accounts/switch_user.html", {"form": form, "next": wanted})


def hand_over(request: HttpRequest, person: Staff) -> None:
    """End the session and begin one of `person` under a new key; nothing of the old one is carried over."""
    adapter = StaffAdapter(request)
    adapter.logout(request)
    end_session(request)  # the old row and its data are gone before the new one exists
    adapter.login(request, person)


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
    return redirect(_back_to(request.POST.get("next") or "/", request, request.user))
