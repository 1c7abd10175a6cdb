"""The form of an act, built from `workorders.inputs.ACT_FIELDS`: one builder for each kind of value.

    form = ActForm(Act.DISPATCH, order, person, at=now(), data=request.POST)
    if form.is_valid():
        values = form.values()        # raises Unfit with a sentence beside each field that cannot be meant

Fields that the act may leave out are not required here; everything else is decided by inputs and actions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.base.errors import Refusal, Unfit
from jingming.base.pages import put_on
from jingming.codes.queries import choices
from jingming.customers.queries import by_account_number
from jingming.organisation.models import Department
from jingming.organisation.queries import departments, units
from jingming.privacy.rules import shortened
from jingming.ui.labels import in_language
from jingming.workorders import inputs, masks
from jingming.workorders import queries as order_queries
from jingming.workorders.actions.ground import responsible
from jingming.workorders.inputs import ACT_FIELDS, CHOICES, ActField
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import BESIDE, Act
from jingming.workorders.values import NOTHING
from jingming.workspace import offers

from . import fields

Fields = dict[str, forms.Field]
TASK_ROWS = 4
BIGGEST_VERSION = 2**31 - 1
LAST_HALF_HOUR = timedelta(minutes=30)
HOLD_AT_FIRST = 4
# What the rules of archives call a field, and what it is called here.
CALLED_HERE = {"phone": "caller_phone", "account_number": "service_point"}


@dataclass(frozen=True)
class Asked:
    """For what and whom a form is built."""

    act: Act
    order: WorkOrder
    person: Staff
    at: datetime


class ActForm(forms.Form):
    """What one act on one order needs to know. `version` is what the person has seen of the order."""

    def __init__(
        self,
        act: Act,
        order: WorkOrder,
        person: Staff,
        *,
        at: datetime,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, Any] | None = None,
        typed: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, files, initial=dict(typed or {}))
        self.asked = Asked(act, order, person, at)
        if act not in BESIDE:
            self.fields["version"] = forms.IntegerField(
                min_value=1, max_value=BIGGEST_VERSION, initial=order.version, widget=forms.HiddenInput
            )
        for field in ACT_FIELDS[act]:
            self.fields.update(BUILDERS[field.kind](field, self.asked))
        if act == Act.ATTACH:
            self.fields = {"file": forms.FileField(label=_("File")), **self.fields}
        for built in self.fields.values():
            built.error_messages["required"] = str(fields.FILL_IN)
        if given := (data or {}).get("back") or (typed or {}).get("back"):  # where the person came from
            self.fields["back"] = forms.CharField(required=False, initial=given, widget=forms.HiddenInput)
        first = next((built for built in self.fields.values() if not built.widget.is_hidden), None)
        if first is not None and not isinstance(first.widget, forms.RadioSelect):  # all its buttons would ask for it
            first.widget.attrs["autofocus"] = True

    def values(self) -> dict[str, Any]:
        """The keyword arguments of the action; Unfit for what cannot be meant."""
        raw = {field.name: self._raw(field) for field in ACT_FIELDS[self.asked.act]}
        given = {name: value for name, value in raw.items() if value not in (None, "", [], {})}
        clean = inputs.clean(self.asked.act, given, order=self.asked.order, person=self.asked.person)
        if self.asked.act == Act.ATTACH:
            clean["upload"] = self.cleaned_data["file"]
        return clean

    def _raw(self, field: ActField) -> object:
        if field.kind == "tasks":
            return self._tasks()
        if field.kind == "fields":
            return self.touched()
        value = self.cleaned_data.get(field.name)
        if isinstance(value, datetime):
            return _to_the_minute(value, self.asked)
        return value

    def _tasks(self) -> list[dict[str, str]]:
        found = [
            {part: self.cleaned_data.get(f"{part}_{row}") or "" for part in ("department", "instruction", "staff")}
            for row in range(TASK_ROWS)
        ]
        return [task for task in found if any(task.values())]

    def touched(self) -> dict[str, object]:
        """Of an amendment: the fields that the person has changed, against what their form showed them at first."""
        seen = self.cleaned_data.get("seen") or {}
        now_typed = {
            name: fields.plain(value)
            for name, value in self.cleaned_data.items()
            if name not in ("version", "seen", "back")
        }
        changed = {name: value for name, value in now_typed.items() if _said(value) != _said(seen.get(name))}
        if point := changed.get("service_point"):
            served = by_account_number(self.asked.person, str(point))
            if served is not None:
                changed["customer"] = served.customer_id
        return changed

    def typed(self) -> dict[str, object]:
        """What the person has typed, to be shown again on top of what a colleague has saved meanwhile."""
        if self.asked.act == Act.AMEND:
            return {name: self.cleaned_data[name] for name in self.touched() if name in self.cleaned_data}
        kept = {name: self.cleaned_data.get(name, self.data.get(name)) for name in self.fields}
        return {name: value for name, value in kept.items() if name != "version" and value not in (None, "")}

    def refuse(self, refusal: Refusal) -> None:
        """Show why the act was not done, beside the fields where they are known."""
        for name, here in CALLED_HERE.items():
            if name in refusal.fields and name not in self.fields and here in self.fields:
                refusal.fields[here] = refusal.fields.pop(name)
        put_on(self, refusal)

    def task_rows(self) -> list[list[forms.BoundField]]:
        """The rows of a split, each department, person, instruction."""
        return [[self[f"{part}_{row}"] for part in ("department", "staff", "instruction")] for row in range(TASK_ROWS)]

    @property
    def splits(self) -> bool:
        return self.asked.act == Act.SPLIT


def _said(value: object) -> object:
    """The value; nothing is the same however it is written."""
    return None if value in NOTHING else value


def _to_the_minute(value: datetime, asked: Asked) -> datetime:
    """The browser's field knows minutes only: the minute of the contact itself is not before the contact."""
    began = asked.order.occurred_at
    return max(value, began) if value == began.replace(second=0, microsecond=0) else value


