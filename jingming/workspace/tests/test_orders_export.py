"""A queue as a file: the rows of the queue and no other, told as the pages tell them, for a reason that stays."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from jingming.accounts import actions as people
from jingming.accounts import limits, policy
from jingming.accounts.models import Role, Staff
from jingming.audit.marks import is_mark
from jingming.audit.models import Entry
from jingming.audit.sentences import sentence
from jingming.base.clock import now
from jingming.customers.models import Customer
from jingming.organisation.models import Department
from jingming.workorders import actions as orders
from jingming.workorders.models import OrderType, WorkOrder
from jingming.workorders.queries import QUEUES
from jingming.workspace.queries import export
from tests.cast import FOUNDED, TEN_O_CLOCK

from .conftest import Opened
from .paper import text_of

SignedIn = Callable[..., Client]
ADDRESS = "/orders/export/"
WHY = "monthly report"
AB = [{"value": "a", "label": {"zh": "厨房", "en": "Kitchen"}}, {"value": "b", "label": {"zh": "浴室", "en": "Bath"}}]


def exported(browser: Client, query: str = "queue=all", reason: str = WHY) -> list[dict[str, str]]:
    """The rows of the file, by the words over the columns; the last line is its mark."""
    answer = browser.post(f"{ADDRESS}?{query}", {"reason": reason})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    content = b"".join(answer)  # type: ignore[call-overload]  # it streams
    assert content.startswith(b"\xef\xbb\xbf")
    *rows, mark = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert is_mark(mark["Number"])
    return rows


def numbers(browser: Client, query: str = "queue=all") -> list[str]:
    return [row["Number"] for row in exported(browser, query)]


def lines() -> list[Entry]:
    return list(Entry.objects.filter(key="workorders.exported").order_by("id"))


def on_the_pages(browser: Client, query: str, among: list[WorkOrder]) -> set[str]:
    page = browser.get(f"/orders/?{query}").content.decode()
    return {order.number for order in among if order.number in page}


# --- Which rows -----------------------------------------------------------------------------------------------------
@pytest.fixture
def several(opened: Opened, dispatcher: Staff, head: Staff, engineer: Staff) -> list[WorkOrder]:
    """Two repairs in the north, one of them the engineer's, one in the south, a complaint, a consultation."""
    places = {code: Department.objects.get(code=code) for code in ("TL-NORTH", "TL-SOUTH")}
    north = orders.dispatch(opened(), department=places["TL-NORTH"], by=dispatcher, at=now(), version=1)
    own = orders.dispatch(opened(level="urgent"), department=places["TL-NORTH"], by=dispatcher, at=now(), version=1)
    orders.assign(own, staff=engineer, by=head, at=now(), version=2)
    south = orders.dispatch(opened(), department=places["TL-SOUTH"], by=dispatcher, at=now(), version=1)
    return [north, own, south, opened("complaint", description="约定时间未到"), opened("consultation")]


def test_the_file_holds_what_the_queue_shows_to_whoever_asks(
    signed_in: SignedIn, several: list[WorkOrder], company: dict[str, Staff]
):
    held = {}
    for username in ("dispatcher1", "head1", "head2", "inspector1", "supervisor1", "manager1", "stranger1"):
        browser = signed_in(company[username])
        for name in QUEUES:
            rows = numbers(browser, f"queue={name}")
            assert (username, name, set(rows)) == (username, name, on_the_pages(browser, f"queue={name}", several))
            assert len(rows) == len(set(rows))
            held[username, name] = len(rows)

    assert {
        who: held[who] for who in (("dispatcher1", "all"), ("head1", "all"), ("head2", "all"), ("stranger1", "all"))
    } == {("dispatcher1", "all"): 5, ("head1", "all"): 2, ("head2", "all"): 1, ("stranger1", "all"): 0}
    assert (held["head1", "department"], held["head1", "unassigned"], held["head1", "mine"]) == (2, 1, 0)


