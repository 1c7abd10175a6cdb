"""What people type about customers, made clean. Numbers are read by rules.py, so that page and API keep the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.base.errors import Refusal, Stale, Unfit
from jingming.base.pages import put_on
from jingming.codes.queries import choices, label_of

from . import access, rules
from .actions import Why
from .models import Kind, NoteKind, Relation
from .queries import CHANGE_REASON, DEVICE_KIND, ELEMENT_KIND, SENSITIVE

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
        help_text: StrPromise | str = "",
    ) -> None:
        super().__init__(max_length=60, label=label, required=required, widget=widget, help_text=help_text)
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


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar."""

    def __init__(self, *, label: StrPromise, required: bool = True, help_text: StrPromise | str = "") -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(label=label, required=required, help_text=help_text, widget=widget)


class ReasonedForm(ArchiveForm):
    """A form whose act says why: a reason of the dictionary, and words beside it."""

    reason = forms.ChoiceField(label=_("Why"))
    why = forms.CharField(
        label=_("In your words"),
        max_length=rules.WHY_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self, data: QueryDict | None, *, initial: dict[str, object] | None = None, likely: str = "told"
    ) -> None:
        super().__init__(data, initial={"reason": likely, **(initial or {})})
        self.fields["reason"].choices = choices(CHANGE_REASON, now())  # type: ignore[attr-defined]  # a ChoiceField
        self.order_fields([*(name for name in self.fields if name not in {"reason", "why"}), "reason", "why"])

    def clean(self) -> dict[str, Any]:
        """The values, with `why` as the actions take it."""
        clean = super().clean() or {}
        if "reason" in self.fields:
            clean["why"] = Why(clean.pop("reason", ""), clean.get("why", ""))
        return clean


def kinds_of_device() -> list[tuple[str, str]]:
    """What may hang at a place, for forms."""
    return choices(DEVICE_KIND, now())


def _version() -> forms.IntegerField:
    return forms.IntegerField(min_value=1, max_value=BIGGEST, widget=forms.HiddenInput)


def _units(person: Staff, kept: str = "") -> list[tuple[str, str]]:
    """The places that may be chosen; one that is kept already stays choosable."""
    choices = [(unit.code, str(unit)) for unit in access.units_open_to(person)]
    known = {code for code, _name in choices}
    return [("", "—"), *choices, *([(kept, kept)] if kept and kept not in known else [])]


class CustomerForm(ReasonedForm):
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
    sensitive = forms.MultipleChoiceField(label=_("Special care"), required=False, widget=forms.CheckboxSelectMultiple)
    key_account = forms.BooleanField(label=_("Key account"), required=False)
    manager = forms.ChoiceField(label=_("Account manager"), required=False)
    note = forms.CharField(
        label=_("Note"), max_length=rules.NOTE_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = _version()

    def __init__(
        self, data: QueryDict | None, *, person: Staff, opened: bool, initial: dict[str, object] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        for name in ("phone",) if opened else ("version", "reason", "why"):
            del self.fields[name]
        kept = [str(code) for code in self.initial.get("sensitive") or ()]
        self.fields["sensitive"].choices = _with_kept(SENSITIVE, kept)  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["manager"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", "—"),
            *((one.employee_number, f"{one.name} {one.employee_number}") for one in access.managers_open_to()),
        ]
        self.fields["unit"].choices = _units(person, str(self.initial.get("unit", "")))  # type: ignore[attr-defined]  # a ChoiceField
        if not opened:
            self.fields["unit"].help_text = _("Where you work, if none is chosen.")

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if "unit" in clean and not clean["unit"] and "version" in self.fields:
            del clean["unit"]  # an archive keeps its place until another is chosen
        return clean


def _with_kept(set_: str, kept: list[str]) -> list[tuple[str, str]]:
    """What may be chosen of a set; a code that stands there already stays choosable when it is retired."""
    offered = choices(set_, now())
    known = {code for code, _words in offered}
    return [*offered, *((code, label_of(set_, code)) for code in kept if code not in known)]


class ContactForm(ReasonedForm):
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


class PhoneForm(ReasonedForm):
    """A number under which somebody is reached."""

    phone = CodedField(
        label=_("Phone"),
        read=rules.phone_number,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "autofocus": True}),
    )
    label = forms.CharField(
        label=_("Remark"), max_length=30, required=False, help_text=_("For example: mobile, office, extension 8012.")
    )


