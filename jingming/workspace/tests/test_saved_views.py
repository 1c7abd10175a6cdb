"""Saved views, columns, the order of rows, and rows fetched while a queue is looked at."""

from __future__ import annotations

import pytest
from django.db import connection

from jingming.accounts.models import Role
from jingming.audit.models import Entry
from jingming.workorders.queries import queue
from jingming.workspace.models import ChosenColumns, SavedView

from .conftest import Opened
from .paper import text_of

QUERY = "queue=all&level=urgent&sort=oldest"


def save(client, shared: str, name: str = "我的急件"):
    return client.post("/orders/views/new/", {"name": name, "shared": shared, "query": QUERY})


def tabs(client) -> list[str]:
    return [view["name"] for view in client.get("/orders/?queue=mine").context["views"]]


def test_a_view_keeps_the_address_and_is_ones_own(signed_in, agent, agent2):
    client = signed_in(agent)
    answer = save(client, "me")

    assert answer.headers["Location"] == "/orders/?queue=all&level=urgent&sort=oldest"
    assert (tabs(client), tabs(signed_in(agent2))) == (["我的急件"], [])
    assert Entry.objects.get(key="workspace.view_saved").by_id == agent.pk


def test_a_head_shares_with_the_department_and_others_there_cannot_change_it(signed_in, head, engineer, head2):
    save(signed_in(head), f"department-{head.department_id}")
    view = SavedView.objects.get()

    assert (tabs(signed_in(engineer)), tabs(signed_in(head2))) == (["我的急件"], [])
    assert signed_in(engineer).post(f"/orders/views/{view.pk}/delete/").status_code == 403
    assert signed_in(head2).post(f"/orders/views/{view.pk}/delete/").status_code == 404
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_the_management_shares_with_a_role_in_its_province(signed_in, manager, agent, dispatcher):
    role = Role.objects.get(code="agent")
    unit = manager.department.unit_id
    save(signed_in(manager), f"role-{role.pk}-{unit}")

    assert (tabs(signed_in(agent)), tabs(signed_in(dispatcher))) == (["我的急件"], [])


def test_an_agent_shares_with_nobody(signed_in, agent):
    answer = save(signed_in(agent), f"department-{agent.department_id}")

    assert answer.status_code == 422
    assert not SavedView.objects.exists()


def test_a_view_is_renamed_and_deleted_with_a_line_of_audit_each(signed_in, agent):
    client = signed_in(agent)
    save(client, "me")
    view = SavedView.objects.get()
    client.post(f"/orders/views/{view.pk}/change/", {"name": "急件", "shared": "me", "query": QUERY})
    assert tabs(client) == ["急件"]
    client.post(f"/orders/views/{view.pk}/delete/")

    assert tabs(client) == []
    lines = Entry.objects.filter(key__startswith="workspace.view").order_by("id")
    assert list(lines.values_list("key", flat=True)) == [
        "workspace.view_saved", "workspace.view_changed", "workspace.view_deleted",
    ]  # fmt: skip


def test_columns_are_chosen_and_number_and_description_always_stand(signed_in, dispatcher, opened: Opened):
    opened()
    client = signed_in(dispatcher)
    form = client.get("/orders/columns/?query=queue%3Dall").context["form"]
    values = {f"place_{name}": place for place, name in enumerate(form.names, start=1)}
    client.post("/orders/columns/", {**values, "show_level": "on", "place_level": 1, "query": "queue=all"})

    assert ChosenColumns.objects.get().columns == ["level", "number", "description"]
    heads = client.get("/orders/?queue=all").context["heads"]
    assert [head["name"] for head in heads] == ["level", "number", "description"]


@pytest.mark.parametrize(
    ("sort", "expected"), [("oldest", [0, 1, 2, 3]), ("newest", [3, 2, 1, 0]), ("urgent", [2, 1, 3, 0])]
)
def test_pages_follow_each_other_in_every_order(dispatcher, opened: Opened, sort, expected):
    made = [opened(level=level).number for level in ("low", "urgent", "critical", "urgent")]
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = queue(dispatcher, "department", cursor, size=1, sort=sort)
        seen += [made.index(order.number) for order in page.items]
        cursor = page.next

    assert seen == expected


def test_a_mark_that_is_none_of_ours_is_400(signed_in, head):
    answer = signed_in(head).get("/orders/rows/?queue=all&mark=<svg onload=alert(1)>")

    assert (answer.status_code, answer.json()) == (400, {})


def test_rows_are_fetched_anew_by_their_right_and_what_left_is_named(signed_in, head, dispatched, opened: Opened):
    elsewhere = opened()
    answer = signed_in(head).get(f"/orders/rows/?queue=department&id={dispatched.pk}&id={elsewhere.pk}&mark=").json()

    assert [row["id"] for row in answer["rows"]] == [dispatched.pk]
    assert dispatched.number in answer["rows"][0]["html"]
    assert answer["gone"] == [elsewhere.pk]


def test_an_empty_queue_under_filters_offers_to_remove_them(signed_in, dispatcher, opened: Opened):
    opened()
    words = text_of(signed_in(dispatcher).get("/orders/?queue=all&type=complaint&charge=nobody&from=2026-01-01"))

    assert "Nothing here under these filters" in words
    assert "Remove all filters" in words


def test_what_stands_in_a_view_is_not_plain_in_the_database(signed_in, agent):
    client = signed_in(agent)
    client.post("/orders/views/new/", {"name": "13805624711", "shared": "me", "query": QUERY})

    with connection.cursor() as cursor:
        cursor.execute("SELECT v::text FROM workspace_savedview v")
        (kept,) = [row[0] for row in cursor.fetchall()]
    assert "13805624711" not in kept
    assert "urgent" not in kept
    assert "13805624711" in client.get("/orders/?queue=mine").content.decode()
    assert SavedView.objects.get().query == QUERY