def test_filters_and_sort_are_those_of_the_page(signed_in: SignedIn, dispatcher: Staff, several: list[WorkOrder]):
    north, own, south, complaint, consultation = (order.number for order in several)
    browser = signed_in(dispatcher)

    assert numbers(browser) == [consultation, complaint, south, own, north]
    assert numbers(browser, "queue=all&sort=oldest") == [north, own, south, complaint, consultation]
    assert numbers(browser, "queue=all&type=repair&department=TL-NORTH&level=urgent") == [own]
    assert numbers(browser, "queue=unassigned&sort=urgent") == [
        row for row in (complaint, consultation) if row in on_the_pages(browser, "queue=unassigned", several)
    ]
    assert numbers(browser, "queue=all&status=closed") == []


def test_the_most_urgent_come_first_where_the_page_shows_them_so(
    signed_in: SignedIn, head: Staff, several: list[WorkOrder]
):
    north, own, *_others = (order.number for order in several)
    browser = signed_in(head)

    assert numbers(browser, "queue=department&sort=urgent") == [own, north]
    assert numbers(browser, "queue=department&sort=oldest") == [north, own]


def test_what_nobody_can_filter_by_lets_nothing_more_into_the_file(
    signed_in: SignedIn, dispatcher: Staff, several: list[WorkOrder]
):
    answer = signed_in(dispatcher).post(f"{ADDRESS}?queue=all&level=urgent&type=gone", {"reason": WHY})

    assert (answer.status_code, answer.headers["Location"]) == (302, f"{ADDRESS}?queue=all&level=urgent")
    assert lines() == []


def test_an_order_that_leaves_the_queue_meanwhile_is_not_sent(
    signed_in: SignedIn, head: Staff, several: list[WorkOrder], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(export, "AT_ONCE", 1)
    north, own, *_others = several
    answer = signed_in(head).post(f"{ADDRESS}?queue=department", {"reason": WHY})
    pieces = iter(answer.streaming_content)
    begun = next(pieces) + next(pieces)
    WorkOrder.objects.filter(pk=north.pk).update(department=Department.objects.get(code="TL-SOUTH"))
    text = (begun + b"".join(pieces)).decode()

    assert (own.number in text, north.number in text) == (True, False)


# --- What stands in them --------------------------------------------------------------------------------------------
def test_a_line_tells_all_that_is_kept_of_an_order(
    signed_in: SignedIn, dispatcher: Staff, completed: WorkOrder, callback: Staff
):
    at = now()
    orders.call_back(completed, result="satisfied", satisfaction=5, text="已回访", by=callback, at=at, version=4)
    order = WorkOrder.objects.get(pk=completed.pk)

    (row,) = exported(signed_in(dispatcher))

    local = lambda moment: f"{moment + timedelta(hours=8):%Y-%m-%d %H:%M}"  # noqa: E731  # in Tongling
    assert row == row | {
        "Number": order.number, "Type": "Repair", "State": "Processed", "Level": "Normal", "Channel": "Telephone",
        "Customer": "周晓岚", "Caller": "周晓岚", "Phone": "13800000417", "Account number": "0562000417",
        "Address": "铜官区桂花苑 12-2-601", "Description": "灶前无气,邻居同样", "Outcome": "更换灶前阀",
        "Customer verified by": "account number", "Contact time": local(order.occurred_at), "Suspended": "No",
        "Processed": local(order.processed_at), "Closed": "", "Arrived on site": "", "Round": "1",
        "Callback": "Satisfied", "Satisfaction": "5", "Satisfied": "Yes", "Callback overdue": "",
    }  # fmt: skip
    assert row["First in charge"] != ""
    assert row["Person in charge"] == (order.assignee.name if order.assignee else "")
    assert None not in row


def test_a_line_says_why_an_order_stands_still_and_what_is_late(
    signed_in: SignedIn, dispatcher: Staff, head: Staff, several: list[WorkOrder], completed: WorkOrder
):
    north = several[0]
    orders.wait(north, waiting_for="material", by=head, at=now(), version=2)
    completed.callbacks.update(due_at=now() - timedelta(minutes=1))

    told = {row["Number"]: row for row in exported(signed_in(dispatcher))}

    assert told[north.number]["Standing still"] == "Waits for material"
    assert (told[completed.number]["Callback overdue"], told[completed.number]["Callback"]) == ("Yes", "")
    assert told[completed.number]["Callback due"] != ""
    assert told[several[2].number]["Standing still"] == told[several[2].number]["Callback overdue"] == ""


def test_it_speaks_the_language_of_whoever_asks(signed_in: SignedIn, dispatcher: Staff, opened: Opened):
    opened()
    answer = signed_in(dispatcher, "zh-hans").post(f"{ADDRESS}?queue=all", {"reason": WHY})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))  # type: ignore[call-overload]

    assert (rows[0]["工单号"][:3], rows[0]["类型"], rows[0]["状态"]) == ("BX-", "报修", "未处理")


