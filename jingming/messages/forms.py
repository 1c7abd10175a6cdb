"""Input about texts: the fields of both languages, and what is typed so far for the preview."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from .rules import LANGUAGES, LIMITS, Channel, Text, Texts


class TextsForm(forms.Form):
    """The texts of one purpose and channel. What a text may hold is decided when it is saved."""

    subject_zh = forms.CharField(label=_("Subject in Chinese"), required=False)
    body_zh = forms.CharField(label=_("Text in Chinese"), required=False, widget=forms.Textarea(attrs={"lang": "zh"}))
    subject_en = forms.CharField(label=_("Subject in English"), required=False)
    body_en = forms.CharField(label=_("Text in English"), required=False, widget=forms.Textarea(attrs={"lang": "en"}))
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(
        self, channel: Channel, data: Mapping[str, str] | None = None, *, texts: Texts | None = None, seen: int = 0
    ) -> None:
        initial = {
            f"{name}_{language}": getattr(text, name)
            for language, text in (texts or {}).items()
            for name in ("subject", "body")
        }
        super().__init__(data, initial={**initial, "seen": seen})
        if not LIMITS[channel].subject:
            for language in LANGUAGES:
                del self.fields[f"subject_{language}"]

    def texts(self) -> dict[str, Text]:
        """What is typed, whether it can be meant or not; "" for what is not there."""
        return {language: Text(self._typed(f"subject_{language}"), self._typed(f"body_{language}"))
                for language in LANGUAGES}  # fmt: skip

    def _typed(self, name: str) -> str:
        value = self[name].value() if name in self.fields else ""
        return str(value or "")
