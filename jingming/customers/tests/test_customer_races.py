"""Two people at once: one wins, the other hears about it, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from jingming.accounts.models import Staff
from jingming.base.errors import Refusal, Stale, Unfit
from jingming.customers import actions
from jingming.customers.models import Change, Customer, ServicePoint
from jingming.database.tests.workbench import OwnDatabase
from tests.cast import TEN_O_CLOCK


def together(*acts: Callable[[], object]) -> list[object]:
    """Do all at the same moment; each answers what it returned or how it was refused."""
    start = Barrier(len(acts))

    def one(act: Callable[[], object]) -> object:
        try:
            start.wait(5)
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


@pytest.mark.parametrize("round_", range(5))
def test_of_two_saves_from_the_same_page_one_is_stopped(own_database: OwnDatabase, agent: Staff, round_: int):
    customer = actions.add_customer("周晓岚", by=agent, at=TEN_O_CLOCK)

    answers = together(
        lambda: actions.change_customer(customer, version=1, name="甲", by=agent, at=TEN_O_CLOCK),
        lambda: actions.change_customer(customer, version=1, name="乙", by=agent, at=TEN_O_CLOCK),
    )

    assert [type(answer) for answer in answers].count(Stale) == 1
    [saved] = [answer for answer in answers if isinstance(answer, Customer)]
    customer.refresh_from_db()
    assert (customer.name, customer.version) == (saved.name, 2)
    assert Change.objects.filter(customer_id=customer.pk).count() == 2


def test_an_account_number_given_to_two_at_once_stands_once(own_database: OwnDatabase, agent: Staff):
    homes = [actions.add_customer(name, by=agent, at=TEN_O_CLOCK) for name in ("甲", "乙")]

    def serve(home: Customer) -> Callable[[], object]:
        return lambda: actions.add_service_point(home, account_number="77", address="路", by=agent, at=TEN_O_CLOCK)

    answers = together(*[serve(home) for home in homes])

    assert [type(answer) for answer in answers].count(Unfit) == 1
    assert ServicePoint.objects.count() == 1


def test_a_service_point_handed_over_both_ways_at_once_ends_with_one(own_database: OwnDatabase, agent: Staff):
    first, second, third = (actions.add_customer(name, by=agent, at=TEN_O_CLOCK) for name in ("甲", "乙", "丙"))
    point = actions.add_service_point(first, account_number="77", address="路", by=agent, at=TEN_O_CLOCK)

    answers = together(
        lambda: actions.move_service_point(point, second, by=agent, at=TEN_O_CLOCK),
        lambda: actions.move_service_point(point, third, by=agent, at=TEN_O_CLOCK),
    )

    moved = [answer for answer in answers if isinstance(answer, ServicePoint)]
    assert len(moved) == 1
    point.refresh_from_db()
    assert point.customer == moved[0].customer
    assert (
        Change.objects.filter(act="point_moved_in").count() == Change.objects.filter(act="point_moved_out").count() == 1
    )
