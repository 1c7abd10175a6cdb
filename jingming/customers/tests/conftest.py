"""Customers for these tests: a household in Tongguan, and an enterprise of Wuhu that an agent there looks after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from jingming.accounts.models import Staff
from jingming.customers import actions
from jingming.customers.models import Customer, NetworkElement, ServicePoint
from tests.cast import FOUNDED


@pytest.fixture
def household(dispatcher: Staff) -> Customer:
    """Zhou in Osmanthus Court, Tongguan District, Tongling."""
    return actions.add_customer("周晓岚", phone="138 0562 1234", unit="340705", by=dispatcher, at=FOUNDED)


@pytest.fixture
def feeder(company: dict[str, Staff]) -> NetworkElement:
    """What feeds Osmanthus Court."""
    return actions.add_element(
        "TL-GH-03", kind="feeder", name="桂花北 03", unit="340705", by=company["sysadmin1"], at=FOUNDED
    )


@pytest.fixture
def point(household: Customer, dispatcher: Staff, feeder: NetworkElement) -> ServicePoint:
    """Where the household is served."""
    return actions.add_service_point(
        household,
        account_number="0562-100017",
        address="桂花苑 12-2-601",
        area="TG-GUIHUA",
        device_number="G4 7781",
        element=feeder.code,
        by=dispatcher,
        at=FOUNDED,
    )


@pytest.fixture
def wuhu_agent(company: dict[str, Staff]) -> Staff:
    """An agent of the call centre in Wuhu."""
    from jingming.accounts import actions as people
    from jingming.accounts.models import Role
    from jingming.organisation.models import Department

    call_centre = Department.objects.get(code="WH-CALL")
    person = people.engage(
        username="wuhu-agent",
        employee_number="990017",
        name="钱文",
        department=call_centre,
        password=None,
        password_hash="!",
        manager=None,
        by=None,
        at=FOUNDED,
    )
    people.post(
        person, role=Role.objects.get(code="agent"), department=call_centre, scope="department", by=None, at=FOUNDED
    )
    return Staff.objects.get(pk=person.pk)


@pytest.fixture
def works(wuhu_agent: Staff) -> Customer:
    """An enterprise at home in Wuhu."""
    return actions.add_customer(
        "江淮机械有限公司", kind="enterprise", number="WH-8", unit="340202", by=wuhu_agent, at=FOUNDED
    )


@pytest.fixture
def published(db: None) -> Callable[[], list[dict[str, Any]]]:
    """`published()` tells what has been published since it was asked for: event and facts, oldest first."""
    before = set(ProcrastinateJob.objects.values_list("pk", flat=True))

    def since() -> list[dict[str, Any]]:
        jobs = ProcrastinateJob.objects.exclude(pk__in=before).filter(queue_name="events").order_by("pk")
        return [job.args for job in jobs]

    return since


CROWD = """
WITH customer AS (
    INSERT INTO customers_customer (kind, name, initials, number, quick, note, extra, sensitive, key_account,
                                    occurred_at, recorded_at, imported, version)
    SELECT 'person', '户' || n, '{h}', '', false, '', '{}', '{}', false, now(), now(), true, 1
    FROM generate_series(1, 4000) n RETURNING id
)
INSERT INTO customers_phone (customer_id, number, grams, label, active)
SELECT id, 'sealed:1:' || id, ARRAY[1390 + id % 9], '', true FROM customer
"""


@pytest.fixture
def crowd(db: None) -> None:
    """So many customers that one index is better than another, whatever other tests have left in the statistics."""
    with connection.cursor() as cursor:
        cursor.execute(CROWD)
