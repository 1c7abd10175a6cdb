"""A role of one's own takes part in a flow as the shipped role does as which it works, and as nothing if as none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from jingming.accounts import roles
from jingming.accounts.models import Role, Staff
from jingming.accounts.queries import forget_tokens
from jingming.accounts.rules import ITSELF
from jingming.base.errors import NotAllowed
from jingming.organisation.queries import departments
from jingming.workorders import access
from jingming.workorders.actions.types import begin_draft, faults_of, publish_type
from jingming.workorders.models import OrderType, WorkOrder
from jingming.workorders.queries import current_version, memory
from jingming.workorders.rules import Act
from jingming.workspace import menu, queues
from jingming.workspace.forms.types import ActForm
from jingming.workspace.offers import handlers_in, own_reviews
from tests.cast import Caller
from tests.orders import do, taken

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WORDS = {"zh": "高级派单", "en": "Senior dispatcher"}
SignedIn = Callable[[Staff], Client]
CallerOf = Callable[[Staff], Caller]


def likeness(code: str, *, works_as: str, by: Staff) -> Role:
    """A copy of a shipped role that works as this."""
    of = Role.objects.get(code=code)
    return roles.make(
        code=f"own_{code}", label=WORDS, authorities=of.authorities, works_as=works_as, of=of, by=by, at=AT
    )


def instead(person: Staff, role: Role) -> Staff:
    """The person, with this role in the place of the one they had."""
    person.posts.update(role=role)
    forget_tokens()
    return Staff.objects.select_related("department").get(pk=person.pk)


def day_of(person: Staff, order: WorkOrder, client: Client, program: Caller) -> dict[str, Any]:
    """All that a person's role brings, over pages and API."""
    person = Staff.objects.get(pk=person.pk)
    place = departments()[person.department_id]
    found = access.get_order(person, order.number)
    page = client.get(f"/orders/{order.number}/")
    return {
        "home": client.get("/").headers["Location"],
        "queues": queues.offered(person),
        "menu": [line.entry.key for line in menu.of_person(person) if line.shown],
        "unassigned": order.number in client.get("/orders/?queue=unassigned").text,
        "acts": access.acts_for(found, person).now,
        "offered": [one.act for one in page.context["sheet"].possible],
        "by the API": program.get(f"/work-orders/{order.number}/acts").json(),
        "named": person.name in [name for _place, people in handlers_in([place]) for _login, name in people],
    }


@pytest.fixture
def at_dispatch(agent: Staff) -> WorkOrder:
    """An order that waits for a dispatcher."""
    return taken(agent, "repair")


def test_a_copied_dispatcher_has_a_dispatchers_day(
    signed_in: SignedIn, caller: CallerOf, secadmin: Staff, dispatcher: Staff, at_dispatch: WorkOrder
):
    client, program = signed_in(dispatcher), caller(dispatcher)
    before = day_of(dispatcher, at_dispatch, client, program)
    assert Act.DISPATCH in before["acts"]
    assert before["home"] == "/orders/?queue=unassigned"

    instead(dispatcher, likeness("dispatcher", works_as="dispatcher", by=secadmin))
    assert day_of(dispatcher, at_dispatch, client, program) == before


def test_a_copy_that_works_as_nothing_has_only_its_rights(
    signed_in: SignedIn, caller: CallerOf, secadmin: Staff, dispatcher: Staff, at_dispatch: WorkOrder
):
    client, program = signed_in(dispatcher), caller(dispatcher)
    before = day_of(dispatcher, at_dispatch, client, program)

    instead(dispatcher, likeness("dispatcher", works_as="", by=secadmin))
    after = day_of(dispatcher, at_dispatch, client, program)
    assert (after["acts"], after["offered"], after["named"]) == ((), [], False)
    assert after["home"] == "/orders/?queue=mine"
    assert after["unassigned"]  # a right, and how far the post reaches
    assert set(before["queues"]) - set(after["queues"]) == {"suspended"}
    refused = program.post(
        f"/work-orders/{at_dispatch.number}/acts",
        {"act": "note", "version": at_dispatch.version, "text": "in between"},
        key="likeness-none",
    )
    assert (refused.status_code, "Your roles do not include" in refused.text) == (403, True)
    assert WorkOrder.objects.get(pk=at_dispatch.pk).version == at_dispatch.version


