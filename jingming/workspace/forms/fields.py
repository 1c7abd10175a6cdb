"""Form fields for kinds of values: one factory for what acts ask, one for what a type's own form asks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.codes.queries import choices
from jingming.ui.labels import in_language
from jingming.workorders.flows import FormField
from jingming.workorders.inputs import LONGEST_TEXT

FILL_IN = gettext_lazy("Fill this in.")


def text(
    label: str, *, required: bool, rows: int = 4, longest: int = LONGEST_TEXT, **attrs: str | int
) -> forms.CharField:
    """Several lines."""
    widget = forms.Textarea(attrs={"rows": rows, **attrs})
    return forms.CharField(label=label, required=required, max_length=longest, widget=widget)


def line(label: str, *, required: bool, longest: int = 60, **attrs: str | int) -> forms.CharField:
    """One line."""
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, required=required, max_length=longest, widget=widget)


def moment(label: str, *, required: bool, initial: datetime | None = None, help_text: str = "") -> forms.DateTimeField:
    """A date with its time to the minute, in the reader's own zone."""
    return forms.DateTimeField(
        label=label,
        required=required,
        initial=initial,
        help_text=help_text,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


def chosen(
    label: str, offered: list[Any], *, required: bool, radio: bool = False, initial: str = "", help_text: str = ""
) -> forms.ChoiceField:
    """One of a few: a list to open, or all side by side."""
    blank = [] if radio or (required and initial) else [("", "—")]
    return forms.ChoiceField(
        label=label,
        required=required,
        choices=[*blank, *offered],
        widget=forms.RadioSelect() if radio else forms.Select(),
        initial=initial or None,
        help_text=help_text,
    )


def code(label: str, set_: str, *, required: bool, at: datetime, kept: str = "") -> forms.ChoiceField:
    """One code of a set that may be chosen today; one that is kept already stays choosable."""
    offered = choices(set_, at)
    if kept and kept not in {value for value, _label in offered}:
        offered = [*offered, (kept, kept)]
    return chosen(label, offered, required=required, radio=required and len(offered) <= 6)


def one_to_five(label: str, *, required: bool) -> forms.ChoiceField:
    """A satisfaction value."""
    offered = [(str(value), str(value)) for value in range(1, 6)]
    return chosen(
        label, offered, required=required, radio=True, help_text=_("1 is very dissatisfied, 5 is very satisfied.")
    )


def of_type(field: FormField, *, at: datetime, kept: object = None) -> forms.Field:
    """The form field of one of a type's own fields; never required here: what is missing blocks an act, not a save."""
    label = in_language(field.label.model_dump())
    if field.kind == "code":
        return chosen(label, _offered(field.set, at, str(kept or "")), required=False)
    if field.kind == "flag":
        yes_no = [("yes", _("Yes")), ("no", _("No"))]
        return forms.TypedChoiceField(
            label=label,
            required=False,
            choices=[("", "—"), *yes_no],
            coerce=lambda value: value == "yes",
            empty_value="",
        )
    if field.kind == "number":
        return forms.FloatField(label=label, required=False, min_value=-1e14, max_value=1e14)
    if field.kind == "date":
        return forms.DateField(
            label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        )
    return line(label, required=False, longest=2000)


def _offered(set_: str, at: datetime, kept: str) -> list[tuple[str, str]]:
    offered = choices(set_, at)
    return [*offered, (kept, kept)] if kept and kept not in {value for value, _label in offered} else offered


def initial_of(field: FormField, kept: object) -> object:
    """A kept value as its form field shows it."""
    if field.kind == "flag" and isinstance(kept, bool):
        return "yes" if kept else "no"
    return "" if kept is None else kept


def plain(value: object) -> object:
    """A cleaned value as JSON keeps it: dates as text, nothing as an empty text, whole numbers whole."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
