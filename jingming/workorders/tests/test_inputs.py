"""Whatever is sent with an act becomes values that its action takes, or sentences beside the fields; nothing else."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.base.errors import Unfit
from jingming.workorders import inputs
from jingming.workorders.actions import BY_ACT
from jingming.workorders.actions.opening import clean_form
from jingming.workorders.flows import FormField
from jingming.workorders.inputs import ACT_FIELDS
from jingming.workorders.models import WorkOrder
from jingming.workorders.queries import current_version
from jingming.workorders.rules import Act
from jingming.workorders.values import Wrong, read_value
from tests.orders import taken

ACTS = st.sampled_from(list(ACT_FIELDS))
TEXTS = st.sampled_from(
    ["", " ", "TL-BIZ", "engineer1", "material", "2026-11-22T10:00", "0001-01-01T00:00:00+14:00", "5"]
)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=70)
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.text(max_size=9), inner, max_size=3)
)


@pytest.fixture
def order(agent: Staff) -> WorkOrder:
    return taken(agent, "repair")


def read_or_told(read: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """What was read, or the sentences of the refusal, of which there is at least one and none is empty."""
    try:
        return read(), {}
    except Unfit as refusal:
        told = {str(name): str(sentence) for name, sentence in refusal.fields.items()}
    assert told
    assert all(told.values())
    return None, told


@given(data=st.data(), act=ACTS)
def test_whatever_is_sent_is_read_or_told(agent: Staff, order: WorkOrder, data: st.DataObject, act: Act) -> None:
    names = [*(field.name for field in ACT_FIELDS[act]), "extra"]
    raw = data.draw(st.dictionaries(st.sampled_from(names), JSON))
    values, told = read_or_told(lambda: inputs.clean(act, raw, order=order, person=agent))
    if values is not None:
        assert told == {}
        assert set(values) <= set(inspect.signature(BY_ACT[act]).parameters)
        assert {field.name for field in ACT_FIELDS[act] if field.required} <= set(values)


@given(name=st.sampled_from(sorted(inputs.OWN_READERS)), value=JSON)
def test_whatever_an_own_field_is_amended_to_is_read_or_told(
    agent: Staff, order: WorkOrder, name: str, value: Any
) -> None:
    amended = {"fields": {name: value}}
    clean, _told = read_or_told(lambda: inputs.clean(Act.AMEND, amended, order=order, person=agent))
    assert clean is None or set(clean["fields"]) == {name}


@given(seconds=st.integers(0, 6_300_000_000), zone=st.sampled_from(["", "Z", "+08:00", "-11:30", "+23:59"]))
def test_a_time_is_read_as_it_was_written(agent: Staff, order: WorkOrder, seconds: int, zone: str) -> None:
    written = (datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat().removesuffix("+00:00")
    until = inputs.clean(Act.HOLD, {"until": written + zone, "reason": "material"}, order=order, person=agent)["until"]

    assert until == datetime.fromisoformat(written + (zone or "+08:00"))
    assert until.utcoffset() == timedelta(0)


@given(st.integers(-(10**25), 10**25))
def test_a_number_is_read_within_its_limits_only(agent: Staff, order: WorkOrder, number: int) -> None:
    raw = {"began_at": "2026-11-22T10:00", "text": "换阀"}
    for sent in (number, str(number)):
        values = {**raw, "minutes": sent}
        clean, told = read_or_told(lambda values=values: inputs.clean(Act.WORK, values, order=order, person=agent))  # type: ignore[misc]
        assert (clean is not None) == (1 <= number <= 10_080)
        assert set(told) == {"minutes"} if clean is None else clean["minutes"] == number


@given(st.dictionaries(st.sampled_from(["repair_kind", "appointment", "nothing"]), JSON))
def test_a_form_that_is_taken_can_be_stored(order: WorkOrder, values: dict[str, Any]) -> None:
    clean, _told = read_or_told(lambda: clean_form(current_version("repair"), values, at=now()))
    if clean is not None:
        assert set(clean) <= set(values) - {"nothing"}
        assert json.loads(json.dumps(clean, allow_nan=False)) == clean


TAKEN_AS: dict[str, tuple[type, ...]] = {
    "text": (str,), "long_text": (str,), "integer": (int,), "number": (int, float), "date": (str,), "datetime": (str,),
    "choice": (str,), "choices": (list,), "flag": (bool,), "phone": (str,),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(TAKEN_AS))
@given(value=JSON)
def test_every_kind_of_field_takes_what_it_means_and_no_more(kind: str, value: Any) -> None:
    offered = [{"value": "a", "label": {"zh": "甲", "en": "A"}}] if kind.startswith("choice") else []
    field = FormField.model_validate(
        {"key": "asked", "label": {"zh": "问", "en": "Asked"}, "kind": kind, "choices": offered}
    )
    try:
        read = read_value(field, value)
    except Wrong:
        return
    assert type(read) in TAKEN_AS[kind]
    assert json.loads(json.dumps(read, allow_nan=False)) == read
    assert read_value(field, read) == read
