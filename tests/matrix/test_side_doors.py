"""Own acts that name what is others': each is refused in the words for what there is not, and nothing changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jingming.accounts.models import Post, Staff
from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.customers import actions as customers
from jingming.customers.models import Customer
from jingming.interactions.models import Interaction
from jingming.organisation.models import Department
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Act
from jingming.workspace import actions as desk
from jingming.workspace.models import SavedView
from tests.matrix.answers import Answer, answer_of, same, undone, written
from tests.matrix.things import World, gone
from tests.matrix.walking import Walker, address

pytest_plugins = ["tests.matrix.standing"]
ACTS = "api/v1/work-orders/{str:number}/acts"


@dataclass
class Asking:
    """People who send what they may with names that they may not know."""

    walker: Walker

    @property
    def world(self) -> World:
        return self.walker.world

    def act(self, person: str, key: str, **values: object) -> Callable[[object], Answer]:
        """An act of the person on the order, in which one value, FOREIGN, is still to be named."""

        def with_name(name: object) -> Answer:
            number = self.world.thing("order", key).names["number"]
            body = {"version": WorkOrder.objects.get(number=number).version, **filled(values, name)}
            return self.walker.send(self.walker.program(person), "POST", f"/api/v1/work-orders/{number}/acts", body)

        return with_name

    def post(self, person: str, path: str, **values: object) -> Callable[[object], Answer]:
        """What the person sends to an operation."""
        return lambda name: self.walker.send(
            self.walker.program(person), "POST", f"/api/v1/{path}", filled(values, name)
        )

    def form(self, person: str, path: str, **values: object) -> Callable[[object], Answer]:
        """What the person sends by a page's form."""
        client = self.walker.browser(person)
        return lambda name: answer_of(client.post(filled(path, name), filled(values, name)), str(filled(path, name)))

    def look(self, person: str, path: str) -> Callable[[object], Answer]:
        """A page that the person looks at."""
        return lambda name: self.walker.get(self.walker.browser(person), str(filled(path, name)))

    def refused(
        self,
        person: str,
        ask: Callable[[object], Answer],
        foreign: object,
        absent: object = None,
        status: tuple[int, ...] = (404, 422),
    ) -> None:
        """What is foreign is refused like what there is not; nothing is written, nothing is told."""
        absent = gone(foreign) if absent is None else absent
        with undone():
            before = written()
            mine, theirs = ask(foreign), ask(absent)
            assert written() == before
        assert mine.status in status, mine.body[:300]
        assert same(mine, {"name": foreign}, theirs, {"name": absent}, person) == []
        assert [leak for leak in self.walker.leaks(person, mine) if str(foreign) not in leak] == []

    def number(self, key: str) -> str:
        return str(self.world.thing("order", key).names["number"])


FOREIGN = object()


def filled(value: Any, name: object) -> Any:
    """The value with the name in its place."""
    if value is FOREIGN:
        return name
    if isinstance(value, str):
        return value.replace("‹foreign›", str(name))
    if isinstance(value, dict):
        return {key: filled(inner, name) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, name) for inner in value]
    return value


@pytest.fixture
def asking(walker: Walker) -> Asking:
    return Asking(walker)


WUHU_PHONE, NOBODYS_PHONE = "wh", "13900000017"


# --- Orders -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("foreign", ["wuhu", "nanjing", "wuhu-consultation"])
def test_linking_to_an_unseen_order(asking: Asking, foreign: str):
    asking.refused(
        "agent1",
        asking.act("agent1", "repair-north", act="link", other=FOREIGN, kind="related"),
        asking.number(foreign),
    )
    asking.refused(
        "engineer1",
        asking.act("engineer1", "repair-north", act="link", other=FOREIGN, kind="related"),
        asking.number(foreign),
    )


def test_linking_on_the_page_to_an_unseen_order(asking: Asking):
    path = f"/orders/{asking.number('repair-north')}/acts/link/"
    asking.refused("agent1", asking.form("agent1", path, other=FOREIGN, kind="related"), asking.number("wuhu"))


def test_a_contact_joins_no_unseen_order(asking: Asking):
    asking.refused(
        "agent1", asking.post("agent1", "interactions", channel="phone", order=FOREIGN), asking.number("wuhu")
    )
    asking.refused(
        "agent2", asking.post("agent2", "interactions", channel="phone", order=FOREIGN), asking.number("nanjing")
    )


@pytest.mark.parametrize("foreign", ["wuhu", "nanjing"])
def test_no_second_matter_of_an_unseen_order(asking: Asking, foreign: str):
    ask = asking.post("agent1", "work-orders", type="repair", channel="phone", description="…", second_of=FOREIGN)
    asking.refused("agent1", ask, asking.number(foreign))
    asking.refused("agent1", asking.look("agent1", "/intake/?second_of=‹foreign›"), asking.number(foreign))
    asking.refused("agent1", asking.form("agent1", "/intake/", second_of=FOREIGN, act="open"), asking.number(foreign))


