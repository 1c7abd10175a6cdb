"""What is typed to take over a desk, and on one's own page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jingming.accounts.adapter import check_credentials
from jingming.accounts.forms.staff import PasswordField, check_password
from jingming.accounts.models import Staff
from jingming.accounts.rules import LOOKS, Contrast, Density, Theme


class SwitchForm(forms.Form):
    """The next person's own name or number and password; `person` is set when they belong together."""

    person: Staff

    login = forms.CharField(
        label=_("Username or employee number"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if not self.errors:
            self.person = check_credentials(clean["login"], clean["password"])
        return clean


class SetUpForm(forms.Form):
    """Who is first here, and the token that the server has printed."""

    token = forms.CharField(
        label=_("Setup token"),
        max_length=100,
        help_text=_("Printed by the server when it starts, or by: jingming setup-token"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    username = forms.CharField(label=_("Username"), max_length=60)
    employee_number = forms.CharField(label=_("Employee number"), max_length=20)
    name = forms.CharField(label=_("Full name"), max_length=60)
    password = PasswordField(label=_("Password"), of_another=False)

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        check_password(self, Staff(**{word: clean.get(word, "") for word in ("username", "employee_number", "name")}))
        return clean


class LookForm(forms.Form):
    """How the desk looks, as much of it as is sent."""

    theme = forms.ChoiceField(label=_("Theme"), choices=Theme.choices, required=False)
    contrast = forms.ChoiceField(label=_("Contrast"), choices=Contrast.choices, required=False)
    density = forms.ChoiceField(label=_("Rows"), choices=Density.choices, required=False)

    def chosen(self) -> dict[str, str]:
        """What was sent, by name."""
        return {name: self.cleaned_data[name] for name in LOOKS if self.cleaned_data.get(name)}


class ProfileForm(LookForm):
    """What everybody may set about themselves; what is not sent stays."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    field_order = ("language", *LOOKS)
