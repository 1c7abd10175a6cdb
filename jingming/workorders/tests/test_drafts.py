"""The next version of a type: worked on as a draft, put in force with a reason, never changed afterwards."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.utils.translation import override

from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.base.errors import Refusal, Stale, Unfit
from jingming.intake import actions as intake
from jingming.interactions.actions import Contact
from jingming.workorders import actions, queries
from jingming.workorders.actions import Matter, NoDraft, StillFaulty
from jingming.workorders.drafting import AddStep, ChangeStep, Forbid, MoveStep, Permit, Plan, RemoveStep, Require
from jingming.workorders.models import OrderType, TypeDraft, TypeVersion, WorkOrder
from jingming.workorders.rules import Act
from jingming.workorders.shipping import shipped
from tests.cast import TEN_O_CLOCK

pytestmark = pytest.mark.django_db
AT = {"at": TEN_O_CLOCK}
CHECKING = AddStep(label={"zh": "复核", "en": "Checking"}, kinds=["operations"], after="handling")


@pytest.fixture
def repair(company) -> OrderType:
    return OrderType.objects.get(code="repair")


@pytest.fixture
def edit(repair, sysadmin):
    """`edit(change)` makes a change to the draft as it stands."""
    actions.begin_draft(repair, by=sysadmin, **AT)

    def change(made: Any) -> TypeDraft:
        revision = TypeDraft.objects.get(type=repair).revision
        return actions.change_draft(repair, made, revision=revision, by=sysadmin, **AT)

    return change


def opened(agent) -> WorkOrder:
    contact = Contact(channel="phone", party_phone="13900000017")
    taken = intake.take(
        contact, Matter(type="repair", description="家中无气", address="翠湖花园 3 栋"), by=agent, at=TEN_O_CLOCK
    )
    assert taken.order is not None
    return taken.order


def with_checking(edit) -> None:
    """Between handling and callback somebody checks."""
    edit(CHECKING)
    edit(Permit(step="handling", act="complete", by=["head", "engineer"], to="step_1"))
    edit(Permit(step="step_1", act="call_back", by=["agent"], to="closing"))
    edit(Permit(step="step_1", act="close", by=["dispatcher"]))


def test_a_new_order_takes_the_new_step_and_one_under_way_keeps_its_own(edit, repair, agent, sysadmin):
    before = opened(agent)
    with_checking(edit)
    edit(RemoveStep(step="callback"))
    draft = TypeDraft.objects.get(type=repair)

    version = actions.publish_draft(repair, reason="复核试点", revision=draft.revision, by=sysadmin, **AT)

    after = opened(agent)
    assert [step.key for step in after.flow.steps] == ["dispatching", "handling", "step_1", "closing"]
    assert [step.key for step in WorkOrder.objects.get(pk=before.pk).flow.steps] == [
        "dispatching", "handling", "callback", "closing",
    ]  # fmt: skip
    assert (version.number, version.reason, version.published_by) == (2, "复核试点", sysadmin)
    assert not TypeDraft.objects.exists()
    said = Entry.objects.filter(target_kind="workorders.OrderType", target_id=repair.pk).order_by("id")
    assert [line.key.removeprefix("workorders.") for line in said][-7:] == [
        "type_draft_begun", *["type_draft_changed"] * 5, "type_published",
    ]  # fmt: skip


def test_a_draft_with_faults_is_not_put_in_force(edit, repair, sysadmin):
    draft = edit(CHECKING)

    with pytest.raises(StillFaulty) as refused:
        actions.publish_draft(repair, reason="…", revision=draft.revision, by=sysadmin, **AT)

    assert len(refused.value.facts["faults"]) == 1
    assert repair.versions.count() == 1


def test_of_two_who_change_the_same_draft_the_second_is_told_by_whom_it_was_changed(repair, sysadmin, secadmin):
    draft = actions.begin_draft(repair, by=sysadmin, **AT)
    actions.change_draft(repair, CHECKING, revision=draft.revision, by=secadmin, **AT)
    kept = TypeDraft.objects.get(type=repair)

    with pytest.raises(Stale, match=secadmin.get_full_name()):
        actions.change_draft(repair, MoveStep(step="closing", by=-1), revision=draft.revision, by=sysadmin, **AT)
    with pytest.raises(Stale):
        actions.publish_draft(repair, reason="…", revision=draft.revision, by=sysadmin, **AT)
    with pytest.raises(Stale):
        actions.discard_draft(repair, revision=draft.revision, by=sysadmin, **AT)
    assert TypeDraft.objects.get(type=repair).definition == kept.definition

    actions.discard_draft(repair, revision=kept.revision, by=sysadmin, **AT)
    with pytest.raises(NoDraft):
        actions.change_draft(repair, CHECKING, revision=kept.revision, by=secadmin, **AT)


def test_a_draft_is_begun_once_and_gone_on_with(repair, sysadmin, secadmin):
    assert actions.begin_draft(repair, by=sysadmin, **AT) == actions.begin_draft(repair, by=secadmin, **AT)


def test_a_draft_is_stale_once_another_version_is_in_force(edit, repair, sysadmin):
    draft = edit(Require(act="complete", fields=["address"]))
    actions.publish_type({**shipped("repair"), "hold": {"hours": 7, "times": 1}}, **AT)

    with pytest.raises(Stale, match="2"):
        actions.publish_draft(repair, reason="…", revision=draft.revision, by=sysadmin, **AT)


def test_what_says_nothing_new_or_gives_no_reason_is_not_put_in_force(edit, repair, sysadmin):
    same = TypeDraft.objects.get(type=repair)
    with pytest.raises(Unfit):
        actions.publish_draft(repair, reason="…", revision=same.revision, by=sysadmin, **AT)
    draft = edit(Require(act="complete", fields=["address"]))
    with pytest.raises(Unfit) as refused:
        actions.publish_draft(repair, reason="  ", revision=draft.revision, by=sysadmin, **AT)
    assert [*refused.value.fields] == ["reason"]


def test_what_is_shipped_comes_back_as_a_version_of_its_own(edit, repair, sysadmin):
    draft = edit(Require(act="complete", fields=["address"]))
    again = {"by": sysadmin, **AT}
    with pytest.raises(Refusal):
        actions.return_to_shipped(repair, shipped("repair"), reason="试点结束", **again)
    actions.publish_draft(repair, reason="试点", revision=draft.revision, **again)

    version = actions.return_to_shipped(repair, shipped("repair"), reason="试点结束", **again)

    assert (version.number, version.definition, version.reason) == (3, shipped("repair"), "试点结束")
    with pytest.raises(Unfit):
        actions.return_to_shipped(repair, shipped("repair"), reason="试点结束", **again)


def test_an_edit_changes_what_it_says_and_nothing_else(edit, repair):
    same = shipped("repair")
    label = {"zh": "报修", "en": "Repair"}
    plan = Plan(label=label, review="none", callback="sample", share=0.5, attempts=2, hours=12, times=1)
    assert edit(plan).definition == same | {
        "label": label, "review": "none", "callback": {"when": "sample", "share": 0.5, "attempts": 2},
        "hold": {"hours": 12, "times": 1},
    }  # fmt: skip
    edit(replace(plan, review=same["review"], callback="always", attempts=3, **same["hold"]))
    assert TypeDraft.objects.get(type=repair).definition == same | {"callback": {"when": "always"}, "label": label}


def test_steps_are_moved_renamed_and_begun_with(edit):
    moved = edit(MoveStep(step="handling", by=-1)).definition["steps"]
    assert [step["key"] for step in moved][:2] == ["handling", "dispatching"]
    assert edit(MoveStep(step="handling", by=-1)).definition["steps"][0]["key"] == "handling"
    named = ChangeStep(
        step="handling", label={"zh": "抢修", "en": "Mending"}, kinds=["maintenance"], review=False,
        unless_waived=False, start=True,
    )  # fmt: skip
    after = edit(named).definition
    assert (after["start"], after["steps"][0]["label"]) == ("handling", {"zh": "抢修", "en": "Mending"})
    assert "review" not in after["steps"][0]
    with pytest.raises(Unfit):
        edit(replace(named, start=False))
    with pytest.raises(Unfit):
        edit(replace(named, unless_waived=True))


def test_a_step_to_which_others_lead_cannot_be_removed(edit):
    with override("en"), pytest.raises(Unfit, match="These lead to “Callback”: “Complete” at “Handling”"):
        edit(RemoveStep(step="callback"))
    with override("en"), pytest.raises(Unfit, match="Orders begin at “Dispatching”"):
        edit(RemoveStep(step="dispatching"))
    with pytest.raises(Unfit):
        edit(RemoveStep(step="nowhere"))


def test_acts_are_given_and_taken_away(edit):
    given = edit(Permit(step="", act="judge", by=["manager"])).definition["acts"]["judge"]
    assert given == {"by": ["manager"]}
    assert "judge" not in edit(Forbid(step="", act="judge")).definition["acts"]
    with pytest.raises(Unfit):
        edit(Forbid(step="callback", act="call_back"))
    with pytest.raises(Unfit):
        edit(Permit(step="handling", act="complete", by=[], to="callback"))


def test_what_an_act_asks_for_stands_where_the_field_is_kept(edit, repair):
    after = edit(Require(act="complete", fields=["repair_kind", "address"]))
    flow = after.flow
    assert flow.required_by(Act.COMPLETE) == ["address", "repair_kind"]
    assert flow.required_by(Act.DISPATCH) == TypeVersion.objects.get(type=repair).flow.required_by(Act.DISPATCH)
    assert edit(Require(act="complete", fields=[])).definition == shipped("repair")


def test_there_is_room_for_so_many_steps_and_no_more(edit):
    for number in range(16):
        edit(replace(CHECKING, label={"zh": f"复核 {number}", "en": f"Checking {number}"}))
    with pytest.raises(Unfit, match="20"):
        edit(CHECKING)


def test_a_version_whose_publishing_was_rolled_back_is_remembered_by_nobody(sysadmin: Staff):
    before = queries.current_version("repair")
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        actions.publish_type({**shipped("repair"), "hold": {"hours": 7, "times": 1}}, **AT)
        assert queries.current_version("repair").number == before.number + 1
        raise ZeroDivisionError
    assert queries.current_version("repair") == before