class ServicePointForm(ReasonedForm):
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
    element = CodedField(
        label=_("Network element"), read=rules.element_code, required=False, help_text=_("Code of what feeds it.")
    )
    device_kind = forms.ChoiceField(label=_("Kind of device"), required=False)
    device_number = CodedField(label=_("Device number"), read=rules.device_number, required=False)
    contract_number = forms.CharField(label=_("Contract number"), max_length=rules.CONTRACT_LENGTH, required=False)
    contract_until = DayField(label=_("Contract until"), required=False)
    arrears = forms.DecimalField(
        label=_("Arrears"), min_value=0, max_digits=12, decimal_places=2, required=False, help_text=_("In CNY.")
    )
    arrears_at = DayField(label=_("Arrears as of"), required=False)
    active = forms.BooleanField(label=_("In use"), required=False)
    version = _version()

    def __init__(
        self, data: QueryDict | None, *, person: Staff, opened: bool, initial: dict[str, object] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        if opened:
            del self.fields["device_kind"], self.fields["device_number"]
        else:
            del self.fields["active"], self.fields["version"]
            self.fields["device_kind"].choices = kinds_of_device()  # type: ignore[attr-defined]  # a ChoiceField
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


class RetireForm(ReasonedForm):
    """Nothing but why: a phone, a contact person or a link is no longer what it was."""


class TenureForm(ReasonedForm):
    """What a customer is to a service point beside its holder."""

    relation = forms.ChoiceField(
        label=_("Relation"),
        choices=[(one.value, one.label) for one in Relation if one is not Relation.HOLDER],
        widget=forms.RadioSelect,
    )


class DeviceForm(ReasonedForm):
    """A meter, set-top box or other device."""

    kind = forms.ChoiceField(label=_("Kind of device"))
    number = CodedField(
        label=_("Device number"),
        read=rules.device_number,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    model = forms.CharField(label=_("Model"), max_length=rules.MODEL_LENGTH, required=False)
    installed_on = DayField(label=_("Installed on"), required=False)
    design_life = forms.IntegerField(
        label=_("Design life in years"),
        min_value=1,
        max_value=rules.LONGEST_LIFE,
        required=False,
        help_text=_("That of its kind, if you leave it empty."),
    )

    def __init__(self, data: QueryDict | None, *, opened: bool, initial: dict[str, object] | None = None) -> None:
        super().__init__(data, initial=initial, likely="visit")
        kept = [str(self.initial["kind"])] if self.initial.get("kind") else []
        self.fields["kind"].choices = _with_kept(DEVICE_KIND, kept)  # type: ignore[attr-defined]  # a ChoiceField


class ExchangeForm(ReasonedForm):
    """A device goes, another one comes; or none."""

    on = DayField(label=_("Taken out on"))
    number = CodedField(
        label=_("Number of the new device"),
        read=rules.device_number,
        required=False,
        help_text=_("Empty: none comes in its place."),
    )
    model = forms.CharField(label=_("Model"), max_length=rules.MODEL_LENGTH, required=False)
    design_life = forms.IntegerField(
        label=_("Design life in years"), min_value=1, max_value=rules.LONGEST_LIFE, required=False
    )

    def __init__(self, data: QueryDict | None, *, initial: dict[str, object] | None = None) -> None:
        super().__init__(data, initial=initial, likely="exchange")


class NoteForm(ArchiveForm):
    """A note or a visit."""

    kind = forms.ChoiceField(label=_("Kind"), choices=NoteKind.choices, initial=NoteKind.NOTE, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What is to be known"),
        max_length=rules.NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
    )
    happened_at = forms.DateTimeField(
        label=_("When it was"),
        required=False,
        help_text=_("Now, if you leave it empty."),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )


class PurchaseForm(ArchiveForm):
    """What a customer bought."""

    item = forms.CharField(
        label=_("What was bought"), max_length=120, widget=forms.TextInput(attrs={"autofocus": True})
    )
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=12, decimal_places=3, initial=1)
    amount = forms.DecimalField(
        label=_("Amount"), min_value=0, max_digits=12, decimal_places=2, required=False, help_text=_("In CNY.")
    )
    number = forms.CharField(label=_("Number of the receipt or contract"), max_length=40, required=False)
    bought_on = DayField(label=_("Bought on"))


class MergeForm(ReasonedForm):
    """Which value of each differing field goes on, and why; with the versions that were looked at."""

    version = _version()
    other_version = _version()

    def __init__(
        self, data: QueryDict | None, *, differing: Mapping[str, list[tuple[str, str]]], initial: dict[str, object]
    ) -> None:
        super().__init__(data, initial=initial, likely="duplicate")
        for field, sides in differing.items():
            self.fields[f"take_{field}"] = forms.ChoiceField(choices=sides, required=False)

    def clean(self) -> dict[str, Any]:
        """The values, with `take` and `seen` as the action takes them."""
        clean = super().clean()
        chosen = {name: clean.pop(name) for name in list(clean) if name.startswith("take_")}
        clean["take"] = {name.removeprefix("take_"): side for name, side in chosen.items() if side}
        clean["seen"] = (clean.pop("version", 0), clean.pop("other_version", 0))
        return clean

    def refuse(self, refusal: Refusal) -> None:
        """Say why; after a Stale the form is of the archives as they are now, and merging again a decision."""
        put_on(self, refusal)


class ElementForm(ArchiveForm):
    """A network element; with `version` and `active` when it is changed."""

    code = CodedField(
        label=_("Code"),
        read=rules.element_code,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    kind = forms.ChoiceField(label=_("Kind of network element"))
    name = forms.CharField(label=_("Name"), max_length=60)
    parent = CodedField(
        label=_("Element above"),
        read=rules.element_code,
        required=False,
        help_text=_("Code of the element that feeds this one; empty at the top."),
    )
    unit = forms.ChoiceField(label=_("Place"))
    active = forms.BooleanField(label=_("In use"), required=False)
    version = _version()

    def __init__(
        self, data: QueryDict | None, *, person: Staff, opened: bool, initial: dict[str, object] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        for name in ("code",) if opened else ("active", "version"):
            del self.fields[name]
        kept = [str(self.initial["kind"])] if self.initial.get("kind") else []
        self.fields["kind"].choices = _with_kept(ELEMENT_KIND, kept)  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["unit"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (unit.code, str(unit)) for unit in access.units_of_network_open_to(person)
        ]
