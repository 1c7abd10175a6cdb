"""Input about the fields of a type's own form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.codes.rules import Set
from jingming.workorders.flows import FieldKind, FormField, is_day
from jingming.workorders.rules import BESIDE, Act
from jingming.workorders.values import PATTERNS

from . import fields

KIND_WORDS: Mapping[FieldKind, str | Promise] = {
    "text": gettext_lazy("Text, one line"),
    "long_text": gettext_lazy("Text, several lines"),
    "integer": gettext_lazy("Whole number"),
    "number": gettext_lazy("Decimal number"),
    "date": gettext_lazy("Date"),
    "datetime": gettext_lazy("Date and time"),
    "choice": gettext_lazy("One of several choices"),
    "choices": gettext_lazy("Several of the choices"),
    "code": gettext_lazy("Code of a list of the dictionary"),
    "flag": gettext_lazy("Yes or no"),
    "phone": gettext_lazy("Phone number"),
}
# The kinds for which a setting means something.
MEANT_FOR = {
    "set": "code",
    "choices": "choice choices",
    "least": "integer number date datetime",
    "most": "integer number date datetime",
    "shortest": "text long_text",
    "longest": "text long_text",
    "pattern": "text long_text",
    "filterable": "text integer number date datetime choice choices code flag",
}
NOT_WAITED_FOR = {
    *BESIDE, Act.OPEN, Act.AMEND, Act.HOLD, Act.WAIT, Act.SUSPEND, Act.RESUME, Act.VOID, Act.RECALL, Act.RETYPE,
}  # fmt: skip
DAYS = ("date", "datetime")
LONGEST_LABEL, LONGEST_HELP = 60, 200
MOST_LINES = 200


class OwnFieldForm(forms.Form):
    """A field of a type's own form, of a kind that is chosen before. Code, kind and list are chosen once."""

    key = fields.line(gettext_lazy("Code"), required=True, longest=40)
    label_zh = fields.line(gettext_lazy("Name in Chinese"), required=True, longest=LONGEST_LABEL)
    label_en = fields.line(gettext_lazy("Name in English"), required=True, longest=LONGEST_LABEL)
    help_zh = fields.line(gettext_lazy("Help in Chinese"), required=False, longest=LONGEST_HELP)
    help_en = fields.line(gettext_lazy("Help in English"), required=False, longest=LONGEST_HELP)
    set = forms.ChoiceField(
        label=gettext_lazy("List of the dictionary"), required=False, choices=[("", "—"), *Set.choices]
    )
    choices = fields.text(gettext_lazy("Choices"), required=False, rows=5, longest=20_000)
    required_for = forms.MultipleChoiceField(
        label=gettext_lazy("Must be filled in before"), required=False, widget=forms.CheckboxSelectMultiple
    )
    least = fields.line(gettext_lazy("Least"), required=False, longest=20)
    most = fields.line(gettext_lazy("Most"), required=False, longest=20)
    shortest = forms.IntegerField(label=gettext_lazy("Fewest characters"), required=False, min_value=1, max_value=2000)
    longest = forms.IntegerField(label=gettext_lazy("Most characters"), required=False, min_value=1, max_value=10_000)
    pattern = forms.ChoiceField(
        label=gettext_lazy("How it is written"), required=False,
        choices=[("", gettext_lazy("As one likes")), *((name, words) for name, (_pattern, words) in PATTERNS.items())],
    )  # fmt: skip
    filterable = forms.BooleanField(
        label=gettext_lazy("Queues can be filtered by it"), required=False,
        help_text=gettext_lazy("It gets an index of its own, made within a minute. At most twelve fields of a type."),
    )  # fmt: skip
    seen = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        kind: FieldKind,
        acts: Iterable[Act],
        data: QueryDict | None,
        *,
        field: FormField | None = None,
        seen: int | None = None,
    ) -> None:
        super().__init__(data, initial={"seen": seen, **(_initial(field) if field else {})})
        self.kind, self.fresh = kind, field is None
        self.fields["key"].help_text = _("Small letters, digits and underscores; never changed later.")
        self.fields["choices"].help_text = _(
            "A line for each: code | Chinese | English. A line that you take out is retired: orders may hold it."
        )
        if kind in DAYS:
            self.fields["least"].help_text = self.fields["most"].help_text = _("A date like 2026-11-22.")
        self.fields["required_for"].choices = [  # type: ignore[attr-defined]
            (act.value, act.label) for act in acts if act not in NOT_WAITED_FOR
        ]
        for name in MEANT_FOR:
            if not self._means(name):
                del self.fields[name]
        if field is not None:
            del self.fields["key"]

    def _means(self, name: str) -> bool:
        return self.kind in MEANT_FOR[name].split() and (self.fresh or name != "set")

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        values: dict[str, Any] = {name: clean[name] for name in ("key", "required_for", "seen") if clean.get(name)}
        values |= {"kind": self.kind, "label": {"zh": clean.get("label_zh", ""), "en": clean.get("label_en", "")}}
        zh, en = clean.get("help_zh", ""), clean.get("help_en", "")
        if zh or en:
            values["help"] = {"zh": zh or en, "en": en or zh}
        for name in MEANT_FOR:
            if self._means(name) and clean.get(name) not in (None, ""):
                values[name] = self._read(name, clean[name])
        if self.kind in ("choice", "choices") and not values.get("choices"):
            self._say("choices", _("Name at least one choice."))
        if self._means("set") and not values.get("set"):
            self._say("set", _("Choose a list."))
        return values

    def _say(self, name: str, sentence: str) -> None:
        if name not in self.errors:
            self.add_error(name, sentence)

    def _read(self, name: str, value: object) -> object:
        try:
            return READ[name](self.kind, str(value)) if name in READ else value
        except ValueError as fault:
            self._say(name, str(fault))
            return None


