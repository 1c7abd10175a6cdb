"""The type editor on pages: a draft is worked on by forms and buttons, looked at, and put in force."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from jingming.audit.models import Entry
from jingming.audit.sentences import in_words
from jingming.base.clock import now
from jingming.workorders import actions
from jingming.workorders.drafting import AddStep, ChangeStep, Edit, Forbid, MoveStep, Permit, Plan, Require
from jingming.workorders.flows import read_flow
from jingming.workorders.models import OrderType, TypeDraft, TypeVersion
from jingming.workorders.rules import Act
from jingming.workorders.shipping import shipped
from jingming.workspace.differing import differences

from .paper import text_of

TYPE = "/types/repair/"


@pytest.fixture
def desk(signed_in, sysadmin):
    """The system administrator, with a draft of the repair type."""
    client = signed_in(sysadmin)
    assert client.get(TYPE).status_code == 200
    client.post(TYPE, {"begin": "yes"})
    return client


def draft() -> TypeDraft:
    return TypeDraft.objects.get(type__code="repair")


def rev() -> dict[str, int]:
    return {"revision": draft().revision}


def test_the_list_names_each_type_with_its_version_and_who_works_on_it(desk, sysadmin):
    words = text_of(desk.get("/types/"))

    for kind in OrderType.objects.all():
        assert kind.label["zh"] in words
        assert kind.code in words
    assert sysadmin.get_full_name() in words


def test_the_list_costs_the_same_whatever_there_is(desk):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            desk.get("/types/")
        return len(found)

    before = queries()
    for code in ("complaint", "praise"):
        desk.post(f"/types/{code}/", {"begin": "yes"})
    assert queries() == before


def test_a_step_comes_into_force_by_pages_alone(desk, sysadmin):
    step = {"zh": "复核", "en": "Checking", "kinds": ["operations"], "after": "handling"}
    assert desk.post(f"{TYPE}steps/new/", rev() | step).status_code == 302
    words = text_of(desk.get(TYPE))
    assert "No order comes to the step “Checking”." in words
    assert "New step “Checking”, done by: Operations." in words
    refused = desk.post(f"{TYPE}publish/", rev() | {"reason": "试点"})
    assert refused.status_code == 422
    assert "No order comes to the step “Checking”." in text_of(refused)

    by = {"by": ["head", "engineer"]}
    desk.post(f"{TYPE}acts/handling/complete/", rev() | by | {"to": "step_1"})
    desk.post(f"{TYPE}acts/step_1/new/", rev() | {"act": "call_back", "by": ["agent"], "to": "closing"})
    desk.post(f"{TYPE}acts/step_1/call_back/", rev() | {"by": ["agent", "callback"], "to": "callback"})
    words = text_of(desk.get(f"{TYPE}preview/"))
    assert "Handling → Checking: Complete" in desk.get(f"{TYPE}preview/").content.decode()
    assert "Kind of repair" in words
    assert desk.post(f"{TYPE}publish/", rev() | {"reason": "复核试点"}).status_code == 302

    version = TypeVersion.objects.filter(type__code="repair").order_by("-number")[0]
    assert (version.number, version.reason, version.published_by) == (2, "复核试点", sysadmin)
    assert "复核试点" in text_of(desk.get(TYPE))
    keys = Entry.objects.filter(key__startswith="workorders.type_draft").values_list("key", flat=True)
    assert {in_words(key) for key in keys} == {
        "began a draft of a type of order", "changed the draft of a type of order",
    }  # fmt: skip

    assert desk.post(f"{TYPE}shipped/", {"reason": "试点结束"}).status_code == 302
    assert TypeVersion.objects.filter(type__code="repair").order_by("-number")[0].definition == shipped("repair")


def test_buttons_move_remove_take_away_and_discard(desk):
    desk.post(TYPE, rev() | {"down": "handling"})
    assert [step.key for step in draft().flow.steps] == ["dispatching", "callback", "handling", "closing"]
    desk.post(TYPE, rev() | {"forbid": "handling:hold"})
    desk.post(TYPE, rev() | {"forbid": "-:judge"})
    assert "hold" not in draft().flow.step("handling").acts
    refused = desk.post(TYPE, rev() | {"remove": "closing"}, follow=True)
    assert "Let them lead elsewhere first." in text_of(refused)
    desk.post(TYPE, rev() | {"discard": "yes"})
    assert not TypeDraft.objects.exists()
    assert desk.get(f"{TYPE}preview/").status_code == 404


def test_forms_show_what_is_and_change_what_is_sent(desk):
    plan = {
        "zh": "报修",
        "en": "Repairs",
        "review": "none",
        "callback": "sample",
        "attempts": 2,
        "hours": 8,
        "times": 1,
    }
    lacking = desk.post(f"{TYPE}plan/", rev() | plan)
    assert "Say how many of a hundred orders are called back." in text_of(lacking)
    assert desk.post(f"{TYPE}plan/", rev() | plan | {"share": 25}).status_code == 302
    page = desk.get(f"{TYPE}steps/handling/").content.decode()
    assert re.search(r'name="review"[^>]*checked', page)
    step = {"zh": "抢修", "en": "Mending", "kinds": ["maintenance", "business"], "review": "on"}
    assert desk.post(f"{TYPE}steps/handling/", rev() | step).status_code == 302
    assert desk.post(f"{TYPE}required/complete/", rev() | {"fields_wanted": ["address"]}).status_code == 302
    flow = draft().flow
    assert (flow.label.en, flow.callback.share, flow.hold.hours) == ("Repairs", 0.25, 8)
    assert flow.step("handling").label.zh == "抢修"
    assert "address" in flow.required["complete"]


def test_who_comes_second_is_told_and_keeps_what_was_typed(desk, secadmin):
    old = rev()
    desk.post(f"{TYPE}required/complete/", old | {"fields_wanted": ["address"]})
    step = {"zh": "复核", "en": "Checking", "kinds": ["operations"], "after": "handling"}

    second = desk.post(f"{TYPE}steps/new/", old | step)

    assert second.status_code == 422
    assert "has changed this draft meanwhile" in text_of(second)
    assert 'value="Checking"' in second.content.decode()
    assert "Checking" not in text_of(desk.get(TYPE))


NOT_THERE = (
    "nonsense/", "repair/steps/nowhere/", "repair/acts/handling/judge/", "repair/acts/nowhere/new/",
    "repair/required/judge/", "repair/required/x/",
)  # fmt: skip


@pytest.mark.parametrize("address", NOT_THERE)
def test_what_there_is_not_is_no_page(desk, address):
    assert desk.get(f"/types/{address}").status_code == 404


def test_who_may_not_change_codes_finds_no_page(signed_in, agent):
    assert {signed_in(agent).get(address).status_code for address in ("/types/", TYPE, f"{TYPE}preview/")} == {404}


def test_every_kind_of_change_is_told_in_words(db, company, sysadmin):
    kind = OrderType.objects.get(code="repair")
    before = read_flow(shipped("repair"))
    label = {"zh": "报修", "en": "Repair"}
    mending = {"zh": "抢修", "en": "Mending"}
    edits: list[tuple[Edit, list[str]]] = [
        (Plan(label=mending, review="none", callback="never", share=1, attempts=3, hours=9, times=1),
            ["Name of the type: ", "Review: ", "Callback: ", "Hold: "]),
        (AddStep(label={"zh": "复核", "en": "Checking"}, kinds=["home"], after="closing"), ["New step “Checking”"]),
        (MoveStep(step="handling", by=1), ["The steps stand in another order: "]),
        (ChangeStep(step="handling", label=label, kinds=["home"], review=False, unless_waived=False, start=True),
            ["Orders begin at: ", "Name of a step: ", "Done at “Repair” by: ", "“Repair” is no longer reviewed."]),
        (ChangeStep(step="callback", label=label, kinds=["home"], review=True, unless_waived=False, start=False),
            ["Name of a step: ", "“Repair” is reviewed.", "“Repair” is never left out."]),
        (Permit(step="", act="judge", by=["manager"]), ["At every step: new act “Judge responsibility”, by: Manager."]),
        (Forbid(step="", act="note"), ["At every step: “Note” can no longer be done."]),
        (Permit(step="handling", act="complete", by=["head", "manager"], to="closing", to_kinds=["business"]),
            ["Handling: Complete: now also by Manager.",
             "Handling: Complete: no longer by Field engineer, Account manager.",
             "Handling: Complete: leads to “Closing”.", "Handling: Complete: Business instead of —."]),
        (Require(act="complete", fields=["address"]), ["“Address” is required before “Complete”."]),
        (Require(act="dispatch", fields=[]), ["“"] * len(before.required_by(Act.DISPATCH))),
    ]  # fmt: skip
    for edit, told in edits:
        made = actions.begin_draft(kind, by=sysadmin, at=now())
        after = actions.change_draft(kind, edit, revision=made.revision, by=sysadmin, at=now())
        with override("en"):
            said = differences(before, after.flow)
        assert len(said) == len(told), said
        assert all(sentence.startswith(words) for sentence, words in zip(said, told, strict=True)), said
        actions.discard_draft(kind, revision=after.revision, by=sysadmin, at=now())
    assert differences(before, before) == []
