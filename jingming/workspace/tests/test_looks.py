"""Who looks at whose personal data leaves a line; counters and rows of queues do not."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jingming.accounts.models import Staff
from jingming.audit.models import Entry
from jingming.audit.queries import keys_for
from jingming.base.clock import now
from jingming.customers import actions as customers

from .conftest import Opened

SignedIn = Callable[..., Client]


def looks() -> list[tuple[str, str]]:
    return list(Entry.objects.filter(key__startswith="looks.").order_by("id").values_list("key", "target_kind"))


def test_an_order_opened_is_a_look_and_looking_on_is_none(signed_in: SignedIn, agent: Staff, opened: Opened) -> None:
    order = opened()
    browser = signed_in(agent)
    for _again in range(3):
        assert browser.get(f"/orders/{order.number}/").status_code == 200
    assert looks() == [("looks.order", "workorders.WorkOrder")]
    line = Entry.objects.get(key="looks.order")
    assert (line.target_id, line.by_id, line.by_name, line.facts) == (order.pk, agent.pk, agent.name, {})
    assert keys_for(order) == ["workorders.opened"]


def test_an_archive_and_those_a_search_shows_are_looks(signed_in: SignedIn, agent: Staff) -> None:
    kept = customers.add_customer("周晓岚", by=agent, at=now(), unit="340705")
    browser = signed_in(agent)
    browser.get("/customers/?q=周晓岚")
    browser.get("/search/palette/?q=周晓岚")
    browser.get("/customers/?q=nobody of this name")
    browser.get("/customers/")
    browser.get(f"/customers/{kept.pk}/")
    assert [key for key, _kind in looks()] == ["looks.search", "looks.search", "looks.archives", "looks.customer"]
    assert Entry.objects.filter(key="looks.search").first().facts == {"found": [kept.pk]}  # type: ignore[union-attr]
    assert "周晓岚" not in str(list(Entry.objects.values_list("facts", flat=True)))


def test_rows_and_figures_of_queues_are_none(signed_in: SignedIn, agent: Staff, opened: Opened) -> None:
    opened()
    browser = signed_in(agent)
    assert {browser.get(page).status_code for page in ("/orders/?queue=all", "/orders/counts/")} == {200}
    assert looks() == []


def test_a_look_costs_one_statement(signed_in: SignedIn, agent: Staff, opened: Opened) -> None:
    order = opened()
    browser = signed_in(agent)
    with CaptureQueriesContext(connection) as captured:
        browser.get(f"/orders/{order.number}/")
    assert sum("audit_entry" in query["sql"] for query in captured.captured_queries) == 1
