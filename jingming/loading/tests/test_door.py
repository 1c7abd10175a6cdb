"""The bulk door: what it writes, what it flags, what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, models, transaction

from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.customers.models import (
    ConductNote,
    ContactPerson,
    Customer,
    Device,
    NetworkElement,
    Note,
    Phone,
    Purchase,
    ServicePoint,
    Tenure,
)
from jingming.interactions.models import Interaction
from jingming.loading import archives, orders
from jingming.loading.checking import CannotLoad
from jingming.loading.copying import cell
from jingming.loading.door import Figures, load, load_customers
from jingming.loading.progress import Silent
from jingming.loading.rows import LoadedContact, LoadedCustomer, LoadedOrder, LoadedPoint, LoadedPurchase, LoadedStep
from jingming.organisation.models import Department
from jingming.privacy.fields import TooLong
from jingming.workorders import access
from jingming.workorders.actions.opening import next_number
from jingming.workorders.models import History, Participation, Task, WorkOrder
from jingming.workorders.rules import Act, Status

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MORNING = NOW - timedelta(hours=2)


@pytest.fixture
def repair(company):
    """An order that an agent has opened and dispatcher, engineer and head have carried to its callback."""
    departments = {department.code: department for department in Department.objects.all()}
    ops, north, call = departments["TL-OPS"], departments["TL-NORTH"], departments["TL-CALL"]
    by = {name: company[name] for name in ("agent1", "dispatcher1", "engineer1")}

    def step(act: Act, minutes: int, who: Staff, status: Status, where: str, department: Department, **more: object):
        return LoadedStep(
            act=act, at=MORNING + timedelta(minutes=minutes), by=who.pk, by_name=who.name, status=status, step=where,
            department=department.pk, **more,
        )  # fmt: skip

    return LoadedOrder(
        external_id="A-1",
        type="repair",
        channel="phone",
        description="厨房有煤气味\t第二列\n第二行 \\N",
        occurred_at=MORNING,
        place=(north.province_id, north.city_id, north.district_id),
        home=call.pk,
        opened_by=by["agent1"].pk,
        address="桂花苑 1 栋",
        verified=("name", "address"),
        form={"repair_kind": "gas_leak"},
        steps=(
            step(Act.OPEN, 0, by["agent1"], Status.UNTREATED, "dispatching", ops),
            step(Act.DISPATCH, 5, by["dispatcher1"], Status.PROCESSING, "handling", north),
            step(Act.ACCEPT, 9, by["engineer1"], Status.PROCESSING, "handling", north, assignee=by["engineer1"].pk),
        ),
    )


def load_one(order: LoadedOrder) -> WorkOrder:
    load([order], source="elsewhere", by=None, at=NOW)
    return WorkOrder.objects.get(interaction__external_id=f"elsewhere:{order.external_id}")


def counts() -> list[int]:
    return [model.objects.count() for model in (WorkOrder, History, Interaction, Participation, Entry, Customer, Phone)]


def test_a_loaded_order_stands_as_its_steps_left_it(repair, company):
    order = load_one(repair)

    assert order.description == repair.description
    assert (order.status, order.step, order.version) == ("processing", "handling", 3)
    assert order.department.code == "TL-NORTH"
    assert order.assignee == company["engineer1"]
    assert (order.sent_from.code, order.sent_step, order.recallable) == ("TL-OPS", "dispatching", False)
    assert (order.form, order.verified) == ({"repair_kind": "gas_leak"}, ["name", "address"])
    lines = History.objects.filter(order_id=order.pk).order_by("version")
    assert [(line.act, line.from_status, line.to_status, line.odd, line.imported) for line in lines] == [
        ("open", "", "untreated", [], True),
        ("dispatch", "untreated", "processing", [], True),
        ("accept", "processing", "processing", [], True),
    ]
    assert lines[1].facts["changes"]["department_id"] == [lines[0].to_department_id, order.department_id]
    assert set(Participation.objects.filter(order=order).values_list("department__code", "staff__username")) == {
        ("TL-CALL", None),
        ("TL-CALL", "agent1"),
        ("TL-OPS", None),
        ("TL-NORTH", None),
        ("TL-NORTH", "engineer1"),
    }
    assert Act.COMPLETE in access.acts_for(order, company["engineer1"]).now


def test_an_item_that_does_not_fit_with_its_tokens_is_refused_and_nothing_is_loaded(company):
    north = Department.objects.get(code="TL-NORTH").unit
    numbers = " ".join(f"1380000{n:04d}" for n in range(20))  # as long as the column, were they kept as digits
    bought = LoadedPurchase(item=numbers, bought_on=MORNING.date())
    given = LoadedCustomer(name="王敏", place=(north.province_id, north.city_id, None), since=MORNING)
    before = counts()

    with pytest.raises(TooLong) as refusal, transaction.atomic():
        archives.write_customers([given, replace(given, purchases=(bought,))], at=NOW, progress=Silent())

    assert set(refusal.value.fields) == {"item"}
    assert counts() == before


def test_moves_that_the_table_refuses_are_kept_and_told(repair):
    opening, _sent, accepted = repair.steps
    leap = replace(accepted, act=Act.COMPLETE, status=Status.PROCESSED, at=MORNING - timedelta(minutes=1))
    heard = []

    figures = load(
        [replace(repair, steps=(opening, leap))], source="elsewhere", by=None, at=NOW,
        report=lambda order, step, odd: heard.append((order.external_id, step.act, odd)),
    )  # fmt: skip

    assert figures == Figures(orders=1, events=2, odd_rows=1, already_present=0)
    assert heard == [("A-1", Act.COMPLETE, ("illegal_move", "back_in_time"))]
    assert list(History.objects.order_by("version").values_list("odd", flat=True)) == [
        [],
        ["illegal_move", "back_in_time"],
    ]


def test_numbers_go_on_from_those_that_were_given(repair, company):
    north = Department.objects.get(code="TL-NORTH")
    assert next_number("BX", north, MORNING) == "BX-0562-20261122-000001"

    load([repair, replace(repair, external_id="A-2")], source="elsewhere", by=None, at=NOW)

    assert sorted(WorkOrder.objects.values_list("number", flat=True)) == [
        "BX-0562-20261122-000002",
        "BX-0562-20261122-000003",
    ]
    assert next_number("BX", north, MORNING) == "BX-0562-20261122-000004"


def test_what_a_source_has_brought_before_is_left_as_it_is(repair):
    load_one(repair)
    before = counts()

    again = load([replace(repair, description="anders")], source="elsewhere", by=None, at=NOW)
    other = load([repair], source="another", by=None, at=NOW)

    assert again == Figures(orders=0, events=0, odd_rows=0, already_present=1)
    assert other.orders == 1
    assert counts()[0] == before[0] + 1


def test_a_load_publishes_nothing_and_leaves_one_line_in_the_audit(repair, company):
    load([repair], source="elsewhere", by=company["sysadmin1"], at=NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] not in {"postgres", "owner"}
    (line,) = Entry.objects.filter(key="loading.loaded")
    assert (line.by_id, line.facts) == (company["sysadmin1"].pk, {"source": "elsewhere", "orders": 1, "events": 3})


def test_nobody_can_read_a_loaded_history_line_away(repair):
    load_one(repair)

    with pytest.raises(Exception, match=r"permission denied|append-only"):
        History.objects.all().delete()


WRONG = {
    "no steps": (lambda o: replace(o, steps=()), "nothing was ever done to it"),
    "unknown type": (lambda o: replace(o, type="prayer"), "there is no type"),
    "unknown channel": (lambda o: replace(o, channel="pigeon"), "There is no “pigeon” here"),
    "unknown category": (lambda o: replace(o, category="odd"), "There is no “odd” here"),
    "unknown level": (lambda o: replace(o, level="odd"), "There is no “odd” here"),
    "no description": (lambda o: replace(o, description=""), "what it is about"),
    "NUL": (lambda o: replace(o, description="a\0b"), "NUL"),
    "long text": (lambda o: replace(o, description="x" * 10_001), "longer than 10000"),
    "long name": (lambda o: replace(o, caller_name="x" * 121), "longer than 120"),
    "long number": (lambda o: replace(o, external_id="x" * 81), "longer than 80"),
    "odd proof": (lambda o: replace(o, verified=("smell",)), "verified by"),
    "unknown field": (lambda o: replace(o, form={"colour": "red"}), "no field “colour”"),
    "unknown code in a field": (lambda o: replace(o, form={"repair_kind": "odd"}), "There is no “odd” here"),
    "unknown place": (lambda o: replace(o, place=(1, 2, 3)), "no such unit"),
    "unknown home": (lambda o: replace(o, home=1), "no such department"),
    "unknown opener": (lambda o: replace(o, opened_by=1), "no such person"),
    "unknown step": (lambda o: _last(o, step="dreaming"), "no step “dreaming”"),
    "unknown department": (lambda o: _last(o, department=1), "no such department"),
    "unknown person": (lambda o: _last(o, by=1), "no such person"),
    "unknown wait": (lambda o: _last(o, waiting_for="godot"), "wait for “godot”"),
    "unknown state": (lambda o: _last(o, status="dreaming"), "an act or a state is unknown"),
    "future": (lambda o: _last(o, at=NOW + timedelta(seconds=1)), "in the future"),
    "before all time": (lambda o: _last(o, at=datetime(1969, 1, 1, tzinfo=UTC)), "before 1970"),
    "no zone": (lambda o: _last(o, at=NOW.replace(tzinfo=None)), "no zone"),
    "closed before opened": (lambda o: replace(o, closed_at=MORNING - timedelta(days=1)), "ended before it began"),
    "closed before processed": (
        lambda o: replace(o, processed_at=NOW, closed_at=NOW - timedelta(minutes=1)),
        "closed before it was processed",
    ),
}


def _last(order: LoadedOrder, **values: object) -> LoadedOrder:
    return replace(order, steps=(*order.steps[:-1], replace(order.steps[-1], **values)))


@pytest.mark.parametrize("case", WRONG)
def test_a_row_that_cannot_be_meant_keeps_the_whole_batch_out(repair, case):
    spoil, says = WRONG[case]
    before = counts()

    with pytest.raises(CannotLoad) as refusal:
        load([replace(repair, external_id="good"), spoil(repair)], source="elsewhere", by=None, at=NOW)

    assert says in refusal.value.message
    assert counts() == before


def test_an_order_that_comes_twice_in_a_batch_is_refused(repair):
    with pytest.raises(CannotLoad, match="A-1: it comes twice"):
        load([repair, repair], source="elsewhere", by=None, at=NOW)


@pytest.mark.parametrize("source", ["", "With Space", "x" * 41, "a:b", "1st", "名"])
def test_a_source_is_named_plainly(repair, source):
    with pytest.raises(CannotLoad, match="name of a source"):
        load([repair], source=source, by=None, at=NOW)


def test_archives_come_in_with_phones_contacts_and_points(company):
    north = Department.objects.get(code="TL-NORTH")
    place = (north.province_id, north.city_id, None)
    given = LoadedCustomer(
        name="铜陵德盛餐饮有限公司",
        place=place,
        since=MORNING,
        number="C1",
        phones=("05622831100",),
        contacts=(LoadedContact(name="王敏", duty="manager", phone="13805621234"),),
        points=(LoadedPoint(account_number="340710000001", address="义安大道 1 号", place=place, since=MORNING),),
    )

    (kept,) = load_customers([given], source="elsewhere", by=None, at=NOW)

    customer = Customer.objects.get(pk=kept.customer)
    assert (customer.name, customer.imported, customer.quick) == (given.name, True, False)
    assert sorted(customer.phones.values_list("number", "contact__name")) == [
        ("05622831100", None),
        ("13805621234", "王敏"),
    ]
    assert [point.pk for point in customer.service_points.all()] == list(kept.points)


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        ({"name": ""}, "has a name"),
        ({"phones": ("138 0562 1234",)}, "is kept as “13805621234”"),
        ({"phones": ("call me",)}, "3 to 15 digits"),
        ({"number": "x" * 31}, "longer than 30"),
        ({"place": (1, None, None)}, "no such unit"),
        ({"department": 1}, "no such department"),
    ],
)
def test_an_archive_that_cannot_be_meant_is_refused(company, spoilt, says):
    north = Department.objects.get(code="TL-NORTH")
    given = LoadedCustomer(name="王敏", place=(north.province_id, north.city_id, None), since=MORNING)
    before = counts()

    with pytest.raises(CannotLoad) as refusal:
        load_customers([replace(given, **spoilt)], source="elsewhere", by=None, at=NOW)

    assert says in refusal.value.message
    assert counts() == before


TEXTS = ["plain", "a\tb", "a\nb\r\nc", "\\N", "back\\slash", json.dumps({"a": 'q"\\'}), "中文", ""]


@pytest.mark.parametrize("text", TEXTS)
def test_every_text_survives_the_copy(db, text):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE words (word text)")
        with cursor.copy("COPY words FROM STDIN") as copy:
            copy.write(f"{cell(text)}\n".encode())
        cursor.execute("SELECT word FROM words")
        assert cursor.fetchall() == [(text,)]


def columns_of(model: type[models.Model]) -> set[str]:
    """The columns that a row must be given, because the database gives them no value of its own."""
    return {
        field.column
        for field in model._meta.concrete_fields
        if field.column and not field.has_db_default() and not getattr(field, "generated", False)
    }


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (Interaction, orders.CONTACT),
        (WorkOrder, orders.ORDER),
        (History, orders.LINE),
        (Participation, ("id", *orders.TAKING_PART)),
        (Task, orders.TASK),
        (Customer, (*archives.CUSTOMER, "merged_into_id")),  # what is loaded has not been merged
        (ServicePoint, archives.POINT),
        (ContactPerson, archives.CONTACT),
        (Phone, ("id", *archives.PHONE)),
        (Tenure, ("id", *archives.TENURE)),
        (Device, ("id", *archives.DEVICE)),
        (Purchase, ("id", "service_point_id", "by_id", *archives.PURCHASE)),  # with the customer, and by nobody here
        (ConductNote, ("id", *archives.CONDUCT)),
        (Note, ("id", *archives.NOTE)),
        (NetworkElement, archives.ELEMENT),
    ],
)
def test_the_door_knows_every_column(model, columns):
    assert columns_of(model) <= set(columns)
