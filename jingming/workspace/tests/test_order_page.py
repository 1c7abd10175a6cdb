"""The page of one order, and the pages of its acts: without scripts, as a browser sends them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.base.errors import Unfit
from jingming.codes import actions as codes
from jingming.codes.models import Code
from jingming.workorders import actions as orders
from jingming.workorders.inputs import ACT_FIELDS
from jingming.workorders.models import History, WorkOrder
from jingming.workorders.rules import Act
from jingming.workspace import acts, history
from jingming.workspace.forms.acts import BUILDERS

from .conftest import Opened
from .paper import fill_in, posting, text_of

SignedIn = Callable[..., Client]


def primary(client: Client, order: WorkOrder) -> str:
    """The act that the page's primary button leads to."""
    page = client.get(f"/orders/{order.number}/").content.decode()
    found = re.search(r'class="btn btn-primary" href="/orders/[^/]+/acts/(\w+)/"', page)
    return found[1] if found else ""


def do(client: Client, order: WorkOrder, act: str, /, **values: object):
    return fill_in(client, f"/orders/{order.number}/acts/{act}/", **values)


# --- The tables -----------------------------------------------------------------------------------------------------
def test_every_act_has_a_picture_a_sentence_and_a_field_builder():
    assert set(acts.ICONS) == set(history.SAID) == set(Act)
    assert {field.kind for fields in ACT_FIELDS.values() for field in fields} <= set(BUILDERS)


def test_no_two_acts_share_a_key():
    assert len(set(acts.KEYS.values())) == len(acts.KEYS)
    assert not set(acts.KEYS) & acts.FINAL


# --- The page of an order -------------------------------------------------------------------------------------------
def test_an_order_shows_whom_it_is_for_what_it_is_about_and_its_way(signed_in, head, dispatched):
    words = text_of(signed_in(head).get(f"/orders/{dispatched.number}/"))

    for shown in (
        "灶前无气,邻居同样", "0562000417", "铜官区桂花苑 12-2-601", "13800000417", "account number", "No gas",
        "派单一 dispatched it to North maintenance team", "Untreated → Processing", "坐席一 took the contact",
    ):  # fmt: skip
        assert shown in words, shown


def test_what_cannot_be_done_says_why(signed_in, dispatched, head):
    words = text_of(signed_in(head).get(f"/orders/{dispatched.number}/"))

    assert "Resume The order is neither suspended nor held nor waiting." in words
    assert re.search(r"Done by other roles [^.]*\bSuspend\b", words)
    assert re.search(r"Not at this step [^.]*\bDispatch\b[^.]*\bCall back\b", words)


@pytest.mark.parametrize("page", ["", "acts/note/", "acts/nonsense/"])
def test_an_order_unseen_is_an_order_unknown(signed_in, stranger, opened: Opened, page):
    number, client = opened().number, signed_in(stranger)

    unseen, unknown = client.get(f"/orders/{number}/{page}"), client.get(f"/orders/BX-0562-20260101-000009/{page}")

    assert (unseen.status_code, unknown.status_code) == (404, 404)
    assert text_of(unseen) == text_of(unknown)
    assert len(unseen.content) == len(unknown.content)


def test_an_act_that_there_is_not_is_no_page(signed_in, agent, opened: Opened):
    order = opened()
    assert signed_in(agent).get(f"/orders/{order.number}/acts/open/").status_code == 404


def test_the_primary_act_follows_the_order(signed_in, agent, dispatcher, head, engineer, callback, opened: Opened):
    lacking = opened(form={})
    assert primary(signed_in(agent), lacking) == "amend"
    order = opened()
    assert primary(signed_in(dispatcher), order) == "dispatch"
    do(signed_in(dispatcher), order, "dispatch", department="TL-NORTH")
    assert primary(signed_in(head), order) == "assign"
    do(signed_in(head), order, "assign", staff="engineer1")
    assert primary(signed_in(engineer), order) == "complete"
    do(signed_in(engineer), order, "complete", text="更换灶前阀")
    assert primary(signed_in(callback), order) == "call_back"
    do(signed_in(callback), order, "call_back", result="satisfied", satisfaction="5")
    assert primary(signed_in(callback), order) == "close"


