"""Two archives of one customer become one, and come apart again row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.base.errors import Refusal, Stale, Unfit
from jingming.customers import access, actions, queries
from jingming.customers.models import Change, Customer, Merge, Note, Phone, ServicePoint, Tenure
from jingming.database.tests.workbench import OwnDatabase
from jingming.interactions import queries as contacts
from jingming.workorders.models import WorkOrder
from jingming.workorders.queries import About, possible_repeats
from tests.cast import FOUNDED, TEN_O_CLOCK, Caller
from tests.orders import taken

from .test_customer_races import together

SignedIn = Callable[..., Client]
CallAs = Callable[..., Caller]
TWICE = actions.Why("duplicate", "called twice")
LATER = TEN_O_CLOCK + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """The sentences compared here are English, whoever has used this process before."""
    with translation.override("en"):
        yield


def said(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def double(dispatcher: Staff) -> Customer:
    """The same household, opened a second time during a call."""
    double = actions.add_customer(
        "周小岚",
        phone="13905620001",
        number="K-2",
        note="狗",
        sensitive=["elderly"],
        unit="340705",
        by=dispatcher,
        at=FOUNDED,
    )
    actions.add_phone(double, "13805621234", by=dispatcher, at=FOUNDED)
    actions.add_contact(double, "周明", phone="13905620002", by=dispatcher, at=FOUNDED)
    actions.add_service_point(double, account_number="0562-2", address="桂花苑 12-2-601", by=dispatcher, at=FOUNDED)
    actions.note_conduct(double, good=True, text="按时缴费", by=dispatcher, at=FOUNDED)
    actions.note_down(double, text="门铃坏", by=dispatcher, at=FOUNDED)
    actions.note_purchase(double, item="灶具", bought_on=FOUNDED.date(), by=dispatcher, at=FOUNDED)
    return double


def merge(kept: Customer, merged: Customer, by: Staff, **more: Any) -> Merge:
    return actions.merge(kept, merged, by=by, at=TEN_O_CLOCK, why=TWICE, **more)


TABLES = ("customer", "contactperson", "phone", "servicepoint", "tenure", "device", "purchase", "conductnote", "note")


def everything() -> dict[str, list[str]]:
    """Every row of the archives as text; versions and what was written down about the merge itself aside."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            without = "- 'version'" if table == "customer" else ""
            cursor.execute(f"SELECT (to_jsonb(t) {without})::text FROM customers_{table} t ORDER BY 1")
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


# --- The act --------------------------------------------------------------------------------------------------------
def test_what_can_change_hands_goes_over_and_the_archive_ends(
    household: Customer, double: Customer, point: ServicePoint, agent: Staff, published: Any
):
    done = merge(household, double, agent)

    household.refresh_from_db()
    double.refresh_from_db()
    assert (household.name, household.number, household.note, household.sensitive) == (
        "周晓岚",
        "K-2",
        "狗",
        ["elderly"],
    )
    assert (double.merged_into, double.number, double.version, household.version) == (household, "", 2, 2)
    numbers = {phone.number: phone.contact and phone.contact.name for phone in household.phones.all()}
    assert numbers == {"13805621234": None, "13905620001": None, "13905620002": "周明"}
    assert [phone.number for phone in double.phones.all()] == ["13805621234"]
    assert {one.account_number for one in household.service_points.all()} == {"0562-100017", "0562-2"}
    assert [(one.customer_id, one.until) for one in Tenure.objects.filter(service_point__account_number="0562-2")] == [
        (household.pk, None)
    ]
    assert [one.text for one in household.conduct.all()] == ["按时缴费"]
    assert [one.item for one in household.purchases.all()] == ["灶具"]
    assert Note.objects.get().customer == double
    assert queries.same_as(household.pk) == [household.pk, double.pk]
    written = Change.objects.filter(act__startswith="merged")
    assert {(one.customer_id, one.act, one.reason, one.why) for one in written} == {
        (household.pk, "merged", "duplicate", "called twice"), (double.pk, "merged_away", "duplicate", "called twice"),
    }  # fmt: skip
    assert {one.key for one in Entry.objects.filter(at=TEN_O_CLOCK)} == {"customers.merged", "customers.merged_away"}
    [told] = published()
    assert told["event"] == "customers.merged"
    assert told["facts"] | {"at": ""} == {
        "merge_id": done.pk, "kept_id": household.pk, "merged_id": double.pk, "undone": False, "at": "",
    }  # fmt: skip


