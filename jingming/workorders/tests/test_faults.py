"""Every fault that a definition of a type can have is told in a sentence; what is shipped has none."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils.translation import override
from pydantic import ValidationError

from jingming.accounts.rules import SHIPPED_ROLES
from jingming.workorders.faults import faults, structural
from jingming.workorders.flows import Flow, read_flow
from jingming.workorders.shipping import ORDER, shipped

Change = Callable[[dict[str, Any]], object]


def told(change: Change) -> list[str]:
    definition = copy.deepcopy(shipped("repair"))
    change(definition)
    with override("en"):
        try:
            return faults(Flow.model_validate(definition), roles=SHIPPED_ROLES)
        except ValidationError as error:
            return structural(error)


def step(definition: dict[str, Any], key: str) -> dict[str, Any]:
    return next(step for step in definition["steps"] if step["key"] == key)


@pytest.mark.parametrize("code", ORDER)
def test_a_shipped_type_has_no_fault(code: str):
    assert faults(read_flow(shipped(code)), roles=SHIPPED_ROLES) == []


def lonely(definition: dict[str, Any]) -> None:
    label = {"zh": "复核", "en": "Checking"}
    definition["steps"].append({
        "key": "checking", "label": label, "kinds": ["home"], "acts": {"terminate": {"by": ["head"]}},
    })  # fmt: skip


def endless(definition: dict[str, Any]) -> None:
    step(definition, "closing")["acts"] = {"accept": {"by": ["agent"]}}
    step(definition, "callback")["acts"].pop("close")


FAULTS: dict[str, tuple[Change, list[str]]] = {
    "a step that nothing leads to": (
        lonely,
        ["No order comes to the step “Checking”. Let an act of another step lead to it, or remove it."],
    ),
    "an act that leads nowhere": (
        lambda d: step(d, "handling")["acts"]["transfer"].pop("to"),
        ["“Transfer” at the step “Handling” leads nowhere. Choose the step to which it leads."],
    ),
    "an act everywhere that leads on": (
        lambda d: d["acts"].update(dispatch={"by": ["agent"]}),
        ["“Dispatch” leads to another step, so it cannot be done at every step. Give it to single steps."],
    ),
    "tasks for nobody": (
        lambda d: step(d, "handling")["acts"].update(split={"by": ["head"], "to": "handling"}),
        [
            (
                "“Split into tasks” at the step “Handling” names no departments for the tasks. "
                "Choose which kinds may get one."
            )
        ],
    ),
    "a role that is none": (
        lambda d: d["acts"]["note"].update(by=["wizard"]),
        ["“Note” is given to roles that there are not: wizard. Choose from the list."],
    ),
    "a role that is none, at a step": (
        lambda d: step(d, "closing")["acts"]["close"].update(by=["agent", "wizard"]),
        ["“Closing: Close” is given to roles that there are not: wizard. Choose from the list."],
    ),
    "a list that the dictionary does not have": (
        lambda d: d["fields"][0].update(set="colours"),
        ["The field “Kind of repair” offers the list “colours”, which the dictionary does not have."],
    ),
    "two steps of one name": (
        lambda d: step(d, "closing")["label"].update(en="Handling"),
        ["Two steps are called “Handling”. Rename one of them."],
    ),
    "reviews of no step": (
        lambda d: step(d, "handling").pop("review"),
        ["Work is to be reviewed, but no step is marked for it. Mark a step, or choose that nothing is reviewed."],
    ),
    "reviews by nobody": (
        lambda d: d["acts"].pop("review"),
        ["Work is to be reviewed, but nobody may review. Give “Review” to a role, or choose no review."],
    ),
    # What no flow can be read with.
    "a step without a department": (
        lambda d: step(d, "handling").update(kinds=[]),
        ["A step has no department (steps.1.kinds). Choose who does it."],
    ),
    "an act for nobody": (
        lambda d: d["acts"]["note"].update(by=[]),
        ["Nobody may do an act (acts.note.by). Choose who may, or take the act away."],
    ),
    "no steps": (lambda d: d.update(steps=[]), ["A type needs at least one step. Add one."]),
    "a name in one language": (
        lambda d: step(d, "handling")["label"].update(zh=""),
        ["Give the name in both languages (steps.1.label.zh)."],
    ),
    "a step twice": (
        lambda d: d["steps"].append(d["steps"][0]),
        ["Two steps have the key “dispatching”. Remove one of them."],
    ),
    "no such beginning": (
        lambda d: d.update(start="nowhere"),
        ["Orders begin at the step “nowhere”, which there is not. Choose a step to begin with."],
    ),
    "a kind of department that is none": (
        lambda d: step(d, "handling").update(kinds=["magic"]),
        ["“handling” names kinds of department that there are not: magic. Choose from the list."],
    ),
    "an act to no step": (
        lambda d: step(d, "handling")["acts"]["complete"].update(to="nowhere"),
        ["“handling.complete” leads to the step “nowhere”, which there is not. Choose another step."],
    ),
    "a field twice": (
        lambda d: d["fields"].append(d["fields"][0]),
        ["Fields are named twice, or like those that every order has: repair_kind. Give them other keys."],
    ),
    "a field that is none": (
        lambda d: d["required"].update(dispatch=["colour"]),
        ["“Dispatch” asks for fields that there are not: colour. Take them from what is required."],
    ),
    "a guide that asks for nothing known": (
        lambda d: d["guide"]["questions"][0].update(field="colour"),
        ["The guide asks for fields that there are not: colour. Mend the guide."],
    ),
    "a guide with unknown words": (
        lambda d: d["guide"]["greeting"].update(en="Hello {you}"),
        ["The guide holds words in braces that mean nothing: you. Mend the guide."],
    ),
    "what nobody understands": (
        lambda d: d.update(colour="red"),
        ["“colour” cannot be understood: Extra inputs are not permitted. Discard the draft and begin again."],
    ),
}


@pytest.mark.parametrize("how", FAULTS)
def test_a_fault_is_told_with_the_way_out(how: str):
    change, sentences = FAULTS[how]

    assert told(change) == sentences


def test_every_step_from_which_no_way_leads_to_the_end_is_named():
    steps = ["Dispatching", "Handling", "Callback", "Closing"]

    assert [sentence.partition(" an order ")[0] for sentence in told(endless)] == [
        f"From the step “{step}”" for step in steps
    ]


def test_a_callback_that_no_step_makes_is_told():
    def nobody_calls(definition: dict[str, Any]) -> None:
        callback = step(definition, "callback")
        del callback["acts"]["call_back"], callback["unless_waived"]

    assert any(
        sentence.startswith("Customers are to be called back, but no step has") for sentence in told(nobody_calls)
    )


def test_a_step_left_out_without_a_callback_is_told():
    (sentence,) = told(lambda d: step(d, "callback")["acts"].pop("call_back"))

    assert sentence == (
        "The step “callback” is left out when no callback is wanted, but has no “Call back” that leads on. "
        "Add the act, or let every order come to the step."
    )


def test_the_definitions_are_what_the_files_say():
    assert json.dumps(shipped("repair"), ensure_ascii=False).startswith('{"code": "repair"')
    assert shipped("nonsense") == {}
