"""An act is told in several places; each knows every act. What the shipped flows name exists."""

from __future__ import annotations

import json

import pytest

from jingming.accounts.rules import SHIPPED_ROLES
from jingming.codes.rules import Set
from jingming.workorders.access import CONDITIONS, STANDING
from jingming.workorders.actions import BY_ACT
from jingming.workorders.flows import PREVIOUS, Flow, read_flow
from jingming.workorders.inputs import ACT_FIELDS, CHOICES, READERS
from jingming.workorders.rules import BESIDE, HANDING_OVER, MOVES, Act
from jingming.workorders.shipping import ORDER, SHIPPED

DONE_TO_AN_ORDER = set(Act) - {Act.OPEN}  # an order is opened by intake, from a contact
FLOWS = [read_flow(json.loads((SHIPPED / f"{code}.json").read_text(encoding="utf-8"))) for code in ORDER]


@pytest.mark.parametrize("table", [MOVES, BY_ACT, STANDING, ACT_FIELDS], ids=["moves", "actions", "standing", "fields"])
def test_each_table_of_acts_knows_every_act(table: dict[Act, object]):
    assert set(table) == DONE_TO_AN_ORDER


def test_the_smaller_tables_name_acts_that_can_be_done():
    assert set(CONDITIONS) | BESIDE | HANDING_OVER <= DONE_TO_AN_ORDER


def test_an_act_beside_the_order_leaves_its_state():
    assert [act for act in BESIDE for before, after in MOVES[act].items() if after != (before,)] == []


def test_every_field_of_an_act_can_be_read():
    fields = [field for fields in ACT_FIELDS.values() for field in fields]
    assert {field.kind for field in fields} <= set(READERS)
    assert {field.of for field in fields if field.kind == "code"} <= set(Set.values)
    assert {field.of for field in fields if field.kind == "choice"} <= set(CHOICES)


@pytest.mark.parametrize("flow", FLOWS, ids=ORDER)
def test_a_shipped_type_names_roles_and_codes_that_exist(flow: Flow):
    permissions = [*flow.acts.values(), *(given for step in flow.steps for given in step.acts.values())]
    assert {role for given in permissions for role in given.by} <= set(SHIPPED_ROLES)
    assert {field.set for field in flow.fields if field.kind == "code"} <= set(Set.values)


@pytest.mark.parametrize("flow", FLOWS, ids=ORDER)
def test_every_step_of_a_shipped_type_can_be_reached_and_left(flow: Flow):
    targets = {step.key: {g.to for g in step.acts.values() if g.to} - {PREVIOUS, step.key} for step in flow.steps}
    ending = {step.key for step in flow.steps if step.acts.keys() & {Act.CLOSE, Act.TERMINATE}}
    reached, waiting = set[str](), [flow.start]
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting.extend(targets[key])
    assert reached == {step.key for step in flow.steps}
    assert [key for key in reached if not targets[key] and key not in ending] == []


def test_prefixes_of_order_numbers_are_each_one_types():
    assert len({flow.prefix for flow in FLOWS}) == len(FLOWS)