def test_one_says_field_by_field_whose_value_goes_on(household: Customer, double: Customer, agent: Staff):
    actions.change_customer(household, version=1, note="后门", number="K-1", by=agent, at=FOUNDED)

    merge(household, double, agent, take={"name": "merged", "note": "both", "sensitive": "kept", "number": "merged"})

    household.refresh_from_db()
    double.refresh_from_db()
    assert (household.name, household.note, household.sensitive) == ("周小岚", "后门\n狗", [])
    assert (household.number, double.number) == ("K-2", "K-1")
    assert "zxl" in household.initials


def test_what_was_looked_through_is_proposed_before_what_was_written_during_a_call(double: Customer, agent: Staff):
    quick = actions.quick_archive("来电人", "13905620009", by=agent, at=FOUNDED)

    merge(quick, double, agent)

    quick.refresh_from_db()
    assert (quick.name, quick.quick) == ("周小岚", False)


@pytest.mark.parametrize(
    ("take", "field"),
    [({"name": "both"}, "name"), ({"version": "merged"}, "version"), ({"note": "hers"}, "note")],
)
def test_a_choice_that_there_is_not_is_refused(
    household: Customer, double: Customer, agent: Staff, take: dict[str, str], field: str
):
    before = everything()

    with pytest.raises(Unfit) as refused:
        merge(household, double, agent, take=take)

    assert list(refused.value.fields) == [field]
    assert everything() == before


def test_two_notes_that_do_not_fit_into_one_are_refused(household: Customer, agent: Staff, dispatcher: Staff):
    long = actions.add_customer("周", note="x" * 1500, unit="340705", by=dispatcher, at=FOUNDED)
    actions.change_customer(household, version=1, note="y" * 1500, by=agent, at=FOUNDED)

    with pytest.raises(Unfit, match="Both notes"):
        merge(household, long, agent)


def test_a_merge_needs_a_reason_and_two_archives(household: Customer, double: Customer, agent: Staff):
    with pytest.raises(Unfit, match="Say why"):
        actions.merge(household, double, by=agent, at=TEN_O_CLOCK, why=actions.Why())
    with pytest.raises(Unfit, match="with itself"):
        merge(household, household, agent)
    assert not Merge.objects.exists()


def test_what_was_changed_since_the_preview_stops_the_merge(household: Customer, double: Customer, agent: Staff):
    actions.change_customer(double, version=1, note="猫", by=agent, at=FOUNDED)

    with pytest.raises(Stale):
        merge(household, double, agent, seen=(1, 1))
    assert not Merge.objects.exists()


def test_a_merged_archive_is_neither_changed_nor_merged_again(household: Customer, double: Customer, agent: Staff):
    merge(household, double, agent)
    before = everything()

    for act in (
        lambda: actions.change_customer(double, version=2, note="x", by=agent, at=LATER),
        lambda: actions.add_phone(double, "13900000001", by=agent, at=LATER),
        lambda: actions.add_service_point(double, account_number="9", address="x", by=agent, at=LATER),
        lambda: actions.note_down(double, text="x", by=agent, at=LATER),
        lambda: merge(household, double, agent),
        lambda: merge(double, household, agent),
        lambda: access.get_customer(agent, double.pk, to="change"),
    ):
        with pytest.raises(Refusal, match="merged into another one"):
            act()
    assert everything() == before


def test_a_retired_number_that_the_other_uses_comes_into_use_again(household: Customer, double: Customer, agent: Staff):
    actions.retire_phone(household.phones.get(), by=agent, at=FOUNDED)
    before = everything()

    done = merge(household, double, agent)
    assert household.phones.get(number="13805621234").active
    actions.unmerge(done, by=agent, at=LATER)

    assert everything() == before


def test_a_link_that_both_have_is_not_doubled(household: Customer, double: Customer, agent: Staff, dispatcher: Staff):
    owner = actions.add_customer("房东", unit="340705", by=dispatcher, at=FOUNDED)
    place = actions.add_service_point(owner, account_number="0562-3", address="x", by=dispatcher, at=FOUNDED)
    for tenant in (household, double):
        actions.add_tenure(place, tenant, relation="tenant", by=agent, at=FOUNDED)
    actions.add_tenure(place, double, relation="payer", by=agent, at=FOUNDED)
    before = everything()

    done = merge(household, double, agent)

    open_ = Tenure.objects.filter(service_point=place, until=None).exclude(relation="holder")
    assert sorted(open_.values_list("customer_id", "relation")) == [(household.pk, "payer"), (household.pk, "tenant")]
    actions.unmerge(done, by=agent, at=LATER)
    assert everything() == before