def test_the_acts_are_done_over_page_and_api(
    signed_in: SignedIn, caller: CallerOf, secadmin: Staff, dispatcher: Staff, head: Staff, at_dispatch: WorkOrder
):
    senior = instead(dispatcher, likeness("dispatcher", works_as="dispatcher", by=secadmin))
    leader = instead(head, likeness("head", works_as="head", by=secadmin))
    noted = caller(senior).post(
        f"/work-orders/{at_dispatch.number}/acts",
        {"act": "note", "version": at_dispatch.version, "text": "in between"},
        key="likeness-note",
    )
    assert noted.status_code == 200, noted.text
    order = WorkOrder.objects.get(pk=at_dispatch.pk)
    page = signed_in(senior).post(
        f"/orders/{order.number}/acts/dispatch/", {"version": order.version, "department": "TL-NORTH"}
    )
    assert page.status_code == 302, page.text
    order.refresh_from_db()
    assert order.department.code == "TL-NORTH"
    accepted = caller(leader).post(
        f"/work-orders/{order.number}/acts", {"act": "accept", "version": order.version}, key="likeness-accept"
    )
    assert accepted.status_code == 200, accepted.text
    assert WorkOrder.objects.get(pk=order.pk).assignee == leader


@pytest.fixture
def many_states(company: dict[str, Staff]) -> list[WorkOrder]:
    """Orders that wait for a dispatcher, a head, an engineer, a callback and a review, and a complaint."""
    agent, dispatcher, engineer = company["agent1"], company["dispatcher1"], company["engineer1"]
    north = [taken(agent, "repair", category="gas_meter") for _n in range(3)]
    for order in north:
        do(order, Act.DISPATCH, dispatcher, department="TL-NORTH")
    for order in north[1:]:
        do(order, Act.ASSIGN, company["head1"], staff=engineer.username)
    do(north[2], Act.COMPLETE, engineer, text="换阀")
    return [taken(agent, "repair"), *north, taken(agent, "complaint")]


def desk_of(person: Staff, orders: list[WorkOrder], client: Client) -> dict[str, Any]:
    """What the pages of these orders say to the person, and the form of a review and of an assignment."""
    person = Staff.objects.get(pk=person.pk)
    pages = {order.number: client.get(f"/orders/{order.number}/") for order in orders}
    sheets = {number: page.context["sheet"] for number, page in pages.items() if page.status_code == 200}
    acts = ("review", "assign", "dispatch")
    return {
        "seen": list(sheets),
        "next": {number: sheet.primary and sheet.primary.act for number, sheet in sheets.items()},
        "possible": {number: [one.act for one in sheet.possible] for number, sheet in sheets.items()},
        "refused": {number: sheet.refused for number, sheet in sheets.items()},
        "reviews": [[one.pk for one in own_reviews(order, person)] for order in orders],
        "begins": queues.begins(person),
        "queues": queues.offered(person),
        "answers": {
            (order.number, act): client.get(f"/orders/{order.number}/acts/{act}/").status_code
            for order in orders
            for act in acts
        },
    }


@pytest.mark.parametrize(
    "username",
    ["agent1", "dispatcher1", "head1", "engineer1", "callback1", "inspector1", "supervisor1", "approval1", "account1"],
)
def test_every_role_is_matched_by_its_copy_and_not_by_one_without_work(
    signed_in: SignedIn, company: dict[str, Staff], many_states: list[WorkOrder], username: str
):
    person, secadmin = company[username], company["secadmin1"]
    client = signed_in(person)
    before = desk_of(person, many_states, client)

    own = likeness(person.posts.get().role.code, works_as=person.posts.get().role.code, by=secadmin)
    instead(person, own)
    assert desk_of(person, many_states, client) == before
    assert [line.entry.key for line in menu.of_role(own)] == [
        line.entry.key for line in menu.of_role(Role.objects.get(code=own.works_as))
    ]
    known = roles.as_known(own)
    roles.change(own, label=WORDS, authorities=own.authorities, works_as="", known=known, by=secadmin, at=AT)
    after = desk_of(person, many_states, client)
    assert (after["seen"], any(after["possible"].values()), any(after["reviews"])) == (before["seen"], False, False)


def test_a_review_is_made_by_a_head_of_ones_own_kind(company: dict[str, Staff], many_states: list[WorkOrder]):
    leader = instead(company["head1"], likeness("head", works_as="head", by=company["secadmin1"]))
    done = many_states[3]
    assert len(own_reviews(done, leader)) == 1

    do(done, Act.REVIEW, leader, result="passed")
    assert own_reviews(done, leader) == []


