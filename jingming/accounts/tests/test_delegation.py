"""Posts lent for an absence: who lends what to whom, that they begin and end by the clock, and who ends them before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from jingming.accounts import access, actions, delegation, queries, roles
from jingming.accounts.models import Delegation, Role, Staff
from jingming.accounts.rules import Authority
from jingming.audit.queries import entries_for, keys_for
from jingming.base.errors import NotAllowed, Unfit
from jingming.organisation.models import Department
from tests.cast import TEN_O_CLOCK

HOUR = timedelta(hours=1)


def lend(giver: Staff, taker: Staff, *, by: Staff | None = None, at: datetime = TEN_O_CLOCK, **more: Any) -> Delegation:
    """All posts of the giver, from an hour on for two hours."""
    told = {"since": at + HOUR, "until": at + 3 * HOUR, "reason": "出差", "posts": list(giver.posts.all()), **more}
    return delegation.lend(giver=giver, taker=taker, by=by or giver, at=at, **told)[0]


def roles_of(person: Staff) -> list[str]:
    return [post.role.code for post in access.duties_of(Staff.objects.get(pk=person.pk))]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TEN_O_CLOCK, tick=False) as traveller:
        yield traveller


@pytest.fixture
def deputy(company) -> Staff:
    """A colleague of the unit who does nothing but read announcements."""
    return company["announcer1"]


# --- Begin and end --------------------------------------------------------------------------------------------------
def test_a_lent_post_begins_and_ends_by_the_clock(head, engineer, clock):
    lend(head, engineer)
    known = {}
    for minutes in (0, 55, 60, 179, 180):
        clock.move_to(TEN_O_CLOCK + timedelta(minutes=minutes))
        known[minutes] = roles_of(engineer)

    assert known == {0: ["engineer"], 55: ["engineer"], 60: ["engineer", "head"], 179: ["engineer", "head"],
                     180: ["engineer"]}  # fmt: skip
    assert roles_of(head) == ["head"]


def test_a_person_read_before_it_begins_has_it_when_it_begins(head, engineer, clock):
    lend(head, engineer, since=TEN_O_CLOCK + timedelta(minutes=1))
    kept = Staff.objects.get(pk=engineer.pk)
    queries.with_duties([kept])
    before = access.has(kept, Authority.SEE_STAFF)
    clock.shift(60)
    during = access.has(kept, Authority.SEE_STAFF)
    clock.move_to(TEN_O_CLOCK + 3 * HOUR)

    assert (before, during, access.has(kept, Authority.SEE_STAFF)) == (False, True, False)


def test_page_api_and_menu_follow_the_clock(signed_in, caller, head, deputy, clock):
    lend(head, deputy, since=TEN_O_CLOCK + HOUR / 4, until=TEN_O_CLOCK + HOUR / 2)
    desk, program = signed_in(deputy), caller(deputy)

    def seen() -> tuple[int, int, list[tuple[str, str | None]], bool, bool]:
        page = desk.get("/accounts/delegations/").content.decode()
        posts = [(one["role"], one["acting_for"]) for one in program.get("/me").json()["posts"]]
        return (
            desk.get("/orders/?queue=all").status_code, program.get("/work-orders").status_code, posts,
            f"You act for {head.name} until" in page, 'href="/staff/"' in page,
        )  # fmt: skip

    before = seen()
    clock.move_to(TEN_O_CLOCK + HOUR / 4)
    queries.forget_tokens()  # which are kept for five seconds
    during = seen()
    clock.move_to(TEN_O_CLOCK + HOUR / 2)

    own, lent = ("announcer", None), ("head", head.name)
    assert before == seen() == (404, 403, [own], False, False)
    assert during == (200, 200, [own, lent], True, True)


def test_own_and_lent_posts_cost_one_query(head, engineer, clock, django_assert_num_queries):
    lend(head, engineer, since=TEN_O_CLOCK)
    person = Staff.objects.get(pk=engineer.pk)

    with django_assert_num_queries(1):
        assert [(post.role.code, post.lender) for post in access.duties_of(person)] == [
            ("engineer", ""), ("head", head.name),
        ]  # fmt: skip


# --- What is not lent -----------------------------------------------------------------------------------------------
def test_the_three_administrations_are_not_lent(secadmin, sysadmin, auditadmin):
    for giver in (secadmin, sysadmin, auditadmin):
        other = next(one for one in access.takers_for(giver))
        with pytest.raises(Unfit) as refusal:
            lend(giver, other)
        assert set(refusal.value.fields) == {"posts"}


def test_a_role_that_becomes_an_administration_is_lent_no_more(head, engineer, clock):
    lend(head, engineer, since=TEN_O_CLOCK)
    role = Role.objects.get(code="head")
    Role.objects.filter(pk=role.pk).update(authorities=[*role.authorities, Authority.SEE_AUDIT])

    assert roles_of(engineer) == ["engineer"]


def test_lent_posts_are_not_lent_on(head, deputy, engineer, clock):
    lend(head, deputy, since=TEN_O_CLOCK)
    with pytest.raises(Unfit) as refusal:
        lend(deputy, engineer, posts=list(head.posts.all()))

    assert set(refusal.value.fields) == {"posts"}
    assert not access.may_lend_for(Staff.objects.get(pk=deputy.pk), engineer)  # a lent post is no head's post


def test_only_colleagues_of_the_unit_who_are_active_stand_in(head, stranger, manager, engineer, secadmin):
    actions.switch_off(engineer, by=secadmin, at=TEN_O_CLOCK)
    for taker in (stranger, manager, engineer, head):
        with pytest.raises((Unfit, NotAllowed)):
            lend(head, taker)

    assert not Delegation.objects.exists()


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [(HOUR, HOUR, "until"), (-2 * HOUR, -HOUR, "until"), (HOUR, timedelta(days=91), "until"),
     (timedelta(days=91), timedelta(days=92), "since")],
)  # fmt: skip
def test_a_lending_has_an_end_within_ninety_days(head, engineer, since, until, field):
    with pytest.raises(Unfit) as refusal:
        lend(head, engineer, since=TEN_O_CLOCK + since, until=TEN_O_CLOCK + until)

    assert set(refusal.value.fields) == {field}


def test_a_post_is_lent_to_one_at_a_time(head, engineer, deputy):
    lend(head, engineer)
    with pytest.raises(delegation.LentAlready, match="工程师一"):
        lend(head, deputy, since=TEN_O_CLOCK + 2 * HOUR, until=TEN_O_CLOCK + 5 * HOUR)

    lend(head, deputy, since=TEN_O_CLOCK + 3 * HOUR, until=TEN_O_CLOCK + 5 * HOUR)
    assert Delegation.objects.count() == 2


def test_the_database_knows_it_too(head, engineer):
    told = {"giver": head, "role": Role.objects.get(code="head"), "department": head.department, "reason": "…",
            "made_at": TEN_O_CLOCK, "since": TEN_O_CLOCK}  # fmt: skip
    for wrong in ({"taker": head, "until": TEN_O_CLOCK + HOUR}, {"taker": engineer, "until": TEN_O_CLOCK}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delegation.objects.create(**told, **wrong)


def test_nobody_gives_rights_to_a_role_that_is_lent_to_them(secadmin, clock):
    """The security administrator stands in as an announcer, and changes what announcers may do."""
    role = Role.objects.get(code="announcer")
    giver = next(iter(access.takers_for(secadmin)))
    actions.post(giver, role=role, department=giver.department, scope="own", by=None, at=TEN_O_CLOCK)
    lend(giver, secadmin, since=TEN_O_CLOCK, posts=list(giver.posts.filter(role=role)))
    with pytest.raises(NotAllowed):
        roles.change(
            role, label=role.label, authorities=[*role.authorities, "orders.see"], known=roles.as_known(role),
            by=Staff.objects.get(pk=secadmin.pk), at=TEN_O_CLOCK,
        )  # fmt: skip


# --- Who lends for somebody who is away -----------------------------------------------------------------------------
def test_a_head_lends_for_own_people_and_the_security_administrator_for_all(
    head, head2, engineer, engineer2, secadmin, manager, agent, approval_manager, deputy
):
    able = {one.username for one in (head, head2, secadmin, manager, agent, approval_manager, engineer)
            if access.may_lend_for(one, engineer)}  # fmt: skip
    assert able == {"head1", "approval1", "secadmin1"}

    lend(engineer, engineer2, by=head)
    with pytest.raises(NotAllowed):
        lend(engineer, engineer2, by=head2)
    with pytest.raises(NotAllowed):
        lend(engineer, head, by=head)
    assert Delegation.objects.get().made_by == head


def test_a_head_lends_no_posts_of_other_departments(head, engineer, engineer2, secadmin):
    south = Department.objects.get(code="TL-SOUTH")
    role = Role.objects.get(code="head")
    other = actions.post(engineer, role=role, department=south, scope="department", by=secadmin, at=TEN_O_CLOCK)
    with pytest.raises(Unfit):
        lend(engineer, engineer2, by=head, posts=[other])

    assert [post.department.code for post in access.lendable(engineer, by=head)] == ["TL-NORTH"]
    assert access.lendable(engineer, by=secadmin).count() == 2


# --- Ended before its time ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["head1", "engineer1", "secadmin1"])
def test_giver_taker_and_administrator_end_it(signed_in, company, head, engineer, who, clock):
    made = lend(head, engineer, since=TEN_O_CLOCK)
    signed_in(company[who]).post(f"/accounts/delegations/{made.pk}/end/")
    made.refresh_from_db()

    assert (made.ended_by, made.ended_at, roles_of(engineer)) == (company[who], TEN_O_CLOCK, ["engineer"])
    with pytest.raises(delegation.Over):
        delegation.end(made, by=head, at=TEN_O_CLOCK)


def test_for_everybody_else_there_is_no_such_delegation(signed_in, head, engineer, head2, deputy, clock):
    made = lend(head, engineer)
    for person in (head2, deputy):
        assert signed_in(person).post(f"/accounts/delegations/{made.pk}/end/").status_code == 404
    made.refresh_from_db()

    assert made.ended_at is None


@pytest.mark.parametrize("which", ["giver", "taker", "post"])
def test_it_ends_with_giver_taker_and_post(head, engineer, secadmin, which, clock):
    made = lend(head, engineer, since=TEN_O_CLOCK)
    if which == "post":
        actions.end_post(head.posts.get(), by=secadmin, at=TEN_O_CLOCK)
    else:
        actions.switch_off(getattr(made, which), by=secadmin, at=TEN_O_CLOCK)
    made.refresh_from_db()

    assert (made.ended_at, made.ended_by, "head" in roles_of(engineer)) == (TEN_O_CLOCK, secadmin, False)
    if which != "post":
        actions.switch_on(getattr(made, which), by=secadmin, at=TEN_O_CLOCK)
        assert "head" not in roles_of(engineer)


# --- Told -----------------------------------------------------------------------------------------------------------
def test_it_is_audited_with_whoever_takes(head, engineer):
    delegation.end(lend(head, engineer), by=engineer, at=TEN_O_CLOCK)
    lines = [line for line in entries_for(engineer) if "len" in line.key]

    assert [line.key for line in lines] == ["accounts.lent", "accounts.lending_ended"]
    assert [line.by_name for line in lines] == [head.name, engineer.name]
    assert (lines[0].facts["giver"], lines[0].facts["reason"]) == (head.name, "出差")


def test_whatever_is_noted_of_somebody_who_acts_for_another_says_so(agent, deputy):
    deputy.acting_for = agent.name  # as the door says whom only a lent post lets in
    actions.choose_look(deputy, theme="dark", at=TEN_O_CLOCK)

    assert keys_for(deputy)[-1] == "accounts.look_chosen"
    assert entries_for(deputy).last().facts == {"theme": "dark", "acting_for": agent.name}


def test_the_form_lends_and_keeps_what_was_typed(signed_in, head, engineer, clock):
    desk = signed_in(head)
    sent = {"posts": [head.posts.get().pk], "taker": engineer.pk, "since": "", "until": "2026-11-22T09:00",
            "reason": "出差"}  # fmt: skip
    refused = desk.post("/accounts/delegations/new/", sent)
    assert (refused.status_code, "出差" in refused.content.decode()) == (422, True)

    assert desk.post("/accounts/delegations/new/", {**sent, "until": "2026-11-22T18:00"}).status_code == 302
    made = Delegation.objects.get()
    assert (made.taker, made.since, made.until, made.reason) == (
        engineer, TEN_O_CLOCK, TEN_O_CLOCK + 8 * HOUR, "出差",
    )  # fmt: skip
    page = desk.get("/accounts/delegations/").content.decode()
    assert (engineer.name in page, "Under way" in page) == (True, True)


def test_a_head_lends_on_the_page_of_a_colleague(signed_in, head, engineer, engineer2, manager, clock):
    address = f"/staff/{engineer.pk}/delegations/new/"
    sent = {"posts": [engineer.posts.get().pk], "taker": engineer2.pk, "until": "2026-11-22T18:00", "reason": "病假"}
    assert signed_in(manager).post(address, sent).status_code == 403
    assert signed_in(head).post(address, sent).status_code == 302

    page = signed_in(head).get(f"/staff/{engineer.pk}/").content.decode()
    assert (Delegation.objects.get().taker, "病假" in page) == (engineer2, True)
    assert "病假" not in signed_in(manager).get(f"/staff/{engineer.pk}/").content.decode()


def test_the_page_costs_as_much_with_one_as_with_three(
    signed_in, head, engineer, engineer2, deputy, clock, django_assert_max_num_queries
):
    desk = signed_in(head)
    lend(head, engineer)
    with django_assert_max_num_queries(20) as one:
        desk.get("/accounts/delegations/")
    lend(head, engineer2, since=TEN_O_CLOCK + 3 * HOUR, until=TEN_O_CLOCK + 4 * HOUR)
    lend(head, deputy, since=TEN_O_CLOCK + 4 * HOUR, until=TEN_O_CLOCK + 5 * HOUR)

    with django_assert_max_num_queries(len(one.captured_queries)):
        desk.get("/accounts/delegations/")
