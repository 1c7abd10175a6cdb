"""Masks by role on the pages of a record, and how somebody who looks on sees it whole: for a reason, for minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from jingming.accounts import eyes, roles
from jingming.accounts.models import Role, Staff
from jingming.accounts.policy import policy
from jingming.accounts.rules import PERSONAL, Authority
from jingming.audit.models import Entry
from jingming.audit.sentences import sentence
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.customers.models import Kind, ServicePoint
from jingming.interactions.models import Interaction
from jingming.workorders.models import WorkOrder

SignedIn = Callable[..., Client]
Opened = Callable[..., WorkOrder]
WHO, PHONE, HOUSE = "周晓岚", "13800000417", "12-2-601"


def told(browser: Client, path: str) -> list[bool]:
    """Whether the page tells name, number and house."""
    page = browser.get(path, follow=True)
    assert page.status_code == 200
    return [word in page.content.decode() for word in (WHO, PHONE, HOUSE)]


def pages_of(order: WorkOrder) -> list[str]:
    return [f"/orders/{order.number}/", f"/customers/{order.customer_id}/", f"/orders/{order.number}/acts/note/"]


@pytest.fixture
def order(opened: Opened) -> WorkOrder:
    return opened(caller_name=WHO, caller_phone=PHONE)


def test_who_serves_reads_it_whole_and_who_looks_on_masked(
    signed_in: SignedIn, order: WorkOrder, agent: Staff, inspector: Staff
):
    assert told(signed_in(agent), f"/orders/{order.number}/") == [True, True, True]
    browser = signed_in(inspector)
    assert [told(browser, path) for path in pages_of(order)] == [[False] * 3] * 3
    page = browser.get(f"/orders/{order.number}/").content.decode()
    assert [shown in page for shown in ("周**", "138****0417", "铜官区桂花苑***", "tel:", "/reveal/")] == [
        True, True, True, False, True,
    ]  # fmt: skip


def test_a_reason_opens_one_record_and_is_written_down(
    signed_in: SignedIn, order: WorkOrder, opened: Opened, inspector: Staff
):
    browser, other = signed_in(inspector), opened(caller_name=WHO, caller_phone=PHONE)
    asked = browser.get(f"/orders/{order.number}/reveal/")
    assert (asked.status_code, b'name="reason"' in asked.content) == (200, True)
    assert browser.post(f"/orders/{order.number}/reveal/", {"reason": "x"}).status_code == 422
    assert not Entry.objects.filter(key="privacy.revealed").exists()

    done = browser.post(f"/orders/{order.number}/reveal/", {"reason": "核对回访是否做过"})

    assert (done.status_code, done.headers["Location"]) == (302, f"/orders/{order.number}/")
    assert told(browser, f"/orders/{order.number}/") == [True, True, True]
    assert told(browser, f"/orders/{other.number}/") == [False, False, False]
    line = Entry.objects.get(key="privacy.revealed")
    assert (line.by_id, line.target_kind, line.target_id) == (inspector.pk, "workorders.WorkOrder", order.pk)
    assert line.facts == {
        "fields": ["privacy.numbers", "privacy.names", "privacy.addresses"],
        "reason": "核对回访是否做过",
    }
    assert sentence(line.key, line.facts).endswith("reason “核对回访是否做过”")
    assert browser.get(f"/orders/{order.number}/reveal/").status_code == 302


def test_an_archive_and_a_contact_are_revealed_by_themselves(signed_in: SignedIn, order: WorkOrder, inspector: Staff):
    browser, contact = signed_in(inspector), Interaction.objects.get(order_id=order.pk)
    Interaction.objects.filter(pk=contact.pk).update(party_name=WHO)
    assert told(browser, "/interactions/")[0] is False

    assert browser.post(f"/interactions/{contact.pk}/reveal/", {"reason": "投诉核对"}).status_code == 302
    assert told(browser, "/interactions/")[0] is True
    assert told(browser, f"/customers/{order.customer_id}/")[1:] == [False, False]
    assert browser.post(f"/customers/{order.customer_id}/reveal/", {"reason": "投诉核对"}).status_code == 302
    assert told(browser, f"/customers/{order.customer_id}/") == [True, True, True]


def test_what_was_revealed_is_masked_again(
    signed_in: SignedIn, order: WorkOrder, inspector: Staff, monkeypatch: pytest.MonkeyPatch
):
    browser = signed_in(inspector)
    browser.post(f"/orders/{order.number}/reveal/", {"reason": "投诉核对"})
    later = now() + policy().reveal
    monkeypatch.setattr(eyes, "now", lambda: later - timedelta(seconds=30))
    assert told(browser, f"/orders/{order.number}/") == [True, True, True]
    monkeypatch.setattr(eyes, "now", lambda: later + timedelta(seconds=1))

    assert told(browser, f"/orders/{order.number}/") == [False, False, False]


def test_who_may_not_reveal_is_offered_nothing_and_hears_404(
    signed_in: SignedIn, order: WorkOrder, agent: Staff, inspector: Staff, secadmin: Staff
):
    role = Role.objects.get(code="inspector")
    without = [one for one in role.authorities if one != Authority.REVEAL]
    roles.change(role, label=role.label, authorities=without, known=roles.as_known(role), by=secadmin, at=now())
    browser = signed_in(inspector)

    assert told(browser, f"/orders/{order.number}/") == [False, False, False]
    assert "/reveal/" not in browser.get(f"/orders/{order.number}/").content.decode()
    for person in (agent, inspector):
        answer = signed_in(person).post(f"/orders/{order.number}/reveal/", {"reason": "投诉核对"})
        assert answer.status_code == 404


def test_numbers_in_free_text_follow_the_record_of_the_page(order: WorkOrder, inspector: Staff, agent: Staff):
    class Asked:
        user, session = inspector, dict[str, object]()

    asked = Asked()
    with eyes.seen_by(asked):
        eyes.about(order)
        assert eyes.sees_numbers(asked) is False
        eyes.unveil(asked, order, now())
        assert eyes.sees_numbers(asked) is True
    assert eyes.sees_numbers(agent) is True


def test_an_enterprise_is_called_by_its_name(signed_in: SignedIn, agent: Staff, inspector: Staff):
    hotel = customers.add_customer("铜陵国贸饭店", kind=Kind.ENTERPRISE, by=agent, at=now(), unit="340705")

    assert "铜陵国贸饭店" in signed_in(inspector).get(f"/customers/{hotel.pk}/").content.decode()
    assert "国贸" in signed_in(inspector).get("/search/palette/?q=铜陵").content.decode()


def test_nobody_changes_what_they_see_masked(
    signed_in: SignedIn, household: ServicePoint, order: WorkOrder, inspector: Staff, secadmin: Staff
):
    role = Role.objects.get(code="inspector")
    may = [*role.authorities, Authority.CHANGE_CUSTOMERS]
    roles.change(role, label=role.label, authorities=may, known=roles.as_known(role), by=secadmin, at=now())
    browser, path = signed_in(inspector), f"/customers/{household.customer_id}/"
    phone = household.customer.phones.get()
    forms = [f"{path}change/", f"{path}phones/{phone.pk}/", f"{path}service-points/{household.pk}/", f"{path}merge/"]

    for form in forms:
        page = browser.get(form)
        assert page.status_code == 403
        assert not [word for word in (WHO, PHONE, HOUSE) if word in page.content.decode()]
    browser.post(f"{path}reveal/", {"reason": "更正地址"})
    assert [browser.get(form).status_code for form in forms] == [200] * 4


def test_a_program_of_somebody_who_looks_on_reads_masks(caller: Callable[..., Any], order: WorkOrder, inspector: Staff):
    program = caller(inspector)
    for path in (f"/work-orders/{order.number}", f"/customers/{order.customer_id}", "/customers", "/interactions"):
        answer = program.get(path)
        assert answer.status_code == 200
        assert [word for word in (WHO, PHONE, HOUSE) if word in answer.content.decode()] == []


def test_a_program_of_somebody_who_looks_on_saves_no_mask(
    caller: Callable[..., Any], order: WorkOrder, inspector: Staff
):
    program, path = caller(inspector), f"/work-orders/{order.number}"
    seen = program.get(path).json()
    assert seen["caller_name"] == "周**"

    fields = {"caller_name": seen["caller_name"], "level": "urgent"}
    amend = {"act": "amend", "version": order.version, "fields": fields}
    refused = program.post(f"{path}/acts", amend)

    assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (422, ["caller_name"])
    del fields["caller_name"]
    assert program.post(f"{path}/acts", amend).status_code == 200
    order.refresh_from_db()
    assert (order.caller_name, order.level) == (WHO, "urgent")


def without(code: str, *rights: Authority, by: Staff) -> None:
    role = Role.objects.get(code=code)
    kept = [one for one in role.authorities if one not in rights]
    roles.change(role, label=role.label, authorities=kept, known=roles.as_known(role), by=by, at=now())


def test_a_form_holds_no_mask_that_could_be_saved(signed_in: SignedIn, order: WorkOrder, inspector: Staff):
    browser, path = signed_in(inspector), f"/orders/{order.number}/acts/amend/"
    form = browser.get(path).context["form"]
    assert {"caller_name", "caller_phone", "address"} & form.fields.keys() == set()
    assert not [word for word in (WHO, PHONE, HOUSE) if word in browser.get(path).content.decode()]

    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    assert browser.post(path, {**sent, "description": "灶前无气,有异味"}).status_code == 302

    order.refresh_from_db()
    assert (order.description, order.caller_name, order.caller_phone) == ("灶前无气,有异味", WHO, PHONE)


def test_whoever_saves_late_reads_the_difference_masked(
    caller: Callable[..., Any], order: WorkOrder, inspector: Staff, agent: Staff
):
    amended = {
        "act": "amend",
        "version": order.version,
        "fields": {"caller_name": "周晓岚之母", "address": "庐山路 9 号"},
    }
    assert caller(agent).post(f"/work-orders/{order.number}/acts", amended, key="a-first").status_code == 200
    late = {"act": "amend", "version": order.version, "fields": {"description": "又来电"}}

    answer = caller(inspector).post(f"/work-orders/{order.number}/acts", late, key="a-second")

    assert answer.status_code == 409
    told_now = {one["field"]: one["now"] for one in answer.json()["differences"]}
    assert told_now == {"caller_name": "周**", "address": "庐山路***"}
    history = caller(inspector).get(f"/work-orders/{order.number}").json()["history"][-1]
    assert history["facts"]["changes"]["caller_name"] == ["周**", "周**"]


def test_who_takes_a_call_and_sees_masks_fills_in_what_the_caller_says(
    signed_in: SignedIn, household: ServicePoint, agent: Staff, secadmin: Staff
):
    without("agent", *PERSONAL, by=secadmin)
    browser = signed_in(agent)

    assert told(browser, f"/intake/?customer={household.customer_id}") == [False, False, False]
    form = browser.get(f"/intake/?q={PHONE}").context["form"]
    assert [form[name].value() for name in ("caller_phone", "caller_name", "address")] == [PHONE, None, None]


def test_files_of_customers_are_for_who_sees_them_whole(signed_in: SignedIn, dispatcher: Staff, secadmin: Staff):
    assert signed_in(dispatcher).get("/data/customers/export/").status_code == 200
    without("dispatcher", Authority.SEE_ADDRESSES, by=secadmin)

    closed = [signed_in(dispatcher).get(f"/data/{kind}/export/") for kind in ("customers", "service-points")]
    assert [answer.status_code for answer in closed] == [404, 404]
