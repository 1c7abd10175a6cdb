"""Input about menus."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ..rules import LONGEST_ENTRY


class EntryNameForm(forms.Form):
    """What a role calls an entry; both empty: as it is shipped."""

    zh = forms.CharField(label=_("Name in Chinese"), max_length=LONGEST_ENTRY, required=False)
    en = forms.CharField(
        label=_("Name in English"),
        max_length=LONGEST_ENTRY,
        required=False,
        help_text=_("Leave both empty, and the entry is called again as it is shipped."),
    )
