"""What is typed about a second factor: a code, and one's own password before anything changes."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from django import forms
from django.utils.translation import gettext_lazy as _

from jingming.accounts.adapter import StaffAdapter, check_credentials
from jingming.accounts.models import Staff

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}


class CodeForm(forms.Form):
    """The code at sign-in, for allauth's page."""

    code = forms.CharField(
        label=_("Code from the app, or a recovery code"),
        max_length=20,
        widget=forms.TextInput(attrs={**CODE, "autofocus": True}),
    )

    def __init__(self, *args: Any, user: Staff, **kwargs: Any) -> None:  # noqa: ANN401  # as allauth calls it
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        StaffAdapter(context.request).check_code(context.request, self.user, code)
        return code

    def save(self) -> None:
        """Nothing: the code was used when it was looked at."""


class OwnPasswordForm(forms.Form):
    """One's own password again, counted like any other try."""

    password = forms.CharField(
        label=_("Your password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, of: Staff, **kwargs: Any) -> None:  # noqa: ANN401  # as Django declares it
        self.of = of
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        check_credentials(self.of.username, password)
        return password


class NewPasswordForm(ChangePasswordForm):
    """A new password of one's own, for allauth's page; the old one is counted like any other try."""

    def clean_oldpassword(self) -> str:
        password: str = self.cleaned_data["oldpassword"]
        check_credentials(cast(Staff, self.user).username, password)
        return password


class SwitchOnForm(OwnPasswordForm):
    """The first code that the app shows."""

    code = forms.CharField(label=_("Code that the app shows"), max_length=20, widget=forms.TextInput(attrs=CODE))

    field_order = ("code", "password")


class TakeAwayForm(forms.Form):
    """Why somebody's second factor is taken away."""

    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("It stands in the audit."))
