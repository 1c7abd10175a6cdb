"""Input about units, departments and areas."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from jingming.organisation.models import ServiceArea, Unit
from jingming.organisation.rules import Kind


class LabelForm(forms.Form):
    """A name in both languages; `label` is made of them."""

    label_zh = forms.CharField(label=_("Name in Chinese"), max_length=60)
    label_en = forms.CharField(label=_("Name in English"), max_length=60)

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if not self.errors:
            clean["label"] = {"zh": clean.pop("label_zh"), "en": clean.pop("label_en")}
        return clean


def label_initial(label: dict[str, str]) -> dict[str, str]:
    """The initial values of a LabelForm."""
    return {"label_zh": label.get("zh", ""), "label_en": label.get("en", "")}


class UnitForm(LabelForm):
    """What may be changed about a unit."""

    number_code = forms.RegexField(
        r"^[0-9]{3,6}$",
        label=_("Dialling code"),
        required=False,
        help_text=_("Stands in the numbers of work orders, for example 0562."),
        error_messages={"invalid": _("A dialling code has 3 to 6 digits.")},
    )
    time_zone = forms.CharField(label=_("Time zone"), max_length=40, initial="Asia/Shanghai")


class NewUnitForm(UnitForm):
    """A unit below another; its level is the next one down."""

    field_order = ("code", "label_zh", "label_en", "number_code", "time_zone")

    code = forms.CharField(label=_("Code"), max_length=12, help_text=_("Administrative division, for example 340702."))


class NewDepartmentForm(LabelForm):
    """A department of a unit."""

    field_order = ("kind", "code", "label_zh", "label_en")

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    code = forms.CharField(
        label=_("Code"), max_length=30, help_text=_("Capital letters, digits and hyphens; never changed later.")
    )


class NewAreaForm(LabelForm):
    """A service area of a unit."""

    field_order = ("parent", "code", "label_zh", "label_en")

    parent = forms.ModelChoiceField(ServiceArea.objects.none(), label=_("Below"), required=False)
    code = forms.CharField(
        label=_("Code"), max_length=30, help_text=_("Capital letters, digits and hyphens; never changed later.")
    )

    def __init__(self, unit: Unit, data: QueryDict | None) -> None:
        super().__init__(data)
        self.fields["parent"].queryset = unit.areas.filter(active=True).order_by("path")  # type: ignore[attr-defined]
