"""The fields that an installation gives its types: declared on pages, filled in, shown, filtered by, never lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg import sql

from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.audit.sentences import in_words
from jingming.base.errors import Refusal, Stale, Unfit
from jingming.privacy import asking
from jingming.workorders import actions, indexes, queries
from jingming.workorders.models import OrderType, TypeVersion, WorkOrder
from jingming.workorders.rules import Act
from tests.cast import TEN_O_CLOCK
from tests.orders import do, taken

from .paper import text_of

SignedIn = Callable[..., Client]
SCRIPT = "<script>alert(1)</script>"
AB = [
    {"value": "a", "label": {"zh": "甲", "en": "Kitchen"}},
    {"value": "b", "label": {"zh": "乙", "en": "Bathroom"}},
]
FIELDS: dict[str, dict[str, Any]] = {
    "room": {"kind": "choice", "choices": AB, "filterable": True},
    "rooms": {"kind": "choices", "choices": AB, "filterable": True},
    "reading": {"kind": "integer", "least": 0, "filterable": True},
    "seal": {"kind": "text", "longest": 8, "filterable": True},
    "visit": {"kind": "datetime", "filterable": True},
    "day": {"kind": "date", "filterable": True},
    "leak": {"kind": "flag", "filterable": True},
    "neighbour": {"kind": "phone"},
    "secret": {"kind": "text"},
}
VALUES = {
    "room": "a", "rooms": ["a", "b"], "reading": 120, "seal": "AB-17", "visit": "2026-11-22T16:30+08:00",
    "day": "2026-11-23", "leak": True, "neighbour": "138 0000 0417", "secret": "s3",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _versions_afresh() -> Iterator[None]:
    queries.memory.forget()
    yield
    queries.memory.forget()


def repair() -> OrderType:
    return OrderType.objects.get(code="repair")


def declare(by: Staff, names: list[str] | None = None) -> None:
    for name in names or list(FIELDS):
        values = {"key": name, "label": {"zh": f"字段{name}", "en": f"The {name}"}, **FIELDS[name]}
        actions.add_field(repair(), values, by=by, at=TEN_O_CLOCK)


def current(key: str) -> dict[str, Any]:
    fields = queries.version_of("repair").definition["fields"]
    return next(field for field in fields if field["key"] == key)


def filled(agent: Staff, **values: object) -> WorkOrder:
    return taken(agent, "repair", form={"repair_kind": "gas_none", **(values or VALUES)})


# --- On the pages ---------------------------------------------------------------------------------------------------
def test_an_administrator_adds_changes_moves_and_retires_a_field_on_pages(signed_in: SignedIn, sysadmin, agent):
    desk = signed_in(sysadmin)
    number = queries.version_of("repair").number
    page = {"key": "room", "label_zh": "房间", "label_en": "Room", "choices": "a | 厨房 | Kitchen\nb ｜ 浴室"}

    added = desk.post("/order-fields/repair/new/?kind=choice", {**page, "filterable": "on", "required_for": "dispatch"})

    assert (added.status_code, added["Location"]) == (302, "/order-fields/repair/")
    offered = [
        {"value": "a", "label": {"zh": "厨房", "en": "Kitchen"}}, {"value": "b", "label": {"zh": "浴室", "en": "浴室"}},
    ]  # fmt: skip
    assert current("room") == {
        "key": "room", "label": {"zh": "房间", "en": "Room"}, "kind": "choice", "choices": offered,
        "required_for": ["dispatch"], "filterable": True,
    }  # fmt: skip
    order = filled(agent, room="b")

    form = {"label_zh": "哪间", "label_en": "Which room", "choices": "a | 厨房 | Kitchen", "seen": number + 1}
    assert desk.post("/order-fields/repair/room/", form).status_code == 302
    desk.post("/order-fields/repair/", {"up": "room"})
    desk.post("/order-fields/repair/", {"retire": "room"})

    keys = [field["key"] for field in queries.version_of("repair").definition["fields"]]
    assert keys.index("room") == len(keys) - 2
    assert current("room")["choices"] == [offered[0], {**offered[1], "active": False}]
    assert current("room")["active"] is False
    assert queries.version_of("repair").number == number + 4
    lines = Entry.objects.filter(key__startswith="workorders.field_").order_by("id")
    assert [(line.key, line.facts["field"]) for line in lines] == [
        (f"workorders.field_{act}", "room") for act in ("added", "changed", "moved", "retired")
    ]
    assert "field" in in_words("workorders.field_retired")
    assert "浴室" in text_of(signed_in(agent).get(f"/orders/{order.number}/"))


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("text", {"key": "Room"}),
        ("text", {"key": "a__contains"}),
        ("text", {"key": "repair_kind"}),
        ("text", {"key": "description"}),
        ("text", {"label_zh": ""}),
        ("text", {"pattern": "(a+)+"}),
        ("text", {"required_for": "fly"}),
        ("text", {"shortest": "9", "longest": "8"}),
        ("integer", {"least": "many"}),
        ("date", {"most": "tomorrow"}),
        ("choice", {"choices": ""}),
        ("choice", {"choices": "a | 甲\na | 乙"}),
        ("choice", {"choices": "not a code | 甲"}),
        ("choice", {"choices": "a"}),
        ("code", {"set": ""}),
        ("code", {"set": "secrets"}),
    ],
)
def test_a_field_that_cannot_be_meant_is_not_added(signed_in: SignedIn, sysadmin, kind, wrong):
    before = TypeVersion.objects.count()
    good = {"key": "room", "label_zh": "房间", "label_en": "Room", "choices": "a | 甲", "set": "channel"}
    answer = signed_in(sysadmin).post(f"/order-fields/repair/new/?kind={kind}", {**good, **wrong})
    assert (answer.status_code, TypeVersion.objects.count()) == (422, before)


def test_of_two_who_change_one_field_the_second_is_told(sysadmin):
    declare(sysadmin, ["seal"])
    seen = queries.version_of("repair").number
    values = {"label": {"zh": "封", "en": "Seal"}}
    actions.change_field(repair(), "seal", values, seen=seen, by=sysadmin, at=TEN_O_CLOCK)
    with pytest.raises(Stale):
        actions.change_field(repair(), "seal", values, seen=seen, by=sysadmin, at=TEN_O_CLOCK)


def test_neither_code_nor_kind_changes_and_nothing_is_taken_out(sysadmin):
    declare(sysadmin, ["seal"])
    seen = queries.version_of("repair").number
    hostile = {"label": {"zh": "封", "en": "Seal"}, "key": "other", "kind": "integer", "active": False}
    actions.change_field(repair(), "seal", hostile, seen=seen, by=sysadmin, at=TEN_O_CLOCK)
    assert current("seal") == {"key": "seal", "label": {"zh": "封", "en": "Seal"}, "kind": "text"}
    for act in (actions.retire_field, actions.restore_field):
        with pytest.raises(Refusal):
            act(repair(), "nothing", by=sysadmin, at=TEN_O_CLOCK)


def test_labels_and_values_are_shown_as_text_and_never_run(signed_in: SignedIn, sysadmin, agent):
    values = {"key": "bad", "label": {"zh": SCRIPT, "en": SCRIPT}, "help": {"zh": SCRIPT, "en": SCRIPT}}
    offered = [{"value": "a", "label": {"zh": SCRIPT, "en": SCRIPT}}]
    actions.add_field(repair(), {**values, "kind": "text", "filterable": True}, by=sysadmin, at=TEN_O_CLOCK)
    more = {**values, "key": "worse", "kind": "choice", "choices": offered, "filterable": True}
    actions.add_field(repair(), more, by=sysadmin, at=TEN_O_CLOCK)
    order = filled(agent, bad=SCRIPT, worse="a")
    pages = [
        (sysadmin, "/order-fields/repair/"), (sysadmin, "/order-fields/repair/worse/"),
        (agent, f"/orders/{order.number}/"), (agent, f"/orders/{order.number}/acts/amend/"), (agent, "/intake/"),
        (agent, "/orders/?queue=all&type=repair&repair.worse=a"),
    ]  # fmt: skip
    for person, address in pages:
        page = signed_in(person).get(address).content.decode()
        assert "alert(1)" in page, address
        assert SCRIPT not in page, address


# --- In orders ------------------------------------------------------------------------------------------------------
def test_values_come_in_by_the_desk_and_are_read_and_changed(signed_in: SignedIn, sysadmin, agent):
    declare(sysadmin)
    order = filled(agent)
    assert order.form == {
        "repair_kind": "gas_none", **VALUES, "visit": "2026-11-22T08:30:00+00:00", "neighbour": "13800000417",
    }  # fmt: skip
    desk = signed_in(agent)
    words = text_of(desk.get(f"/orders/{order.number}/"))
    for shown in ("The rooms", "Kitchen, Bathroom", "2026-11-22 16:30", "AB-17", "13800000417"):
        assert shown in words

    page = desk.get(f"/orders/{order.number}/acts/amend/")
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    sent |= {"visit": "2026-11-22T16:30", "rooms": ["b"], "reading": "121"}
    assert desk.post(f"/orders/{order.number}/acts/amend/", sent).status_code == 302
    order.refresh_from_db()
    assert (order.form["rooms"], order.form["reading"]) == (["b"], 121)
    assert order.form["visit"] == "2026-11-22T08:30:00+00:00"
    assert "The rooms: Kitchen, Bathroom → Bathroom" in text_of(desk.get(f"/orders/{order.number}/"))


def test_no_order_takes_a_field_that_its_type_does_not_have(sysadmin, agent):
    before = taken(agent, "repair")
    declare(sysadmin, ["seal"])
    for hostile in ("nothing", "status", "department_id", "__class__", "form", "seal__contains"):
        with pytest.raises(Unfit) as told:
            filled(agent, **{hostile: "x"})
        assert list(told.value.fields) == [hostile]
    with pytest.raises(Unfit):  # an order under way keeps the form that it began with
        do(before, Act.AMEND, agent, version=before.version, fields={"seal": "AB-17"})


def test_what_a_retired_field_holds_stays_and_nothing_new_comes_in(signed_in: SignedIn, sysadmin, agent):
    declare(sysadmin, ["seal"])
    actions.retire_field(repair(), "seal", by=sysadmin, at=TEN_O_CLOCK)
    with pytest.raises(Unfit):
        filled(agent, seal="AB-17")
    assert 'name="repair-seal"' not in signed_in(agent).get("/intake/").content.decode()


# --- In queues ------------------------------------------------------------------------------------------------------
FOUND = {
    "repair.room=a": True, "repair.room=b": False, "repair.rooms=b": True, "repair.leak=yes": True,
    "repair.leak=no": False, "repair.seal=AB-17": True, "repair.seal=AB": False, "repair.reading.from=120": True,
    "repair.reading.from=121": False, "repair.reading.to=119.5": False, "repair.reading.to=120": True,
    "repair.day.from=2026-11-23": True, "repair.day.to=2026-11-22": False, "repair.visit.from=2026-11-22": True,
    "repair.visit.to=2026-11-22": True, "repair.visit.to=2026-11-21": False,
}  # fmt: skip


def test_queues_are_filtered_by_declared_fields_and_by_no_others(
    signed_in: SignedIn, caller, sysadmin, dispatcher, agent
):
    declare(sysadmin)
    order = filled(agent)
    desk, program = signed_in(dispatcher), caller(dispatcher)
    for query, found in FOUND.items():
        page = desk.get(f"/orders/?queue=all&{query}").content.decode()
        assert (order.number in page) == found, query
        name, _equals, value = query.partition("=")
        in_header = {asking.HEADER: urlencode({name: value})}
        told = [program.client.get("/api/v1/work-orders", headers=in_header)]
        told += [] if name == "repair.seal" else [program.get("/work-orders", field=query)]
        assert [bool(answer.json()["items"]) for answer in told] == [found] * len(told), query

    plain = desk.get("/orders/?queue=all").content.decode()
    assert "repair.room" not in plain
    assert "repair.room" in desk.get("/orders/?queue=all&type=repair").content.decode()
    for hostile in ("repair.secret=other", "repair.form=1", "form__secret=x", "repair.seal__contains=A"):
        assert order.number in desk.get(f"/orders/?queue=all&{hostile}").content.decode(), hostile
        answer = program.get("/work-orders", field=hostile)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "field"), hostile
    for nonsense in ("repair.room=' OR 1=1", "repair.reading.from=nan", "repair.day.from=soon"):
        assert program.get("/work-orders", field=nonsense).status_code == 422, nonsense


def test_a_line_that_is_looked_for_stands_sealed_in_the_address(
    signed_in: SignedIn, caller, sysadmin, dispatcher, agent
):
    declare(sysadmin, ["seal"])
    order = filled(agent, seal="周岚 7")
    desk, program = signed_in(dispatcher), caller(dispatcher)
    sent = {"page": "/orders/", "queue": "all", "type": "repair", "sealed": "repair.seal", "repair.seal": " 周岚 7 "}
    led = desk.post("/asked/", sent).headers["Location"]
    assert led == f"/orders/?queue=all&type=repair&repair.seal={asking.asked('周岚 7')}"

    page = desk.get(led, headers={"Sec-Fetch-Mode": "navigate"})
    text = page.content.decode()
    assert order.number in text
    assert 'name="repair.seal" value="周岚 7"' in text
    links = [*re.findall(r'(?:href|data-rows)="([^"]*repair\.seal=[^"]*)"', text), page.context["query"]]
    assert len(links) > 3
    assert not [link for link in links if "周" in link or quote("周") in link]
    again = desk.get("/orders/?queue=all&repair.seal=周岚 7", headers={"Sec-Fetch-Mode": "navigate"})
    assert again.headers["Location"] == f"/orders/?queue=all&repair.seal={asking.asked('周岚 7')}"
    damaged = desk.get(f"/orders/?queue=all&repair.seal={asking.asked('周岚 7')[:-3]}")
    assert "repair.seal" not in damaged.context["query"]

    refused = program.get("/work-orders", field="repair.seal=周岚 7")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "field")
    assert "Jingming-Asked" in refused.content.decode()
    for odd in ("a&" * 40, "=", "repair.seal", "repair.seal=" + "x" * 201, "repair.seal=%00", "%ff%fe=1", "x" * 4000):
        answer = program.client.get("/api/v1/work-orders", headers={asking.HEADER: odd})
        assert answer.status_code == 422, odd


def test_the_api_says_what_a_type_asks_for(caller, sysadmin, agent):
    declare(sysadmin, ["reading", "room"])
    answer = caller(agent).get("/order-types/repair/fields").json()
    told = {field["key"]: field for field in answer["fields"]}
    assert (told["reading"]["kind"], told["reading"]["least"], told["reading"]["filterable"]) == ("integer", 0, True)
    assert [one["value"] for one in told["room"]["choices"]] == ["a", "b"]
    assert caller(agent).get("/order-types/nothing/fields").status_code == 404
    body = {"type": "repair", "channel": "phone", "caller_phone": "13800000417", "description": "灶前无气"}
    sent = {**body, "fields": {"repair_kind": "gas_none", "reading": -1, "room": "c", "nothing": 1}}
    refused = caller(agent).post("/work-orders", sent, key="k1")
    assert (refused.status_code, sorted(one["field"] for one in refused.json()["errors"])) == (
        422,
        ["nothing", "reading", "room"],
    )
    opened = caller(agent).post("/work-orders", {**sent, "fields": {"reading": 7}}, key="k2").json()
    assert caller(agent).get(f"/work-orders/{opened['number']}").json()["fields"] == {"reading": 7}


# --- What it costs --------------------------------------------------------------------------------------------------
def give(count: int, by: Staff) -> None:
    definition = json.loads(json.dumps(queries.version_of("repair").definition))
    for place in range(count):
        label = {"zh": f"字段 {place}", "en": f"Field {place}"}
        definition["fields"].append(
            {"key": f"own_{place}", "label": label, "kind": "text", **({"filterable": True} if place < 10 else {})}
        )
    actions.publish_type(definition, at=TEN_O_CLOCK, by=by)


def test_two_hundred_fields_cost_as_many_queries_as_none(signed_in: SignedIn, sysadmin, dispatcher, agent):
    desk = signed_in(dispatcher)

    def cost(order: WorkOrder) -> list[int]:
        found = []
        for address in (f"/orders/{order.number}/", "/orders/?queue=all", "/orders/?queue=all&type=repair"):
            desk.get(address)
            with CaptureQueriesContext(connection) as counted:
                desk.get(address)
            found.append(len(counted))
        return found

    none = cost(taken(agent, "repair"))
    give(200, sysadmin)
    assert cost(filled(agent, **{f"own_{place}": f"值 {place}" for place in range(200)})) == none


def test_a_field_that_is_declared_filterable_is_indexed_by_a_job(sysadmin):
    declare(sysadmin, ["secret"])
    assert not ProcrastinateJob.objects.filter(task_name="workorders.index_fields").exists()
    declare(sysadmin, ["seal"])
    assert ProcrastinateJob.objects.filter(task_name="workorders.index_fields").count() == 1


def test_at_most_twelve_fields_of_a_type_can_be_filtered_by(sysadmin):
    give(10, sysadmin)
    declare(sysadmin, ["room", "leak"])
    with pytest.raises(Unfit) as told:
        declare(sysadmin, ["seal"])
    assert list(told.value.fields) == ["filterable"]


def test_indexes_come_and_go_with_the_declaration_and_filters_read_them(own_database, sysadmin, agent):
    kind = repair()
    names = {key: f"order_field_{kind.pk}_{key}" for key in ("room", "reading")}
    names["rooms"] = f"order_field_{kind.pk}_rooms_all"
    asked = {"rooms": ("contains", ["b"]), "room": ("in", ["a"]), "reading": ("gte", 100)}
    for key, (lookup, value) in asked.items():
        declare(sysadmin, [key])
        assert indexes.keep() == ([names[key]], [])
        if key == "rooms":
            filled(agent, rooms=["b"])
        with connection.cursor() as cursor:
            cursor.execute("SET enable_seqscan = off")
            rows = WorkOrder.objects.filter(type=kind.pk, **{f"form__{key}__{lookup}": value})
            assert names[key] in rows.values("pk").explain()
            cursor.execute("RESET enable_seqscan")
    assert indexes.keep() == ([], [])

    fields = {"label": {"zh": "间", "en": "Room"}, "choices": AB}
    seen = queries.version_of("repair").number
    actions.change_field(kind, "room", fields, seen=seen, by=sysadmin, at=TEN_O_CLOCK)
    with connections["owner"].cursor() as cursor:  # as one that was left half made
        rename = sql.SQL("ALTER INDEX {} RENAME TO order_field_0_left").format(sql.Identifier(names["reading"]))
        cursor.execute(rename.as_string(cursor.connection))
    assert indexes.keep() == ([names["reading"]], [names["room"], "order_field_0_left"])
