"""Input about codes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from .models import Code
from .rules import CODE


class LabelForm(forms.Form):
    """A name in both languages; `label` is made of them."""

    label_zh = forms.CharField(label=_("Name in Chinese"), max_length=60)
    label_en = forms.CharField(label=_("Name in English"), max_length=60)

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if not self.errors:
            clean["label"] = {"zh": clean.pop("label_zh"), "en": clean.pop("label_en")}
        return clean


class NewCodeForm(LabelForm):
    """A code of a set."""

    field_order = ("parent", "code", "label_zh", "label_en", "first_day")

    parent = forms.ModelChoiceField(Code.objects.none(), label=_("Below"), required=False)
    code = forms.RegexField(
        CODE,
        label=_("Code"),
        max_length=40,
        help_text=_("Small letters, digits and underscores; never changed later."),
        error_messages={
            "invalid": _("A code begins with a letter and has 1 to 40 small letters, digits or underscores.")
        },
    )

    first_day = forms.DateField(
        label=_("First day"),
        required=False,
        help_text=_("Leave it empty to offer the code at once."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, set_: str, data: QueryDict | None) -> None:
        super().__init__(data)
        self.fields["parent"].queryset = Code.objects.filter(set=set_, parent=None, valid_to=None)  # type: ignore[attr-defined]


class ScheduleForm(forms.Form):
    """From which day to which a code is offered."""

    first_day = forms.DateField(
        label=_("First day"),
        required=False,
        help_text=_("Empty: without a beginning."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: without an end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class RetireForm(forms.Form):
    """The last day on which a code is offered."""

    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