def test_an_approval_manager_of_ones_own_kind_answers_for_a_category_and_for_own_engineers(
    signed_in: SignedIn, company: dict[str, Staff], many_states: list[WorkOrder]
):
    role = likeness("approval_manager", works_as="approval_manager", by=company["secadmin1"])
    approval = instead(company["approval1"], role)
    Staff.objects.filter(username="engineer2").update(manager=None)
    sent = {"category": "gas_meter", "department": "TL-NORTH", "manager": approval.username}

    assert signed_in(company["sysadmin1"]).post("/routes/", sent).status_code == 302
    order = taken(company["agent1"], "repair", category="gas_meter")
    do(order, Act.DISPATCH, company["dispatcher1"], department="TL-NORTH")
    order.refresh_from_db()
    assert order.assignee == approval
    with pytest.raises(NotAllowed):
        do(order, Act.ASSIGN, approval, staff="engineer2")
    do(order, Act.ASSIGN, approval, staff="engineer1")
    roles.change(
        role, label=WORDS, authorities=role.authorities, works_as="", known=roles.as_known(role),
        by=company["secadmin1"], at=AT,
    )  # fmt: skip
    assert signed_in(company["sysadmin1"]).post("/routes/", sent).status_code == 422


def test_work_can_be_given_to_people_with_a_role_of_ones_own(company: dict[str, Staff], many_states: list[WorkOrder]):
    order, engineer = many_states[1], company["engineer1"]
    role = likeness("engineer", works_as="engineer", by=company["secadmin1"])
    instead(engineer, role)
    assert engineer in access.may_be_named(order)
    Role.objects.filter(pk=role.pk).update(works_as="")
    assert engineer not in access.may_be_named(order)


def test_an_engineer_of_ones_own_kind_begins_on_site_also_with_rights_beside(
    signed_in: SignedIn, secadmin: Staff, engineer: Staff
):
    one = instead(engineer, likeness("engineer", works_as="engineer", by=secadmin))
    client = signed_in(one)
    assert client.get("/").headers["Location"] == "/field/"

    beside = roles.make(code="reader", label=WORDS, authorities=["codes.change"], by=secadmin, at=AT)
    one.posts.create(role=beside, department=one.department, scope="own")
    assert client.get("/").headers["Location"] == "/field/"
    roles.change(
        beside, label=WORDS, authorities=["codes.change"], works_as="head", known=roles.as_known(beside), by=secadmin,
        at=AT,
    )  # fmt: skip
    assert client.get("/").headers["Location"] != "/field/"


def test_a_role_that_works_as_itself_does_what_a_flow_gives_to_its_name(
    secadmin: Staff, sysadmin: Staff, dispatcher: Staff, agent: Staff, at_dispatch: WorkOrder
):
    own = likeness("dispatcher", works_as=ITSELF, by=secadmin)
    definition = current_version("repair").definition
    named = {**definition, "acts": {**definition["acts"], "note": {"by": ["agent", own.code]}}}
    publish_type(named, at=AT, by=sysadmin, reason="named")
    memory.forget()
    order = taken(agent, "repair")
    person = instead(dispatcher, own)

    assert access.acts_for(access.get_order(person, order.number), person).now == (Act.NOTE,)
    assert access.acts_for(access.get_order(person, at_dispatch.number), person).now == ()
    assert faults_of(named) == []
    roles.change(
        own, label=WORDS, authorities=own.authorities, works_as="", known=roles.as_known(own), by=secadmin, at=AT
    )
    assert any(own.code in fault for fault in faults_of(named))
    person = Staff.objects.get(pk=person.pk)
    assert access.acts_for(access.get_order(person, order.number), person).now == ()


def test_a_flow_is_offered_only_roles_that_can_have_the_act(secadmin: Staff, sysadmin: Staff):
    likeness("dispatcher", works_as="dispatcher", by=secadmin)
    likeness("head", works_as=ITSELF, by=secadmin)
    draft = begin_draft(OrderType.objects.get(code="repair"), by=sysadmin, at=AT)
    offered = [code for code, _label in ActForm(None, draft, "", Act.NOTE).fields["by"].choices]

    assert ("own_dispatcher" in offered, "own_head" in offered, "dispatcher" in offered) == (False, True, True)