def test_it_is_named_after_the_day_and_kept_by_no_cache(signed_in: SignedIn, dispatcher: Staff, opened: Opened):
    opened()
    with time_machine.travel(datetime(2026, 11, 26, 17, 30, tzinfo=UTC), tick=False):
        answer = signed_in(dispatcher).post(f"{ADDRESS}?queue=all", {"reason": WHY})

    line = Entry.objects.get(key="workorders.exported")
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="jingming-orders-20261127-013000-A{line.id}.csv"'
    )
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_no_cell_is_a_formula(signed_in: SignedIn, dispatcher: Staff, sysadmin: Staff, opened: Opened):
    declare(sysadmin, "note", kind="text")
    form = {"repair_kind": "gas_none", "note": "=HYPERLINK(1)"}
    opened(description="+8613912345678 打来，=1+1", caller_name="@SUM(A1)", address="-2+3", form=form)
    (row,) = exported(signed_in(dispatcher), "queue=all&type=repair")

    assert (row["Caller"], row["Address"], row["The note"]) == ("'@SUM(A1)", "'-2+3", "'=HYPERLINK(1)")
    assert [cell for cell in row.values() if cell[:1] in {"=", "+", "-", "@", "＝", "＋", "－", "＠"} and cell] == []
    assert row["Description"] == "13912345678 打来，=1+1"


# --- The type's own fields ------------------------------------------------------------------------------------------
def declare(by: Staff, *keys: str, **values: object) -> None:
    kind = OrderType.objects.get(code="repair")
    for key in keys:
        new = {"key": key, "label": {"zh": f"字段{key}", "en": f"The {key}"}, **values}
        orders.add_field(kind, new, by=by, at=TEN_O_CLOCK)


def test_the_fields_of_the_one_type_that_is_filtered_by_are_columns(
    signed_in: SignedIn, dispatcher: Staff, inspector: Staff, sysadmin: Staff, opened: Opened
):
    declare(sysadmin, "room", "rooms", "old", "older", kind="choices", choices=AB)
    declare(sysadmin, "leak", kind="flag", filterable=True)
    declare(sysadmin, "visit", kind="datetime")
    declare(sysadmin, "neighbour", kind="phone")
    declare(sysadmin, "count", kind="integer")
    form = {"repair_kind": "gas_none", "room": ["a"], "rooms": ["b", "a"], "leak": False, "old": ["a"], "count": 0,
            "visit": "2026-11-22T16:30+08:00", "neighbour": "13912345678"}  # fmt: skip
    first, second = opened(form=form), opened()
    for key in ("old", "older"):
        orders.retire_field(OrderType.objects.get(code="repair"), key, by=sysadmin, at=TEN_O_CLOCK)
    opened("complaint")
    browser = signed_in(dispatcher)

    told = {row["Number"]: row for row in exported(browser, "queue=all&type=repair")}
    assert told[first.number] == told[first.number] | {
        "The room": "Kitchen", "The rooms": "Kitchen, Bath", "The leak": "No", "The visit": "2026-11-22 16:30",
        "The neighbour": "13912345678", "The old": "Kitchen", "The count": "0",
    }  # fmt: skip
    assert {told[second.number][f"The {key}"] for key in ("room", "leak", "visit", "neighbour", "old")} == {""}
    assert "The older" not in told[first.number]
    assert "The leak" in exported(browser, "queue=all&repair.leak=no")[0]
    assert "The leak" not in exported(browser, "queue=all&type=repair&type=complaint")[0]
    assert "The leak" not in exported(browser)[0]
    (masked,) = exported(signed_in(inspector), "queue=all&repair.leak=no")
    assert masked["The neighbour"] == "139****5678"