# --- Found under either ---------------------------------------------------------------------------------------------
def test_whoever_is_looked_for_by_the_old_archive_is_found_in_the_new_one(
    household: Customer, double: Customer, agent: Staff
):
    order = taken(agent, "repair", customer=double, caller_phone="13905620001")
    merge(household, double, agent)

    assert queries.by_phone(agent, "13905620001") == [household]
    point = queries.by_account_number(agent, "0562-2")
    assert point is not None
    assert point.customer == household
    assert access.going_on(agent, Customer.objects.get(pk=double.pk)) == household
    assert double not in access.current_to(agent)
    assert [one.pk for one in contacts.of_customer(agent, queries.same_as(household.pk))] == [order.interaction_id]
    [repeat] = possible_repeats(agent, About(customer=household.pk, type="repair"), at=LATER)
    assert (repeat.order, repeat.stops) == (order, True)


def test_likely_duplicates_have_a_phone_or_name_and_address_in_common(
    household: Customer, point: ServicePoint, double: Customer, agent: Staff, dispatcher: Staff
):
    namesake = actions.add_customer("周晓岚", unit="340705", by=dispatcher, at=FOUNDED)
    neighbour = actions.add_customer("周晓岚", unit="340705", by=dispatcher, at=FOUNDED)
    actions.add_service_point(neighbour, account_number="8", address="桂花苑 12-2-601", by=dispatcher, at=FOUNDED)
    actions.add_phone(household, "2831100", by=dispatcher, at=FOUNDED)
    dialled = actions.add_customer("周", phone="0562-2831100", unit="340705", by=dispatcher, at=FOUNDED)

    likely = queries.likely_duplicates(agent, household)

    assert [(one.customer, one.why) for one in likely] == [
        (double, "same phone number"), (dialled, "same phone number"), (neighbour, "same name and address"),
    ]  # fmt: skip
    assert namesake not in [one.customer for one in likely]
    merge(household, double, agent)
    assert double not in [one.customer for one in queries.likely_duplicates(agent, household)]