# --- One builder for each kind --------------------------------------------------------------------------------------
def _text(field: ActField, asked: Asked) -> Fields:
    return {field.name: fields.text(str(field.label), required=field.required, rows=4 if field.required else 2)}


def _line(field: ActField, asked: Asked) -> Fields:
    if asked.act == Act.RETYPE:
        offered = [(kind.code, str(kind)) for kind in order_queries.types() if kind.pk != asked.order.type_id]
        return {field.name: fields.chosen(str(field.label), offered, required=field.required)}
    return {field.name: fields.line(str(field.label), required=field.required)}


def _code(field: ActField, asked: Asked) -> Fields:
    built = fields.code(str(field.label), field.of, required=field.required, at=asked.at)
    if field.of == "attachment_purpose":
        built.initial = "evidence"
    return {field.name: built}


def _choice(field: ActField, asked: Asked) -> Fields:
    return {field.name: fields.chosen(str(field.label), [*CHOICES[field.of]], required=field.required, radio=True)}


def _time(field: ActField, asked: Asked) -> Fields:
    initial, help_text = asked.at, ""
    if field.name == "began_at":
        initial = max(asked.order.occurred_at, asked.at - LAST_HALF_HOUR)
    if field.name == "until":
        limit = asked.order.flow.hold
        initial = asked.at + timedelta(hours=min(limit.hours, HOLD_AT_FIRST))
        help_text = _("At most %(hours)d hours; held %(held)d of %(times)d times so far.") % {
            "hours": limit.hours,
            "held": asked.order.holds,
            "times": limit.times,
        }
    return {field.name: fields.moment(str(field.label), required=field.required, initial=initial, help_text=help_text)}


def _by_unit(chosen: list[Department]) -> list[Any]:
    """Departments under the names of their units, in the order given."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for department in chosen:
        groups.setdefault(str(units()[department.unit_id]), []).append((department.code, str(department)))
    return list(groups.items())


def _department(field: ActField, asked: Asked) -> Fields:
    offered = offers.departments_for(asked.order, asked.act)
    built = fields.chosen(str(field.label), _by_unit(offered), required=field.required)
    usual = None if field.required else _responsible(asked)
    if usual is not None:
        words = _("The responsible one: %(department)s") % {"department": usual}
        built.choices = [("", words), *_by_unit(offered)]
    return {field.name: built}


def _responsible(asked: Asked) -> Department | None:
    """Where the act sends the order if nobody chooses a department."""
    try:
        return responsible(asked.order, offers.target_kinds(asked.order, asked.act))
    except Unfit:
        return None


def _staff(field: ActField, asked: Asked) -> Fields:
    if asked.act == Act.ASSIGN:
        groups = offers.handlers_in([departments()[asked.order.department_id]])
        offered: list[Any] = groups[0][1] if groups else []
    else:
        offered = offers.handlers_in(offers.near(asked.order, offers.departments_for(asked.order, asked.act)))
    built = fields.chosen(str(field.label), offered, required=field.required)
    if not field.required:
        built.choices = [("", _("The department decides")), *offered]
    return {field.name: built}


def _number(field: ActField, asked: Asked) -> Fields:
    """Which of one's own tasks or reviews: asked only where there are several."""
    if field.name == "task":
        own = [
            (str(task.pk), f"{departments()[task.department_id]}: {shortened(task.instruction, 80)}")
            for task in offers.own_tasks(asked.order, asked.person)
        ]
    else:
        own = [
            (str(review.pk), _("%(step)s, done by %(person)s") % {"step": review.step, "person": review.done_by})
            for review in offers.own_reviews(asked.order, asked.person)
        ]
    if len(own) > 1:
        return {field.name: fields.chosen(str(field.label), own, required=True, radio=True)}
    return {
        field.name: forms.ChoiceField(
            choices=own, required=False, initial=own[0][0] if own else "", widget=forms.HiddenInput
        )
    }