def test_a_retired_field_in_which_nothing_is_left_is_no_column(
    signed_in: SignedIn, dispatcher: Staff, sysadmin: Staff, opened: Opened
):
    declare(sysadmin, "text", "list", "none", "zero", kind="text")
    order = opened()
    for key in ("text", "list", "none", "zero"):
        orders.retire_field(OrderType.objects.get(code="repair"), key, by=sysadmin, at=TEN_O_CLOCK)
    WorkOrder.objects.filter(pk=order.pk).update(form={"text": "", "list": [], "none": None, "zero": 0})

    (row,) = exported(signed_in(dispatcher), "queue=all&type=repair")

    assert [key for key in ("text", "list", "none", "zero") if f"The {key}" in row] == ["zero"]


# --- Masks ----------------------------------------------------------------------------------------------------------
PERSONAL = ("Customer", "Caller", "Phone", "Address", "Description")


def seen(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in PERSONAL)


def test_masks_are_those_of_the_pages(signed_in: SignedIn, dispatcher: Staff, inspector: Staff, opened: Opened):
    opened(description="邻居 13912345678 也停气")

    assert seen(exported(signed_in(dispatcher))[0]) == (
        "周晓岚", "周晓岚", "13800000417", "铜官区桂花苑 12-2-601", "邻居 13912345678 也停气",
    )  # fmt: skip
    assert seen(exported(signed_in(inspector))[0]) == (
        "周**", "周**", "138****0417", "铜官区桂花苑***", "邻居 139****5678 也停气",
    )  # fmt: skip


def test_who_serves_one_department_and_looks_on_elsewhere_reads_numbers_of_the_first(
    signed_in: SignedIn, inspector: Staff, dispatcher: Staff, opened: Opened
):
    """As on the page of each order: rights reach as far as the post that gives them."""
    north, south = (
        orders.dispatch(
            opened(description="邻居 13912345678 也停气"),
            department=Department.objects.get(code=code), by=dispatcher, at=now(), version=1,
        )
        for code in ("TL-NORTH", "TL-SOUTH")
    )  # fmt: skip
    people.post(
        inspector, role=Role.objects.get(code="head"), department=Department.objects.get(code="TL-NORTH"),
        scope="department", by=None, at=FOUNDED,
    )  # fmt: skip
    told = {row["Number"]: row for row in exported(signed_in(Staff.objects.get(pk=inspector.pk)))}

    assert (told[north.number]["Phone"], told[north.number]["Caller"]) == ("13800000417", "周晓岚")
    assert "13912345678" in told[north.number]["Description"]
    assert (told[south.number]["Phone"], told[south.number]["Caller"]) == ("138****0417", "周**")
    assert "139****5678" in told[south.number]["Description"]


def test_what_is_revealed_at_the_moment_is_whole_as_on_the_page(signed_in: SignedIn, inspector: Staff, opened: Opened):
    revealed, other = opened(), opened()
    browser = signed_in(inspector)
    browser.post(f"/orders/{revealed.number}/reveal/", {"reason": "核对回访是否做过"})

    told = {row["Number"]: (row["Caller"], row["Phone"]) for row in exported(browser)}

    assert told == {revealed.number: ("周晓岚", "13800000417"), other.number: ("周**", "138****0417")}