# --- Whole ways without scripts -------------------------------------------------------------------------------------
def test_a_repair_goes_to_its_end_by_forms_alone(
    signed_in, agent, dispatcher, head, engineer, callback, opened: Opened
):
    order = opened(form={}, verified=())
    do(signed_in(agent), order, "amend", repair_kind="gas_none", verified=["address"], appointment="随时")
    do(signed_in(dispatcher), order, "dispatch", department="TL-NORTH", staff="engineer1", text="请尽快")
    do(signed_in(engineer), order, "work", minutes="35", text="更换灶前阀")
    do(signed_in(engineer), order, "complete", text="更换灶前阀,点火正常。")
    do(signed_in(head), order, "review", result="passed")
    caller = signed_in(callback)
    do(caller, order, "call_back", result="satisfied", satisfaction="5", text="已恢复")
    answer = do(caller, order, "close")

    order.refresh_from_db()
    assert (order.status, order.form, order.verified) == (
        "closed", {"repair_kind": "gas_none", "appointment": "随时"}, ["address"],
    )  # fmt: skip
    ways = list(History.objects.filter(order_id=order.pk).order_by("id").values_list("act", flat=True))
    assert ways == ["open", "amend", "dispatch", "work", "complete", "review", "call_back", "close"]
    words = text_of(caller.get(answer.headers["Location"]))
    assert "Close: done. The order is Closed." in words
    assert "called back: satisfied, 5 of 5" in words


def test_a_complaint_is_split_reported_reviewed_and_reassigned_by_forms_alone(
    signed_in, agent, inspector, engineer, head, head3, account, callback, opened: Opened
):
    order = opened("complaint", form={"complaint_kind": "service_late"}, description="约定时间未到")
    do(signed_in(inspector), order, "accept")
    do(
        signed_in(inspector), order, "split",
        department_0="TL-NORTH", staff_0="engineer1", instruction_0="说明迟到原因",
        department_2="TL-BIZ", instruction_2="核对预约记录",
    )  # fmt: skip
    assert order.tasks.count() == 2
    for person, handling in ((engineer, "已致歉"), (account, "预约无误")):
        do(signed_in(person), order, "report", handling=handling, satisfaction="4", receipt_person="周晓岚")
    refused = signed_in(callback).get(f"/orders/{order.number}/acts/call_back/")
    assert refused.status_code == 409
    do(signed_in(inspector), order, "complete", text="责任已明确")
    do(signed_in(head), order, "review", result="passed")
    do(signed_in(head3), order, "review", result="passed")
    do(signed_in(callback), order, "call_back", result="dissatisfied", satisfaction="1")
    words = text_of(signed_in(callback).get(f"/orders/{order.number}/"))
    assert "the original order must be reassigned" in words
    do(signed_in(callback), order, "reassign", text="请重新核实")

    order.refresh_from_db()
    assert (order.status, order.round, order.department.code) == ("processing", 2, "TL-INSP")


def test_several_tasks_of_one_department_ask_which_one(signed_in, inspector, head, opened: Opened):
    order = opened("complaint", form={"complaint_kind": "service_late"})
    do(signed_in(inspector), order, "accept")
    rows = {f"department_{row}": "TL-NORTH" for row in (0, 1)} | {f"instruction_{row}": f"事项{row}" for row in (0, 1)}
    do(signed_in(inspector), order, "split", **rows)
    told = {"handling": "已办", "satisfaction": "5", "receipt_person": "周晓岚"}

    silent = do(signed_in(head), order, "report", **told)
    assert silent.status_code == 422
    second = order.tasks.order_by("id").last()
    do(signed_in(head), order, "report", task=str(second.pk), **told)

    assert [task.handling for task in order.tasks.order_by("id")] == ["", "已办"]


