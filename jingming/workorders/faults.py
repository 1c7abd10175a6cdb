"""What is wrong with the definition of a type, in sentences that say the way out. No queries.

`flows.read_flow` refuses what cannot be understood at all; here the rest is found too: a step that nothing leads to, a
way that never ends, an act that leads nowhere. The shipped definitions, every version that is published and every draft
in the type editor are held to the same list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from jingming.codes.rules import Set
from jingming.ui.labels import in_language

from .flows import PREVIOUS, Flow, Step
from .rules import MOVES, Act, Status

# Acts that only make sense if they lead to a step, and those that need to know to which departments.
LEADING = (
    Act.DISPATCH, Act.TRANSFER, Act.REPLY, Act.RETURN, Act.SPLIT, Act.COMPLETE, Act.CALL_BACK, Act.REASSIGN,
)  # fmt: skip
# Not followed when ways are sought: what is only put back as it was, and what leaves the type or the work.
_NOT_FOLLOWED = (Act.SUSPEND, Act.RESUME, Act.RECALL, Act.RETYPE, Act.VOID, Act.REVIEW, Act.REOPEN)

# What flows.py calls its own refusals → the sentence. Pydantic's own names are those without a word of ours in them.
_STRUCTURE: Mapping[str, str | Promise] = {
    "step_twice": gettext_lazy("Two steps have the key “%(key)s”. Remove one of them."),
    "start_unknown": gettext_lazy(
        "Orders begin at the step “%(key)s”, which there is not. Choose a step to begin with."
    ),
    "kinds_unknown": gettext_lazy(
        "“%(where)s” names kinds of department that there are not: %(names)s. Choose from the list."
    ),
    "leads_nowhere": gettext_lazy("“%(where)s” leads to the step “%(key)s”, which there is not. Choose another step."),
    "skipped_without_callback": gettext_lazy(
        "The step “%(key)s” is left out when no callback is wanted, but has no “Call back” that leads on. Add the act, "
        "or let every order come to the step."
    ),
    "fields_clash": gettext_lazy(
        "Fields are named twice, or like those that every order has: %(names)s. Give them other keys."
    ),
    "required_unknown": gettext_lazy(
        "“%(act)s” asks for fields that there are not: %(names)s. Take them from what is required."
    ),
    "guide_unknown": gettext_lazy("The guide asks for fields that there are not: %(names)s. Mend the guide."),
    "placeholders_unknown": gettext_lazy(
        "The guide holds words in braces that mean nothing: %(names)s. Mend the guide."
    ),
}
_NOT_READ = gettext_lazy("“%(where)s” cannot be understood: %(what)s. Discard the draft and begin again.")


def structural(error: ValidationError) -> list[str]:
    """Why a definition is no flow, in words."""
    return [_structural(one) for one in error.errors()]


def _structural(error: Mapping[str, Any]) -> str:
    where = ".".join(map(str, error["loc"]))
    match error["type"], where.rpartition(".")[2]:
        case ("missing" | "string_too_short", "zh" | "en"):
            return _("Give the name in both languages (%(where)s).") % {"where": where}
        case "too_short", "kinds":
            return _("A step has no department (%(where)s). Choose who does it.") % {"where": where}
        case "too_short", "by":
            return _("Nobody may do an act (%(where)s). Choose who may, or take the act away.") % {"where": where}
        case "too_short", "steps":
            return _("A type needs at least one step. Add one.")
        case kind, _last if kind in _STRUCTURE:
            return str(_STRUCTURE[kind] % error["ctx"])
    return str(_NOT_READ) % {"where": where, "what": error["msg"]}


def faults(flow: Flow, *, roles: Collection[str]) -> list[str]:
    """Everything that keeps the flow from being put in force; `roles` are the codes of those that there are."""
    return [
        *_steps_nobody_reaches(flow),
        *_steps_without_end(flow),
        *_acts_that_lead_nowhere(flow),
        *_split_to_nobody(flow),
        *_unknown_roles(flow, roles),
        *_lists(flow),
        *_same_names(flow),
        *_reviews(flow),
        *_callbacks(flow),
    ]


def step_name(step: Step) -> str:
    """The step as people call it."""
    return in_language(step.label.model_dump())


# --- The ways of an order, by the flow and by the table of states -----------------------------------------------------
At = tuple[str, Status]  # step and state


def _ways(flow: Flow, here: At) -> Iterator[At]:
    """Where an order can go from here by one act."""
    step, state = here
    for act, moves in MOVES.items():
        permission = flow.permission(step, act)
        if permission is None or act in _NOT_FOLLOWED or permission.to == PREVIOUS:
            continue
        for after in moves.get(state, ()):
            for to in _arrivals(flow, permission.to or step):
                yield to, after


def _arrivals(flow: Flow, key: str) -> Iterator[str]:
    """The step; and the one behind it where it may be left out."""
    step = flow.step(key)
    yield key
    if step.unless_waived:
        yield step.acts[Act.CALL_BACK].to


def _ways_on(flow: Flow) -> dict[At, set[At]]:
    """Everywhere an order can come to → where it can go from there."""
    found: dict[At, set[At]] = {}
    waiting: list[At] = [(flow.start, Status.UNTREATED)]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found[here] = set(_ways(flow, here))
            waiting += found[here]
    return found


def _steps_nobody_reaches(flow: Flow) -> Iterator[str]:
    reached = {step for step, _state in _ways_on(flow)}
    for step in flow.steps:
        if step.key not in reached:
            yield _("No order comes to the step “%(step)s”. Let an act of another step lead to it, or remove it.") % {
                "step": step_name(step)
            }


def _steps_without_end(flow: Flow) -> Iterator[str]:
    ways = _ways_on(flow)
    ending = {here for here in ways if here[1] == Status.CLOSED}
    while more := {here for here, after in ways.items() if after & ending} - ending:
        ending |= more
    stuck = {step for step, state in ways if (step, state) not in ending}
    for step in flow.steps:
        if step.key in stuck:
            yield _(
                "From the step “%(step)s” an order does not come to its end. Let one of its acts lead on, or give it "
                "an act that ends: End; or Complete and then Close."
            ) % {"step": step_name(step)}


def _acts_that_lead_nowhere(flow: Flow) -> Iterator[str]:
    for step in flow.steps:
        for act, permission in step.acts.items():
            if act in LEADING and not permission.to:
                yield _("“%(act)s” at the step “%(step)s” leads nowhere. Choose the step to which it leads.") % {
                    "act": act.label, "step": step_name(step),
                }  # fmt: skip
    for act in flow.acts:
        if act in LEADING:
            yield _("“%(act)s” leads to another step, so it cannot be done at every step. Give it to single steps.") % {
                "act": act.label
            }


def _split_to_nobody(flow: Flow) -> Iterator[str]:
    for step in flow.steps:
        split = step.acts.get(Act.SPLIT)
        if split is not None and not split.to_kinds:
            yield _(
                "“%(act)s” at the step “%(step)s” names no departments for the tasks. Choose which kinds may get one."
            ) % {"act": Act.SPLIT.label, "step": step_name(step)}


# --- What is named must exist, and what is planned must be possible ---------------------------------------------------
def _unknown_roles(flow: Flow, roles: Collection[str]) -> Iterator[str]:
    for name, acts in [("", flow.acts), *((step_name(step), step.acts) for step in flow.steps)]:
        for act, permission in acts.items():
            if unknown := [role for role in permission.by if role not in roles]:
                yield _("“%(act)s” is given to roles that there are not: %(roles)s. Choose from the list.") % {
                    "act": f"{name}: {act.label}" if name else act.label, "roles": ", ".join(unknown),
                }  # fmt: skip


def _lists(flow: Flow) -> Iterator[str]:
    for field in flow.fields:
        if field.kind == "code" and field.set not in Set.values:
            yield _("The field “%(field)s” offers the list “%(list)s”, which the dictionary does not have.") % {
                "field": in_language(field.label.model_dump()), "list": field.set,
            }  # fmt: skip


def _same_names(flow: Flow) -> Iterator[str]:
    for language in ("zh", "en"):
        names = [getattr(step.label, language) for step in flow.steps]
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                yield _("Two steps are called “%(name)s”. Rename one of them.") % {"name": name}


def _reviews(flow: Flow) -> Iterator[str]:
    if flow.review == "none":
        return
    reviewed = [step for step in flow.steps if step.review]
    if not reviewed:
        yield _(
            "Work is to be reviewed, but no step is marked for it. Mark a step, or choose that nothing is reviewed."
        )
    if not any(flow.permission(step.key, Act.REVIEW) for step in flow.steps):
        yield _("Work is to be reviewed, but nobody may review. Give “%(act)s” to a role, or choose no review.") % {
            "act": Act.REVIEW.label
        }


def _callbacks(flow: Flow) -> Iterator[str]:
    if flow.callback.when == "never":
        return
    if not any(Act.CALL_BACK in step.acts for step in flow.steps):
        yield _(
            "Customers are to be called back, but no step has “%(act)s”. Add a step with it, or choose that nobody is "
            "called back."
        ) % {"act": Act.CALL_BACK.label}