def test_what_an_enterprise_is_called_is_told(signed_in: SignedIn, inspector: Staff, opened: Opened):
    order = opened(caller_name="铜陵饭店")
    Customer.objects.filter(pk=order.customer_id).update(kind="enterprise", name="铜陵饭店")

    (row,) = exported(signed_in(inspector))

    assert (row["Customer"], row["Caller"], row["Phone"]) == ("铜陵饭店", "铜陵饭店", "138****0417")


# --- Asking why, and what stays -------------------------------------------------------------------------------------
def test_the_form_says_what_the_file_will_hold(signed_in: SignedIn, dispatcher: Staff, several: list[WorkOrder]):
    browser = signed_in(dispatcher)
    page = browser.get("/orders/?queue=all&type=repair&sort=oldest").content.decode()
    assert "/orders/export/?queue=all&amp;type=repair&amp;sort=oldest" in page

    words = text_of(browser.get(f"{ADDRESS}?queue=all&type=repair&sort=oldest"))

    for shown in ("Queue All I may see", "Type Repair", "Order of the rows Oldest first", "Orders 3", "Account number"):
        assert shown in words


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_without_a_reason_there_is_no_file_and_no_line(
    signed_in: SignedIn, dispatcher: Staff, opened: Opened, reason: str
):
    order = opened()
    answer = signed_in(dispatcher).post(f"{ADDRESS}?queue=all", {"reason": reason})

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "text/html; charset=utf-8")
    assert b"field-error" in answer.content or b"_errors" in answer.content
    assert order.number not in answer.content.decode()
    assert lines() == []


def test_an_export_is_a_line_of_the_audit_that_both_languages_tell(
    signed_in: SignedIn, head: Staff, auditadmin: Staff, several: list[WorkOrder]
):
    exported(
        signed_in(head), "queue=department&type=repair&status=untreated&status=processing&charge=nobody", "月度质量分析"
    )

    (line,) = lines()
    assert (line.by_id, line.target_kind, line.target_id) == (head.pk, "accounts.Staff", head.pk)
    assert line.facts == {
        "queue": "department", "rows": 1, "reason": "月度质量分析",
        "filter": {
            "zh": "类型：报修；状态：未处理、处理中；责任人：无人",
            "en": "Type: Repair; State: Untreated, Processing; Person in charge: Nobody",
        },
    }  # fmt: skip
    assert sentence(line.key, line.facts) == (
        "exported work orders: rows “1”; queue “My department's”; filter “Type: Repair; State: Untreated, Processing; "
        "Person in charge: Nobody”; reason “月度质量分析”"
    )
    page = text_of(signed_in(auditadmin).get("/audit/?family=workorders"))
    assert "exported work orders: rows “1”; queue “My department's”; filter “Type: Repair; State: Untreated" in page
    with translation.override("zh-hans"):
        said = sentence(line.key, line.facts)
    assert "类型：报修；状态：未处理、处理中；责任人：无人" in said
    assert "Type: Repair" not in said


def test_the_line_stands_before_the_first_byte_is_sent(signed_in: SignedIn, dispatcher: Staff, opened: Opened):
    opened()
    answer = signed_in(dispatcher).post(f"{ADDRESS}?queue=all", {"reason": WHY})

    assert [line.facts for line in lines()] == [{"queue": "all", "filter": {}, "rows": 1, "reason": WHY}]
    answer.close()


