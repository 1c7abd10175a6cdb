"""docs/workflows.md: the acts × states, and the steps of each shipped type, drawn from the data that decides them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from django.utils import translation

from jingming.workorders.flows import HOME, PREVIOUS, Flow, Permission, Step, read_flow
from jingming.workorders.rules import BESIDE, ENDED_STATES, HANDING_OVER, MOVES, Act, Status
from jingming.workorders.shipping import ORDER, SHIPPED

PAGE = """\
# Workflows

Written by `make docs` from `MOVES` in `jingming/workorders/rules.py` and from the types in
`jingming/workorders/shipped/`; a test keeps it in step. Chinese terms: [glossary](glossary.md). The fields of each act:
[API](api.md#acts-and-their-fields).

Two tables must agree before anything happens to an order. The first, below, says what an act may make of a state; it is
code, and the same for every type. The second is the order's *flow*: its steps, who is responsible at each, who may do
what there, and where the order goes by it. That one is data, kept by version; an order keeps the version that it began
with.

## Acts × states

A cell names the state after the act; “·” is a refusal, whoever asks. An act marked ⇄ hands the order over: all but a
return can be recalled until the other side touches the order. One marked + stands beside the order, leaves its version
alone and is never stale.

"""
ARROWS = """\

## The states

`open` makes an order {first}; the acts that leave the state as it is are not drawn.

"""
TYPES = """\

## The shipped types

A rounded box is the end. Where an act leads back to the step at which it was done, it is not drawn. The roles that may
do an act at a step stand behind it; *home* is the call centre that answers to the customer.

Everywhere, whatever the step:

"""
END = "closed"


def page() -> str:
    """docs/workflows.md."""
    with translation.override("en"):
        flows = [read_flow(json.loads((SHIPPED / f"{code}.json").read_text(encoding="utf-8"))) for code in ORDER]
        everywhere = _common(flows)
        parts = [
            PAGE,
            *_acts_by_states(),
            ARROWS.format(first=Status.UNTREATED.value),
            *_state_diagram(),
            TYPES,
            *_permissions(everywhere),
            *(line for flow in flows for line in _type(flow, everywhere)),
        ]
    return "".join(parts)


def _acts_by_states() -> Iterator[str]:
    yield f"| act | code | {' | '.join(status.value for status in Status)} |\n"
    yield f"|---|---|{'---|' * len(Status)}\n"
    for act in Act:
        if act == Act.OPEN:
            continue
        mark = " ⇄" if act in HANDING_OVER else " +" if act in BESIDE else ""
        cells = [", ".join(after.value for after in MOVES[act].get(status, ())) or "·" for status in Status]
        yield f"| {act.label}{mark} | `{act.value}` | {' | '.join(cells)} |\n"


def _state_diagram() -> Iterator[str]:
    by_move: dict[tuple[str, str], list[str]] = {}
    for act in Act:
        for before, afters in MOVES.get(act, {}).items():
            for after in afters:
                if after != before:
                    by_move.setdefault((before.value, after.value), []).append(act.value)
    yield "```mermaid\nstateDiagram-v2\n"
    yield f"    [*] --> {Status.UNTREATED.value}: open\n"
    yield from (f"    {start} --> {end}: {', '.join(acts)}\n" for (start, end), acts in by_move.items())
    yield from (f"    {status.value} --> [*]\n" for status in ENDED_STATES)
    yield "```\n"


def _common(flows: Iterable[Flow]) -> dict[Act, Permission]:
    """The permissions apart from steps that every type gives in the same way."""
    first, *others = flows
    return {act: given for act, given in first.acts.items() if all(flow.acts.get(act) == given for flow in others)}


def _permissions(given: Mapping[Act, Permission]) -> Iterator[str]:
    yield "| act | roles |\n|---|---|\n"
    yield from (f"| `{act.value}` | {', '.join(permission.by)} |\n" for act, permission in given.items())


def _type(flow: Flow, everywhere: Mapping[Act, Permission]) -> Iterator[str]:
    yield f"\n### {flow.label.zh} {flow.label.en} — `{flow.code}`, numbers `{flow.prefix}-…`\n\n"
    yield from _diagram(flow)
    yield "\n| step | done by | acts (roles) |\n|---|---|---|\n"
    for step in flow.steps:
        acts = "; ".join(f"`{act.value}` ({', '.join(given.by)})" for act, given in step.acts.items())
        notes = [
            word for word, holds in (("reviewed", step.review), ("skipped if waived", step.unless_waived)) if holds
        ]
        name = f"{step.label.zh} {step.label.en} `{step.key}`" + (f" · {', '.join(notes)}" if notes else "")
        yield f"| {name} | {', '.join(step.kinds)} | {acts} |\n"
    yield "\n"
    own = {act: given for act, given in flow.acts.items() if act not in everywhere}
    if own:
        given = "; ".join(f"`{act.value}` ({', '.join(permission.by)})" for act, permission in own.items())
        yield f"- Also at any step: {given}\n"
    yield from (f"- Before `{act.value}`: {', '.join(wanted)}\n" for act in Act if (wanted := flow.required_by(act)))
    yield f"- {_review(flow)}\n- {_callback(flow)}\n"
    yield f"- Hold 短暂性保留: at most {flow.hold.hours} h, {flow.hold.times} × a round\n"


def _review(flow: Flow) -> str:
    words = {
        "none": "No review of steps",
        "advisory": "Review 审核 of steps is recorded and blocks nothing",
        "blocking": "Review 审核 of steps blocks the callback and the closing",
    }
    return words[flow.review]


def _callback(flow: Flow) -> str:
    plan = flow.callback
    if plan.when == "never":
        return "No callback"
    share = "" if plan.when == "always" else f" for {plan.share:.0%} of the orders, drawn by number"
    return f"Callback 回访{share}; let go after {plan.attempts} calls that reached nobody"


def _diagram(flow: Flow) -> Iterator[str]:
    yield "```mermaid\nflowchart LR\n"
    for step in flow.steps:
        yield f'    {_node(step.key)}["{step.label.zh} {step.label.en}<br>{_short(step.kinds)}"]\n'
    yield f'    {END}(["办结 Closed"])\n'
    yield f"    begin(( )) --> {_node(flow.start)}\n"
    for act in flow.acts:
        if END in _states_after(act):
            yield f"    {_node(flow.start)} -->|{act.value}| {END}\n"
    for step in flow.steps:
        yield from _arrows(step)
    yield "```\n"


def _arrows(step: Step) -> Iterator[str]:
    by_target: dict[str, list[str]] = {}
    for act, permission in step.acts.items():
        target = END if END in _states_after(act) else permission.to
        if target and target not in {step.key, PREVIOUS}:
            by_target.setdefault(target, []).append(act.value)
    for target, acts in by_target.items():
        yield f"    {_node(step.key)} -->|{', '.join(acts)}| {END if target == END else _node(target)}\n"


def _states_after(act: Act) -> set[str]:
    return {after.value for afters in MOVES[act].values() for after in afters if act not in BESIDE}


def _node(key: str) -> str:
    return f"s_{key}"  # mermaid keeps some words, such as "end", for itself


def _short(kinds: tuple[str, ...]) -> str:
    if kinds == (HOME,):
        return "home"
    return ", ".join(kinds) if len(kinds) <= 2 else f"{', '.join(kinds[:2])} …"