@pytest.mark.parametrize("foreign", ["wuhu", "nanjing"])
def test_a_file_goes_to_no_unseen_order(asking: Asking, foreign: str):
    client = asking.walker.program("agent1")

    def attach(number: object) -> Answer:
        file = SimpleUploadedFile("note.txt", b"note\n")
        return answer_of(client.post(f"/api/v1/work-orders/{number}/attachments", {"file": file}), str(number))

    asking.refused("agent1", attach, asking.number(foreign))


def test_a_review_or_task_of_another_order_is_none_of_this_one(asking: Asking):
    review, here, there = {"act": "review", "result": "passed", "review": FOREIGN}, "complaint", "wuhu-complaint"
    task = {
        "act": "report", "handling": "…", "satisfaction": 3, "receipt_person": "…", "task": FOREIGN,
        "handled_at": "2026-11-22T08:00:00+08:00",
    }  # fmt: skip
    for person, key, values, foreign in (
        ("head2", "repair-south", review, f"review of {there}"),
        ("head2", "repair-south", review, f"review of {here}"),
        ("manager1", "repair-south", review, f"review of {here}"),
        ("head3", here, task, f"task of {there}"),
    ):
        ask = asking.act(person, key, **values)
        asking.refused(person, ask, asking.world.ids[foreign], status=(403, 404, 409, 422))


# --- People and departments -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("foreign", ["stranger1", "quiet-wuhu", "quiet-nanjing", "nj-head", "sysadmin1", "quiet-south"])
def test_work_is_given_to_nobody_of_elsewhere(asking: Asking, foreign: str):
    absent = "q" * len(foreign)
    asking.refused("head1", asking.act("head1", "repair-north", act="assign", staff=FOREIGN), foreign, absent)
    ask = asking.act("dispatcher1", "repair-north", act="transfer", department="TL-SOUTH", staff=FOREIGN)
    asking.refused("dispatcher1", ask, foreign, absent)
    tasks = [{"department": "TL-NORTH", "instruction": "…", "staff": FOREIGN}]
    asking.refused("inspector1", asking.act("inspector1", "complaint", act="split", tasks=tasks), foreign, absent)


@pytest.mark.parametrize("foreign", ["NJ-MAINT", "NJ-OPS"])
def test_work_goes_to_no_department_of_another_province(asking: Asking, foreign: str):
    absent = "QQ-" + foreign[3:]
    asking.refused(
        "dispatcher1", asking.act("dispatcher1", "repair-north", act="transfer", department=FOREIGN), foreign, absent
    )
    tasks = [{"department": FOREIGN, "instruction": "…"}]
    asking.refused("inspector1", asking.act("inspector1", "complaint", act="split", tasks=tasks), foreign, absent)
    ask = asking.act("supervisor1", "complaint", act="judge", department=FOREIGN, text="…")
    asking.refused("supervisor1", ask, foreign, absent)


# --- Customers --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("foreign", ["wh", "nj"])
def test_an_order_is_for_no_unseen_customer_or_place(asking: Asking, foreign: str):
    account = asking.world.searched[f"point {foreign}"][0]
    customer = asking.world.thing("customer", foreign).names["customer_id"]
    for field, name, absent in (("service_point", account, "QZ00000000"), ("customer", customer, None)):
        asking.refused(
            "agent1", asking.act("agent1", "repair-north", act="amend", fields={field: FOREIGN}), name, absent
        )
    new = {"type": "repair", "channel": "phone", "description": "…"}
    asking.refused("agent1", asking.post("agent1", "work-orders", **new, account_number=FOREIGN), account, "QZ00000000")
    asking.refused("agent1", asking.post("agent1", "work-orders", **new, customer=FOREIGN), customer)
    asking.refused(
        "agent1",
        asking.post("agent1", "interactions", channel="phone", reason="silent", account_number=FOREIGN),
        account,
        "QZ00000000",
    )
    asking.refused("agent1", asking.look("agent1", "/intake/?customer=‹foreign›"), customer)
    asking.refused("agent1", asking.form("agent1", "/intake/", customer=FOREIGN, act="open"), customer)


def test_the_page_for_amending_knows_no_unseen_place(asking: Asking):
    path = f"/orders/{asking.number('repair-north')}/acts/amend/"
    account = asking.world.searched["point wh"][0]
    values = {
        "version": WorkOrder.objects.get(number=asking.number("repair-north")).version,
        "level": "normal",
        "description": "…",
        "service_point": FOREIGN,
    }
    asking.refused("agent1", asking.form("agent1", path, **values), account, "QZ00000000")