@pytest.fixture
def _four_at_the_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The figures as shipped, but for one."""
    profiles = json.loads(policy.PATH.read_text(encoding="utf-8"))
    profiles["default"]["figures"]["export_orders"]["value"] = 4
    (tmp_path / "policies.json").write_text(json.dumps(profiles), encoding="utf-8")
    policy._profile.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(policy, "PATH", tmp_path / "policies.json")
        yield
    policy._profile.cache_clear()


@pytest.mark.usefixtures("_four_at_the_most")
def test_more_orders_than_one_file_holds_are_refused_with_the_way_out(
    signed_in: SignedIn, dispatcher: Staff, several: list[WorkOrder]
):
    browser = signed_in(dispatcher)
    sentence_ = "One file holds at most 4 orders, and this queue has more. Narrow the filter, for instance by the days"

    asked = browser.get(f"{ADDRESS}?queue=all")
    assert (asked.status_code, b'name="reason"' in asked.content, sentence_ in text_of(asked)) == (200, False, True)
    sent = browser.post(f"{ADDRESS}?queue=all", {"reason": WHY})
    assert (sent.status_code, sentence_ in text_of(sent), lines()) == (422, True, [])
    assert len(numbers(browser, "queue=all&type=repair&type=complaint")) == 4


@pytest.mark.parametrize("profile", ["default", "mlps3"])
def test_the_limit_stands_in_the_policy_with_its_source(settings, profile: str):
    settings.POLICY = profile

    assert policy.policy().export_orders == {"default": 20_000, "mlps3": 5_000}[profile]


def test_exports_are_counted(signed_in: SignedIn, dispatcher: Staff, opened: Opened, settings):
    opened()
    limits.forget()
    settings.LIMITS = 1
    browser = signed_in(dispatcher)
    with time_machine.travel(datetime(2026, 11, 26, 2, tzinfo=UTC), tick=False):
        codes = [browser.post(f"{ADDRESS}?queue=all", {"reason": WHY}).status_code for _time in range(31)]

    assert codes == [200] * 30 + [429]
    assert len(lines()) == 30


# --- Who ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("username", ["agent1", "engineer1", "callback1", "account1", "sysadmin1", "auditadmin1"])
def test_without_the_right_there_is_no_such_page(
    signed_in: SignedIn, company: dict[str, Staff], opened: Opened, username: str
):
    opened()
    browser = signed_in(company[username])

    assert [browser.get(f"{ADDRESS}?queue=all").status_code, browser.post(ADDRESS, {"reason": WHY}).status_code] == [
        404, 404,
    ]  # fmt: skip
    assert "/orders/export/" not in browser.get("/orders/?queue=all").content.decode()
    assert lines() == []


def test_the_right_alone_shows_no_order(signed_in: SignedIn, announcer: Staff, opened: Opened):
    opened()
    Role.objects.filter(code="announcer").update(authorities=["flows.see", "orders.export"])

    assert signed_in(announcer).post(f"{ADDRESS}?queue=all", {"reason": WHY}).status_code == 404
    assert lines() == []


# --- Cost -----------------------------------------------------------------------------------------------------------
def copies(order: WorkOrder, count: int) -> None:
    """As many orders like this one, with a number in the words of each, and a callback."""
    made = []
    for place in range(count):
        like = WorkOrder.objects.get(pk=order.pk)
        like.pk, like.number = None, f"{order.number}-{place:03}"
        like.occurred_at -= timedelta(minutes=place)
        like.description = f"回电 139{place:08}"
        made.append(like)
    WorkOrder.objects.bulk_create(made)


def cost(browser: Client, rows: int) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert len(exported(browser, "queue=all&type=repair")) == rows
    return len(captured)


def test_two_hundred_orders_cost_as_many_queries_as_ten(signed_in: SignedIn, dispatcher: Staff, completed: WorkOrder):
    browser = signed_in(dispatcher)
    copies(completed, 9)
    cost(browser, 10)  # what the process keeps is read once
    ten = cost(browser, 10)
    copies(WorkOrder.objects.exclude(pk=completed.pk).order_by("pk").first() or completed, 190)

    assert cost(browser, 200) == ten <= 20


def test_each_batch_costs_the_same(
    signed_in: SignedIn, dispatcher: Staff, completed: WorkOrder, monkeypatch: pytest.MonkeyPatch
):
    browser = signed_in(dispatcher)
    copies(completed, 39)
    costs = []
    for size in (40, 20, 10):
        monkeypatch.setattr(export, "AT_ONCE", size)
        cost(browser, 40)
        costs.append(cost(browser, 40))

    assert costs[1] - costs[0] == (costs[2] - costs[1]) / 2 <= 5
