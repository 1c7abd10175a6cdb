"""Names that nobody asked for: whatever else is sent beside what a form or an operation takes changes nothing. And
whatever changes something by being sent leaves a line in the audit."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from config.api import api
from jingming.accounts.models import Role
from jingming.base.clock import now
from jingming.interactions.models import Interaction
from jingming.loading.sheets.kinds import CUSTOMERS
from jingming.organisation.models import Department, Unit
from jingming.workorders.rules import Act
from tests.cast import PASSWORD
from tests.matrix import oracle
from tests.matrix.answers import answer_of, undone, written
from tests.matrix.declared import OPERATIONS, PAGES, PRESSED
from tests.matrix.filling import Form, form_of
from tests.matrix.test_outside import permitted
from tests.matrix.things import World
from tests.matrix.walking import Walker, address

pytest_plugins = ["tests.matrix.standing"]
Rows = dict[str, Counter[str]]
MARKED = "qqhostile"


@pytest.fixture(scope="module")
def hostile(world: World) -> dict[str, Any]:
    """What nobody may set by asking: rights, places, owners, states, times, keys."""
    wuhu, nanjing = Department.objects.get(code="WH-CALL"), Unit.objects.get(code="320100")
    return {
        "id": 909090909, "pk": 909090909, "status": "closed", "step": MARKED, "round": 9, "must_reassign": True,
        "satisfied": True, "province": nanjing.province_id, "province_id": nanjing.province_id, "city_id": nanjing.pk,
        "department_id": wuhu.pk, "home_department": wuhu.pk, "home_department_id": wuhu.pk, "assignee": "agent1",
        "version_of_type": 1, "imported": True, "recorded_at": "2001-01-01T00:00:00Z",
        "occurred": "2001-01-01T00:00:00Z", "opened_by": "sysadmin1", "by": "sysadmin1", "by_id": 909090909,
        "is_staff": True, "is_superuser": True, "is_active": False, "sign_in_generation": 9, "posts": [MARKED],
        "role_id": Role.objects.get(code="secadmin").pk, "authorities": [MARKED], "extra": {"x": MARKED}, "quick": True,
        "interaction": world.thing("interaction", "wuhu").names["contact_id"],
        "store_key": MARKED, "owner_kind": MARKED, "scan": MARKED, "_state": MARKED, "form": {"x": MARKED}, "holds": 7,
    }  # fmt: skip


# --- Looking at rows ------------------------------------------------------------------------------------------------
def whole_tables(names: Iterable[str]) -> list[str]:
    """The tables of which some are but months: the app reads those through the whole."""
    return sorted({re.sub(r"_(?:[0-9]{4}_[0-9]{2}|default)$", "", name) for name in names})


def rows_of(tables: Iterable[str]) -> Rows:
    """Every row of the tables as text."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            found[table] = Counter(text for (text,) in cursor.fetchall())
    return found


def change_of(walker: Walker, before: Rows, send: Any) -> tuple[int, dict[str, list[Any]], str]:
    """What sending changes: the status, the rows that came or went (new ids and times masked), and their raw text."""
    with undone():
        counted = written()
        answer = send()
        tables = whole_tables(written() - counted)
        after = rows_of(tables)
    came = {table: list((after[table] - before[table]).elements()) for table in tables}
    went = {table: list((before[table] - after[table]).elements()) for table in tables}
    new = [json.loads(text).get("id") for texts in came.values() for text in texts]
    old = {json.loads(text).get("id") for texts in went.values() for text in texts}
    masked = {
        table: sorted(mask(text, [pk for pk in new if pk and pk not in old]) for text in (*came[table], *went[table]))
        for table in tables
    }
    return answer.status, masked, "\n".join(text for texts in came.values() for text in texts)


FLEETING = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:\+[0-9:]+|Z)?|argon2[^\"]+|[0-9a-f]{64}|[0-9a-f]{32}"
    r"|\"(?:digest|key|body|session_key|session_data|store_key)\": \"[^\"]*\""
    r"|⟦[a-z2-7]{14}⟧|\"code\": \"[a-z2-7]{14}\""  # tokens are drawn; what they stand for is sealed, and compared
)