def test_each_way_to_a_duplicate_and_to_all_ids_has_its_index(household: Customer, crowd: None):
    """With sequential scans forbidden the plan names the index that serves each; none has to scan all the same."""
    asked = {
        "phone_by_number": Phone.objects.filter(number__in=["13805621234", "2831100"]),
        "customer_by_name": Customer.objects.filter(name="周晓岚"),
        "customer_by_merged_into": Customer.objects.filter(merged_into=household.pk),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for index, rows in asked.items():
        plan = rows.order_by().explain()
        assert index in plan, plan


# --- Taking it back -------------------------------------------------------------------------------------------------
def test_a_merge_taken_back_leaves_both_as_they_were_and_can_be_done_again(
    household: Customer, double: Customer, point: ServicePoint, agent: Staff
):
    before = everything()

    for _turn in range(2):
        done = merge(household, double, agent, take={"name": "merged", "number": "merged", "unit": "merged"})
        back = actions.unmerge(done, by=agent, at=LATER)
        assert (back.fields, back.rows) == ([], 0)
        assert everything() == before

    assert [one.act for one in Change.objects.filter(act="unmerged")] == ["unmerged"] * 4
    with pytest.raises(Refusal, match="already"):
        actions.unmerge(done, by=agent, at=LATER)


def test_what_was_done_since_stays_and_is_told(household: Customer, double: Customer, agent: Staff, dispatcher: Staff):
    done = merge(household, double, agent)
    household.refresh_from_db()
    actions.change_customer(household, version=2, note="新的", by=agent, at=LATER)
    newcomer = actions.add_customer("新户", unit="340705", by=dispatcher, at=FOUNDED)
    place = ServicePoint.objects.get(account_number="0562-2")
    actions.move_service_point(place, newcomer, by=agent, at=LATER)
    contact = household.contacts.get(name="周明")
    added = actions.add_phone(household, "13905620003", contact=contact, by=agent, at=LATER)
    own = actions.add_phone(household, "13905620004", by=agent, at=LATER)

    back = actions.unmerge(done, by=agent, at=LATER)

    household.refresh_from_db()
    assert (back.fields, back.rows) == (["Note"], 1)
    assert (household.note, household.number, household.sensitive) == ("新的", "", [])
    place.refresh_from_db()
    assert place.customer == newcomer
    assert Phone.objects.get(pk=added.pk).customer == double
    assert Phone.objects.get(pk=own.pk).customer == household
    # Who held it until it was handed over is written in the archive that it came from.
    assert Tenure.objects.get(service_point=place, until__isnull=False).customer == double


def test_a_place_that_was_handed_over_and_back_stays_with_who_got_it_back(
    household: Customer, double: Customer, agent: Staff, dispatcher: Staff
):
    newcomer = actions.add_customer("新户", unit="340705", by=dispatcher, at=FOUNDED)
    place = ServicePoint.objects.get(account_number="0562-2")
    done = merge(household, double, agent)
    place.refresh_from_db()
    actions.move_service_point(place, newcomer, by=agent, at=LATER)
    place.refresh_from_db()
    actions.move_service_point(place, household, by=agent, at=LATER)

    actions.unmerge(done, by=agent, at=LATER)

    place.refresh_from_db()
    assert place.customer == household
    assert Tenure.objects.get(service_point=place, until=None, relation="holder").customer == household


def test_a_number_corrected_to_one_that_the_other_has_stays_behind(household: Customer, double: Customer, agent: Staff):
    done = merge(household, double, agent)
    actions.change_phone(household.phones.get(number="13805621234"), number="13900000009", label="", by=agent, at=LATER)
    moved = household.phones.get(number="13905620002")
    actions.change_phone(moved, number="13805621234", label="", by=agent, at=LATER)

    back = actions.unmerge(done, by=agent, at=LATER)

    moved.refresh_from_db()
    assert (moved.customer, moved.contact, back.rows) == (household, None, 1)


def test_a_chain_is_taken_back_from_its_end(household: Customer, double: Customer, agent: Staff, dispatcher: Staff):
    third = actions.add_customer("周三", phone="13905620007", unit="340705", by=dispatcher, at=FOUNDED)
    before = everything()
    first = merge(double, third, agent)
    middle = everything()
    second = merge(household, double, agent)

    assert queries.same_as(household.pk) == sorted([household.pk, double.pk, third.pk])
    assert access.going_on(agent, Customer.objects.get(pk=third.pk)) == household
    with pytest.raises(Refusal, match="Take that merge back first"):
        actions.unmerge(first, by=agent, at=LATER)
    actions.unmerge(second, by=agent, at=LATER)
    assert everything() == middle
    actions.unmerge(first, by=agent, at=LATER)
    assert everything() == before


def test_two_merged_into_one_come_apart_in_any_order(
    household: Customer, double: Customer, agent: Staff, dispatcher: Staff
):
    third = actions.add_customer("周三", phone="13905620007", unit="340705", by=dispatcher, at=FOUNDED)
    before = everything()
    first, second = merge(household, double, agent), merge(household, third, agent)

    for done in (first, second):
        actions.unmerge(done, by=agent, at=LATER)

    assert everything() == before


numbers = st.lists(st.sampled_from([f"1390562000{n}" for n in range(5)]), unique=True, max_size=4)
archives = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["周晓岚", "周小岚", "吴敏"]),
        "note": st.sampled_from(["", "狗", "后门"]),
        "number": st.sampled_from(["", "own"]),
        "sensitive": st.lists(st.sampled_from(["elderly", "disabled"]), unique=True),
        "key_account": st.booleans(),
        "quick": st.booleans(),
        "unit": st.sampled_from(["340705", "340700"]),
        "phones": numbers,
        "retired": st.booleans(),
        "contacts": st.integers(0, 2),
        "places": st.integers(0, 2),
        "rents": st.lists(st.sampled_from(["tenant", "payer", "keeper"]), unique=True),
        "left": st.booleans(),
    }
)
sides = st.dictionaries(
    st.sampled_from(["name", "kind", "number", "unit", "key_account", "manager"]), st.sampled_from(["kept", "merged"])
)


