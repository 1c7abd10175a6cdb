"""Form fields for kinds of values: one factory for what acts ask, one for what a type's own form asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.codes.queries import choices
from jingming.ui.labels import in_language
from jingming.workorders.flows import FormField
from jingming.workorders.inputs import LONGEST_TEXT
from jingming.workorders.values import LONGEST, stored_time

FILL_IN = gettext_lazy("Fill this in.")


def text(
    label: str | Promise, *, required: bool, rows: int = 4, longest: int = LONGEST_TEXT, **attrs: str | int
) -> forms.CharField:
    """Several lines."""
    widget = forms.Textarea(attrs={"rows": rows, **attrs})
    return forms.CharField(label=label, required=required, max_length=longest, widget=widget)  # type: ignore[arg-type]  # lazy


def line(label: str | Promise, *, required: bool, longest: int = 60, **attrs: str | int) -> forms.CharField:
    """One line."""
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, required=required, max_length=longest, widget=widget)  # type: ignore[arg-type]  # lazy


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
    offered = choices(set_, at, kept=[kept])
    return chosen(label, offered, required=required, radio=required and len(offered) <= 6)


def one_to_five(label: str, *, required: bool) -> forms.ChoiceField:
    """A satisfaction value."""
    offered = [(str(value), str(value)) for value in range(1, 6)]
    return chosen(
        label, offered, required=required, radio=True, help_text=_("1 is very dissatisfied, 5 is very satisfied.")
    )


def of_type(field: FormField, *, at: datetime, kept: object = None) -> forms.Field:
    """The form field of one of a type's own fields; never required here: what is missing blocks an act, not a save."""
    built = OF_KIND[field.kind](field, at, kept)
    if field.help:
        built.help_text = in_language(field.help.model_dump())
    return built


def _named(field: FormField) -> str:
    return in_language(field.label.model_dump())


def _a_text(field: FormField, _at: datetime, _kept: object) -> forms.Field:
    return line(_named(field), required=False, longest=field.longest or LONGEST["text"])


def _a_long_text(field: FormField, _at: datetime, _kept: object) -> forms.Field:
    return text(_named(field), required=False, rows=3, longest=field.longest or LONGEST["long_text"])


def _a_phone(field: FormField, _at: datetime, _kept: object) -> forms.Field:
    return line(_named(field), required=False, longest=30, inputmode="tel")


def _an_integer(field: FormField, _at: datetime, _kept: object) -> forms.Field:
    return forms.IntegerField(label=_named(field), required=False, min_value=-(10**14), max_value=10**14)


def _a_number(field: FormField, _at: datetime, _kept: object) -> forms.Field:
    return forms.FloatField(label=_named(field), required=False, min_value=-1e14, max_value=1e14)


def _a_date(field: FormField, _at: datetime, _kept: object) -> forms.Field:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=_named(field), required=False, widget=widget)


def _a_moment(field: FormField, _at: datetime, _kept: object) -> forms.Field:
    return moment(_named(field), required=False)


def _a_code(field: FormField, at: datetime, kept: object) -> forms.Field:
    return chosen(_named(field), choices(field.set, at, kept=[str(kept or "")]), required=False)


def _options(field: FormField, kept: list[object]) -> list[tuple[str, str]]:
    return [
        (option.value, in_language(option.label.model_dump()))
        for option in field.choices
        if option.active or option.value in kept
    ]


def _a_choice(field: FormField, _at: datetime, kept: object) -> forms.Field:
    return chosen(_named(field), _options(field, [kept]), required=False)


def _some_choices(field: FormField, _at: datetime, kept: object) -> forms.Field:
    return forms.MultipleChoiceField(
        label=_named(field),
        required=False,
        choices=_options(field, kept if isinstance(kept, list) else []),
        widget=forms.CheckboxSelectMultiple,
    )


def _a_flag(field: FormField, _at: datetime, _kept: object) -> forms.Field:
    return forms.TypedChoiceField(
        label=_named(field),
        required=False,
        choices=[("", "—"), ("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        empty_value="",
    )


OF_KIND: Mapping[str, Callable[[FormField, datetime, object], forms.Field]] = {
    "text": _a_text,
    "long_text": _a_long_text,
    "integer": _an_integer,
    "number": _a_number,
    "date": _a_date,
    "datetime": _a_moment,
    "choice": _a_choice,
    "choices": _some_choices,
    "code": _a_code,
    "flag": _a_flag,
    "phone": _a_phone,
}


def initial_of(field: FormField, kept: object) -> object:
    """A kept value as its form field shows it."""
    if field.kind == "flag" and isinstance(kept, bool):
        return "yes" if kept else "no"
    if field.kind == "datetime" and isinstance(kept, str):
        return parse_datetime(kept) or ""
    return "" if kept is None else kept


def plain(value: object) -> object:
    """A cleaned value as JSON keeps it: dates as text, times in UTC, nothing as an empty text, whole numbers whole."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return stored_time(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