def test_a_phone_of_an_unseen_customer_is_nobodys(asking: Asking):
    phone = asking.world.searched["customer wh"][2]
    ask = asking.post("agent1", "work-orders", type="repair", channel="phone", description="…", caller_phone=FOREIGN)
    opened = []
    for number in (phone, NOBODYS_PHONE):
        with undone():
            answer = ask(number)
            order = WorkOrder.objects.latest("pk")
            opened.append((answer.status, re.sub("[0-9]", "0", answer.body), order.customer_id, order.service_point_id))

    assert opened[0] == opened[1]
    assert (opened[0][0], opened[0][2]) == (201, None)


def test_a_service_point_is_handed_to_no_unseen_customer(asking: Asking):
    point = asking.world.thing("point", "tl")
    path = address("customers/<int:customer_id>/service-points/<int:point_id>/move/", point.names)
    foreign = asking.world.thing("customer", "wh").names["customer_id"]
    asking.refused("agent1", asking.form("agent1", path, customer=FOREIGN), foreign)


def test_an_archive_is_kept_in_no_foreign_place(asking: Asking):
    customer = asking.world.thing("customer", "tl").names["customer_id"]
    asking.refused("agent1", asking.post("agent1", "customers", name="…", unit=FOREIGN), "340202", "349999")
    ask = asking.post("agent1", f"customers/{customer}/service-points", account_number="7", address="…", unit=FOREIGN)
    asking.refused("agent1", ask, "340202", "349999")
    ask = asking.post("agent1", f"customers/{customer}/service-points", account_number="7", address="…", area=FOREIGN)
    asking.refused("agent1", ask, "JH", "QQ")
    asking.refused(
        "agent1", asking.form("agent1", "/customers/new/", name="…", kind="person", unit=FOREIGN), "340202", "349999"
    )


def test_a_number_that_is_given_already_does_not_say_to_whom(asking: Asking):
    """That an account number is in use is told to whoever keeps archives: it is given once. Whose it is, is not."""
    customer = asking.world.thing("customer", "tl").names["customer_id"]
    account = asking.world.searched["point wh"][0]
    with undone():
        before = written()
        ask = asking.post("agent1", f"customers/{customer}/service-points", account_number=FOREIGN, address="…")
        answer = ask(account)
        assert written()["customers_servicepoint"] - before["customers_servicepoint"] <= 1  # tried, and taken back

    assert answer.status == 422
    assert [leak for leak in asking.walker.leaks("agent1", answer) if account not in leak] == []


def test_the_network_of_another_place_is_not_kept(asking: Asking):
    new = {"code": "ST-9", "name": "…", "kind": "gate_station", "unit": FOREIGN, "parent": "", "active": "on"}
    asking.refused("keeper1", asking.form("keeper1", "/customers/network/new/", **new), "340200", "349900")
    moved = {**new, "code": "GATE-1", "version": 1}
    asking.refused("keeper1", asking.form("keeper1", "/customers/network/GATE-1/change/", **moved), "340200", "349900")


def test_an_act_keeps_no_network_of_another_place(asking: Asking):
    """The form offers own places only, and the act behind it takes no other."""
    keeper = Staff.objects.get(username="keeper1")
    for unit in ("340202", "320102"):
        with undone(), pytest.raises(Refusal):
            customers.add_element("ST-9", kind="gate_station", name="…", unit=unit, by=keeper, at=now())


def test_a_form_offers_own_places_only(asking: Asking):
    """Areas are chosen among those that one works for: Wuhu's Jinghu 镜湖 is none of Tongling's."""
    path = address("customers/<int:customer_id>/service-points/new/", asking.world.thing("customer", "tl").names)
    offered = set(re.findall(r'<option value="([^"]+)"', asking.look("agent1", path)("").body))

    assert offered & {"TG", "JH"} == {"TG"}


def test_what_is_merged_into_an_unseen_archive_does_not_tell_of_it(asking: Asking):
    """An archive of Tongling that goes on in one of Wuhu stays itself for whoever does not see Wuhu's."""
    kept = asking.world.thing("customer", "wh").names["customer_id"]
    gone_on = asking.world.thing("customer", "tl2").names["customer_id"]
    with undone():
        Customer.objects.filter(pk=gone_on).update(merged_into=kept)
        for path in (f"/customers/{gone_on}/", f"/intake/?customer={gone_on}"):
            answer = asking.look("agent1", path)("")
            assert answer.status in (200, 302)
            assert asking.walker.leaks("agent1", answer) == []


