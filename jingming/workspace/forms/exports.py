"""Why somebody takes work orders away as a file."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

LONGEST_REASON = 500


class OrdersExport(forms.Form):
    """Why orders are taken out of the house; the reason becomes a line of the audit."""

    reason = forms.CharField(
        label=gettext_lazy("Why these orders are exported"),
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