def mask(text: str, ids: list[int]) -> str:
    for pk in sorted(ids, reverse=True):
        text = re.sub(rf"\bA?{pk}\b", "‹new›", text)  # A123 in the name of a file: its line of the audit
    return FLEETING.sub("‹fleeting›", text)


def all_tables() -> list[str]:
    """Every table that the app may read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_stat_user_tables WHERE has_table_privilege(relid, 'SELECT')")
        return whole_tables(name for (name,) in cursor.fetchall())


@pytest.fixture(scope="module")
def before(world: World) -> Rows:
    """All rows of the world."""
    return rows_of(all_tables())


# --- Operations -----------------------------------------------------------------------------------------------------
SENT: Mapping[str, tuple[str, str, str, dict[str, Any]]] = {
    # operation → person, kind, key, a body that is taken
    "POST api/v1/customers": ("agent1", "", "", {"name": "…"}),
    "PATCH api/v1/customers/{int:customer_id}": (
        "agent1", "customer", "tl", {"version": 1, "note": "…", "reason": "told"},
    ),
    "POST api/v1/customers/{int:customer_id}/service-points": (
        "agent1", "customer", "tl", {"account_number": "55", "address": "…"},
    ),
    "POST api/v1/customers/{int:customer_id}/merges": (
        "agent1", "customer", "tl", {"merged": "‹tl2›", "reason": "duplicate"},
    ),
    "POST api/v1/work-orders": (
        "agent1", "", "", {"type": "repair", "channel": "phone", "caller_phone": "13900000055", "description": "…"},
    ),
    "POST api/v1/work-orders/{str:number}/acts": ("agent1", "order", "repair-north", {"act": "note", "text": "…"}),
    "POST api/v1/interactions": ("agent1", "", "", {"channel": "phone", "reason": "silent"}),
}  # fmt: skip
JSON_TAKING = [name for name, call in OPERATIONS.items() if call.body is not None]


def fields_of(name: str) -> set[str]:
    """The fields that the operation says it takes."""
    method, _, path = name.partition(" ")
    described = api.get_openapi_schema()
    operation = described["paths"]["/" + re.sub(r"\{\w+:", "{", path)][method.lower()]
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return set(described["components"]["schemas"][reference]["properties"])


@pytest.mark.parametrize("name", JSON_TAKING)
def test_an_operation_refuses_every_name_that_it_does_not_know(walker: Walker, hostile: dict[str, Any], name: str):
    person, kind, key, body = SENT[name]
    method, _, route = name.partition(" ")
    path = address(route, walker.world.thing(kind, key).names if kind else {})
    known = fields_of(name)
    tl2 = walker.world.thing("customer", "tl2").names["customer_id"]
    body = {field: tl2 if value == "‹tl2›" else value for field, value in body.items()}

    def taken(**more: object) -> bool:
        return walker.send(walker.program(person), method, path, body | more).status != 422

    with undone():
        assert taken()
    with undone():
        at_first = written()
        assert [field for field, value in hostile.items() if field not in known and taken(**{field: value})] == []
        assert written() == at_first

    assert len(hostile.keys() - known) >= 20


@pytest.mark.parametrize(
    ("person", "key", "body", "inside"),
    [
        ("agent1", "repair-north", {"act": "amend", "fields": {}}, "fields"),
        ("inspector1", "complaint", {"act": "split", "tasks": [{"department": "TL-BIZ", "instruction": "…"}]}, "tasks"),
    ],
)
def test_what_stands_inside_a_body_is_held_to_the_same(
    walker: Walker, hostile: dict[str, Any], person: str, key: str, body: dict[str, Any], inside: str
):
    program, path = walker.program(person), f"/api/v1/work-orders/{walker.world.thing('order', key).names['number']}"
    with undone():
        version = walker.get(program, path)
        body = {**body, "version": json.loads(version.body)["version"]}
        at_first = written()
        taken = []
        for field, value in hostile.items():
            part = {**body["fields"], field: value} if inside == "fields" else [{**body["tasks"][0], field: value}]
            if walker.send(program, "POST", f"{path}/acts", {**body, inside: part}).status != 422:
                taken.append(field)
        assert written() == at_first

    assert taken == []


def test_the_form_of_a_new_order_takes_its_types_own_fields_only(walker: Walker, hostile: dict[str, Any]):
    *_who, body = SENT["POST api/v1/work-orders"]
    program, path = walker.program("agent1"), "/api/v1/work-orders"
    with undone():
        heard = {
            field: walker.send(program, "POST", path, body | {"fields": {field: value}}).status
            for field, value in hostile.items()
        }

    assert set(heard.values()) == {422}


def test_an_upload_takes_its_own_fields_only(walker: Walker, before: Rows, hostile: dict[str, Any]):
    path = f"/api/v1/work-orders/{walker.world.thing('order', 'repair-north').names['number']}/attachments"

    def send(more: Mapping[str, Any]) -> Any:
        file = SimpleUploadedFile("note.txt", b"note\n", content_type="text/plain")
        return answer_of(walker.program("agent1").post(path, {"file": file, **flat(more)}), path)

    compare(walker, before, send, hostile)


# --- Forms ----------------------------------------------------------------------------------------------------------
def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Hostile values as a form can send them."""
    return {name: json.dumps(value) if isinstance(value, dict | list) else str(value) for name, value in values.items()}


