"""The table of acts × states, holding, and the sample that is called back: facts for all that there can be."""

from __future__ import annotations

from datetime import timedelta

from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from jingming.workorders import rules
from jingming.workorders.access import CONDITIONS, STANDING
from jingming.workorders.actions import BY_ACT
from jingming.workorders.inputs import ACT_FIELDS, READERS
from jingming.workorders.models import OrderType
from jingming.workorders.rules import BESIDE, ENDED_STATES, HANDING_OVER, MOVES, OPEN_STATES, Act, Status
from jingming.workorders.shipping import ORDER, SHIPPED
from tests.cast import TEN_O_CLOCK
from tests.faults.invariants import KNOWN_MOVES

ACTS, STATES = st.sampled_from(list(Act)), st.sampled_from(list(Status))


def test_every_act_but_opening_is_in_every_table() -> None:
    acts = set(Act) - {Act.OPEN}
    assert acts == set(MOVES) == set(BY_ACT) == set(ACT_FIELDS) == set(STANDING)
    assert acts >= set(CONDITIONS) | BESIDE | HANDING_OVER
    assert {field.kind for fields in ACT_FIELDS.values() for field in fields} <= set(READERS)
    assert set(OPEN_STATES) | set(ENDED_STATES) == set(Status)


def test_acts_beside_an_order_leave_its_state() -> None:
    assert all(after == (before,) for act in BESIDE for before, after in MOVES[act].items())


def test_nothing_leads_out_of_void_and_only_reopening_out_of_closed() -> None:
    leaving = {
        (act, before) for act, moves in MOVES.items() for before, after in moves.items() if set(after) - {before}
    }
    assert {(act, before) for act, before in leaving if before in ENDED_STATES} == {(Act.REOPEN, Status.CLOSED)}


def test_every_state_can_be_reached_from_untreated_and_all_but_void_left() -> None:
    reached = {Status.UNTREATED}
    while more := {to for moves in MOVES.values() for at in reached for to in moves.get(at, ())} - reached:
        reached |= more
    assert reached == set(Status)


@given(act=ACTS, before=STATES, after=STATES)
def test_a_move_that_the_table_knows_is_an_act_that_it_does_not_refuse(act: Act, before: Status, after: Status) -> None:
    with translation.override("en"):
        refused = rules.why_not_in_state(act, before)
    if rules.may_lead_to(act, before, after):
        assert refused == ""
    assert bool(refused) == (before not in MOVES.get(act, {}))


@given(minutes=st.integers(-10_000, 10_000), hours=st.integers(1, 100), times=st.integers(0, 5), held=st.integers(0, 6))
def test_a_hold_lies_in_the_future_within_its_hours_and_its_times(
    minutes: int, hours: int, times: int, held: int
) -> None:
    until = TEN_O_CLOCK + timedelta(minutes=minutes)
    refused = rules.why_not_hold(until, at=TEN_O_CLOCK, hours=hours, times=times, held=held)

    assert (refused == "") == (held < times and 0 < minutes <= hours * 60)


@given(share=st.floats(0, 1), number=st.text(min_size=1, max_size=30))
def test_the_sample_is_the_same_whoever_asks_and_grows_with_its_share(share: float, number: str) -> None:
    wanted = rules.callback_wanted("sample", share, number)

    assert wanted == rules.callback_wanted("sample", share, number)
    assert wanted <= rules.callback_wanted("sample", 1.0, number)
    assert wanted >= rules.callback_wanted("sample", 0.0, number)
    assert rules.callback_wanted("always", share, number)
    assert not rules.callback_wanted("never", share, number)


def test_a_sample_of_three_in_ten_is_about_that() -> None:
    numbers = [f"YW-0562-20261122-{count:06d}" for count in range(1, 2001)]
    drawn = sum(rules.callback_wanted("sample", 0.3, number) for number in numbers)

    assert 540 <= drawn <= 660


def test_every_shipped_type_is_listed() -> None:
    assert {path.stem for path in SHIPPED.glob("*.json")} == set(ORDER)
    assert OrderType._meta.get_field("prefix").unique


def test_the_table_says_what_is_written_down_apart_from_it() -> None:
    moves = {
        str(act): {f"{before}>{after}" for before, found in table.items() for after in found}
        for act, table in MOVES.items()
    }
    assert moves == {act: set(known.split()) for act, known in KNOWN_MOVES.items()}
