"""The places that are served: who holds them and held them, what hangs there, what contract and bill say."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from jingming.accounts.models import Staff
from jingming.audit.queries import keys_for
from jingming.base.errors import Refusal, Stale, Unfit
from jingming.customers import actions, queries
from jingming.customers.actions import Why
from jingming.customers.models import Change, Customer, Device, Relation, ServicePoint, Tenure
from tests.cast import FOUNDED, TEN_O_CLOCK

LATER = TEN_O_CLOCK + timedelta(hours=1)


@pytest.fixture
def tenant(dispatcher: Staff) -> Customer:
    """Somebody who moves in."""
    return actions.add_customer("吴敏", phone="13905620001", unit="340705", by=dispatcher, at=FOUNDED)


def tenures(point: ServicePoint) -> list[tuple[str, str, bool]]:
    """(customer, relation, over?) of everybody who was ever something to the point."""
    rows = point.tenures.select_related("customer").order_by("pk")
    return [(one.customer.name, one.relation, one.until is not None) for one in rows]


def last(customer: Customer) -> Change:
    line = Change.objects.filter(customer_id=customer.pk).order_by("-id").first()
    assert line is not None
    return line


# --- Who holds it ---------------------------------------------------------------------------------------------------
def test_a_change_of_holder_keeps_both_histories(
    point: ServicePoint, household: Customer, tenant: Customer, agent: Staff
):
    actions.move_service_point(point, tenant, why=Why("tenant", "合同 2026-11"), by=agent, at=TEN_O_CLOCK)

    point.refresh_from_db()
    assert point.customer == tenant
    assert tenures(point) == [("周晓岚", "holder", True), ("吴敏", "holder", False)]
    for customer, act in ((household, "point_moved_out"), (tenant, "point_moved_in")):
        line = last(customer)
        assert (line.act, line.reason, line.why, line.by_name) == (act, "tenant", "合同 2026-11", agent.name)
    old, new = queries.card(agent, household), queries.card(agent, tenant)
    assert [one.service_point for one in old.former] == [point]
    assert (old.service_points, [held.point for held in new.service_points]) == ([], [point])


def test_a_tenant_rents_a_place_and_may_become_its_holder(
    point: ServicePoint, household: Customer, tenant: Customer, agent: Staff
):
    actions.add_tenure(point, tenant, relation="tenant", by=agent, at=TEN_O_CLOCK)
    [held] = queries.card(agent, tenant).service_points
    assert (held.point, held.relation, [other.customer for other in held.others]) == (
        point,
        Relation.TENANT.label,
        [household],
    )
    with pytest.raises(Unfit):
        actions.add_tenure(point, tenant, relation="tenant", by=agent, at=LATER)
    with pytest.raises(Unfit):
        actions.add_tenure(point, tenant, relation="holder", by=agent, at=LATER)

    actions.move_service_point(point, tenant, by=agent, at=LATER)

    assert tenures(point) == [("周晓岚", "holder", True), ("吴敏", "tenant", True), ("吴敏", "holder", False)]


def test_a_place_is_shown_once_whatever_the_customer_is_to_it(point: ServicePoint, household: Customer, agent: Staff):
    with pytest.raises(Unfit):
        actions.add_tenure(point, household, relation="payer", by=agent, at=TEN_O_CLOCK)
    both = Tenure(customer=household, service_point=point, relation="payer", since=FOUNDED)  # as a merge leaves it
    both.stand_where(point)
    both.save()

    [held] = queries.card(agent, household).service_points
    assert held.relation in {"Account holder, Payer", "户主、缴费人"}


def test_a_link_ends_once_and_the_holder_never(point: ServicePoint, tenant: Customer, agent: Staff):
    rented = actions.add_tenure(point, tenant, relation="payer", by=agent, at=TEN_O_CLOCK)
    actions.end_tenure(rented, by=agent, at=LATER)
    assert keys_for(tenant)[-2:] == ["customers.tenure_added", "customers.tenure_ended"]
    with pytest.raises(Refusal):
        actions.end_tenure(rented, by=agent, at=LATER)
    with pytest.raises(Refusal):
        actions.end_tenure(point.tenures.get(relation="holder"), by=agent, at=LATER)


def test_the_database_knows_one_holder(point: ServicePoint, tenant: Customer):
    with pytest.raises(IntegrityError, match="a_point_has_one_holder"), transaction.atomic():
        Tenure.objects.create(customer=tenant, service_point=point, relation="holder", since=FOUNDED)


def test_the_tenures_stand_where_the_point_stands(point: ServicePoint, agent: Staff):
    moved = actions.change_service_point(point, version=1, unit="340706", area="", by=agent, at=TEN_O_CLOCK)
    assert point.tenures.get().district_id == moved.district_id != point.district_id


# --- Contract and bill ----------------------------------------------------------------------------------------------
def test_contract_and_arrears_are_kept_with_their_day(point: ServicePoint, household: Customer, agent: Staff):
    changed = actions.change_service_point(
        point,
        version=1,
        contract_number="HT-2024-0017",
        contract_until=date(2027, 3, 31),
        arrears=Decimal("128.5"),
        arrears_at=date(2026, 11, 20),
        why=Why("billing"),
        by=agent,
        at=TEN_O_CLOCK,
    )

    changed.refresh_from_db()
    assert (changed.contract_until, changed.arrears) == (date(2027, 3, 31), Decimal("128.50"))
    assert last(household).facts["arrears"] == ["", "128.50"]
    [held] = queries.card(agent, household).service_points
    assert held.in_arrears
    with pytest.raises(Stale):
        actions.change_service_point(changed, version=1, arrears=Decimal(1), by=agent, at=LATER)
    paid = actions.change_service_point(changed, version=2, arrears=Decimal(0), by=agent, at=LATER)
    assert (paid.arrears, last(household).facts["arrears"]) == (Decimal(0), ["128.50", "0.00"])


def test_arrears_without_their_day_are_refused(point: ServicePoint, agent: Staff):
    with pytest.raises(Unfit) as refused:
        actions.change_service_point(point, version=1, arrears=Decimal(5), by=agent, at=TEN_O_CLOCK)
    assert set(refused.value.fields) == {"arrears_at"}


def test_an_element_must_be_there_and_in_use(point: ServicePoint, company: dict[str, Staff], agent: Staff):
    with pytest.raises(Unfit) as refused:
        actions.change_service_point(point, version=1, element="TL-NONE", by=agent, at=TEN_O_CLOCK)
    assert set(refused.value.fields) == {"element"}
    assert point.element is not None
    actions.change_element(point.element, version=1, active=False, by=company["sysadmin1"], at=TEN_O_CLOCK)
    with pytest.raises(Unfit):
        actions.add_service_point(
            point.customer, account_number="9", address="路", element="TL-GH-03", by=agent, at=TEN_O_CLOCK
        )


# --- Devices --------------------------------------------------------------------------------------------------------
def test_a_device_takes_the_design_life_of_its_kind(point: ServicePoint, household: Customer, agent: Staff):
    meter = actions.add_device(
        point, kind="gas_meter", number="G4 8899", installed_on=date(2016, 5, 3), by=agent, at=TEN_O_CLOCK
    )

    meter.refresh_from_db()
    assert (meter.number, meter.design_life, meter.ends_on) == ("G48899", 10, date(2026, 5, 3))
    due = {hanging.device.number: hanging.due for hanging in queries.card(agent, household).service_points[0].devices}
    assert due == {"G47781": False, "G48899": True}
    assert last(household).act == "device_added"


def test_a_leap_day_meter_ends_on_the_last_of_february(point: ServicePoint, agent: Staff):
    meter = actions.add_device(
        point, kind="alarm", number="A1", installed_on=date(2024, 2, 29), design_life=5, by=agent, at=TEN_O_CLOCK
    )
    meter.refresh_from_db()
    assert meter.ends_on == date(2029, 2, 28)


def test_an_exchange_ends_one_device_and_begins_another(point: ServicePoint, household: Customer, agent: Staff):
    old = actions.add_device(
        point, kind="gas_meter", number="OLD-1", model="G2.5", installed_on=date(2015, 1, 1), by=agent, at=TEN_O_CLOCK
    )
    day = queries.today(TEN_O_CLOCK)

    new = actions.exchange_device(old, on=day, number="NEW-1", why=Why("exchange"), by=agent, at=TEN_O_CLOCK)

    assert new is not None
    new.refresh_from_db()
    old.refresh_from_db()
    assert (old.removed_on, new.installed_on, new.kind, new.model, new.design_life) == (
        day,
        day,
        "gas_meter",
        "G2.5",
        10,
    )
    assert last(household).facts["device_number"] == ["OLD-1", "NEW-1"]
    with pytest.raises(Refusal):
        actions.exchange_device(old, on=day, number="NEW-2", by=agent, at=LATER)
    assert actions.exchange_device(new, on=day, by=agent, at=LATER) is None
    assert last(household).act == "device_removed"
    assert [device.number for device in Device.objects.filter(removed_on=None)] == ["G47781"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "nothing", "number": "1"}, "kind"),
        ({"kind": "alarm"}, "number"),
        ({"kind": "alarm", "number": "1", "installed_on": date(2099, 1, 1)}, "installed_on"),
        ({"kind": "alarm", "number": "1", "design_life": 0}, "design_life"),
        ({"kind": "alarm", "number": "1", "design_life": 201}, "design_life"),
        ({"kind": "alarm", "number": "!"}, "device_number"),
    ],
)
def test_what_cannot_be_a_device_is_refused_beside_its_field(point: ServicePoint, agent: Staff, given, field: str):
    with pytest.raises(Unfit) as refused:
        actions.add_device(point, **given, by=agent, at=TEN_O_CLOCK)
    assert set(refused.value.fields) == {field}
    assert point.devices.count() == 1


def test_a_device_is_corrected_and_emptied_days_are_taken_away(point: ServicePoint, agent: Staff):
    device = actions.add_device(
        point, kind="alarm", number="A1", installed_on=date(2024, 1, 1), design_life=5, by=agent, at=TEN_O_CLOCK
    )
    changed = actions.change_device(device, number="A2", installed_on=None, design_life=None, by=agent, at=LATER)
    changed.refresh_from_db()
    assert (changed.number, changed.installed_on, changed.design_life, changed.ends_on) == ("A2", None, None, None)
    assert last(point.customer).facts["installed_on"] == ["2024-01-01", ""]


# --- What is written down -------------------------------------------------------------------------------------------
def test_notes_visits_and_purchases_are_kept_with_history(household: Customer, agent: Staff):
    actions.note_down(household, text="门铃坏了,请先打电话。", by=agent, at=TEN_O_CLOCK)
    actions.note_down(household, kind="visit", text="入户安检正常。", happened_at=FOUNDED, by=agent, at=TEN_O_CLOCK)
    actions.note_purchase(
        household, item="报警器", amount=Decimal(199), bought_on=date(2026, 10, 1), by=agent, at=TEN_O_CLOCK
    )

    assert [note.kind for note in household.notes.order_by("at")] == ["visit", "note"]
    card = queries.card(agent, household)
    assert [(one.item, one.amount) for one in card.purchases] == [("报警器", Decimal("199.00"))]
    told = Change.objects.filter(customer_id=household.pk).order_by("id").values_list("act", flat=True)
    assert list(told)[-3:] == ["note_written", "visit_noted", "purchase_noted"]


def test_what_has_not_happened_yet_is_not_written_down(household: Customer, agent: Staff):
    with pytest.raises(Unfit):
        actions.note_down(household, text="明天", happened_at=LATER, by=agent, at=TEN_O_CLOCK)
    with pytest.raises(Unfit):
        actions.note_down(household, text=" \n ", by=agent, at=TEN_O_CLOCK)
    with pytest.raises(Unfit):
        actions.note_purchase(household, item="灶具", bought_on=date(2099, 1, 1), by=agent, at=TEN_O_CLOCK)


# --- Care -----------------------------------------------------------------------------------------------------------
def test_special_care_and_the_account_manager_are_part_of_the_archive(household: Customer, agent: Staff):
    changed = actions.change_customer(
        household,
        version=1,
        sensitive=["lives_alone", "life_support"],
        key_account=True,
        manager="1902",
        why=Why("visit", "上门看到"),
        by=agent,
        at=TEN_O_CLOCK,
    )

    changed.refresh_from_db()
    assert (changed.sensitive, changed.key_account) == (["life_support", "lives_alone"], True)
    assert changed.manager is not None
    assert changed.manager.username == "account1"
    assert last(household).facts["sensitive"] == [[], ["life_support", "lives_alone"]]
    assert "上门看到" in queries.history(agent, household)[0].text
    with pytest.raises(Unfit):
        actions.change_customer(changed, version=2, sensitive=["nothing"], by=agent, at=LATER)
    with pytest.raises(Unfit):
        actions.change_customer(changed, version=2, manager="1001", by=agent, at=LATER)  # an agent
    with pytest.raises(Unfit):
        actions.change_customer(changed, version=2, name="周", why=Why("no such reason"), by=agent, at=LATER)
