"""The pages: what is held, a copy as one file, a correction, a hold, the two people of an erasing."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.customers.models import Customer
from jingming.persons import actions
from jingming.persons.models import Hold, Request
from jingming.privacy.rules import masked_name
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Act
from tests.cast import FOUNDED
from tests.orders import do, taken

from .conftest import NUMBER, SECOND, WORDS

Company = dict[str, Staff]
SignedIn = Callable[[Staff], Any]


@pytest.fixture
def desk(signed_in: SignedIn, company: Company) -> Any:
    """The browser of whoever answers for personal data in Tongling."""
    return signed_in(company["supervisor1"])


def page(qian: Customer, more: str = "") -> str:
    return f"/customers/{qian.pk}/personal-data/{more}"


def unpacked(answer: Any) -> tuple[dict[str, Any], str, list[str]]:
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    names = packed.namelist()
    return json.loads(packed.read("personal-data.json")), packed.read("personal-data.html").decode(), names


def test_the_copy_holds_everything_and_leaves_a_line(qian: Customer, closed: WorkOrder, desk: Any) -> None:
    assert desk.post(page(qian, "copy/"), {"reason": ""}).status_code == 422
    assert not Request.objects.exists()

    told, html, names = unpacked(desk.post(page(qian, "copy/"), {"reason": "本人来厅，核验证件"}))

    said = json.dumps(told["data"], ensure_ascii=False)
    assert [word for word in [*WORDS.values(), NUMBER, SECOND] if word not in said] == []
    assert [word for word in [*WORDS.values(), NUMBER, SECOND] if word not in html] == []
    assert "tables/orders.xlsx" in names
    assert told["data"]["callbacks"][0]["satisfaction"] == 5
    assert closed.number == told["data"]["orders"][0]["number"]
    assert "坐席一" not in said  # who of the staff did it is theirs
    entry = Entry.objects.get(key="persons.exported")
    asked = Request.objects.get()
    assert (entry.target_id, entry.facts) == (qian.pk, {"request": asked.pk, "rows": sum(asked.figures.values())})
    assert (asked.kind, asked.state, asked.reason) == ("export", "done", "本人来厅，核验证件")


def test_what_was_asked_for_by_others_is_not_in_the_copy(qian: Customer, desk: Any, company: Company) -> None:
    other = customers.add_customer("邻居家", phone="13900000909", unit="340705", by=company["dispatcher1"], at=FOUNDED)
    taken(company["agent1"], "consultation", customer=other, caller_name=WORDS["name"], caller_phone=NUMBER,
          description="邻居家的事")  # fmt: skip

    told, _html, _names = unpacked(desk.post(page(qian, "copy/"), {"reason": "本人来厅"}))

    said = json.dumps(told["data"], ensure_ascii=False)
    assert ("邻居家" in said, len(told["data"]["called"])) == (False, 1)


def test_the_copy_takes_a_fixed_number_of_queries(
    qian: Customer, closed: WorkOrder, company: Company, desk: Any
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            desk.get(page(qian))
        return len(seen)

    queries()
    before = queries()
    for _one in range(2):
        order = taken(company["agent1"], "consultation", customer=qian, caller_phone=NUMBER)
        do(order, Act.ANSWER, company["agent1"], text="已答")
        customers.add_contact(qian, "又一人", by=company["dispatcher1"], at=now())

    assert queries() == before


def test_a_correction_goes_on_to_the_archive_and_is_written_down(
    qian: Customer, company: Company, signed_in: SignedIn, desk: Any
) -> None:
    answer = desk.post(page(qian, "correct/"), {"reason": "楼号写错了"})

    assert answer.headers["Location"] == page(qian)  # supervision changes no archives: whoever does is told
    assert Request.objects.get().reason == "楼号写错了"
    assert Entry.objects.get(key="persons.correction_asked").target_id == qian.pk


def test_a_hold_is_placed_shown_and_lifted(qian: Customer, desk: Any) -> None:
    given = {"ground": "lawsuit", "source": "(2026)皖0705民初17号", "reason": "诉讼中", "until": ""}
    assert desk.post(page(qian, "hold/"), {**given, "until": "2020-01-01"}).status_code == 422
    assert desk.post(page(qian, "hold/"), given).status_code == 302
    hold = Hold.objects.get()
    assert desk.post(page(qian, "erase/"), {"basis": "consent", "reason": "本人要求"}).status_code == 422
    assert "皖0705民初17号" in desk.get(page(qian)).content.decode()
    assert desk.post(page(qian, f"holds/{hold.pk}/lift/"), {"reason": "已结案"}).status_code == 302

    hold.refresh_from_db()
    assert (hold.lifted_by.username, hold.why_lifted) == ("supervisor1", "已结案")


def test_one_asks_and_another_approves(
    qian: Customer, closed: WorkOrder, company: Company, signed_in: SignedIn, desk: Any
) -> None:
    assert desk.post(page(qian, "erase/"), {"basis": "consent", "reason": "本人要求"}).status_code == 302
    asked = Request.objects.get()
    address = f"/persons/requests/{asked.pk}/"
    assert f"{address}approve/" not in desk.get(address).content.decode()
    assert desk.post(f"{address}approve/", {"remark": "同意"}).status_code == 422
    other = signed_in(company["manager1"])
    assert f"{address}approve/" in other.get(address).content.decode()
    assert other.post(f"{address}approve/", {"remark": "同意"}).status_code == 302

    shown = other.get(address).content.decode()
    assert WORDS["name"] not in shown
    assert Customer.objects.get(pk=qian.pk).phones.count() == 0
    # Every page that shows the person shows that nothing is known any more.
    agent = signed_in(company["agent1"])
    for path in (f"/customers/{qian.pk}/", f"/orders/{closed.number}/", "/customers/", "/interactions/",
                 "/orders/?queue=all"):  # fmt: skip
        answer = agent.get(path)
        assert answer.status_code == 200, path
        said = answer.content.decode()
        assert [word for word in WORDS.values() if word in said] == [], path
    assert desk.get(page(qian)).status_code == 200
    assert desk.get("/persons/").status_code == 200


def test_a_number_without_an_archive_gets_its_copy(company: Company, desk: Any) -> None:
    order = taken(company["agent1"], "consultation", caller_name="路人", caller_phone="13900001818")
    asked = {"phone": "139 0000 1818", "what": "export", "basis": "", "reason": "本人来电"}
    told, _html, _names = unpacked(desk.post("/persons/number/", asked))

    assert [one["number"] for one in told["data"]["orders"]] == [order.number]
    assert desk.post("/persons/number/", {**asked, "phone": "139 0000 1919"}).status_code == 422
    assert desk.post("/persons/number/", {**asked, "what": "erase"}).status_code == 422


def test_who_does_not_answer_for_the_place_finds_nothing(company: Company, signed_in: SignedIn, qian: Customer) -> None:
    actions.note_copy(qian, reason="…", figures={}, by=company["supervisor1"], at=now())
    asked = Request.objects.get(customer=qian)
    for person in ("agent1", "head1", "secadmin1", "stranger1"):
        browser = signed_in(company[person])
        assert {browser.get(path).status_code for path in (
            page(qian), page(qian, "copy/"), "/persons/", f"/persons/requests/{asked.pk}/",
        )} == {404}  # fmt: skip


def test_who_sees_names_masked_sees_them_masked_here_too(qian: Customer, closed: WorkOrder, desk: Any) -> None:
    desk.post(page(qian, "erase/"), {"basis": "consent", "reason": "本人要求"})
    asked = Request.objects.get(customer=qian)

    for address in (page(qian), "/persons/", f"/persons/requests/{asked.pk}/"):
        shown = desk.get(address).content.decode()
        assert WORDS["name"] not in shown, address
        assert masked_name(WORDS["name"]) in shown, address


def test_the_archive_leads_there(qian: Customer, desk: Any) -> None:
    links = re.findall(r'href="([^"]*personal-data/)"', desk.get(f"/customers/{qian.pk}/").content.decode())

    assert links == [page(qian)]
