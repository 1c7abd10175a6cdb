"""One's own second factor: how it stands, switching it on and off, recovery codes. Each asks for the password."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.base.views import AuthenticateView
from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from jingming.accounts import queries, second_factor
from jingming.accounts.forms.second_factor import OwnPasswordForm, SwitchOnForm
from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.base.http import StaffRequest
from jingming.base.pages import act_by_form, put_on

OFFERED = "second_factor"  # key in a session's data: the sealed secret that an app is about to get


@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class Code(AuthenticateView):
    """The page between the password and the desk, for whoever has a second factor."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return super().dispatch(request)


@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """Whether it is on, since when, and what can be done."""
    context = {
        "standing": second_factor.standing(request.user),
        "needed": queries.must_have_second_factor(request.user),
    }
    return render(request, "accounts/second_factor.html", context)


@sensitive_post_parameters("code", "password")
@require_http_methods(["GET", "POST"])
def switch_on(request: StaffRequest) -> HttpResponse:
    """The QR code for an app and the form that wants its first code; then the recovery codes, this once."""
    person = request.user
    if queries.has_second_factor(person):
        return redirect("second_factor")
    sealed = request.session.setdefault(OFFERED, second_factor.new_secret())
    form = SwitchOnForm(request.POST if request.method == "POST" else None, of=person)

    def act() -> list[str]:
        here = request.session.session_key
        codes = second_factor.switch_on(person, sealed, form.cleaned_data["code"], here=here, at=now())
        del request.session[OFFERED]
        return codes

    if (codes := _codes(form, act)) is not None:
        return _shown_once(request, codes)
    context = {
        "form": form,
        "offer": second_factor.offer(person, sealed),
        "needed": queries.must_have_second_factor(person),
    }
    return render(request, "accounts/second_factor_on.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def recovery_codes(request: StaffRequest) -> HttpResponse:
    """New recovery codes, this once."""
    form = OwnPasswordForm(request.POST if request.method == "POST" else None, of=request.user)
    codes = _codes(form, lambda: second_factor.make_recovery_codes(request.user, at=now()))
    if codes is not None:
        return _shown_once(request, codes)
    context = {
        "form": form,
        "back": "/accounts/second-factor/",
        "title": _("New recovery codes"),
        "sub": _("The old ones open nothing from then on."),
        "submit": _("Make new codes"),
    }
    return render(request, "ui/form_page.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def switch_off(request: StaffRequest) -> HttpResponse:
    """Back to the password alone."""
    return act_by_form(
        request,
        OwnPasswordForm(request.POST if request.method == "POST" else None, of=request.user),
        lambda _values: second_factor.switch_off(request.user, at=now()),
        back="/accounts/second-factor/",
        title=_("Switch off two-step sign-in"),
        sub=_("From then on your password alone opens your account."),
        submit=_("Switch off"),
        danger=True,
    )


def _codes(form: forms.Form, act: Callable[[], list[str]]) -> list[str] | None:
    """What the act gives once the form is sent and clean; a refusal is put on the form."""
    if form.is_valid():
        try:
            return act()
        except Refusal as refusal:
            put_on(form, refusal)
    return None


def _shown_once(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "accounts/recovery_codes.html", {"codes": codes})
