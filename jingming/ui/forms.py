"""A form with one field of each kind, for the page that shows every component."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _


class ExampleForm(forms.Form):
    """Never sent anywhere; the view binds it once to show errors."""

    KINDS: ClassVar = [("consultation", _("Consultation")), ("repair", _("Repair")), ("complaint", _("Complaint"))]

    subject = forms.CharField(label=_("Subject"), max_length=80, help_text=_("One line that a colleague understands."))
    kind = forms.ChoiceField(label=_("Type"), choices=KINDS)
    phone = forms.RegexField(
        r"^\d{11}$", label=_("Phone"), error_messages={"invalid": _("Eleven digits, for example 13800000417.")}
    )
    description = forms.CharField(label=_("Description"), widget=forms.Textarea, required=False)
    urgency = forms.ChoiceField(
        label=_("Urgency"), widget=forms.RadioSelect, choices=[("normal", _("Normal")), ("urgent", _("Urgent"))]
    )
    agreed = forms.BooleanField(label=_("The customer has agreed to a visit"), required=False)