def _archive(facts: dict[str, Any], key: str, place: ServicePoint, by: Staff) -> Customer:
    one = actions.add_customer(
        facts["name"], note=facts["note"], number=f"K-{key}" if facts["number"] else "", quick=facts["quick"],
        sensitive=facts["sensitive"], key_account=facts["key_account"], unit=facts["unit"], by=by, at=FOUNDED,
    )  # fmt: skip
    people = [actions.add_contact(one, f"联系人 {turn}", by=by, at=FOUNDED) for turn in range(facts["contacts"])]
    for turn, number in enumerate(facts["phones"]):
        phone = actions.add_phone(one, number, contact=people[0] if people and turn % 2 else None, by=by, at=FOUNDED)
        if facts["retired"] and not turn:
            actions.retire_phone(phone, by=by, at=FOUNDED)
    for turn in range(facts["places"]):
        actions.add_service_point(one, account_number=f"{key}{turn}", address="x", by=by, at=FOUNDED)
    for relation in facts["rents"]:
        tenure = actions.add_tenure(place, one, relation=relation, by=by, at=FOUNDED)
        if facts["left"]:
            actions.end_tenure(tenure, by=by, at=FOUNDED)
    actions.note_conduct(one, good=True, text=key, by=by, at=FOUNDED)
    return one


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=archives, second=archives, take=sides)
def test_whatever_is_merged_comes_apart_row_by_row(
    dispatcher: Staff, first: dict[str, Any], second: dict[str, Any], take: dict[str, str]
):
    with transaction.atomic():
        owner = actions.add_customer("房东", unit="340705", by=dispatcher, at=FOUNDED)
        place = actions.add_service_point(owner, account_number="OWN", address="x", by=dispatcher, at=FOUNDED)
        kept, merged = (_archive(facts, key, place, dispatcher) for facts, key in ((first, "A"), (second, "B")))
        before = everything()

        done = merge(kept, merged, dispatcher, take=take)
        held = {point.pk: point.customer_id for point in ServicePoint.objects.all()}
        holders = Tenure.objects.filter(until=None, relation="holder").values_list("service_point_id", "customer_id")
        assert dict(holders) == held
        assert not ServicePoint.objects.filter(customer=merged).exists()
        assert not Tenure.objects.filter(customer=merged, until=None).exists()
        back = actions.unmerge(done, by=dispatcher, at=LATER)

        assert (back.fields, back.rows) == ([], 0)
        assert everything() == before
        transaction.set_rollback(True)


# --- At once --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("round_", range(5))
def test_two_who_merge_the_same_pair_at_once_merge_it_once(own_database: OwnDatabase, agent: Staff, round_: int):
    one, other = (actions.add_customer(name, by=agent, at=FOUNDED) for name in ("甲", "乙"))

    answers = together(lambda: merge(one, other, agent), lambda: merge(other, one, agent))

    assert sorted(type(answer).__name__ for answer in answers) == ["Merge", "Refusal"]
    assert Merge.objects.count() == 1
    assert Customer.objects.filter(merged_into=None).count() == 1


@pytest.mark.parametrize("round_", range(5))
def test_a_phone_added_while_the_archive_is_merged_is_moved_or_refused(
    own_database: OwnDatabase, agent: Staff, round_: int
):
    kept, merged = (actions.add_customer(name, by=agent, at=FOUNDED) for name in ("甲", "乙"))

    answers = together(
        lambda: merge(kept, merged, agent), lambda: actions.add_phone(merged, "13900000001", by=agent, at=TEN_O_CLOCK)
    )

    added = [answer for answer in answers if isinstance(answer, Phone)]
    assert [phone.customer_id for phone in Phone.objects.all()] == [kept.pk] * len(added)


def test_a_merge_taken_back_twice_at_once_is_taken_back_once(own_database: OwnDatabase, agent: Staff):
    kept, merged = (actions.add_customer(name, by=agent, at=FOUNDED) for name in ("甲", "乙"))
    done = merge(kept, merged, agent)

    answers = together(*[lambda: actions.unmerge(done, by=agent, at=LATER)] * 2)

    assert sorted(type(answer).__name__ for answer in answers) == ["Refusal", "Unmerged"]
    assert Change.objects.filter(act="unmerged").count() == 2


