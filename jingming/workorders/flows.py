"""What a type of order is, as data: its steps, who is responsible, who may do what, what must be filled in.

A definition is JSON, validated here and kept by version; orders under way keep theirs. Shape (labels are {zh, en}):

    {"code", "prefix", "label", "start": step key,
     "steps": [{"key", "label", "kinds": [department kinds, or "home"], "review": bool, "unless_waived": bool,
                "acts": {act: {"by": [roles], "to": step key, "to_kinds": [department kinds]}}}],
     "acts": {act: {"by": [roles]}},              acts that do not depend on the step
     "fields": [{"key", "label", "kind": text|code|number|date|flag, "set", "required_for": [acts]}],
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
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from jingming.organisation.rules import Kind

from .rules import Act

HOME = "home"
PREVIOUS = "$previous"
OWN_FIELDS = ("service_point", "customer", "caller_name", "caller_phone", "address", "category", "level", "verified")
PLACEHOLDERS = ("employee_number", "enterprise", "caller", "phone", "address", "description", "number")
IN_BRACES = re.compile(r"\{([^{}]*)\}")


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


class FormField(_Part):
    """A field of the type's own form; its value is kept in the order's `form`."""

    key: str
    label: Label
    kind: Literal["text", "code", "number", "date", "flag"]
    set: str = ""
    required_for: tuple[Act, ...] = ()


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
            raise ValueError(f"the guide has unknown placeholders: {sorted(unknown)}")
        return self


def _known_kinds(kinds: Iterable[str], where: str) -> None:
    if unknown := set(kinds) - {HOME, *Kind.values}:
        raise ValueError(f"{where} names unknown department kinds: {sorted(unknown)}")


class Flow(_Part):
    """One version of a type of order."""

    code: str
    prefix: str = Field(pattern=r"^[A-Z]{2,4}$")
    label: Label
    start: str
    steps: tuple[Step, ...] = Field(min_length=1)
    acts: Mapping[Act, Permission] = {}
    fields: tuple[FormField, ...] = ()
    required: Mapping[Act, tuple[str, ...]] = {}
    review: Literal["none", "advisory", "blocking"] = "none"
    callback: CallbackPlan
    hold: HoldLimit
    guide: Guide | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Flow:
        keys = [step.key for step in self.steps]
        if len(set(keys)) != len(keys):
            raise ValueError("two steps have the same key")
        if self.start not in keys:
            raise ValueError(f"start names no step: {self.start}")
        for step in self.steps:
            _known_kinds(step.kinds, step.key)
            for act, permission in step.acts.items():
                _known_kinds(permission.to_kinds, f"{step.key}.{act}")
                if permission.to and permission.to not in {*keys, PREVIOUS}:
                    raise ValueError(f"{step.key}.{act} leads to no step: {permission.to}")
            if step.unless_waived and not (Act.CALL_BACK in step.acts and step.acts[Act.CALL_BACK].to):
                raise ValueError(f"step {step.key} is skipped without a callback, and names no step after one")
        return self

    @model_validator(mode="after")
    def _asks_for_what_there_is(self) -> Flow:
        keys = [field.key for field in self.fields]
        if clash := {key for key in keys if keys.count(key) > 1 or key in OWN_FIELDS}:
            raise ValueError(f"fields are named twice, or as the order's own: {sorted(clash)}")
        for act, wanted in self.required.items():
            if unknown := set(wanted) - {*keys, *OWN_FIELDS}:
                raise ValueError(f"{act} requires unknown fields: {sorted(unknown)}")
        asked = {question.field for question in self.guide.questions if question.field} if self.guide else set()
        if unknown := asked - {*keys, *OWN_FIELDS, "description", "answer"}:
            raise ValueError(f"the guide asks for unknown fields: {sorted(unknown)}")
        return self

    def step(self, key: str) -> Step:
        """The step of this key; the first one if the key is of a version that knew other steps."""
        return next((step for step in self.steps if step.key == key), self.steps[0])

    def permission(self, step_key: str, act: Act) -> Permission | None:
        """Who may do the act at this step, or None if the flow does not know it there."""
        return self.step(step_key).acts.get(act) or self.acts.get(act)

    def field(self, key: str) -> FormField | None:
        """The form field of this key."""
        return next((field for field in self.fields if field.key == key), None)

    def required_by(self, act: Act) -> list[str]:
        """Fields that must be filled in before the act."""
        return [*self.required.get(act, ()), *(field.key for field in self.fields if act in field.required_for)]

    def wanted(self) -> list[str]:
        """Every field that some act will ask for, in the order of the form."""
        seen: dict[str, None] = {}
        for act in Act:
            seen.update(dict.fromkeys(self.required_by(act)))
        return list(seen)


class BadFlow(ValueError):
    """A definition that does not hang together; the message says where."""


def read_flow(definition: Mapping[str, Any]) -> Flow:
    """The flow of a stored or offered definition; raises BadFlow."""
    try:
        return Flow.model_validate(definition)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadFlow(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
