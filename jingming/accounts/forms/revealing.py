"""Why somebody needs to see what is masked."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from jingming.accounts.rules import LONGEST_REASON, SHORTEST_REASON


class RevealForm(forms.Form):
    """The reason becomes a line of the audit."""

    reason = forms.CharField(
        label=_("Why you need it"),
        help_text=_("For example: checking whether the customer was called back."),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
