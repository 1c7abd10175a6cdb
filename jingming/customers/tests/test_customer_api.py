"""The archives for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext

from jingming.accounts.models import Staff
from jingming.customers import actions
from jingming.customers.models import Change, Customer, ServicePoint
from jingming.privacy.actions import forget
from jingming.privacy.vault import erased
from tests.cast import TEN_O_CLOCK, Caller

GONE = "13900000417"
TOO_LONG = "This is too long to be kept with the phone and identity numbers in it. Shorten it."
CallAs = Callable[..., Caller]


def patch(program: Caller, path: str, body: object) -> Any:
    return program.client.patch(f"/api/v1{path}", body, content_type="application/json")


def test_a_customer_is_found_with_numbers_and_places(caller: CallAs, agent: Staff, point: ServicePoint):
    answer = caller(agent).get("/customers", words="0562-100017")

    assert answer.status_code == 200
    body = answer.json()
    [found] = body["items"]
    assert body["next"] is None
    assert (found["name"], found["unit"], found["version"]) == ("周晓岚", "340705", 1)
    assert found["phones"] == [{"number": "13805621234", "label": "", "contact": ""}]
    assert found["service_points"] == [
        {
            "id": point.pk,
            "account_number": "0562-100017",
            "address": "桂花苑 12-2-601",
            "unit": "340705",
            "area": "TG-GUIHUA",
            "element": "TL-GH-03",
            "contract_number": "",
            "contract_until": "",
            "arrears": "",
            "arrears_at": "",
            "devices": [
                {
                    "kind": "meter",
                    "number": "G47781",
                    "model": "",
                    "installed_on": "",
                    "design_life": None,
                    "ends_on": None,
                }
            ],
            "active": True,
            "version": 1,
        }
    ]


def test_the_list_goes_on_where_it_ended(caller: CallAs, agent: Staff):
    for number in range(51):
        actions.add_customer(f"户 {number}", by=agent, at=TEN_O_CLOCK)
    program = caller(agent)

    first = program.get("/customers").json()
    second = program.get("/customers", cursor=first["next"]).json()

    assert [len(first["items"]), len(second["items"]), second["next"]] == [50, 1, None]


def test_a_retry_with_the_same_key_opens_one_archive(caller: CallAs, agent: Staff):
    program, body = caller(agent), {"name": "吴敏", "phone": "+86 138-0562-5678", "unit": "340706"}

    first = program.post("/customers", body, key="k-1")
    again = program.post("/customers", body, key="k-1")
    other = program.post("/customers", {**body, "name": "别人"}, key="k-1")

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.json() == again.json()
    assert first.json()["phones"][0]["number"] == "13805625678"
    assert Customer.objects.count() == 1


def test_a_change_needs_the_version_that_was_read(caller: CallAs, agent: Staff, dispatcher: Staff, household: Customer):
    program = caller(agent)

    changed = patch(program, f"/customers/{household.pk}", {"version": 1, "name": "周晓兰", "reason": "told"})
    stale = patch(program, f"/customers/{household.pk}", {"version": 1, "name": "周小岚", "reason": "told"})

    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert stale.status_code == 409
    assert stale.json()["type"] == "/problems/stale"
    assert stale.json()["version"] == 2
    assert stale.json()["differences"] == [{"field": "name", "label": "Name", "yours": "周小岚", "theirs": "周晓兰"}]


def test_a_service_point_is_added(caller: CallAs, agent: Staff, household: Customer):
    body = {"account_number": "77 01", "address": "路 1", "area": "TG-GUIHUA"}

    answer = caller(agent).post(f"/customers/{household.pk}/service-points", body, key="p-1")

    assert answer.status_code == 201
    assert (answer.json()["account_number"], answer.json()["unit"]) == ("7701", "340705")


MALFORMED: list[tuple[str, object]] = [
    ("name", {}),
    ("name", {"name": ""}),
    ("name", {"name": "   "}),
    ("name", {"name": 7}),
    ("name", {"name": None}),
    ("name", {"name": "x" * 121}),
    ("name", {"name": "a\x00b"}),
    ("note", {"name": "甲", "note": "x" * 1_000_000}),
    ("kind", {"name": "甲", "kind": "ghost"}),
    ("phone", {"name": "甲", "phone": "2831100转12"}),
    ("phone", {"name": "甲", "phone": "12"}),
    ("unit", {"name": "甲", "unit": "340202"}),
    ("unit", {"name": "甲", "unit": "999999"}),
    ("quick", {"name": "甲", "quick": True}),
    ("province_id", {"name": "甲", "province_id": 1}),
    ("version", {"name": "甲", "version": 2**63}),
]


@pytest.mark.parametrize(("field", "body"), MALFORMED)
def test_what_does_not_fit_is_told_field_by_field_and_changes_nothing(
    caller: CallAs, agent: Staff, field: str, body: object
):
    answer = caller(agent).post("/customers", body)

    assert answer.status_code == 422, answer.content
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not Customer.objects.exists()


@pytest.mark.parametrize("version", [0, -1, 2**31, 2**63, "one", None, 1.5])
def test_a_version_that_cannot_be_one_is_refused(caller: CallAs, agent: Staff, household: Customer, version: object):
    answer = patch(caller(agent), f"/customers/{household.pk}", {"version": version, "name": "甲", "reason": "told"})

    assert answer.status_code == 422
    household.refresh_from_db()
    assert household.name == "周晓岚"


def test_foreign_and_unknown_customers_answer_alike(
    caller: CallAs, stranger: Staff, household: Customer, point: ServicePoint
):
    program = caller(stranger)

    foreign = program.get(f"/customers/{household.pk}")
    unknown = program.get("/customers/999999999999")

    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.content == unknown.content
    assert program.get(f"/customers/{2**70}").status_code == 404
    assert program.get("/customers", words="0562-100017").json() == {"items": [], "next": None}


def test_who_may_only_look_cannot_write(caller: CallAs, head: Staff, household: Customer, point: ServicePoint):
    program = caller(head)

    assert program.get(f"/customers/{household.pk}").status_code == 200
    assert (
        patch(program, f"/customers/{household.pk}", {"version": 1, "name": "甲", "reason": "told"}).status_code == 403
    )
    assert program.post("/customers", {"name": "甲"}).status_code == 403


def test_an_account_number_that_is_served_already_is_said_so(
    caller: CallAs, agent: Staff, household: Customer, point: ServicePoint
):
    body = {"account_number": "0562-100017", "address": "路 1"}

    answer = caller(agent).post(f"/customers/{household.pk}/service-points", body, key="p-2")

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["account_number"]
    assert ServicePoint.objects.count() == 1


def test_a_name_that_does_not_fit_with_its_tokens_is_a_problem_and_nothing_is_written(
    caller: CallAs, agent: Staff, dispatcher: Staff, household: Customer
):
    # What is typed in place of a number that is gone is much shorter than the token that is kept for it.
    why = actions.Why("told")
    actions.change_customer(household, version=1, name=f"周晓岚 {GONE}", why=why, by=dispatcher, at=TEN_O_CLOCK)
    forget([GONE])
    lines = Change.objects.count()

    program = caller(agent)
    program.client.cookies["django_language"] = "zh-hans"

    with translation.override("zh-hans"):
        gone, sentence = erased(), gettext(TOO_LONG)
    answer = patch(program, f"/customers/{household.pk}", {"version": 2, "name": gone * 24, "reason": "told"})

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"] == [{"field": "name", "message": sentence}]
    household.refresh_from_db()
    assert household.version == 2
    assert Change.objects.count() == lines

    fewer = {"version": 2, "name": gone * 15, "reason": "told"}
    assert patch(program, f"/customers/{household.pk}", fewer).status_code == 200