def test_a_consultation_is_transferred_held_and_replied_by_forms_alone(
    signed_in, dispatcher, head3, agent, opened: Opened
):
    order = opened("consultation", form={"consultation_kind": "process"})
    do(signed_in(dispatcher), order, "transfer", department="TL-BIZ")
    do(signed_in(head3), order, "hold", reason="material")
    order.refresh_from_db()
    assert order.held_until is not None
    do(signed_in(head3), order, "resume")
    do(signed_in(head3), order, "wait", waiting_for="customer")
    do(signed_in(head3), order, "reply", text="凭身份证办理")
    do(signed_in(dispatcher), order, "reply", text="请告知客户")
    do(signed_in(agent), order, "terminate", text="已告知")

    order.refresh_from_db()
    assert (order.status, order.outcome) == ("closed", "已告知")


def test_beside_the_way_one_notes_attaches_and_links(signed_in, agent, opened: Opened, stranger):
    order, other, client = opened(), opened(), signed_in(agent)
    do(client, order, "note", text="客户再次来电")
    do(client, order, "link", other=other.number, kind="duplicate")
    photo = SimpleUploadedFile("说明.txt", "阀门编号 7".encode())
    fill_in(client, f"/orders/{order.number}/acts/attach/", file=photo, text="现场说明")

    words = text_of(client.get(f"/orders/{order.number}/"))
    for shown in ("客户再次来电", other.number, "Same matter", "attached 说明.txt"):
        assert shown in words, shown
    page = client.get(f"/orders/{order.number}/").content.decode()
    address = re.search(r'href="(/attachments/\d+/)"', page)[1]
    assert b"".join(client.get(address).streaming_content) == "阀门编号 7".encode()
    assert signed_in(stranger).get(address).status_code == 404


def test_a_file_that_is_not_what_it_says_is_refused_beside_the_field(signed_in, agent, opened: Opened):
    order = opened()
    photo = SimpleUploadedFile("照片.jpg", b"<html><script>alert(1)</script>")
    answer = fill_in(signed_in(agent), f"/orders/{order.number}/acts/attach/", file=photo)

    assert answer.status_code == 422
    assert 'id="id_file_errors"' in answer.content.decode()
    assert History.objects.filter(order_id=order.pk).count() == 1


def test_voiding_asks_for_its_reason_and_retyping_offers_the_other_types(signed_in, agent, opened: Opened):
    order, client = opened(), signed_in(agent)
    form = posting(client.get(f"/orders/{order.number}/acts/retype/"))
    assert "repair" not in form.options["type"]
    do(client, order, "retype", type="complaint")
    order.refresh_from_db()
    assert (order.type.code, order.number[:2]) == ("complaint", "BX")
    assert "changed the type from Repair to Complaint" in text_of(client.get(f"/orders/{order.number}/"))

    assert do(client, order, "void", text="重复").status_code == 422
    do(client, order, "void", reason="duplicate")
    order.refresh_from_db()
    assert order.status == "void"


# --- Refusals -------------------------------------------------------------------------------------------------------
def test_an_act_that_is_not_one_s_own_says_whose_it_is(signed_in, agent2, head, dispatched):
    answer = signed_in(head).get(f"/orders/{dispatched.number}/acts/split/")

    assert answer.status_code == 403
    assert "does not have “Split into tasks” at this step" in text_of(answer)
    assert posting_forms(answer) == []


def posting_forms(answer) -> list[object]:
    from .paper import forms_of

    return [form for form in forms_of(answer) if form.method == "post"]


def test_an_act_that_the_state_does_not_admit_is_refused_when_it_is_sent(signed_in, callback, completed):
    client, address = signed_in(callback), f"/orders/{completed.number}/acts/close/"
    answer = client.post(address, {"version": completed.version})

    assert answer.status_code == 409
    assert "called back first" in text_of(answer)
    completed.refresh_from_db()
    assert completed.status == "processed"


def test_what_is_missing_is_named_with_the_way_to_fill_it_in(signed_in, dispatcher, opened: Opened):
    order = opened(form={})
    answer = signed_in(dispatcher).get(f"/orders/{order.number}/acts/dispatch/")

    assert answer.status_code == 409
    assert "Fill in first: Kind of repair." in text_of(answer)
    assert f"/orders/{order.number}/acts/amend/" in answer.content.decode()


