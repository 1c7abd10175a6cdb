"""Definitions of types: those that come with the product hang together, and broken ones are told where."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingming.accounts.rules import SHIPPED_ROLES
from jingming.codes.models import Code
from jingming.workorders.flows import HOME, PREVIOUS, BadFlow, Flow, read_flow
from jingming.workorders.rules import Act
from jingming.workorders.shipping import ORDER, SHIPPED

DEFINITIONS: dict[str, dict[str, Any]] = {
    code: json.loads((SHIPPED / f"{code}.json").read_text(encoding="utf-8")) for code in ORDER
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("code", ORDER)
def test_a_shipped_type_reads_back_as_it_was_written(code: str) -> None:
    flow = read_flow(DEFINITIONS[code])

    assert (flow.code, read_flow(json.loads(flow.model_dump_json()))) == (code, flow)
    assert {role for permission in permissions(flow) for role in permission} <= set(SHIPPED_ROLES)


@pytest.mark.parametrize("code", ORDER)
def test_every_step_of_a_shipped_type_is_reached_and_leads_to_the_end(code: str) -> None:
    flow = read_flow(DEFINITIONS[code])
    to = {step.key: {p.to for p in step.acts.values() if p.to} for step in flow.steps}
    ends = {step.key for step in flow.steps if {Act.CLOSE, Act.TERMINATE} & set(step.acts)}

    assert spread({flow.start}, to) == set(to)
    assert all(spread({key}, to) & ends for key in to)


def spread(seen: set[str], to: dict[str, set[str]]) -> set[str]:
    while more := {after for key in seen for after in to[key] if after != PREVIOUS} - seen:
        seen = seen | more
    return seen


def permissions(flow: Flow) -> list[tuple[str, ...]]:
    return [p.by for part in (flow, *flow.steps) for p in part.acts.values()]


@pytest.mark.django_db
@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("code", ORDER)
def test_the_codes_that_a_shipped_type_asks_for_exist(code: str) -> None:
    sets = {field.set for field in read_flow(DEFINITIONS[code]).fields if field.kind == "code"}

    assert sets <= set(Code.objects.values_list("set", flat=True))


def broken(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    definition = copy.deepcopy(DEFINITIONS["repair"])
    change(definition)
    return definition


def step(definition: dict[str, Any], key: str) -> dict[str, Any]:
    return next(step for step in definition["steps"] if step["key"] == key)


BROKEN: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "starts nowhere": (lambda d: d.update(start="nowhere"), "start names no step"),
    "has no steps": (lambda d: d.update(steps=[]), "steps"),
    "has a step twice": (lambda d: d["steps"].append(d["steps"][0]), "same key"),
    "leads nowhere": (lambda d: step(d, "handling")["acts"]["complete"].update(to="nowhere"), "leads to no step"),
    "knows a kind that is none": (lambda d: step(d, "handling").update(kinds=["magic"]), "department kinds"),
    "sends to a kind that is none": (
        lambda d: step(d, "dispatching")["acts"]["dispatch"].update(to_kinds=["magic"]),
        "department kinds",
    ),
    "knows an act that is none": (lambda d: d["acts"].update(teleport={"by": ["agent"]}), "acts"),
    "lets nobody do an act": (lambda d: d["acts"]["note"].update(by=[]), "acts.note.by"),
    "requires a field that is none": (lambda d: d["required"].update(dispatch=["colour"]), "unknown fields"),
    "has a field twice": (lambda d: d["fields"].append(d["fields"][0]), "named twice"),
    "calls a field as the order's own": (lambda d: d["fields"][0].update(key="address"), "the order's own"),
    "has a field of no kind": (lambda d: d["fields"][0].update(kind="colour"), "fields.0.kind"),
    "calls back more than all": (lambda d: d["callback"].update(share=1.1), "callback.share"),
    "gives up before it calls": (lambda d: d["callback"].update(attempts=0), "callback.attempts"),
    "holds for no time": (lambda d: d["hold"].update(hours=0), "hold.hours"),
    "has no Chinese label": (lambda d: d["label"].pop("zh"), "label.zh"),
    "has an empty label": (lambda d: step(d, "handling")["label"].update(en=""), "label.en"),
    "has a prefix that is none": (lambda d: d.update(prefix="bx-1"), "prefix"),
    "says what nobody understands": (lambda d: d.update(colour="red"), "colour"),
    "skips a step without knowing to where": (lambda d: step(d, "callback")["acts"].pop("call_back"), "callback"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_definition_that_does_not_hang_together_is_told_where(how: str) -> None:
    change, where = BROKEN[how]
    with pytest.raises(BadFlow, match=where):
        read_flow(broken(change))


@given(path=st.lists(st.integers(0, 50), min_size=1, max_size=6), value=JSON)
def test_whatever_stands_anywhere_is_a_flow_or_a_bad_one(path: list[int], value: Any) -> None:
    definition = copy.deepcopy(DEFINITIONS["repair"])
    at: Any = definition
    for turn in path[:-1]:
        keys = list(at) if isinstance(at, dict) else list(range(len(at))) if isinstance(at, list) else []
        if not keys or not isinstance(at[keys[turn % len(keys)]], dict | list):
            break
        at = at[keys[turn % len(keys)]]
    if at:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        at[keys[path[-1] % len(keys)]] = value
    with suppress(BadFlow):
        flow = read_flow(definition)
        assert all(flow.step(s.key) == s and s.kinds for s in flow.steps)
        assert flow.step("a step of another version") == flow.steps[0]


@given(JSON)
def test_whatever_is_offered_as_a_definition_is_a_bad_one(value: Any) -> None:
    with pytest.raises(BadFlow):
        read_flow(value)


def test_who_may_do_an_act_is_said_by_the_step_before_the_type() -> None:
    flow = read_flow(broken(lambda d: step(d, "handling")["acts"].update(note={"by": ["head"]})))
    at_the_step, elsewhere = flow.permission("handling", Act.NOTE), flow.permission("dispatching", Act.NOTE)

    assert at_the_step is not None
    assert elsewhere is not None
    assert at_the_step.by == ("head",)
    assert "agent" in elsewhere.by
    assert flow.permission("dispatching", Act.COMPLETE) is None
    assert HOME in flow.step("callback").kinds
