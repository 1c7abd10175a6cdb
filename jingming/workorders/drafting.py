"""What can be changed in the draft of a type: each edit makes a new definition out of the one before. No queries.

An edit is told apart by its `what`, which the audit keeps with the edit's own fields. What the edit itself would break
(a step that others lead to cannot go) it refuses with the way out; whether the whole hangs together is `faults`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from django.utils.translation import gettext as _

from jingming.base.errors import Unfit
from jingming.ui.labels import in_language

from .rules import Act

Definition = dict[str, Any]
EVERYWHERE = ""  # instead of the key of a step: acts that can be done at all of them
LONGEST_NAME = 40
MOST_STEPS = 20


class Edit(Protocol):
    """One change to a definition."""

    what: ClassVar[str]

    def apply(self, definition: Definition) -> None:
        """Change the definition in place, or refuse."""


def edited(definition: Mapping[str, Any], edit: Edit) -> Definition:
    """The definition with the edit in it; the one given stays as it is."""
    new = copy.deepcopy(dict(definition))
    edit.apply(new)
    return new


@dataclass(frozen=True)
class Plan:
    """Name of the type, review, callback and time limits."""

    what: ClassVar[str] = "plan"
    label: Mapping[str, str]
    review: str
    callback: str
    share: float
    attempts: int
    hours: int
    times: int

    def apply(self, definition: Definition) -> None:
        definition["label"] = dict(self.label)
        definition["review"] = self.review
        definition["callback"] = {"when": self.callback}
        if self.callback == "sample":
            definition["callback"]["share"] = self.share
        if self.attempts != 3:  # what is said when nothing is
            definition["callback"]["attempts"] = self.attempts
        definition["hold"] = {"hours": self.hours, "times": self.times}


@dataclass(frozen=True)
class AddStep:
    """A new step behind another one; it gets a key of its own."""

    what: ClassVar[str] = "step_added"
    label: Mapping[str, str]
    kinds: Sequence[str]
    after: str

    def apply(self, definition: Definition) -> None:
        steps = definition["steps"]
        if len(steps) >= MOST_STEPS:
            raise Unfit(_("A type has at most %(most)d steps. Remove one first.") % {"most": MOST_STEPS})
        place = steps.index(_step(definition, self.after)) + 1
        step = {"key": _free_key(definition), "label": dict(self.label), "kinds": list(self.kinds), "acts": {}}
        steps.insert(place, step)


@dataclass(frozen=True)
class ChangeStep:
    """Name, departments and flags of a step, and whether orders begin there."""

    what: ClassVar[str] = "step_changed"
    step: str
    label: Mapping[str, str]
    kinds: Sequence[str]
    review: bool
    unless_waived: bool
    start: bool

    def apply(self, definition: Definition) -> None:
        step = _step(definition, self.step)
        step["label"], step["kinds"] = dict(self.label), list(self.kinds)
        for flag, on in (("review", self.review), ("unless_waived", self.unless_waived)):
            step.pop(flag, None)
            if on:
                step[flag] = True
        if self.unless_waived and not step.get("acts", {}).get(Act.CALL_BACK.value, {}).get("to"):
            sentence = _("Only a step with “Call back” that leads on can be left out. Add the act first.")
            raise Unfit(fields={"unless_waived": sentence})
        if self.start:
            definition["start"] = self.step
        elif definition["start"] == self.step:
            raise Unfit(fields={"start": _("Orders begin here. Let them begin at another step instead.")})


@dataclass(frozen=True)
class MoveStep:
    """A step one place up or down among the steps; at the end it stays where it is."""

    what: ClassVar[str] = "step_moved"
    step: str
    by: int

    def apply(self, definition: Definition) -> None:
        steps = definition["steps"]
        step = _step(definition, self.step)
        place = min(max(steps.index(step) + self.by, 0), len(steps) - 1)
        steps.remove(step)
        steps.insert(place, step)


@dataclass(frozen=True)
class RemoveStep:
    """A step that nothing leads to and where no order begins."""

    what: ClassVar[str] = "step_removed"
    step: str

    def apply(self, definition: Definition) -> None:
        gone = _step(definition, self.step)
        if definition["start"] == self.step:
            raise Unfit(_("Orders begin at “%(step)s”. Let them begin at another step first.") % {"step": _name(gone)})
        leading = [
            _("“%(act)s” at “%(step)s”") % {"act": Act(act).label, "step": _name(step)}
            for step in definition["steps"]
            for act, permission in step.get("acts", {}).items()
            if permission.get("to") == self.step and step is not gone
        ]
        if leading:
            raise Unfit(
                _("These lead to “%(step)s”: %(acts)s. Let them lead elsewhere first.")
                % {"step": _name(gone), "acts": _(", ").join(leading)}
            )
        definition["steps"].remove(gone)


@dataclass(frozen=True)
class Permit:
    """Who may do an act at a step, and where the order goes by it."""

    what: ClassVar[str] = "act_permitted"
    step: str
    act: str
    by: Sequence[str]
    to: str = ""
    to_kinds: Sequence[str] = ()

    def apply(self, definition: Definition) -> None:
        permission: dict[str, Any] = {"by": list(self.by)}
        if self.to:
            permission["to"] = self.to
        if self.to_kinds:
            permission["to_kinds"] = list(self.to_kinds)
        _acts(definition, self.step)[self.act] = permission


@dataclass(frozen=True)
class Forbid:
    """An act that can no longer be done at a step."""

    what: ClassVar[str] = "act_taken_away"
    step: str
    act: str

    def apply(self, definition: Definition) -> None:
        if self.step and self.act == Act.CALL_BACK and _step(definition, self.step).get("unless_waived"):
            raise Unfit(_("The step is left out when no callback is wanted. Take that mark away first."))
        _acts(definition, self.step).pop(self.act, None)


@dataclass(frozen=True)
class Require:
    """The fields that must be filled in before an act."""

    what: ClassVar[str] = "required"
    act: str
    fields: Sequence[str]

    def apply(self, definition: Definition) -> None:
        own = [field["key"] for field in definition.get("fields", [])]
        for field in definition.get("fields", []):
            acts = [act for act in field.get("required_for", []) if act != self.act]
            acts += [self.act] if field["key"] in self.fields else []
            field.pop("required_for", None)
            if acts:
                field["required_for"] = acts
        required = {act: keys for act, keys in definition.get("required", {}).items() if act != self.act}
        if kept := [key for key in self.fields if key not in own]:
            required[self.act] = kept
        definition.pop("required", None)
        if required:
            definition["required"] = required


def _name(step: Mapping[str, Any]) -> str:
    return in_language(step["label"])


def _step(definition: Mapping[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] | None = next((step for step in definition["steps"] if step["key"] == key), None)
    if found is None:
        raise Unfit(_("There is no such step any more. Reload the page."))
    return found


def _acts(definition: Definition, step: str) -> dict[str, Any]:
    holder = _step(definition, step) if step != EVERYWHERE else definition
    acts: dict[str, Any] = holder.setdefault("acts", {})
    return acts


def _free_key(definition: Mapping[str, Any]) -> str:
    """A key that no step has. Names may change, keys never do: orders stand at them."""
    taken = {step["key"] for step in definition["steps"]}
    return next(key for number in range(1, MOST_STEPS + 2) if (key := f"step_{number}") not in taken)
