"""What is written about customers, and what its history says afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jingming.accounts.models import Staff
from jingming.audit.queries import keys_for
from jingming.base.errors import Stale, Unfit
from jingming.customers import actions, queries
from jingming.customers.models import Change, ConductNote, Customer, NetworkElement, Phone, ServicePoint
from jingming.privacy.vault import opened
from tests.cast import FOUNDED, TEN_O_CLOCK

Published = Callable[[], list[dict[str, Any]]]


def acts(customer: Customer) -> list[str]:
    return list(Change.objects.filter(customer_id=customer.pk).order_by("id").values_list("act", flat=True))


def last_facts(customer: Customer) -> dict[str, list[object]]:
    facts = Change.objects.filter(customer_id=customer.pk).order_by("-id").values_list("facts", flat=True).first()
    assert facts is not None
    return opened(facts, whole=True)


# --- Opening --------------------------------------------------------------------------------------------------------
def test_an_archive_is_opened_where_it_was_said_with_history_audit_and_event(dispatcher: Staff, published: Published):
    customer = actions.add_customer(
        "  周\t晓岚 ", phone="+86 138-0562-1234", unit="340705", note=" 门禁 601 ", by=dispatcher, at=TEN_O_CLOCK
    )

    assert (customer.name, customer.note, customer.kind, customer.quick) == ("周 晓岚", "门禁 601", "person", False)
    assert queries.facts_of_customer(customer)["unit"] == "340705"
    assert [phone.number for phone in customer.phones.all()] == ["13805621234"]
    assert acts(customer) == ["added"]
    assert last_facts(customer)["phone"] == ["", "13805621234"]
    assert keys_for(customer) == ["customers.added"]
    assert published() == [
        {
            "event": "customers.added",
            "facts": {"customer_id": customer.pk, "quick": False, "at": TEN_O_CLOCK.isoformat()},
        }
    ]


def test_an_archive_without_a_place_is_kept_where_one_works(agent: Staff):
    customer = actions.add_customer("无地址", by=agent, at=TEN_O_CLOCK)

    assert queries.facts_of_customer(customer)["unit"] == "340700"


def test_a_quick_archive_needs_no_more_than_a_phone(agent: Staff):
    customer = actions.quick_archive("", "0562-2831100", by=agent, at=TEN_O_CLOCK)

    assert customer.quick
    assert customer.name
    assert acts(customer) == ["quick_archived"]


def test_saving_a_quick_archive_completes_it(agent: Staff):
    customer = actions.quick_archive("周", "0562-2831100", by=agent, at=TEN_O_CLOCK)

    customer = actions.change_customer(customer, version=1, name="周", by=agent, at=TEN_O_CLOCK)

    assert (customer.quick, customer.version) == (False, 2)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "  \u200b "}, "name"),
        ({"name": "甲", "phone": "12"}, "phone"),
        ({"name": "甲", "unit": "340202"}, "unit"),
        ({"name": "甲", "number": "WH-8"}, "number"),
    ],
)
def test_a_refused_archive_leaves_nothing(
    agent: Staff, works: Customer, published: Published, given: dict[str, Any], field: str
):
    before = Customer.objects.count(), Change.objects.count()

    with pytest.raises(Unfit) as refused:
        actions.add_customer(**given, by=agent, at=TEN_O_CLOCK)

    assert refused.value.fields.keys() == {field}
    assert (Customer.objects.count(), Change.objects.count()) == before
    assert published() == []


# --- Changing -------------------------------------------------------------------------------------------------------
def test_a_change_is_kept_field_by_field(household: Customer, dispatcher: Staff, published: Published):
    changed = actions.change_customer(household, version=1, name="周晓兰", unit="340706", by=dispatcher, at=TEN_O_CLOCK)

    assert (changed.name, changed.version) == ("周晓兰", 2)
    assert last_facts(household) == {"name": ["周晓岚", "周晓兰"], "unit": ["340705", "340706"]}
    assert keys_for(household) == ["customers.added", "customers.changed"]
    assert [line["facts"]["fields"] for line in published()] == [["name", "unit"]]


def test_saving_what_stands_there_already_changes_nothing(household: Customer, agent: Staff, published: Published):
    same = actions.change_customer(household, version=1, name="周晓岚 ", by=agent, at=TEN_O_CLOCK)

    assert same.version == 1
    assert acts(household) == ["added"]
    assert published() == []


def test_a_stale_save_is_stopped_and_shows_the_difference(household: Customer, agent: Staff, dispatcher: Staff):
    actions.change_customer(household, version=1, name="周晓兰", by=dispatcher, at=TEN_O_CLOCK)

    with pytest.raises(Stale) as refused:
        actions.change_customer(household, version=1, name="周小岚", note="", by=agent, at=TEN_O_CLOCK)

    assert refused.value.facts["version"] == 2
    [difference] = refused.value.facts["differences"]
    assert (difference["field"], difference["yours"], difference["theirs"]) == ("name", "周小岚", "周晓兰")
    household.refresh_from_db()
    assert household.name == "周晓兰"


def test_two_who_wrote_the_same_are_not_in_each_others_way(household: Customer, agent: Staff, dispatcher: Staff):
    actions.change_customer(household, version=1, name="周晓兰", by=dispatcher, at=TEN_O_CLOCK)

    assert actions.change_customer(household, version=1, name="周晓兰", by=agent, at=TEN_O_CLOCK).version == 2


def test_a_customer_number_given_twice_is_refused_and_changes_nothing(
    household: Customer, works: Customer, agent: Staff
):
    with pytest.raises(Unfit) as refused:
        actions.change_customer(household, version=1, number="WH-8", name="别人", by=agent, at=TEN_O_CLOCK)

    assert refused.value.fields.keys() == {"number"}
    household.refresh_from_db()
    assert (household.name, household.number, acts(household)) == ("周晓岚", "", ["added"])


# --- Contact persons and phones -------------------------------------------------------------------------------------
def test_a_contact_person_comes_changes_and_goes_with_their_phones(household: Customer, agent: Staff):
    contact = actions.add_contact(household, "周明", duty="family", phone="2831100", by=agent, at=TEN_O_CLOCK)
    actions.change_contact(contact, name="周明", duty="owner", by=agent, at=TEN_O_CLOCK)
    actions.retire_contact(contact, by=agent, at=TEN_O_CLOCK)
    actions.retire_contact(contact, by=agent, at=TEN_O_CLOCK)

    assert not household.phones.get(number="2831100").active
    assert acts(household) == ["added", "contact_added", "contact_changed", "contact_retired"]


def test_a_duty_that_the_dictionary_does_not_know_is_refused(household: Customer, agent: Staff):
    with pytest.raises(Unfit) as refused:
        actions.add_contact(household, "周明", duty="emperor", by=agent, at=TEN_O_CLOCK)

    assert refused.value.fields.keys() == {"duty"}


def test_a_number_stands_once_and_a_retired_one_comes_into_use_again(household: Customer, agent: Staff):
    with pytest.raises(Unfit) as refused:
        actions.add_phone(household, "+86 13805621234", by=agent, at=TEN_O_CLOCK)
    assert refused.value.fields.keys() == {"phone"}

    phone = household.phones.get()
    actions.retire_phone(phone, by=agent, at=TEN_O_CLOCK)
    again = actions.add_phone(household, "13805621234", label="手机", by=agent, at=TEN_O_CLOCK)

    assert again == phone
    assert Phone.objects.get(pk=phone.pk).active
    assert acts(household) == ["added", "phone_retired", "phone_added"]


def test_a_number_corrected_to_one_that_stands_already_is_refused(household: Customer, agent: Staff):
    other = actions.add_phone(household, "2831100", by=agent, at=TEN_O_CLOCK)

    with pytest.raises(Unfit) as refused:
        actions.change_phone(other, number="13805621234", label="", by=agent, at=TEN_O_CLOCK)

    assert refused.value.fields.keys() == {"phone"}
    assert Phone.objects.get(pk=other.pk).number == "2831100"


# --- Service points -------------------------------------------------------------------------------------------------
def test_a_service_point_stands_where_its_area_lies(point: ServicePoint, household: Customer, published: Published):
    assert (point.account_number, point.devices.get().number) == ("0562-100017", "G47781")
    assert (point.element, point.tenures.get().customer) == (
        NetworkElement.objects.get(code="TL-GH-03"),
        point.customer,
    )
    assert queries.facts_of_point(point)["unit"] == "340705"
    assert acts(household) == ["added", "point_added"]


def test_an_account_number_is_given_once(point: ServicePoint, household: Customer, agent: Staff):
    with pytest.raises(Unfit) as refused:
        actions.add_service_point(household, account_number="0562-100017", address="别处", by=agent, at=TEN_O_CLOCK)

    assert refused.value.fields.keys() == {"account_number"}
    assert ServicePoint.objects.count() == 1
    assert acts(household) == ["added", "point_added"]


def test_an_area_in_another_place_than_the_unit_is_refused(household: Customer, agent: Staff):
    with pytest.raises(Unfit) as refused:
        actions.add_service_point(
            household, account_number="1", address="a", unit="340706", area="TG", by=agent, at=TEN_O_CLOCK
        )

    assert refused.value.fields.keys() == {"area"}


def test_a_changed_service_point_keeps_its_history_and_refuses_the_stale(
    point: ServicePoint, household: Customer, agent: Staff
):
    changed = actions.change_service_point(
        point, version=1, address="桂花苑 12-2-602", active=False, area="TG-GUIHUA", by=agent, at=TEN_O_CLOCK
    )

    assert (changed.address, changed.active, changed.version) == ("桂花苑 12-2-602", False, 2)
    assert last_facts(household) == {
        "account_number": ["0562-100017", "0562-100017"],
        "active": [True, False],
        "address": ["桂花苑 12-2-601", "桂花苑 12-2-602"],
    }
    with pytest.raises(Stale):
        actions.change_service_point(point, version=1, address="别处", by=agent, at=TEN_O_CLOCK)


def test_a_service_point_moved_to_another_area_stands_there(point: ServicePoint, agent: Staff):
    changed = actions.change_service_point(point, version=1, unit="340706", area="YA", by=agent, at=TEN_O_CLOCK)

    facts = queries.facts_of_point(changed)
    assert (facts["unit"], facts["area"]) == ("340706", "YA")


def test_a_service_point_handed_over_stands_in_both_histories(
    point: ServicePoint, household: Customer, agent: Staff, published: Published
):
    heir = actions.add_customer("吴敏", by=agent, at=TEN_O_CLOCK)

    moved = actions.move_service_point(point, heir, by=agent, at=TEN_O_CLOCK)

    assert (moved.customer, moved.version) == (heir, 2)
    assert acts(household)[-1] == "point_moved_out"
    assert acts(heir)[-1] == "point_moved_in"
    assert last_facts(heir)["customer"] == ["周晓岚", "吴敏"]
    assert published()[-1]["facts"]["from_customer_id"] == household.pk
    with pytest.raises(Unfit):
        actions.move_service_point(moved, heir, by=agent, at=TEN_O_CLOCK)


# --- Conduct and history --------------------------------------------------------------------------------------------
def test_conduct_is_noted_and_told(household: Customer, agent: Staff):
    actions.note_conduct(household, good=False, text="三次无人在家", by=agent, at=TEN_O_CLOCK)

    assert ConductNote.objects.get(customer=household).text == "三次无人在家"
    newest = queries.history(agent, household)[0]
    assert newest.who == agent.name
    assert "三次无人在家" in newest.text


def test_history_says_what_stood_there_before(household: Customer, dispatcher: Staff):
    actions.change_customer(household, version=1, unit="340706", kind="enterprise", by=dispatcher, at=TEN_O_CLOCK)

    newest, oldest = queries.history(dispatcher, household)

    assert "→" in newest.text
    assert "340706" not in newest.text
    assert oldest.at == FOUNDED