# What is written without a line of audit, and why.
UNTOLD = {
    "workspace_draft": "what somebody is typing, until they send it",
    "workspace_looking": "who has a page open",
    "accounts_tries": "vain tries are counted; that somebody is locked out is told",
    "accounts_givenanswer": "what was answered, for whoever sends it again; what it did is told beside it",
    "loading_run": "how far a file is: what was handed in, loaded, asked for and exported is told",
    "loading_matching": "which column is which, remembered for the next file",
    "procrastinate_jobs": "what is to be done about what was told",
    "procrastinate_events": "when it was done",
}


def compare(walker: Walker, before: Rows, send: Any, hostile: Mapping[str, Any]) -> None:
    """The same is changed with the hostile names as without, and they are kept nowhere."""
    status, rows, _text = change_of(walker, before, lambda: send({}))
    assert status in (200, 201, 302), status
    assert rows or status == 302
    assert rows.keys() <= UNTOLD.keys() or "audit_entry" in rows, rows.keys()
    again, with_hostile, text = change_of(walker, before, lambda: send(hostile))
    assert (again, with_hostile) == (status, rows)
    assert MARKED not in text
    assert "909090909" not in text


# Forms that cannot be filled in from their HTML alone.
FILLED: Mapping[str, dict[str, Any]] = {
    "accounts/password/": {
        "oldpassword": PASSWORD, "password1": "another-secret-17", "password2": "another-secret-17",
    },
    "accounts/switch/": {"login": "agent2", "password": PASSWORD},
    "accounts/login/": {"login": "agent2", "password": PASSWORD},
    "accounts/sessions/end/": {"session": "others"},
    "accounts/second-factor/off/": {"password": PASSWORD},
    "codes/<slug:set_>/new/": {"code": "new_one"},
    "roles/new/": {"code": "new_one"},
    "roles/<slug:code>/copy/": {"code": "new_one"},
    "organisation/units/<int:pk>/units/": {"code": "999999", "time_zone": "Asia/Shanghai"},
    "organisation/units/<int:pk>/areas/": {"parent": ""},
    "customers/<int:customer_id>/service-points/<int:point_id>/move/": {"customer": "‹tl2›"},
    "customers/<int:customer_id>/service-points/<int:point_id>/tenures/new/": {
        "customer": "‹tl2›", "relation": "tenant", "reason": "tenant",
    },
    "customers/<int:customer_id>/purchases/new/": {"bought_on": "2026-01-31"},
    "accounts/delegations/new/": {"until": f"{now() + timedelta(days=30):%F}T18:00"},
    "staff/<int:pk>/delegations/new/": {"until": f"{now() + timedelta(days=30):%F}T18:00"},
    "staff/<int:pk>/posts/": {"role": "‹announcer›", "scope": "department", "unit": ""},
    "routes/": {"department": "TL-NORTH", "manager": "approval1"},
    "menus/": {"hide": "agent:archives"},
    "menus/<slug:code>/": {"hide": "archives"},
    "menus/<slug:code>/<slug:key>/": {"zh": "用户", "en": "Users"},
    "accounts/me/menu/": {"hide": "queue_mine"},
    "types/<slug:code>/": {"up": "callback"},
    "types/<slug:code>/steps/new/": {"zh": "复核", "en": "Checking", "kinds": "operations", "after": "handling"},
    "repairs/": {"job": 1, "act": "retry"},
    "persons/number/": {"phone": "‹silent›", "what": "export"},
    "retention/<slug:kind>/": {"days": "17"},
    "intake/": {"act": "open", "type": "consultation", "address": "…"},
    "orders/<str:number>/looking/": {"tab": "0b6a9411-5cb6-4dfe-8a1f-000000000017"},
    # A file has one column; each of ours is matched with it at the most once.
    "data/runs/<int:pk>/match/": {
        **{f"to-{column.key}": "" for column in CUSTOMERS.columns}, "to-number": "0",
    },
}  # fmt: skip
# What takes a POST as it takes a GET, and does the same by both; and signing out, which needs no words.
WITHOUT_FORM = {
    "accounts/logout/", "accounts/login/code/", "api/v1/docs", "api/v1/openapi.json", "healthz", "readyz", "ui/",
    "organisation/<slug:kind>/<int:pk>/rename/", "messages/<slug:purpose>/<slug:channel>/preview/",
}  # fmt: skip


