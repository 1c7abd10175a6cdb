"""Somebody is erased: nothing readable stays anywhere, and every figure is what it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Count

from jingming.accounts.models import Post, Role, Staff
from jingming.audit.models import Entry
from jingming.base.clock import now
from jingming.base.errors import NotAllowed, Refusal
from jingming.customers import actions as customers
from jingming.customers.models import Change, Customer, Note, Purchase
from jingming.files.models import Attachment
from jingming.interactions.models import Interaction
from jingming.persons import actions, queries
from jingming.persons.actions.erasing import Held
from jingming.persons.models import Request
from jingming.privacy.erased import MARK
from jingming.privacy.rules import masked_address, masked_name
from jingming.workorders.actions import recount_all
from jingming.workorders.models import Callback, History, Tally, Task, WorkOrder, WorkRecord
from jingming.workorders.rules import Act
from tests.orders import do, taken

from .conftest import NUMBER, SECOND, WORDS, opened

Company = dict[str, Staff]


def asked_for(qian: Customer, company: Company) -> Request:
    return actions.ask_for_erasing(
        qian, basis="consent", reason="本人来厅，核验证件", by=company["supervisor1"], at=now()
    )


def erased(qian: Customer, company: Company) -> Request:
    return actions.approve(asked_for(qian, company), remark="同意", by=company["manager1"], at=now())


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition ORDER BY relname"
        )
        return [name for (name,) in cursor.fetchall()]


def where_it_stands(word: str) -> list[str]:
    """The tables in which a row says the word."""
    found = []
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}" AS line WHERE strpos(line::text, %s) > 0)', [word])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def counted(rows: Any, *names: str) -> list[Any]:
    return sorted(map(repr, rows.order_by().values_list(*names).annotate(count=Count("*"))))


def figures() -> dict[str, Any]:
    """Everything that a figure is, or could be, made of."""
    recount_all()
    place = ("province", "city", "district")
    return {
        "tallies": sorted(map(repr, Tally.objects.values_list())),
        "orders": counted(
            WorkOrder.objects, "type", "status", "step", "category", "level", "department", "home_department",
            "assignee", "opened_by", "channel", "customer", "service_point", "occurred_at", "processed_at",
            "closed_at", "round",
            "satisfied", "callback_waived", "form__repair_kind", *place,
        ),
        "contacts": counted(
            Interaction.objects, "channel", "direction", "disposition", "reason", "agent", "department", "customer",
            "occurred_at", "ended_at", "order_id", *place,
        ),
        "callbacks": counted(Callback.objects, "result", "satisfaction", "by", "at"),
        "tasks": counted(Task.objects, "department", "satisfaction", "reported_at"),
        "work": counted(WorkRecord.objects, "staff", "minutes", "began_at"),
        "history": counted(History.objects, "act", "from_status", "to_status", "by_id", "occurred_at", "reason"),
        "archives": counted(Customer.objects, "kind", "department", "key_account", "quick", "merged_into", *place),
        "purchases": counted(Purchase.objects, "item", "quantity", "amount", "bought_on"),
        "notes": counted(Note.objects, "kind", "at", "by"),
        "files": counted(Attachment.objects, "owner_id", "media_type", "size", "at"),
    }  # fmt: skip


def test_nothing_readable_stays_and_every_figure_is_what_it_was(
    qian: Customer, closed: WorkOrder, company: Company
) -> None:
    stood = {word: where_it_stands(word) for word in WORDS.values()}
    before = figures()

    done = erased(qian, company)

    assert [word for word, found in stood.items() if not found] == []  # each of them was there
    assert {word: found for word in [*WORDS.values(), NUMBER, SECOND, "SJ-CANARY", "核验证件"]
            if (found := where_it_stands(word))} == {}  # fmt: skip
    after = figures()
    assert {name for name in before if before[name] != after[name]} == set()
    assert (done.state, done.number, done.figures["archives"], done.figures["orders"]) == ("done", "", 2, 1)


def test_what_only_grows_keeps_its_lines_and_says_that_words_were_erased(
    qian: Customer, closed: WorkOrder, company: Company
) -> None:
    before = list(History.objects.filter(order_id=closed.pk).values_list("id", "act", "occurred_at", "by_name"))
    audit = list(Entry.objects.order_by("id").values())

    erased(qian, company)

    lines = History.objects.filter(order_id=closed.pk)
    assert list(lines.values_list("id", "act", "occurred_at", "by_name")) == before
    assert set(lines.values_list("text", flat=True)) == {"", MARK}
    assert set(Note.objects.filter(customer=qian).values_list("text", flat=True)) == {MARK}
    assert list(Change.objects.filter(customer_id=qian.pk, act="change").values_list("why", flat=True)) in ([], [MARK])
    assert list(Entry.objects.filter(id__lte=audit[-1]["id"]).order_by("id").values()) == audit
    assert set(Entry.objects.filter(id__gt=audit[-1]["id"]).values_list("key", flat=True)) == {
        "persons.erasing_asked", "persons.erased", "customers.erased", "workorders.erased", "interactions.erased",
        "files.removed",
    }  # fmt: skip


def test_whoever_asked_does_not_approve(qian: Customer, company: Company) -> None:
    asked = asked_for(qian, company)
    with pytest.raises(NotAllowed, match="colleague"):
        actions.approve(asked, by=company["supervisor1"], at=now())

    stand_in = company["manager1"]
    lent = Post(staff=company["supervisor1"], role=Role.objects.get(code="supervisor"))
    lent.since, lent.until = now() - timedelta(hours=1), now() + timedelta(hours=1)
    stand_in.duties = [*stand_in.duties, lent]
    with pytest.raises(NotAllowed, match="colleague"):
        actions.approve(asked, by=stand_in, at=now())

    assert Customer.objects.get(pk=qian.pk).name == WORDS["name"]
    actions.refuse(asked, remark="撤回", by=company["supervisor1"], at=now())
    with pytest.raises(Refusal, match="already"):
        actions.approve(asked, by=company["inspector1"], at=now())


def test_a_held_person_is_not_erased_until_the_hold_is_lifted(qian: Customer, company: Company) -> None:
    hold = actions.place(
        qian, ground="lawsuit", source="(2026)皖0705民初17号", reason="诉讼中", by=company["supervisor1"], at=now()
    )
    with pytest.raises(Held, match=r"皖0705民初17号.*lifted first"):
        asked_for(qian, company)
    actions.lift(hold, reason="已结案", by=company["manager1"], at=now())

    assert erased(qian, company).state == "done"
    assert where_it_stands("皖0705民初17号") == []


def test_a_hold_placed_after_the_request_holds_and_one_whose_day_is_over_does_not(
    qian: Customer, company: Company
) -> None:
    asked = asked_for(qian, company)
    hold = actions.place(
        qian, ground="audit", source="审计 17", reason="查账", until=now().date() + timedelta(days=9),
        by=company["supervisor1"], at=now(),
    )  # fmt: skip
    with pytest.raises(Held, match="Held until"):
        actions.approve(asked, by=company["manager1"], at=now())
    hold.until = now().date() - timedelta(days=2)
    hold.save()

    assert actions.approve(asked, by=company["manager1"], at=now()).state == "done"


def test_open_orders_and_served_places_are_ended_first(qian: Customer, company: Company) -> None:
    order = opened(qian, company, "consultation")
    point = customers.add_service_point(
        qian, account_number="0562-CANARY", address=WORDS["address"], by=company["dispatcher1"], at=now()
    )
    with pytest.raises(Held) as refused:
        asked_for(qian, company)
    assert order.number in refused.value.message
    assert "0562-CANARY" in refused.value.message
    do(order, Act.ANSWER, company["agent1"], text=WORDS["outcome"])
    other = customers.add_customer("李", unit="340705", by=company["dispatcher1"], at=now())
    point.refresh_from_db()
    customers.move_service_point(point, other, by=company["dispatcher1"], at=now())

    assert erased(qian, company).state == "done"
    point.refresh_from_db()
    assert point.address == WORDS["address"]  # the place is served on, for somebody else


def test_a_complaint_is_kept_as_long_as_it_can_be_brought_to_court(qian: Customer, company: Company) -> None:
    order = opened(qian, company, "complaint")
    WorkOrder.objects.filter(pk=order.pk).update(status="closed", closed_at=now() - timedelta(days=1095))
    assert any("民法典" in sentence for sentence in queries.why_not_erased(queries.about_customer(qian), now()))

    assert queries.why_not_erased(queries.about_customer(qian), now() + timedelta(days=2)) == []


def test_a_telephone_that_a_family_shares_stays_with_the_others(qian: Customer, company: Company) -> None:
    other = customers.add_customer("钱家人", phone=SECOND, unit="340705", by=company["dispatcher1"], at=now())
    theirs = taken(company["agent1"], "consultation", customer=other, caller_name="钱家人", caller_phone=SECOND)
    called = taken(company["agent1"], "consultation", customer=other, caller_name=WORDS["name"], caller_phone=NUMBER)

    erased(qian, company)

    theirs.refresh_from_db()
    called.refresh_from_db()
    assert (theirs.caller_name, theirs.caller_phone) == ("钱家人", SECOND)
    assert (called.caller_name, called.caller_phone, called.description) == (MARK, "", "灶前无气")


def test_somebody_without_an_archive_is_erased_by_the_number(company: Company) -> None:
    order = taken(company["agent1"], "consultation", caller_name=WORDS["name"], caller_phone="13900001717",
                  description=WORDS["told"])  # fmt: skip
    do(order, Act.ANSWER, company["agent1"], text=WORDS["outcome"])
    asked = actions.ask_for_erasing(
        None, number="13900001717", basis="purpose", reason="本人来电", by=company["supervisor1"], at=now()
    )

    actions.approve(asked, by=company["manager1"], at=now())

    assert [word for word in ("name", "told", "outcome") if where_it_stands(WORDS[word])] == []
    with pytest.raises(Refusal, match="Nothing is held"):
        actions.ask_for_erasing(
            None, number="13900001717", basis="purpose", reason="本人来电", by=company["supervisor1"], at=now()
        )


def test_the_database_erases_lines_of_no_request_that_a_second_person_has_not_approved(
    qian: Customer, closed: WorkOrder, company: Company
) -> None:
    asked = asked_for(qian, company)
    Request.objects.filter(pk=asked.pk).update(orders=[closed.pk])
    statements: list[Callable[[Any], None]] = [
        lambda cursor: cursor.execute("SELECT jingming_erase_lines(%s)", [asked.pk]),
        lambda cursor: cursor.execute("SELECT jingming_erase_lines(0)"),
        lambda cursor: cursor.execute("SET LOCAL jingming.erasing = 'on'; UPDATE workorders_history SET text = ''"),
        lambda cursor: cursor.execute(
            "UPDATE persons_request SET state = 'approved', decided_by_id = asked_by_id, decided_at = now()"
        ),
    ]
    for statement in statements:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            statement(cursor)

    assert History.objects.filter(order_id=closed.pk, text=MARK).count() == 0


def test_a_file_of_an_erased_order_is_not_given_out(
    qian: Customer, closed: WorkOrder, company: Company, signed_in: Callable[[Staff], Any]
) -> None:
    kept = Attachment.objects.get(owner_id=closed.pk)
    erased(qian, company)

    assert signed_in(company["agent1"]).get(f"/attachments/{kept.pk}/").status_code == 404
    page = signed_in(company["agent1"]).get(f"/orders/{closed.number}/").content.decode()
    assert MARK not in page
    assert "（已删除）" in page or "(erased)" in page


def test_an_erased_archive_is_looked_at_only(
    qian: Customer, company: Company, signed_in: Callable[[Staff], Any]
) -> None:
    erased(qian, company)
    desk = signed_in(company["dispatcher1"])

    assert f"/customers/{qian.pk}/change/" not in desk.get(f"/customers/{qian.pk}/").content.decode()
    assert desk.post(f"/customers/{qian.pk}/notes/new/", {"kind": "note", "text": WORDS["note"]}).status_code == 409
    with pytest.raises(Held, match="already"):
        asked_for(qian, company)


def test_whoever_sees_names_masked_reads_that_it_was_erased() -> None:
    assert (masked_name(MARK), masked_address(MARK)) == (MARK, MARK)
