"""The engineer's page: the one next job, in turn, with the same acts as at the desk."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jingming.base.clock import now
from jingming.files.models import Attachment
from jingming.files.tests import samples
from jingming.organisation.models import Department
from jingming.workorders import actions as orders
from jingming.workorders.models import History, WorkOrder

from .conftest import Opened
from .paper import forms_of, text_of


@pytest.fixture
def given(opened: Opened, dispatcher, engineer):
    """`given(…)`: a repair that stands in the engineer's hands."""

    def give(**values: object) -> WorkOrder:
        north = Department.objects.get(code="TL-NORTH")
        return orders.dispatch(opened(**values), department=north, staff=engineer, by=dispatcher, at=now(), version=1)

    return give


def press(client, act: str):
    """The big button of the next job."""
    page = client.get("/field/")
    (form,) = [form for form in forms_of(page) if form.action.endswith(f"/acts/{act}/")]
    return client.post(form.action, form.values)


def test_the_next_thing_is_accept_then_arrived_then_done(signed_in, engineer, given):
    order, client = given(), signed_in(engineer)
    assert press(client, "accept").headers["Location"] == "/field/"
    press(client, "arrive")
    page = client.get("/field/").content.decode()
    done = re.search(r'href="(/orders/[^"]+/acts/complete/\?back=field)"', page)[1]
    (form,) = [form for form in forms_of(client.get(done)) if form.method == "post"]
    assert client.post(done, {**form.values, "text": "更换灶前阀"}).headers["Location"] == "/field/"

    order.refresh_from_db()
    ways = list(History.objects.filter(order_id=order.pk).order_by("id").values_list("act", flat=True))
    assert (ways, order.status) == (["open", "dispatch", "accept", "arrive", "complete"], "processed")
    assert "1 done today" in text_of(client.get("/field/"))


def test_a_stale_press_changes_nothing_and_shows_how_it_stands(signed_in, engineer, head, given):
    order, client = given(), signed_in(engineer)
    (form,) = [form for form in forms_of(client.get("/field/")) if form.action.endswith("/acts/accept/")]
    orders.wait(order, waiting_for="customer", by=head, at=now(), version=2)

    client.post(form.action, form.values)

    order.refresh_from_db()
    assert (order.version, order.arrived_at) == (3, None)
    assert "The order has changed meanwhile." in text_of(client.get("/field/"))


def test_what_is_urgent_comes_first_and_what_rests_comes_last(signed_in, engineer, head, given):
    rests, usual, urgent = (
        given(description="在等客户"),
        given(description="平常"),
        given(level="urgent", description="急"),
    )
    orders.wait(rests, waiting_for="customer", by=head, at=now(), version=2)
    page = signed_in(engineer).get("/field/").content.decode()

    shown = list(dict.fromkeys(re.findall(r'href="/(?:orders/|field/\?job=)([^/?"]+)', page)))
    assert shown == [urgent.number, usual.number, rests.number]


def test_nobody_s_jobs_but_one_s_own(signed_in, engineer2, given):
    order = given()
    words = text_of(signed_in(engineer2).get("/field/"))

    assert order.number not in words
    assert "No job is in your hands." in words


def test_of_several_files_the_refused_one_keeps_none_of_the_others_out(signed_in, engineer, given):
    order, client = given(), signed_in(engineer)
    files = [
        SimpleUploadedFile("一.png", samples.png()),
        SimpleUploadedFile("二.png", b"<html><script>"),
        SimpleUploadedFile("三.png", samples.png()),
    ]
    client.post(f"/orders/{order.number}/acts/attach/", {"file": files, "back": "field"})

    assert list(Attachment.objects.order_by("pk").values_list("name", flat=True)) == ["一.png", "三.png"]
    words = text_of(client.get("/field/"))
    assert "一.png is attached." in words
    assert "二.png" in words


def test_the_page_costs_a_fixed_number_of_queries(
    signed_in, engineer, given, django_assert_max_num_queries, django_assert_num_queries
):
    given()
    client = signed_in(engineer)
    client.get("/field/")
    with django_assert_max_num_queries(7) as first:
        client.get("/field/")
    given()
    given()
    with django_assert_num_queries(len(first)):
        client.get("/field/")