def filled(walker: Walker, route: str, form: Form) -> dict[str, Any]:
    """What a browser would send."""
    tl2, announcer = walker.world.thing("customer", "tl2").names, Role.objects.get(code="announcer")
    silent = Interaction.objects.get(external_id="silent-silent").party_phone
    ids = {"‹tl2›": tl2["customer_id"], "‹announcer›": announcer.pk, "‹silent›": silent}
    own = {name: ids.get(value, value) for name, value in FILLED.get(route, {}).items()}
    values = {name: kept for name, kept in form.values.items() if kept}
    return {**values, **own}


# A draft is what somebody typed, as they typed it: nothing but their own form ever reads it again.
KEPT_AS_TYPED = ("drafts/<slug:place>/<slug:key>/",)
# They take a code or nothing without one, and save no field: jingming/accounts/tests/test_second_factor.py.
WANTING_A_PHONE = ("accounts/second-factor/on/", "accounts/second-factor/codes/")
TAKING_FORMS = [
    route
    for route, page in PAGES.items()
    if page.look != (404,) and page.of != "act" and route not in (*KEPT_AS_TYPED, *WANTING_A_PHONE)
]


@pytest.mark.parametrize("route", TAKING_FORMS)
def test_a_form_takes_its_own_fields_only(walker: Walker, before: Rows, hostile: dict[str, Any], route: str):
    person, names = permitted(route, walker)
    person = "" if route == "accounts/login/" else person
    path = address(route, names)
    if PAGES[route].look == PRESSED:
        form = Form(path, {"language": ["en"]} if "language" in route else {"on": ["no"]})
    else:
        with undone():
            shown = walker.get(walker.browser(person), path)
        found = None if route in WITHOUT_FORM else form_of(shown.body, path)
        if found is None and route in FILLED:
            found = Form(path)
        if found is None:
            with undone():
                pressed = walker.send(walker.browser(person), "POST", path)
            assert pressed.status == 405 or route in WITHOUT_FORM
            return
        form = found
    sent = filled(walker, route, form)

    def send(more: Mapping[str, Any]) -> Any:
        foreign = {name: value for name, value in flat(more).items() if name not in form.names | sent.keys()}
        kept = (value for values in sent.values() if isinstance(values, list) for value in values)
        for file in (value for value in kept if hasattr(value, "seek")):
            file.seek(0)  # it was read by the send before
        return answer_of(walker.browser(person).post(path, {**sent, **foreign}), path)

    compare(walker, before, send, hostile)


