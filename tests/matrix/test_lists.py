"""Lists, counts, searches and marks of pages: no row that one may not see moves anything in them."""

from __future__ import annotations

import json

import pytest

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.base.paging import pack
from jingming.codes.queries import choices
from jingming.customers import actions as customers
from jingming.customers.queries import finding
from jingming.intake import actions as intake
from jingming.interactions.actions import Contact
from jingming.workorders.actions import Matter, recount
from jingming.workorders.models import WorkOrder
from jingming.workorders.queries import QUEUES, counts
from tests.matrix import oracle
from tests.matrix.answers import undone
from tests.matrix.declared import OPERATIONS, PAGES
from tests.matrix.things import mark
from tests.matrix.walking import Walker, declared_for
from tests.matrix.world import NANJING, TONGLING, WUHU

pytest_plugins = ["tests.matrix.standing"]
DOORS = {**PAGES, **OPERATIONS}
LISTS = [door for door, declared in DOORS.items() if declared.lists]
SEARCHES = [door for door, declared in DOORS.items() if declared.asks]


@pytest.mark.parametrize("door", LISTS)
def test_a_list_shows_all_that_one_may_see_and_nothing_else(walker: Walker, door: str):
    assert walker.list_of(door) == []


@pytest.mark.parametrize("door", SEARCHES)
def test_a_search_for_the_unseen_is_one_for_nothing(walker: Walker, door: str):
    assert walker.search(door) == []


@pytest.mark.parametrize("name", QUEUES)
def test_every_queue_holds_only_what_one_may_see(walker: Walker, name: str):
    complaints = []
    for person in oracle.PEOPLE:
        if oracle.admitted(person, "orders.see"):
            pages = (
                (walker.browser(person), f"/orders/?queue={name}"),
                (walker.program(person), f"/api/v1/work-orders?queue={name}"),
            )
            for client, path in pages:
                answer = walker.get(client, path)
                assert answer.status == 200
                complaints += walker.leaks(person, answer)

    assert complaints == []


def test_a_mark_of_a_page_made_from_a_foreign_row_shows_own_rows_only(walker: Walker, world):
    foreign = WorkOrder.objects.get(number=world.thing("order", "nanjing").names["number"])
    cursor = pack(foreign.occurred_at, foreign.pk)
    complaints = []
    for door in (
        "orders/",
        "GET api/v1/work-orders",
        "interactions/",
        "GET api/v1/interactions",
        "customers/",
        "GET api/v1/customers",
    ):
        declared = declared_for(door)
        for person in oracle.PEOPLE:
            if oracle.admitted(person, declared.to):
                client = walker.program(person) if " " in door else walker.browser(person)
                joint = "&" if declared.query else "?"
                answer = walker.get(client, f"/{door.rpartition(' ')[2]}{declared.query}{joint}cursor={cursor}")
                complaints += walker.leaks(person, answer)

    assert complaints == []


def more_in(city: str) -> None:
    """Another customer, order and contact of a city, by its own people."""
    by = Staff.objects.get(username={TONGLING: "agent2", WUHU: "wh-agent", NANJING: "nj-agent"}[city])
    at = now()
    customer = customers.add_customer(mark("more", city), by=by, at=at, phone="13900000099")
    point = customers.add_service_point(
        customer, by=by, at=at, account_number="990099", address=mark("more address", city)
    )
    contact = Contact(channel="phone", party_name=mark("more party", city), party_phone="13900000099")
    matter = Matter(
        type="repair", description=mark("more order", city), customer=customer, service_point=point, level="urgent"
    )
    intake.take(contact, matter, by=by, at=at)
    intake.explain(contact, reason=choices("no_order_reason", at)[0][0], by=by, at=at)


def of_the_city(city: str, person: str) -> bool:
    """Whether the person has anything to do with what happens in the city."""
    return any(
        post.city == city or (post.reach == "province" and (city == NANJING) == (post.province == "32"))
        for post in oracle.PEOPLE[person]
    )


@pytest.mark.parametrize("city", [TONGLING, WUHU, NANJING])
def test_more_rows_elsewhere_move_nothing_here(walker: Walker, city: str):
    """Neither a list nor a count, a filter, an order of rows or the start page changes."""
    doors = [*LISTS, "", "intake/", "flows/"]
    people = [person for person in oracle.PEOPLE if not of_the_city(city, person)]

    def everything() -> dict[tuple[str, str], object]:
        return {
            (door, person): walker.list_answer(door, person).like({})
            for door in doors
            for person in people
            if oracle.admitted(person, declared_for(door).to)
        }

    before = everything()
    with undone():
        more_in(city)
        after = everything()

    assert [key for key in before if before[key] != after[key]] == []
    assert len(before) > 30


def test_more_rows_here_are_noticed(walker: Walker):
    """The comparison of the fact above can see something."""
    before = walker.list_answer("orders/", "dispatcher1").like({})
    with undone():
        more_in(TONGLING)
        assert walker.list_answer("orders/", "dispatcher1").like({}) != before


@pytest.mark.parametrize("person", ["agent1", "head1", "engineer1", "engineer2", "stranger1", "inspector1", "standin1"])
def test_a_figure_counts_what_its_queue_shows(walker: Walker, person: str):
    """The figures beside the queues are kept apart from the rows; neither knows more than the other."""
    by = Staff.objects.get(username=person)
    with undone():
        recount(set(WorkOrder.objects.values_list("pk", flat=True)))
        figures = counts(by)
        rows = {
            name: len(json.loads(walker.get(walker.program(person), f"/api/v1/work-orders?queue={name}").body)["items"])
            for name in figures
        }

    assert figures == rows


def test_a_search_by_common_words_is_one_for_nothing_too(walker: Walker):
    """Words that are everywhere are looked for another way, without the index that knows places."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "COMMON", -1)

        assert walker.search("GET api/v1/customers", ("agent1", "dispatcher1", "nj-agent")) == []
