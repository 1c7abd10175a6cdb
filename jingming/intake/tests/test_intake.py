"""One contact, one disposition: told twice, begun and gone on with, dealt with already."""

from __future__ import annotations

import pytest

from jingming.accounts.actions import post
from jingming.accounts.models import Role, Staff
from jingming.base.clock import now
from jingming.base.errors import Unfit
from jingming.intake import actions as intake
from jingming.interactions.models import Interaction
from jingming.workorders.models import WorkOrder

CALL = intake.Contact(channel="phone", external_id="call-77")
MATTER = intake.Matter("repair", "灶前无气", caller_phone="13800000417")


def take(agent: Staff, contact: intake.Contact | Interaction = CALL) -> intake.Taken:
    return intake.take(contact, MATTER, by=agent, at=now())


def test_the_same_call_told_twice_opens_one_order(agent: Staff, agent2: Staff) -> None:
    first, again = take(agent), take(agent2)

    assert (first.repeated, again.repeated, again.order) == (False, True, first.order)
    assert (WorkOrder.objects.count(), Interaction.objects.count()) == (1, 1)


def test_a_call_that_was_begun_is_gone_on_with_whoever_tells_its_end(agent: Staff) -> None:
    begun = intake.begin(CALL, by=agent, at=now())
    taken = take(agent)

    assert (taken.interaction, taken.repeated) == (begun.interaction, False)
    assert taken.order is not None
    assert (taken.interaction.disposition, taken.interaction.order_id) == ("opened", taken.order.pk)
    assert intake.begin(CALL, by=agent, at=now()).repeated


def test_a_begun_call_may_join_an_order_or_be_explained(agent: Staff) -> None:
    order = take(agent).order
    assert order is not None
    for external_id, disposition in (("call-78", "attached"), ("call-79", "no_order")):
        call = intake.Contact(channel="phone", external_id=external_id)
        begun = intake.begin(call, by=agent, at=now()).interaction
        if disposition == "attached":
            done = intake.attach(call, order, by=agent, at=now(), text="还要多久?")
        else:
            done = intake.explain(call, reason="silent", by=agent, at=now())
        assert (done.interaction.pk, done.interaction.disposition, done.repeated) == (begun.pk, disposition, False)


def test_a_contact_has_one_disposition(agent: Staff) -> None:
    begun = intake.begin(CALL, by=agent, at=now()).interaction
    take(agent, begun)
    begun.refresh_from_db()
    with pytest.raises(intake.AlreadyDisposed):
        intake.explain(begun, reason="silent", by=agent, at=now())

    assert Interaction.objects.get().disposition == "opened"


def test_what_was_explained_before_opens_nothing_now(agent: Staff) -> None:
    intake.explain(CALL, reason="silent", by=agent, at=now())
    again = take(agent)

    assert (again.repeated, again.order, WorkOrder.objects.count()) == (True, None, 0)


def test_a_refused_matter_leaves_no_contact_and_no_gap_in_the_numbers(agent: Staff) -> None:
    for wrong in ({"type": "teleport"}, {"level": "apocalyptic"}, {"form": {"repair_kind": "magic"}}):
        with pytest.raises(Unfit):
            intake.take(CALL, intake.Matter(**{"type": "repair", "description": "x", **wrong}), by=agent, at=now())
    assert not Interaction.objects.exists()

    order = take(agent).order
    assert order is not None
    assert order.number.endswith("-000001")


def test_a_call_that_another_city_has_taken_tells_nothing_to_this_one(agent: Staff, stranger: Staff) -> None:
    role = Role.objects.get(code="agent")
    post(stranger, role=role, department=stranger.department, scope="department", by=None, at=now())
    stranger = Staff.objects.get(pk=stranger.pk)
    taken = take(agent)
    for tell in (
        lambda: take(stranger),
        lambda: intake.explain(CALL, reason="silent", by=stranger, at=now()),
        lambda: intake.begin(CALL, by=stranger, at=now()),
    ):
        with pytest.raises(intake.AlreadyDisposed) as refusal:
            tell()
        assert taken.order is not None
        assert taken.order.number not in refusal.value.message