@pytest.fixture(scope="module")
def possible(walker: Walker) -> dict[str, tuple[str, str]]:
    """Act → a person and an order with whom it can be done now."""
    found: dict[str, tuple[str, str]] = {}
    for person in ABLE:
        for order in walker.world.of("order"):
            if oracle.sees(person, order):
                answer = walker.get(walker.program(person), f"/api/v1/work-orders/{order.names['number']}")
                for act in json.loads(answer.body)["acts"]["allowed"]:
                    found.setdefault(act, (person, order.key))
    return found


ABLE = (
    "agent1", "dispatcher1", "head1", "head2", "head3", "inspector1", "supervisor1", "callback1", "engineer1",
)  # fmt: skip
ACTS: Mapping[str, dict[str, Any]] = {
    "link": {"other": "‹repair-mate›"},
    "split": {
        **{f"{part}_{row}": "" for part in ("department", "staff", "instruction") for row in range(4)},
        "department_0": "TL-BIZ", "instruction_0": "…",
    },
    "dispatch": {"staff": ""},
    "transfer": {"staff": ""},
    "amend": {"seen": "{}", "service_point": ""},
    "review": {"result": "passed", "to_step": ""},
    "call_back": {"result": "satisfied"},
}  # fmt: skip


@pytest.mark.parametrize("act", [act.value for act in Act if act != Act.OPEN])
def test_the_form_of_an_act_takes_its_own_fields_only(
    walker: Walker, before: Rows, hostile: dict[str, Any], possible: dict[str, tuple[str, str]], act: str
):
    if act not in possible:
        assert act in NOT_NOW
        return
    person, key = possible[act]
    path = address("orders/<str:number>/acts/<str:act>/", {**walker.world.thing("order", key).names, "act": act})
    shown = walker.get(walker.browser(person), path)
    form = form_of(shown.body, path)
    assert form is not None, shown.status
    mate = walker.world.thing("order", "repair-mate").names["number"]
    own = {name: mate if value == "‹repair-mate›" else value for name, value in ACTS.get(act, {}).items()}
    sent = {**{name: kept for name, kept in form.values.items() if kept}, **own}

    def send(more: Mapping[str, Any]) -> Any:
        for kept in sent.values():
            for value in kept if isinstance(kept, list) else []:
                if isinstance(value, SimpleUploadedFile):
                    value.seek(0)
        foreign = {name: value for name, value in flat(more).items() if name not in form.names | sent.keys()}
        return answer_of(walker.browser(person).post(path, {**sent, **foreign}), path)

    compare(walker, before, send, hostile)


# No order of the world stands where these could be done by the people asked above.
NOT_NOW = {"recall", "reopen", "close"}


def test_a_form_that_tells_the_audit_nothing_would_be_noticed(
    walker: Walker, before: Rows, monkeypatch: pytest.MonkeyPatch
):
    person, names = permitted("codes/<int:pk>/rename/", walker)
    path = address("codes/<int:pk>/rename/", names)
    form = form_of(walker.get(walker.browser(person), path).body, path)
    assert form is not None
    monkeypatch.setattr("jingming.codes.actions.record", lambda *_args, **_facts: None)

    def send(_more: Mapping[str, Any]) -> Any:
        return answer_of(walker.browser(person).post(path, filled(walker, "codes/<int:pk>/rename/", form)), path)

    with pytest.raises(AssertionError, match="codes_code"):
        compare(walker, before, send, {})