def test_what_was_typed_is_kept_when_a_field_is_wrong(signed_in, callback, completed):
    answer = do(signed_in(callback), completed, "call_back", result="satisfied", text="客户满意")

    assert answer.status_code == 422
    assert "Ask the customer for a value from 1 to 5." in text_of(answer)
    form = posting(answer)
    assert (form.values["result"], form.values["text"][0].strip()) == (["satisfied"], "客户满意")


def test_somebody_of_another_department_is_not_offered_and_not_taken(signed_in, dispatcher, opened: Opened):
    order, client = opened(), signed_in(dispatcher)
    form = posting(client.get(f"/orders/{order.number}/acts/dispatch/"))
    assert form.options["department"] == ["", "TL-NORTH", "TL-SOUTH", "WH-MAINT"]  # the nearest first
    assert "engineer1" in form.options["staff"]

    answer = do(client, order, "dispatch", department="TL-SOUTH", staff="engineer1")
    assert answer.status_code == 422
    assert "does not work in" in text_of(answer)
    order.refresh_from_db()
    assert order.status == "untreated"


@pytest.mark.parametrize(
    ("act", "values"),
    [
        ("dispatch", {"department": "NOWHERE"}), ("dispatch", {"staff": "nobody"}),
        ("dispatch", {"text": "x" * 10_001}),
        ("dispatch", {"version": "2147483648"}), ("dispatch", {"version": "now"}), ("dispatch", {"version": ""}),
        ("hold", {"until": "tomorrow", "reason": "other"}), ("hold", {"until": "0001-01-01T00:00", "reason": "other"}),
        ("hold", {"reason": "boredom"}), ("wait", {"waiting_for": "godot"}),
        ("amend", {"level": "apocalyptic"}), ("amend", {"service_point": "404404404"}),
        ("amend", {"caller_phone": "x"}), ("amend", {"seen": "[]"}),
        ("amend", {"repair_kind": "nonsense"}), ("amend", {"description": ""}), ("amend", {"seen": "[not json"}),
        ("link", {"other": "BX-0", "kind": "related"}), ("note", {"text": " "}),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_changes_nothing(signed_in, dispatcher, opened: Opened, act, values):
    order, client = opened(), signed_in(dispatcher)
    address = f"/orders/{order.number}/acts/{act}/"
    form = posting(client.get(address))
    answer = client.post(address, {**form.values, **values})

    assert answer.status_code == 422, text_of(answer)
    order.refresh_from_db()
    assert (order.status, order.version) == ("untreated", 1)
    assert order.description == "灶前无气,邻居同样"


# --- Two people at once ---------------------------------------------------------------------------------------------
def test_a_stale_save_is_stopped_and_shown_as_a_difference(signed_in, agent, dispatcher, opened: Opened):
    order, client = opened(), signed_in(agent)
    address = f"/orders/{order.number}/acts/amend/"
    page = client.get(address)
    do(signed_in(dispatcher), order, "amend", level="urgent", address="桂花苑 12-2-602")

    stopped = fill_in(client, address, page, address="桂花苑 12-2-603", caller_name="周先生")

    assert stopped.status_code == 409
    words = text_of(stopped)
    assert "Address 桂花苑 12-2-602 桂花苑 12-2-603" in words
    assert "Level Urgent Normal" in words
    order.refresh_from_db()
    assert (order.address, order.level, order.caller_name) == ("桂花苑 12-2-602", "urgent", "周晓岚")

    form = posting(stopped)
    assert form.values["address"] == ["桂花苑 12-2-603"]
    assert form.values["level"] == ["urgent"]  # what one has not touched follows the colleague
    fill_in(client, address, stopped)
    order.refresh_from_db()
    assert (order.address, order.level, order.caller_name) == ("桂花苑 12-2-603", "urgent", "周先生")


def test_two_dispatchers_at_once_the_second_sees_what_the_first_did(
    signed_in, dispatcher, company: dict[str, Staff], opened: Opened
):
    order, client = opened(), signed_in(dispatcher)
    address = f"/orders/{order.number}/acts/dispatch/"
    page = client.get(address)
    do(client, order, "dispatch", department="TL-NORTH")

    late = fill_in(client, address, page, department="TL-SOUTH")

    assert late.status_code == 409
    words = text_of(late)
    assert "Department North maintenance team South maintenance team" in words
    assert "State Processing Untreated" in words
    order.refresh_from_db()
    assert order.department.code == "TL-NORTH"


def test_an_amendment_that_changes_nothing_says_so(signed_in, agent, opened: Opened):
    order = opened()
    answer = do(signed_in(agent), order, "amend")

    assert answer.status_code == 422
    assert "Change at least one field" in text_of(answer)


def test_a_code_retired_since_is_still_shown_kept_and_found(signed_in, agent, sysadmin, opened: Opened):
    order, other = opened(level="urgent", form={"repair_kind": "gas_leak"}), opened()
    for set_, code in (("level", "urgent"), ("repair_kind", "gas_leak")):
        retired = Code.objects.get(set=set_, code=code)
        codes.retire(retired, last_day=date(2026, 1, 1), by=sysadmin, at=now())

    form = text_of(signed_in(agent).get(f"/orders/{order.number}/acts/amend/"))
    assert "Urgent (retired)" in form
    assert "Gas leak (retired)" in form
    do(signed_in(agent), order, "amend", address="桂花苑 12-2-602")
    order.refresh_from_db()
    assert (order.address, order.level, order.form) == ("桂花苑 12-2-602", "urgent", {"repair_kind": "gas_leak"})
    kept = {"level": "urgent", "repair_kind": "gas_leak", "description": "邻居也闻到"}
    orders.amend(order, fields=kept, by=agent, at=now(), version=None)

    assert "(retired)" not in text_of(signed_in(agent).get(f"/orders/{other.number}/acts/amend/"))
    for fields in ({"level": "urgent"}, {"repair_kind": "gas_leak"}):
        with pytest.raises(Unfit) as refusal:
            orders.amend(other, fields=fields, by=agent, at=now(), version=None)
        assert list(refusal.value.fields) == list(fields)
    queue = text_of(signed_in(agent).get("/orders/?queue=all&level=urgent"))
    assert order.number in queue
    assert other.number not in queue


def test_an_account_number_brings_its_customer(signed_in, agent, opened: Opened, household):
    order = opened(customer=None, service_point=None, address="桂花苑")
    do(signed_in(agent), order, "amend", service_point=" 0562000417 ")

    order.refresh_from_db()
    assert (order.service_point, order.customer, order.address) == (household, household.customer, household.address)


# --- History in words -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_sentence_can_be_said_of_a_line_that_knows_nothing(opened: Opened, language):
    order = opened()
    names = history.Names(order, {}, {})
    with override(language):
        for act in Act:
            line = History(
                act=act, from_status="untreated", to_status="processing", from_step="?", to_step="", facts={}
            )
            assert history.SAID[act](line, names).strip(), act


def test_a_correction_says_from_what_to_what(signed_in, agent, opened: Opened):
    order = opened()
    do(signed_in(agent), order, "amend", level="urgent", repair_kind="gas_leak", verified=["name"])
    words = text_of(signed_in(agent).get(f"/orders/{order.number}/"))

    assert "Level: Normal → Urgent" in words
    assert "Kind of repair: No gas → Gas leak" in words
    assert "Customer verified by: account number → " in words


def test_an_imported_line_says_what_was_odd(signed_in, agent, opened: Opened):
    order = opened()
    orders.note(order, text="旧系统", by=agent, at=now())
    line = History.objects.filter(order_id=order.pk, act="note").get()
    line.odd, line.imported, line.by_name = ["step_back_in_time"], True, ""
    with override("en"):
        (said,) = history.lines([line], history.Names(order, {}, {}))

    assert (said.who, "Found odd by the import: step_back_in_time" in said.text) == ("Import", True)