# --- The desk ---------------------------------------------------------------------------------------------------------
def test_nothing_is_done_to_many_orders_of_others(asking: Asking):
    number = asking.number("wuhu")
    with undone():
        done = desk.do_to_many({number: 1}, Act.NOTE, {"text": "…"}, by=Staff.objects.get(username="agent1"), at=now())
        answer = asking.look("agent1", f"/orders/bulk/{done.pk}/")("")

    assert [line["outcome"] for line in done.rows] == ["unknown"]
    assert [leak for leak in asking.walker.leaks("agent1", answer) if number not in leak] == []


SHARERS = {("head1", "TL-NORTH"), ("head2", "TL-SOUTH")}
SHARING = [(person, code) for person in ("head1", "agent1", "engineer1", "head2") for code in ("TL-NORTH", "TL-SOUTH")]


def test_the_form_of_a_view_offers_own_people_only(asking: Asking):
    told = set()
    for person, code in SHARING:
        pk = Department.objects.get(code=code).pk
        with undone():
            view = {"name": "…", "query": "queue=all", "shared": f"department-{pk}"}
            asking.form(person, "/orders/views/new/", **view)("")
            told |= {(person, code)} if SavedView.objects.filter(name="…", department=pk).exists() else set()

    assert told == SHARERS


def test_a_view_is_shared_with_own_people_only(asking: Asking):
    """The act behind the form asks too."""
    told = set()
    for person, code in SHARING:
        audience = desk.Audience(department=Department.objects.get(code=code))
        by = Staff.objects.get(username=person)
        with undone(), suppress(Refusal):
            desk.save_view(name="…", query="queue=all", audience=audience, by=by, at=now())
            told.add((person, code))

    assert told == SHARERS


# --- Contacts ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["interactions", "work-orders"])
@pytest.mark.parametrize("foreign", ["call-wuhu", "call-nanjing", "silent-wuhu", "silent-nanjing"])
def test_the_id_of_a_contact_that_others_took_tells_nothing_of_it(asking: Asking, path: str, foreign: str):
    values = {"channel": "phone", "channel_account": "main", "external_id": foreign}
    values |= (
        {"reason": "silent"}
        if path == "interactions"
        else {"type": "repair", "description": "…", "caller_phone": "13900000017"}
    )
    with undone():
        before = written()
        answer = asking.post("agent1", path, **values)("")
        assert written() == before

    assert answer.status == 409, answer.body
    assert asking.walker.leaks("agent1", answer) == []


def test_the_id_of_a_contact_of_ones_own_call_centre_answers_what_became_of_it(asking: Asking):
    with undone():
        ask = asking.post(
            "agent2",
            "work-orders",
            type="repair",
            channel="phone",
            channel_account="main",
            description="…",
            caller_phone="13900000017",
            external_id="call-repair-north",
        )
        answer = ask("")

    assert (answer.status, asking.number("repair-north") in answer.body) == (201, True)


def test_a_key_of_somebody_else_repeats_nothing(asking: Asking):
    body = {"name": "…"}
    with undone():
        first = asking.walker.program("wh-agent").post(
            "/api/v1/customers", body, content_type="application/json", headers={"idempotency-key": "k-1"}
        )
        second = asking.walker.program("agent1").post(
            "/api/v1/customers", body, content_type="application/json", headers={"idempotency-key": "k-1"}
        )
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json()["id"] != second.json()["id"]
        assert "Idempotency-Replayed" not in second.headers


# --- Roles ------------------------------------------------------------------------------------------------------------
def test_a_role_is_tried_in_no_place_whose_staff_one_does_not_see(asking: Asking):
    place = Department.objects.get(code="TL-OPS")
    with undone():
        Post.objects.filter(staff__username="secadmin1").update(department=place, scope="subtree")
        tried = asking.look("secadmin1", "/roles/agent/sight/?department=‹foreign›&scope=department")

        assert tried("TL-CALL").status == 200
        asking.refused("secadmin1", tried, "WH-CALL", "ZZ-CALL")
        asking.refused("secadmin1", tried, "NJ-CALL", "ZZ-CALL")


# --- Personal data ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["contact", "order"])
def test_nothing_of_another_place_is_copied_for_a_number(asking: Asking, kind: str):
    if kind == "contact":
        foreign = Interaction.objects.get(external_id="silent-wuhu").party_phone
    else:
        free = WorkOrder.objects.filter(customer=None, city__code="340200").exclude(caller_phone="")
        foreign = free.order_by("pk")[:1].get().caller_phone
    form = asking.form("supervisor1", "/persons/number/", phone=FOREIGN, what="export", basis="", reason="…")
    asking.refused("supervisor1", form, foreign, NOBODYS_PHONE)
