"""What a type of order is, as data: its steps, who is responsible, who may do what, what must be filled in.

A definition is JSON, validated here and kept by version; orders under way keep theirs. Shape (labels are {zh, en}):

    {"code", "prefix", "label", "start": step key,
     "steps": [{"key", "label", "kinds": [department kinds, or "home"], "review": bool, "unless_waived": bool,
                "acts": {act: {"by": [roles], "to": step key, "to_kinds": [department kinds]}}}],
     "acts": {act: {"by": [roles]}},              acts that do not depend on the step
     "fields": [{"key", "label", "help", "kind": FIELD_KINDS, "set", "choices": [{"value", "label", "active"}],
                 "required_for": [acts], "least", "most", "shortest", "longest", "pattern", "filterable", "active"}],
     "required": {act: [the order's own fields]},
     "review": "none" | "advisory" | "blocking",
     "callback": {"when": "always" | "sample" | "never", "share": 0…1, "attempts": unreached calls before letting go},
     "hold": {"hours", "times"},
     "guide": {"greeting", "safety", "questions": [{"ask", "field", "must"}], "read_back", "closing"}}   (optional)

The guide is what an agent says and asks during a call. Its sentences may hold the PLACEHOLDERS and nothing else in
braces; a question ticks itself once the field that it names is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Literal, LiteralString, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from jingming.organisation.rules import Kind

from .rules import Act

HOME = "home"
PREVIOUS = "$previous"
OWN_FIELDS = ("service_point", "customer", "caller_name", "caller_phone", "address", "category", "level", "verified")
PLACEHOLDERS = ("employee_number", "enterprise", "caller", "phone", "address", "description", "number")
FieldKind = Literal[
    "text", "long_text", "integer", "number", "date", "datetime", "choice", "choices", "code", "flag", "phone"
]
FIELD_KINDS: tuple[FieldKind, ...] = get_args(FieldKind)
PatternKind = Literal["", "digits", "letters_digits", "dashed", "postcode", "plate", "email"]
NOT_FILTERED = ("long_text", "phone")  # a phone number does not belong into an address
FIELD_KEY = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
OPTION = r"^[a-z0-9][a-z0-9_]{0,39}$"
MOST_FIELDS, MOST_FILTERED, MOST_OPTIONS = 300, 12, 200
IN_BRACES = re.compile(r"\{([^{}]*)\}")


def _wrong(kind: LiteralString, sentence: LiteralString, **facts: object) -> PydanticCustomError:
    """A refusal that faults.py knows by name, so that an administrator reads it in their own language."""
    said = {name: ", ".join(sorted(fact)) if isinstance(fact, set) else str(fact) for name, fact in facts.items()}
    return PydanticCustomError(kind, sentence, said)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(_Part):
    """Words in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Permission(_Part):
    """Who may do an act, and where the order goes by it."""

    by: tuple[str, ...] = Field(min_length=1)
    to: str = ""
    to_kinds: tuple[str, ...] = ()


class Step(_Part):
    """A stretch of the way, with one department responsible."""

    key: str
    label: Label
    kinds: tuple[str, ...] = Field(min_length=1)
    review: bool = False
    unless_waived: bool = False
    acts: Mapping[Act, Permission] = {}


class Option(_Part):
    """One of the values that a field offers; retired it is offered no more, and what was recorded keeps its words."""

    value: str = Field(pattern=OPTION)
    label: Label
    active: bool = True