def _bound(kind: str, text: str) -> int | float | str:
    if kind in DAYS:
        if not is_day(text):
            raise ValueError(_("A date like 2026-11-22 is meant."))
        return text
    try:
        number = float(text)
    except ValueError:
        raise ValueError(_("A number is meant.")) from None
    if not abs(number) < 1e15:
        raise ValueError(_("A number is meant."))
    return int(number) if number.is_integer() else number


def _options(_kind: str, text: str) -> list[dict[str, Any]]:
    found = []
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise ValueError(_("At most %(most)d choices fit here.") % {"most": MOST_LINES})
    for line in lines:
        parts = [part.strip() for part in line.replace("｜", "|").split("|")]
        value, zh, en = (*parts, *[""] * 3)[:3]
        if len(parts) > 3 or not zh or len(zh) > LONGEST_LABEL or len(en) > LONGEST_LABEL:
            raise ValueError(
                _("“%(line)s” is no choice: write code | Chinese | English.") % {"line": line.strip()[:60]}
            )
        found.append({"value": value, "label": {"zh": zh, "en": en or zh}})
    return found


READ: dict[str, Callable[[str, str], object]] = {"least": _bound, "most": _bound, "choices": _options}


def _initial(field: FormField) -> dict[str, Any]:
    """A field as the form shows it; retired choices stand in no line."""
    plain = field.model_dump(mode="json")
    lines = [f"{one.value} | {one.label.zh} | {one.label.en}" for one in field.choices if one.active]
    return {
        **{name: plain[name] for name in ("required_for", "least", "most", "shortest", "longest", "pattern")},
        "filterable": field.filterable,
        "label_zh": field.label.zh, "label_en": field.label.en,
        "help_zh": field.help.zh if field.help else "", "help_en": field.help.en if field.help else "",
        "choices": "\n".join(lines),
    }  # fmt: skip


class Preview(forms.Form):
    """The fields as the forms of orders show them."""

    def __init__(self, asked: Iterable[FormField], *, at: datetime) -> None:
        super().__init__(prefix="preview")
        for field in asked:
            self.fields[field.key] = fields.of_type(field, at=at)
