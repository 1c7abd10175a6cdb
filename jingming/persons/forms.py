"""Input about requests and holds."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingming.base.errors import Unfit
from jingming.customers.rules import phone_number
from jingming.privacy.retention import MOST

from .models import LONGEST_REASON
from .rules import Basis, Ground

WITHOUT_NAMES = _("How the person has asked, and how it was checked that it is them.")


def _reason(label: object, help_text: object = "") -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]  # lazy
        help_text=help_text,  # type: ignore[arg-type]  # lazy
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ReasonForm(forms.Form):
    """Why a copy is made."""

    reason = _reason(_("Why"), WITHOUT_NAMES)


class CorrectionForm(forms.Form):
    """What is wrong, as the person says."""

    reason = _reason(_("What is wrong, and what is right"))


class EraseForm(forms.Form):
    """On which ground of the law somebody is to be erased."""

    basis = forms.ChoiceField(label=_("Ground"), choices=Basis.choices, help_text=_("Article 47 of the PIPL."))
    reason = _reason(_("Why"), WITHOUT_NAMES)


class HoldForm(forms.Form):
    """What keeps the data of a person."""

    ground = forms.ChoiceField(label=_("Ground"), choices=Ground.choices)
    source = forms.CharField(
        label=_("Source"),
        max_length=120,
        help_text=_("Number of the file, name of the court or authority, or the law."),
    )
    reason = _reason(_("Why"))
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: until somebody lifts the hold."),
    )


class LiftForm(forms.Form):
    """Why a hold ends."""

    reason = _reason(_("Why the hold is lifted"))


class DecisionForm(forms.Form):
    """What the second person says."""

    remark = _reason(_("Remark"))


class NumberForm(forms.Form):
    """Somebody who is known by a number alone."""

    phone = forms.CharField(
        label=_("Phone number"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
        help_text=_("Of somebody without an archive. Who has one is found there."),
    )
    what = forms.ChoiceField(
        label=_("What"), choices=[("export", _("Copy of everything")), ("erase", _("Ask for erasing"))]
    )
    basis = forms.ChoiceField(
        label=_("Ground"), choices=[("", "—"), *Basis.choices], required=False, help_text=_("For erasing only.")
    )
    reason = _reason(_("Why"), WITHOUT_NAMES)

    def clean_phone(self) -> str:
        """The number as it is kept."""
        try:
            return phone_number(str(self.cleaned_data["phone"]))
        except Unfit as refusal:
            raise forms.ValidationError(refusal.message) from None

    def clean(self) -> dict[str, object]:
        """Erasing needs its ground."""
        values = super().clean() or {}
        if values.get("what") == "erase" and not values.get("basis"):
            self.add_error("basis", _("Say on which ground it is erased."))
        return values


class RetentionForm(forms.Form):
    """For how long something is kept."""

    days = forms.IntegerField(label=pgettext_lazy("retention", "Days"), min_value=1, max_value=MOST)
    reason = _reason(_("Why"))
