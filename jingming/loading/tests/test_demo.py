"""The demo company: the same from the same seed, lawful to the last step, and alive."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.utils import translation

from jingming.accounts.demo import read_demo
from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.customers.models import Customer, ServicePoint
from jingming.loading.archives import Kept
from jingming.loading.demo import PASSWORD, CompanyExists, build
from jingming.loading.demo.crews import crews
from jingming.loading.demo.homes import customers_of
from jingming.loading.demo.orders import orders_of
from jingming.loading.rows import LoadedCustomer, LoadedOrder
from jingming.workorders import access, actions, queries
from jingming.workorders.models import Callback, History, Review, Task, WorkOrder
from jingming.workorders.rules import OPEN_STATES, Act, CallbackResult

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PEOPLE = [
    "agent1",
    "agent2",
    "dispatcher1",
    "head1",
    "engineer1",
    "callback1",
    "inspector1",
    "supervisor1",
    "announcer1",
    "account1",
    "manager1",
    "evaluator1",
    "sysadmin1",
    "secadmin1",
    "auditadmin1",
    "stranger1",
]


@pytest.fixture
def demo(own_database, home):
    with translation.override("zh-hans"):
        built = build(0.002, 1, AT)
    return built, {person.username: person for person in Staff.objects.all()}


def test_the_company_is_as_large_as_asked_and_its_people_can_sign_in(demo, home):
    built, people = demo

    assert (built.customers, built.orders) == (320, 480)
    assert (Customer.objects.count(), WorkOrder.objects.count()) == (320, 480)
    assert ServicePoint.objects.count() == built.service_points
    assert set(PEOPLE) <= set(people)
    shown = read_demo(home)
    assert shown.password == PASSWORD
    assert set(PEOPLE) <= {person.username for person in shown.people}
    assert authenticate(username="engineer1", password=PASSWORD) == people["engineer1"]
    assert people["engineer1"].manager == people["approval1"]


def test_every_history_is_lawful(demo):
    built, _people = demo
    flows = {order.pk: order.flow for order in WorkOrder.objects.all()}

    assert History.objects.count() == built.events
    assert not History.objects.exclude(odd=[]).exists()
    for line in History.objects.exclude(act=Act.OPEN):
        permission = flows[line.order_id].permission(line.from_step, Act(line.act))
        assert permission is not None, (line.act, line.from_step)
    assert not History.objects.filter(occurred_at__gt=AT).exists()


def test_every_act_was_done_by_somebody_whose_role_it_is(demo):
    flows = {order.pk: order.flow for order in WorkOrder.objects.all()}
    roles = {
        person.pk: {post.role.code for post in person.duties}
        for person in Staff.objects.prefetch_related("posts__role")
    }
    for line in History.objects.exclude(act=Act.OPEN):
        allowed = flows[line.order_id].permission(line.from_step, Act(line.act)).by
        assert roles[line.by_id] & set(allowed), (line.act, line.from_step, line.by_name)


def test_nobody_who_sees_only_their_own_took_up_what_nobody_had_given_them(demo):
    engineers = {person.pk for person in Staff.objects.filter(posts__scope="own", posts__role__code="engineer")}
    given: dict[int, set[int]] = {}
    for line in History.objects.order_by("order_id", "version"):
        if line.act == Act.ACCEPT and line.by_id in engineers and line.by_name != "江涛":
            assert line.by_id in given.get(line.order_id, set()), line.order_id
        if line.act == Act.ASSIGN:
            given.setdefault(line.order_id, set()).add(line.to_staff_id)


def test_what_is_open_hangs_together(demo):
    for order in WorkOrder.objects.filter(status__in=OPEN_STATES):
        hanging = access.situation(order)
        due = order.status == "processed" and order.step == "callback" and not order.must_reassign
        assert (hanging.due_callback is not None) == due, order.number
        if order.step == "tasks" and order.status == "processing":
            assert Task.objects.filter(order=order, round=order.round).exists()
        if order.assignee_id:
            assert order.assignee.posts.filter(department=order.department).exists()


def test_every_queue_of_the_main_roles_has_something_in_it(demo):
    _built, people = demo

    def seen(who: str, queue: str) -> int:
        return len(queries.queue(people[who], queue).items)

    assert seen("dispatcher1", "department") > 0
    assert seen("head1", "department") > 0
    assert seen("engineer1", "mine") > 0
    assert seen("callback1", "to_call_back") > 0
    assert seen("inspector1", "mine") > 0
    assert seen("agent1", "all") > 20
    assert seen("manager1", "all") > 20
    assert seen("evaluator1", "all") == 0


def test_orders_of_the_demo_are_carried_on_by_the_actions(demo):
    _built, people = demo
    mine = WorkOrder.objects.filter(
        type__code="repair",
        status="processing",
        step="handling",
        assignee=people["engineer1"],
        waiting_for="",
        held_until=None,
    ).first()
    done = actions.complete(mine, text="修好", by=people["engineer1"], at=AT, version=mine.version)
    heard = actions.call_back(
        done, result=CallbackResult.SATISFIED, satisfaction=5, by=people["callback1"], at=AT, version=done.version
    )
    closed = actions.close(heard, by=people["callback1"], at=AT, version=heard.version)
    assert closed.status == "closed"

    heads = {"TL-NORTH": people["head1"], "TL-SOUTH": people["head2"], "WH-MAINT": people["stranger1"]}
    waiting = Review.objects.filter(result="", department__code__in=heads, order__status="processed").first()
    head = heads[waiting.department.code]
    order = actions.review(waiting.order, result="passed", by=head, at=AT, version=waiting.order.version)
    assert order.reviews.get(pk=waiting.pk).reviewer == head

    untreated = WorkOrder.objects.filter(type__code="repair", status="untreated", department__code="TL-OPS").first()
    sent = actions.dispatch(untreated, by=people["dispatcher1"], at=AT, version=untreated.version)
    assert sent.department.kind == "maintenance"


def test_the_same_seed_tells_the_same_stories(demo):
    _built, people = demo
    crew = crews(people)[0]

    def told(seed: int) -> tuple[list[LoadedCustomer], list[LoadedOrder]]:
        draw = random.Random(seed)
        customers = list(customers_of(crew, 30, draw, AT))
        archives = [(crew, one, Kept(n, tuple(range(len(one.points))))) for n, one in enumerate(customers)]
        return customers, list(orders_of(archives, 80, draw, AT, days=60))

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_nothing_is_published(demo):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)
    assert Entry.objects.filter(key="loading.loaded").count() == 3  # two cities' customers, one batch of orders
    assert Callback.objects.filter(result="").exists()


def test_a_company_is_founded_only_where_there_is_none(company, home):
    before = WorkOrder.objects.count()

    with translation.override("en"), pytest.raises(CompanyExists, match="There is a company here already"):
        build(0.002, 1, AT)

    assert WorkOrder.objects.count() == before
    assert read_demo(home) is None
