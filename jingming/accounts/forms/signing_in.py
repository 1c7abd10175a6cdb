"""What is typed to take over a desk, and on one's own page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jingming.accounts.adapter import check_credentials
from jingming.accounts.models import Staff


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


class ProfileForm(forms.Form):
    """What everybody may set about themselves."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