def _one_to_five(field: ActField, asked: Asked) -> Fields:
    built = fields.one_to_five(str(field.label), required=field.required)
    if not field.required:
        built.help_text = _("1 is very dissatisfied, 5 is very satisfied; leave it out only if nobody was reached.")
    return {field.name: built}


def _minutes(field: ActField, asked: Asked) -> Fields:
    return {field.name: forms.IntegerField(label=str(field.label), min_value=1, max_value=10_080)}


def _step(field: ActField, asked: Asked) -> Fields:
    flow = asked.order.flow
    offered = [(step.key, in_language(step.label.model_dump())) for step in flow.steps]
    built = fields.chosen(str(field.label), offered, required=field.required)
    built.choices = [("", _("The reviewed step")), *offered]
    built.help_text = _("Only when the result is “returned”.")
    return {field.name: built}


def _order(field: ActField, asked: Asked) -> Fields:
    return {field.name: fields.line(str(field.label), required=True, longest=40)}


def _tasks(field: ActField, asked: Asked) -> Fields:
    able = offers.departments_for(asked.order, asked.act)
    offered, people = _by_unit(able), offers.handlers_in(offers.near(asked.order, able))
    built: Fields = {}
    for row in range(TASK_ROWS):
        number = {"number": row + 1}
        built[f"department_{row}"] = fields.chosen(_("Department of task %(number)d") % number, offered, required=False)
        person = fields.chosen(_("Person for task %(number)d") % number, people, required=False)
        person.choices = [("", _("The department decides")), *people]
        built[f"staff_{row}"] = person
        built[f"instruction_{row}"] = fields.text(_("What task %(number)d asks for") % number, required=False, rows=2)
    return built


class _Seen(forms.Field):
    """What an amendment's form showed at first, as JSON: without it nobody can say what the person has changed."""

    widget = forms.HiddenInput

    def clean(self, value: object) -> dict[str, object]:
        try:
            seen = json.loads(str(value)[:200_000])
        except (ValueError, RecursionError):
            seen = None
        if not isinstance(seen, dict):
            raise forms.ValidationError(_("The form is damaged. Reload the page and try again."))
        return seen


def kept_values(order: WorkOrder) -> dict[str, object]:
    """What an amendment can change, as it is now."""
    own = {
        "description": order.description,
        "service_point": order.service_point.account_number if order.service_point else "",
        "address": order.address,
        "caller_name": order.caller_name,
        "caller_phone": order.caller_phone,
        "category": order.category,
        "level": order.level,
        "verified": list(order.verified),
    }
    kept = own | {field.key: fields.plain(order.form.get(field.key)) for field in order.flow.asked}
    return {name: value for name, value in kept.items() if not masks.is_masked(order, name)}


def _fields(field: ActField, asked: Asked) -> Fields:
    order, at = asked.order, asked.at
    kept = kept_values(order)
    built: Fields = {
        "description": fields.text(_("Description"), required=True),
        **{one.key: fields.of_type(one, at=at, kept=order.form.get(one.key)) for one in order.flow.asked},
        "category": fields.code(_("Category"), "category", required=False, at=at, kept=order.category),
        "level": fields.chosen(
            _("Level"), choices("level", at, kept=[order.level]), required=True, initial=order.level
        ),
        "service_point": fields.line(_("Account number of the service point"), required=False),
        "address": fields.line(_("Address"), required=False, longest=200),
        "caller_name": fields.line(_("Caller"), required=False, longest=120),
        "caller_phone": fields.line(_("Phone"), required=False, longest=30, inputmode="tel"),
        "verified": forms.MultipleChoiceField(
            label=_("Customer verified by"),
            required=False,
            choices=list(inputs.VERIFIED_BY.items()),
            widget=forms.CheckboxSelectMultiple,
        ),
        "seen": _Seen(initial=json.dumps(kept, ensure_ascii=False)),
    }
    built = {name: one for name, one in built.items() if not masks.is_masked(order, name)}
    for name, value in kept.items():
        of_type = order.flow.field(name)
        built[name].initial = fields.initial_of(of_type, order.form.get(name)) if of_type else value
    return built


BUILDERS: Mapping[str, Callable[[ActField, Asked], Fields]] = {
    "text": _text,
    "line": _line,
    "code": _code,
    "choice": _choice,
    "time": _time,
    "department": _department,
    "staff": _staff,
    "number": _number,
    "one_to_five": _one_to_five,
    "minutes": _minutes,
    "step": _step,
    "order": _order,
    "tasks": _tasks,
    "fields": _fields,
}