# --- Pages and programs ---------------------------------------------------------------------------------------------
def test_the_pages_lead_from_the_duplicate_over_the_preview_to_one_archive_and_back(
    signed_in: SignedIn, household: Customer, double: Customer, point: ServicePoint, agent: Staff
):
    browser = signed_in(agent)
    found = said(browser.get(f"/customers/{household.pk}/merge/"))
    assert "same phone number" in found
    assert f"/customers/{household.pk}/merge/{double.pk}/" in found
    assert "周小岚" in said(browser.get(f"/customers/{household.pk}/merge/", {"q": "0562-2"}))
    path = f"/customers/{household.pk}/merge/{double.pk}/"
    shown = said(browser.get(path))
    for words in ("Goes on: 周晓岚", "Ends: 周小岚", "Both have these phone numbers", "13805621234", "Elderly"):
        assert words in shown

    answer = browser.post(
        path, {"take_name": "merged", "reason": "duplicate", "why": "", "version": 1, "other_version": 1}
    )

    assert answer.url == f"/customers/{household.pk}/"
    household.refresh_from_db()
    assert household.name == "周小岚"
    page = said(browser.get(answer.url))
    assert "Merged into this archive" in page
    assert "0562-2" in page
    gone = said(browser.get(f"/customers/{double.pk}/"))
    assert "This archive has been merged. It goes on in" in gone
    assert f"/customers/{double.pk}/change/" not in gone
    refused = browser.get(f"/customers/{double.pk}/change/")
    assert (refused.status_code, "Go on there." in said(refused)) == (409, True)
    assert "周小岚" in said(browser.get(f"/intake/?customer={double.pk}"))

    done = Merge.objects.get()
    back = browser.post(f"/customers/{household.pk}/merges/{done.pk}/undo/", follow=True)
    assert "goes on by itself again" in said(back)
    household.refresh_from_db()
    assert household.name == "周晓岚"


def test_a_preview_that_is_out_of_date_is_shown_anew(
    signed_in: SignedIn, household: Customer, double: Customer, agent: Staff
):
    path = f"/customers/{household.pk}/merge/{double.pk}/"

    answer = signed_in(agent).post(path, {"reason": "duplicate", "version": 7, "other_version": 1})

    assert answer.status_code == 409
    assert "Look at the preview again" in said(answer)
    assert 'name="version" value="1"' in said(answer)
    assert not Merge.objects.exists()


def test_who_may_not_change_both_merges_neither(
    signed_in: SignedIn, household: Customer, double: Customer, works: Customer, agent: Staff, wuhu_agent: Staff,
    stranger: Staff,
):  # fmt: skip
    browser = signed_in(agent)
    unseen = browser.get(f"/customers/{household.pk}/merge/{works.pk}/")
    unknown = browser.get(f"/customers/{household.pk}/merge/{works.pk + 10**6}/")
    assert (unseen.status_code, unknown.status_code) == (404, 404)
    assert browser.get(f"/customers/{household.pk}/merge/{household.pk}/").status_code == 404

    done = merge(household, double, agent)
    undo = f"/customers/{household.pk}/merges/{done.pk}/undo/"
    assert signed_in(stranger).post(undo).status_code == 404
    assert signed_in(wuhu_agent).post(undo).status_code == 404
    done.refresh_from_db()
    assert done.undone_at is None


def test_programs_merge_once_and_take_it_back(caller: CallAs, household: Customer, double: Customer, agent: Staff):
    program = caller(agent)
    body = {"merged": double.pk, "take": {"note": "both"}, "reason": "duplicate", "why": "…"}

    def post(path: str, sent: object) -> Any:
        return program.client.post(
            f"/api/v1{path}", sent, content_type="application/json", headers={"Idempotency-Key": path}
        )

    first = post(f"/customers/{household.pk}/merges", body)
    again = post(f"/customers/{household.pk}/merges", body)
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert program.get(f"/customers/{double.pk}").json()["merged_into"] == household.pk
    merge_id = first.json()["id"]
    back = post(f"/customers/{household.pk}/merges/{merge_id}/undo", {})
    assert back.json() | {"at": "", "undone_at": ""} == {
        "id": merge_id, "kept": household.pk, "merged": double.pk, "at": "", "undone_at": "", "stayed": [],
        "rows_stayed": 0,
    }  # fmt: skip
    assert program.get(f"/customers/{double.pk}").json()["merged_into"] is None


def test_an_order_for_a_merged_archive_is_taken_for_the_one_that_goes_on(
    caller: CallAs, household: Customer, double: Customer, agent: Staff
):
    merge(household, double, agent)

    body = {"type": "repair", "channel": "phone", "description": "…", "customer": double.pk}
    answer = caller(agent).post("/work-orders", body)

    assert answer.status_code == 201, answer.content
    assert [order.customer for order in WorkOrder.objects.all()] == [household]
