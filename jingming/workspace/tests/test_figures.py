"""The figures beside the queues are those of the queues, for everybody and in every state."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jingming.accounts.models import Post, Role, Staff
from jingming.accounts.rules import Scope
from jingming.base.clock import now
from jingming.organisation.models import Department
from jingming.workorders import actions
from jingming.workorders.actions import Assignment, recount, recount_all
from jingming.workorders.models import Queued, Tally, WorkOrder
from jingming.workorders.queries import QUEUES, counts, queue
from jingming.workorders.rules import ReviewResult

from .conftest import Opened


def department(code: str) -> Department:
    return Department.objects.get(code=code)


@pytest.fixture
def do(company: dict[str, Staff]) -> Callable[..., None]:
    """`do("assign", order, "head1", staff=…)`: an act, whoever knew which version."""

    def act(name: str, order: WorkOrder, by: str, **values: object) -> None:
        order.refresh_from_db()
        getattr(actions, name)(order, by=company[by], at=now(), version=order.version, **values)
        recount([order.pk])

    return act


@pytest.fixture
def many_states(opened: Opened, company: dict[str, Staff], do: Callable[..., None]) -> list[WorkOrder]:
    """Orders in every queue, some done elsewhere than they are placed."""
    orders = []

    def repair(team: str = "TL-NORTH", **values: object) -> WorkOrder:
        order = opened(**values)
        orders.append(order)
        do("dispatch", order, "dispatcher1", department=department(team))
        return order

    def complaint() -> WorkOrder:
        order = opened("complaint", form={"complaint_kind": "service_attitude"})
        orders.append(order)
        tasks = [
            Assignment(department("TL-NORTH"), "查", company["engineer1"]),
            Assignment(department("TL-NORTH"), "再查", company["engineer2"]),
            Assignment(department("TL-BIZ"), "回复", None),
        ]
        do("split", order, "inspector1", tasks=tasks)
        return order

    orders.append(opened())
    repair()
    repair("WH-MAINT")
    for engineer in ("engineer1", "engineer2"):
        do("assign", repair(), "head1", staff=company[engineer])
    held = repair()
    do("wait", held, "head1", waiting_for="material")
    suspended = opened()
    orders.append(suspended)
    do("suspend", suspended, "agent1", reason="mass_fault")
    for by in ("engineer1", "head1"):
        done = repair()
        do("assign", done, "head1", staff=company[by])
        do("complete", done, by, text="换阀")
    complaint()
    reported = complaint()
    do("report", reported, "engineer1", handling="查过", satisfaction=4, receipt_person="王", handled_at=now())
    reviewed = repair("TL-SOUTH")
    do("assign", reviewed, "head2", staff=company["engineer3"])
    do("complete", reviewed, "engineer3", text="换阀")
    do("review", reviewed, "head2", result=ReviewResult.PASSED)
    void = opened()
    do("void", void, "agent1", reason="mistake")
    recount([order.pk for order in orders])
    return orders


def told_and_listed(person: Staff) -> tuple[dict[str, int], dict[str, int]]:
    listed = {name: len(queue(person, name, size=200).items) for name in QUEUES if name != "all"}
    return counts(person), listed


def test_the_figures_are_the_lengths_of_the_queues_for_everybody(many_states, company):
    figures = {name: told_and_listed(person) for name, person in company.items()}

    assert {name: told for name, (told, _) in figures.items()} == {
        name: listed for name, (_, listed) in figures.items()
    }
    some = [queue for told, _listed in figures.values() for queue, count in told.items() if count]
    assert set(some) == set(QUEUES) - {"all"}


def test_whoever_did_the_step_does_not_count_it_among_those_to_review(many_states, head):
    told, _listed = told_and_listed(head)
    reviews = queue(head, "to_review", size=200).items

    assert told["to_review"] == len(reviews) > 0
    assert not [one for one in reviews if one.reviews.filter(result="").exclude(done_by=head).count() == 0]


@pytest.mark.parametrize(
    ("role", "code", "scope"),
    [
        ("engineer", "TL-SOUTH", Scope.OWN), ("head", "TL-BIZ", Scope.DEPARTMENT),
        ("dispatcher", "WH-OPS", Scope.SUBTREE),
        ("sysadmin", "TL-CALL", Scope.ALL), ("manager", "HQ-MGT", Scope.ALL), ("agent", "TL-CALL", Scope.DEPARTMENT),
    ],
)  # fmt: skip
def test_somebody_with_several_posts_is_told_the_lengths_too(many_states, company, role, code, scope):
    for person in (company[name] for name in ("engineer1", "head1", "dispatcher1", "stranger1", "callback1")):
        Post.objects.get_or_create(
            staff=person, role=Role.objects.get(code=role), department=department(code), defaults={"scope": scope}
        )
        again = Staff.objects.get(pk=person.pk)
        told, listed = told_and_listed(again)
        assert told == listed, person.username


def test_somebody_moved_to_another_department_counts_only_what_is_still_seen(many_states, company):
    head = company["head1"]
    head.posts.update(department=department("TL-SOUTH"))
    told, listed = told_and_listed(Staff.objects.get(pk=head.pk))

    assert told == listed


def test_counting_twice_changes_nothing(many_states, company):
    before = {person: counts(each) for person, each in company.items()}

    assert recount([order.pk for order in many_states]) == 0
    assert recount_all() == 0
    assert {person: counts(each) for person, each in company.items()} == before


def test_an_order_that_nobody_has_to_do_with_any_more_leaves_no_rows(opened, do):
    order = opened()
    recount([order.pk])
    assert Queued.objects.filter(order=order).exists()

    do("void", order, "agent1", reason="mistake")

    assert not Queued.objects.filter(order=order).exists()
    assert not Tally.objects.filter(count__lte=0).exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: Tally.objects.update(count=77),
        lambda: Tally.objects.all().delete(),
        lambda: Queued.objects.all().delete(),
        lambda: (Tally.objects.all().delete(), Queued.objects.all().delete()),
    ],
)
def test_figures_that_went_wrong_are_mended(many_states, company, spoil):
    right = {person: counts(each) for person, each in company.items()}
    spoil()
    assert {person: counts(each) for person, each in company.items()} != right or not Queued.objects.exists()

    assert recount_all() > 0

    assert {person: counts(each) for person, each in company.items()} == right
    assert recount_all() == 0


def test_the_figures_cost_one_query(many_states, company, django_assert_num_queries):
    for username in ("agent1", "dispatcher1", "stranger1"):
        person = company[username]
        counts(person)
        with django_assert_num_queries(1):
            counts(person)