class FormField(_Part):
    """A field of the type's own form; its value is kept in the order's `form`. Never taken out of a type: retired
    (`active` off) it is asked for no more, and what was recorded stays readable."""

    key: str = Field(pattern=FIELD_KEY, max_length=40)
    label: Label
    help: Label | None = None
    kind: FieldKind
    set: str = ""
    choices: tuple[Option, ...] = Field(default=(), max_length=MOST_OPTIONS)
    required_for: tuple[Act, ...] = ()
    least: int | float | str | None = None
    most: int | float | str | None = None
    shortest: int | None = Field(default=None, ge=1, le=2000)
    longest: int | None = Field(default=None, ge=1, le=10_000)
    pattern: PatternKind = ""
    filterable: bool = False
    active: bool = True

    @model_validator(mode="after")
    def _fits_its_kind(self) -> FormField:
        if bool(self.choices) != (self.kind in ("choice", "choices")):
            raise ValueError(f"field {self.key}: choices belong to the kinds choice and choices, and to no other")
        values = [option.value for option in self.choices]
        if len(set(values)) != len(values):
            raise ValueError(f"field {self.key} offers a value twice")
        if (self.shortest or self.longest or self.pattern) and self.kind not in ("text", "long_text"):
            raise ValueError(f"field {self.key}: length and pattern belong to texts")
        if self.filterable and self.kind in NOT_FILTERED:
            raise ValueError(f"field {self.key}: a field of this kind cannot be filtered by")
        bounds = [bound for bound in (self.least, self.most) if bound is not None]
        if not all(self._is_bound(bound) for bound in bounds):
            raise ValueError(f"field {self.key}: least and most are of its kind")
        if len(bounds) == 2 and bounds[0] > bounds[1]:  # type: ignore[operator]  # both of one kind
            raise ValueError(f"field {self.key}: least is more than most")
        if self.shortest and self.longest and self.shortest > self.longest:
            raise ValueError(f"field {self.key}: shortest is more than longest")
        return self

    def _is_bound(self, bound: float | str) -> bool:
        if self.kind in ("integer", "number"):
            return not isinstance(bound, str) and abs(bound) < 1e15
        if self.kind in ("date", "datetime"):
            return isinstance(bound, str) and is_day(bound)
        return False

    def option(self, value: object) -> Option | None:
        """The option of this value."""
        return next((option for option in self.choices if option.value == value), None)


def is_day(value: object) -> bool:
    """Whether it is a day as we keep them, like 2026-11-22."""
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


class CallbackPlan(_Part):
    """Which orders are called back."""

    when: Literal["always", "sample", "never"]
    share: float = Field(default=1.0, ge=0, le=1)
    attempts: int = Field(default=3, ge=1)


class HoldLimit(_Part):
    """How long and how often a department may hold an order."""

    hours: int = Field(ge=1)
    times: int = Field(ge=0)


class Question(_Part):
    """Something to ask the caller; `field` is the key of the field that the answer fills, if it fills one."""

    ask: Label
    field: str = ""
    must: bool = False


class Guide(_Part):
    """What an agent says during a call of this type, from the greeting to the farewell."""

    greeting: Label
    safety: Label | None = None
    questions: tuple[Question, ...] = ()
    read_back: Label
    closing: Label

    @model_validator(mode="after")
    def _says_what_can_be_said(self) -> Guide:
        said = [self.greeting, self.safety, self.read_back, self.closing, *(one.ask for one in self.questions)]
        texts = [text for label in said if label for text in (label.zh, label.en)]
        if unknown := {word for text in texts for word in IN_BRACES.findall(text)} - {*PLACEHOLDERS}:
            raise _wrong("placeholders_unknown", "the guide has unknown placeholders: {names}", names=unknown)
        return self


def _known_kinds(kinds: Iterable[str], where: str) -> None:
    if unknown := set(kinds) - {HOME, *Kind.values}:
        raise _wrong("kinds_unknown", "{where} names unknown department kinds: {names}", where=where, names=unknown)


