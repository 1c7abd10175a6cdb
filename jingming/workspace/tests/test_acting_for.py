"""Acting for somebody who is away: their rows are seen and worked everywhere alike, their work is nobody's to judge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import translation

from jingming.accounts import delegation
from jingming.accounts.models import Delegation, Staff
from jingming.accounts.queries import forget_tokens
from jingming.audit.models import Entry
from jingming.audit.sentences import sentence
from jingming.base.clock import now
from jingming.base.errors import NotAllowed
from jingming.organisation.models import Department
from jingming.workorders import access
from jingming.workorders import actions as orders
from jingming.workorders.actions import recount
from jingming.workorders.models import History, WorkOrder
from jingming.workorders.queries import counts, queue
from jingming.workorders.rules import Act
from jingming.workspace import told
from tests import orders as ways
from tests.orders import taken

from .conftest import Opened

HOUR = timedelta(hours=1)
Company = dict[str, Staff]
REPORT = {"handling": "已致歉", "satisfaction": 4, "receipt_person": "王"}


def lent(giver: Staff, taker: Staff) -> Delegation:
    at = now()
    return delegation.lend(
        list(giver.posts.all()), giver=giver, taker=taker, since=at, until=at + HOUR, reason="休假", by=giver, at=at
    )[0]


def again(person: Staff) -> Staff:
    """The person as the next request reads them."""
    return Staff.objects.select_related("department").get(pk=person.pk)


def do(order: WorkOrder, act: Act, by: Staff, **values: object) -> WorkOrder:
    return ways.do(order, act, again(by), **values)


def queues(person: Staff) -> dict[str, tuple[int, int]]:
    """What each queue is said to hold, and how many rows it shows."""
    one = again(person)
    return {name: (count, len(queue(one, name, size=50).items)) for name, count in counts(one).items() if count}


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def handed(opened: Opened, dispatcher: Staff, engineer: Staff) -> WorkOrder:
    """A repair in the hands of the engineer."""
    north = Department.objects.get(code="TL-NORTH")
    order = orders.dispatch(opened(), department=north, staff=engineer, by=dispatcher, at=now(), version=1)
    recount([order.pk])
    return order


# --- Own rows -------------------------------------------------------------------------------------------------------
def test_own_orders_of_somebody_are_seen_on_page_api_stream_and_counters_while_one_acts_for_them(
    signed_in, caller, announcer, engineer, engineer2, handed
):
    desk, program = signed_in(announcer), caller(announcer)

    def seen() -> tuple[int, int, set[int], dict[str, tuple[int, int]]]:
        hears = access.visible_among([again(announcer), again(engineer2)], [handed.pk])
        assert hears[engineer2.pk] == set()
        return (
            desk.get(f"/orders/{handed.number}/").status_code,
            program.get(f"/work-orders/{handed.number}").status_code,
            hears[announcer.pk],
            queues(announcer),
        )

    both = {"mine": (1, 1), "department": (1, 1)}
    before = seen()
    lent(engineer, announcer)
    forget_tokens()
    during = seen()
    with time_machine.travel(now() + HOUR, tick=False):
        assert access.visible_among([again(announcer)], [handed.pk]) == {announcer.pk: set()}
        assert (queues(announcer), queues(engineer)) == ({}, both)

    assert before == (404, 403, set(), {})
    assert during == (200, 200, {handed.pk}, both)


def test_whoever_acts_for_somebody_works_their_order_in_their_name(signed_in, announcer, engineer, handed):
    lent(engineer, announcer)
    do(handed, Act.ACCEPT, announcer)
    do(handed, Act.COMPLETE, announcer, text="换阀")
    handed.refresh_from_db()

    lines = History.objects.filter(order_id=handed.pk, act__in=[Act.ACCEPT, Act.COMPLETE])
    assert [(line.by_name, line.facts["acting_for"]) for line in lines] == [(announcer.name, engineer.name)] * 2
    assert handed.reviews.get().done_by == announcer
    audited = Entry.objects.filter(key="workorders.accept").get()
    assert (audited.by_id, audited.facts["acting_for"]) == (announcer.pk, engineer.name)
    page = signed_in(engineer).get(f"/orders/{handed.number}/").content.decode()
    assert f"{announcer.name} for {engineer.name}" in page


def test_an_act_with_an_own_post_is_for_nobody_else(engineer, engineer2, head, handed):
    lent(engineer, head)
    do(handed, Act.COMPLETE, head, text="换阀")

    assert "acting_for" not in History.objects.get(order_id=handed.pk, act=Act.COMPLETE).facts


def test_the_job_of_somebody_is_on_the_page_of_a_fellow_engineer(signed_in, engineer, engineer2, handed):
    assert handed.number not in signed_in(engineer2).get("/field/").content.decode()
    lent(engineer, engineer2)

    assert handed.number in signed_in(engineer2).get("/field/").content.decode()


# --- Own work -------------------------------------------------------------------------------------------------------
def test_work_of_somebody_is_not_reviewed_by_whoever_acts_for_them(announcer, head, handed):
    do(handed, Act.COMPLETE, head, text="换阀")
    recount([handed.pk])
    lent(head, announcer)
    with pytest.raises(NotAllowed, match="waits for a review by you"):
        do(handed, Act.REVIEW, announcer, result="passed")

    assert "to_review" not in queues(announcer)


def test_whoever_acts_for_a_head_does_not_review_their_own_work_and_the_head_does(engineer, head, handed):
    do(handed, Act.COMPLETE, engineer, text="换阀")
    recount([handed.pk])
    lent(head, engineer)
    with pytest.raises(NotAllowed, match="waits for a review by you"):
        do(handed, Act.REVIEW, engineer, result="passed")

    assert ("to_review" in queues(engineer), queues(head)["to_review"]) == (False, (1, 1))
    do(handed, Act.REVIEW, head, result="passed")


def test_whoever_acts_for_a_head_reviews_the_work_of_others(announcer, engineer, head, handed):
    do(handed, Act.COMPLETE, engineer, text="换阀")
    recount([handed.pk])
    lent(head, announcer)

    assert queues(announcer)["to_review"] == (1, 1)
    do(handed, Act.REVIEW, announcer, result="passed")
    assert History.objects.get(order_id=handed.pk, act=Act.REVIEW).facts["acting_for"] == head.name


def test_nobody_calls_back_about_the_work_of_somebody_for_whom_they_act(agent, head, handed):
    do(handed, Act.COMPLETE, head, text="换阀")
    one = lent(head, agent)
    with pytest.raises(NotAllowed, match="own work"):
        do(handed, Act.CALL_BACK, agent, result="satisfied", satisfaction=5)

    delegation.end(one, by=head, at=now())
    do(handed, Act.CALL_BACK, agent, result="satisfied", satisfaction=5)


def split(company: Company) -> WorkOrder:
    tasks = [{"department": "TL-NORTH", "instruction": "查明原因"}]
    return do(taken(company["agent1"], "complaint"), Act.SPLIT, company["inspector1"], tasks=tasks)


def judged(order: WorkOrder, by: Staff) -> WorkOrder:
    return do(order, Act.JUDGE, by, department="TL-NORTH", text="施工未告知")


@pytest.mark.parametrize("giver", ["inspector1", "head1"])
def test_nobody_judges_what_somebody_split_or_did_for_whom_they_act(company: Company, giver: str):
    order = split(company)
    do(order, Act.REPORT, company["head1"], handled_at=now().isoformat(), **REPORT)
    one = lent(company[giver], company["supervisor1"])
    with pytest.raises(NotAllowed):
        judged(order, company["supervisor1"])

    delegation.end(one, by=company[giver], at=now())
    judged(order, company["supervisor1"])


def test_somebody_of_a_department_with_a_part_in_it_does_not_judge_for_a_supervisor(company: Company):
    order = split(company)
    one = lent(company["supervisor1"], company["engineer1"])
    with pytest.raises(NotAllowed, match="Your department"):
        judged(order, company["engineer1"])

    delegation.end(one, by=company["supervisor1"], at=now())
    lent(company["supervisor1"], company["dispatcher1"])
    judged(order, company["dispatcher1"])


def test_no_button_is_offered_for_own_work_and_the_page_says_why(signed_in, company: Company, agent, head, handed):
    do(handed, Act.COMPLETE, head, text="换阀")
    lent(head, agent)
    order = split(company)
    lent(company["inspector1"], company["supervisor1"])
    for person, number, act, reason in (
        (agent, handed.number, "call_back", "Nobody asks the customer about their own work."),
        (company["supervisor1"], order.number, "judge", "Whoever split the complaint does not judge it."),
    ):
        page = signed_in(person).get(f"/orders/{number}/").content.decode()
        assert (f"/acts/{act}/" in page, reason in page) == (False, True)

    page = signed_in(company["callback1"]).get(f"/orders/{handed.number}/").content.decode()
    assert "/acts/call_back/" in page


# --- Told -----------------------------------------------------------------------------------------------------------
def test_the_audit_tells_a_lending_in_a_sentence(head, engineer):
    assert told.LANGUAGES  # whose words of facts are loaded
    with time_machine.travel("2026-11-22T02:00:00+00:00", tick=False):
        lent(head, engineer)
    line = Entry.objects.get(key="accounts.lent")

    assert sentence(line.key, line.facts) == (
        "lent somebody a post: role “Department head”; post of “江北负责人”; from “2026-11-22 10:00”; until "
        f"“2026-11-22 11:00”; department “{head.department}”; reason “休假”"
    )


def test_a_look_by_a_lent_post_says_for_whom(signed_in, announcer, engineer, handed):
    lent(engineer, announcer)
    signed_in(announcer).get(f"/orders/{handed.number}/")

    assert Entry.objects.get(key="looks.order", by_id=announcer.pk).facts == {"acting_for": engineer.name}


def test_a_look_by_an_own_post_is_for_nobody_else(signed_in, head, engineer, handed):
    lent(engineer, head)
    signed_in(head).get(f"/orders/{handed.number}/")

    assert Entry.objects.get(key="looks.order", by_id=head.pk).facts == {}
