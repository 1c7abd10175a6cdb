"""What people type about customers, made clean. Numbers are read by rules.py, so that page and API keep the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from jingming.accounts.models import Staff
from jingming.base.errors import Refusal, Stale, Unfit
from jingming.base.pages import put_on
from jingming.codes.queries import label_of

from . import access, rules
from .models import Kind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

BIGGEST = 2**31 - 1


class CodedField(forms.CharField):
    """Text that one of the rules reads into its kept form."""

    def __init__(
        self,
        *,
        label: StrPromise,
        read: Callable[[str], str],
        required: bool = True,
        widget: forms.Widget | None = None,
    ) -> None:
        super().__init__(max_length=60, label=label, required=required, widget=widget)
        self.read = read

    def clean(self, value: object) -> str:
        text = super().clean(value)
        try:
            return self.read(text) if text else ""
        except Unfit as refusal:
            raise ValidationError(refusal.message) from None


class ArchiveForm(forms.Form):
    """Base of the forms: a refused act puts its sentences beside the fields, a stale one shows the differences.

    After `refuse(Stale)` the form carries the version that was found, so that saving again is a decision made in view
    of `differences`.
    """

    differences: list[dict[str, str]]

    def __init__(self, data: QueryDict | None, *, initial: dict[str, object] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.differences = []

    def refuse(self, refusal: Refusal) -> None:
        """Say why the act was not done."""
        if isinstance(refusal, Stale):
            self.differences = refusal.facts["differences"]  # type: ignore[assignment]  # put there by our actions
            self.data = {**self.data.dict(), self.add_prefix("version"): str(refusal.facts["version"])}  # type: ignore[attr-defined]  # what was posted
        else:
            put_on(self, refusal)


def _version() -> forms.IntegerField:
    return forms.IntegerField(min_value=1, max_value=BIGGEST, widget=forms.HiddenInput)


def _units(person: Staff, kept: str = "") -> list[tuple[str, str]]:
    """The places that may be chosen; one that is kept already stays choosable."""
    choices = [(unit.code, str(unit)) for unit in access.units_open_to(person)]
    known = {code for code, _name in choices}
    return [("", "—"), *choices, *([(kept, kept)] if kept and kept not in known else [])]


class CustomerForm(ArchiveForm):
    """A customer; with `version` when an archive is changed, with a first phone when it is opened."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True})
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, initial=Kind.PERSON, widget=forms.RadioSelect)
    number = forms.CharField(label=_("Customer number"), max_length=30, required=False)
    phone = CodedField(
        label=_("Phone"),
        read=rules.phone_number,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    unit = forms.ChoiceField(label=_("Place"), required=False)
    note = forms.CharField(
        label=_("Note"), max_length=rules.NOTE_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = _version()

    def __init__(
        self, data: QueryDict | None, *, person: Staff, opened: bool, initial: dict[str, object] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        del self.fields["phone" if opened else "version"]
        self.fields["unit"].choices = _units(person, str(self.initial.get("unit", "")))  # type: ignore[attr-defined]  # a ChoiceField
        if not opened:
            self.fields["unit"].help_text = _("Where you work, if none is chosen.")

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if "unit" in clean and not clean["unit"] and "version" in self.fields:
            del clean["unit"]  # an archive keeps its place until another is chosen
        return clean


class ContactForm(ArchiveForm):
    """Somebody who speaks for a customer."""

    name = forms.CharField(
        label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True})
    )
    duty = forms.ChoiceField(label=_("Duty"), required=False)
    phone = CodedField(
        label=_("Phone"), read=rules.phone_number, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        duties: list[tuple[str, str]],
        opened: bool,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        if opened:
            del self.fields["phone"]
        kept = str(self.initial.get("duty", ""))
        known = {code for code, _words in duties}
        retired = [(kept, label_of("contact_duty", kept))] if kept and kept not in known else []
        self.fields["duty"].choices = [("", "—"), *duties, *retired]  # type: ignore[attr-defined]  # a ChoiceField


class PhoneForm(ArchiveForm):
    """A number under which somebody is reached."""

    phone = CodedField(
        label=_("Phone"),
        read=rules.phone_number,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "autofocus": True}),
    )
    label = forms.CharField(
        label=_("Remark"), max_length=30, required=False, help_text=_("For example: mobile, office, extension 8012.")
    )


class ServicePointForm(ArchiveForm):
    """A place that is served; with `version` and `active` when it is changed."""

    account_number = CodedField(
        label=_("Account number"),
        read=rules.account_number,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    address = forms.CharField(label=_("Address"), max_length=200)
    unit = forms.ChoiceField(
        label=_("Place"), required=False, help_text=_("That of the area, else of the customer, if none is chosen.")
    )
    area = forms.ChoiceField(label=_("Service area"), required=False)
    device_number = CodedField(label=_("Meter or set-top box"), read=rules.device_number, required=False)
    network_element = forms.CharField(
        label=_("Network element"),
        max_length=60,
        required=False,
        help_text=_("Feeder, pressure station, optical node."),
    )
    active = forms.BooleanField(label=_("In use"), required=False)
    version = _version()

    def __init__(
        self, data: QueryDict | None, *, person: Staff, opened: bool, initial: dict[str, object] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        if not opened:
            del self.fields["active"], self.fields["version"]
        self.fields["unit"].choices = _units(person, str(self.initial.get("unit", "")))  # type: ignore[attr-defined]  # a ChoiceField
        areas = [
            (area.code, "\u3000" * (area.path.count("/") - 1) + str(area)) for area in access.areas_open_to(person)
        ]
        self.fields["area"].choices = [("", "—"), *areas]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if "unit" in clean and not clean["unit"]:
            del clean["unit"]
        return clean


class ConductForm(ArchiveForm):
    """A record of good or bad conduct."""

    good = forms.TypedChoiceField(
        label=_("Conduct"),
        choices=[("yes", _("Good conduct")), ("no", _("Bad conduct"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    text = forms.CharField(label=_("What happened"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