class Flow(_Part):
    """One version of a type of order."""

    code: str
    prefix: str = Field(pattern=r"^[A-Z]{2,4}$")
    label: Label
    start: str
    steps: tuple[Step, ...] = Field(min_length=1)
    acts: Mapping[Act, Permission] = {}
    fields: tuple[FormField, ...] = Field(default=(), max_length=MOST_FIELDS)
    required: Mapping[Act, tuple[str, ...]] = {}
    review: Literal["none", "advisory", "blocking"] = "none"
    callback: CallbackPlan
    hold: HoldLimit
    guide: Guide | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Flow:
        keys = [step.key for step in self.steps]
        for key in keys:
            if keys.count(key) > 1:
                raise _wrong("step_twice", "two steps have the same key: {key}", key=key)
        if self.start not in keys:
            raise _wrong("start_unknown", "start names no step: {key}", key=self.start)
        for step in self.steps:
            _known_kinds(step.kinds, step.key)
            for act, permission in step.acts.items():
                _known_kinds(permission.to_kinds, f"{step.key}.{act}")
                if permission.to and permission.to not in {*keys, PREVIOUS}:
                    where = f"{step.key}.{act}"
                    raise _wrong("leads_nowhere", "{where} leads to no step: {key}", where=where, key=permission.to)
            if step.unless_waived and not (Act.CALL_BACK in step.acts and step.acts[Act.CALL_BACK].to):
                sentence = "step {key} is skipped without a callback, and names no step after one"
                raise _wrong("skipped_without_callback", sentence, key=step.key)
        return self

    @model_validator(mode="after")
    def _asks_for_what_there_is(self) -> Flow:
        keys = [field.key for field in self.fields]
        if clash := {key for key in keys if keys.count(key) > 1 or key in OWN_FIELDS}:
            raise _wrong("fields_clash", "fields are named twice, or as the order's own: {names}", names=clash)
        if sum(field.filterable for field in self.fields) > MOST_FILTERED:
            raise ValueError(f"at most {MOST_FILTERED} fields of a type can be filtered by")
        for act, wanted in self.required.items():
            if unknown := set(wanted) - {*keys, *OWN_FIELDS}:
                raise _wrong("required_unknown", "{act} requires unknown fields: {names}", act=act.label, names=unknown)
        asked = {question.field for question in self.guide.questions if question.field} if self.guide else set()
        if unknown := asked - {*keys, *OWN_FIELDS, "description", "answer"}:
            raise _wrong("guide_unknown", "the guide asks for unknown fields: {names}", names=unknown)
        return self

    def step(self, key: str) -> Step:
        """The step of this key; the first one if the key is of a version that knew other steps."""
        return next((step for step in self.steps if step.key == key), self.steps[0])

    def permission(self, step_key: str, act: Act) -> Permission | None:
        """Who may do the act at this step, or None if the flow does not know it there."""
        return self.step(step_key).acts.get(act) or self.acts.get(act)

    @cached_property
    def _by_key(self) -> dict[str, FormField]:
        return {field.key: field for field in self.fields}

    @cached_property
    def _required(self) -> dict[Act, list[str]]:
        retired = {field.key for field in self.fields if not field.active}
        found = {act: [key for key in keys if key not in retired] for act, keys in self.required.items()}
        for field in self.asked:
            for act in field.required_for:
                found.setdefault(act, []).append(field.key)
        return found

    @cached_property
    def _wanted(self) -> list[str]:
        return list(dict.fromkeys(key for act in Act for key in self._required.get(act, ())))

    @cached_property
    def asked(self) -> tuple[FormField, ...]:
        """The form fields that are not retired."""
        return tuple(field for field in self.fields if field.active)

    def field(self, key: str) -> FormField | None:
        """The form field of this key."""
        return self._by_key.get(key)

    def required_by(self, act: Act) -> list[str]:
        """Fields that must be filled in before the act."""
        return list(self._required.get(act, ()))

    def wanted(self) -> list[str]:
        """Every field that some act will ask for, in the order of the form."""
        return list(self._wanted)


class BadFlow(ValueError):
    """A definition that does not hang together; the message says where."""


def read_flow(definition: Mapping[str, Any]) -> Flow:
    """The flow of a stored or offered definition; raises BadFlow."""
    try:
        return Flow.model_validate(definition)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadFlow(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
