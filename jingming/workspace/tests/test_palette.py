"""The command palette: what is found, for whom, at what price."""

import pytest
from django.db import connection

from jingming.customers import rules
from jingming.customers.models import Customer, Phone
from jingming.workorders.models import WorkOrder
from jingming.workorders.queries import by_number

ASK = "/search/palette/"


def asked(desk, words="", **more):
    answer = desk.get(ASK, {"q": words, **more})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    "words", ["zxl", "ＺＸＬ", "周晓", "0562000417", "０５６２０００４１７", "0417", "13800000417"]
)
def test_a_customer_is_found_by_name_initials_and_numbers(signed_in, agent, household, words):
    page = asked(signed_in(agent), words)
    assert f'data-url="/customers/{household.customer_id}/"' in page
    assert "桂花苑" in page


@pytest.mark.parametrize("words", ["zxl", "0562000417", "0417"])
def test_a_stranger_and_somebody_without_rights_find_nothing(signed_in, stranger, sysadmin, household, words):
    for person in (stranger, sysadmin):
        assert "桂花苑" not in asked(signed_in(person), words)


def test_an_order_is_found_by_its_last_digits_and_by_its_beginning(signed_in, agent, stranger, opened):
    order = opened("repair")
    for words in (order.number, order.number[-4:], order.number[-6:], order.number[:12].lower()):
        assert f'data-url="/orders/{order.number}/"' in asked(signed_in(agent), words)
        assert 'data-url="/orders/BX' not in asked(signed_in(stranger), words)
    assert by_number(agent, order.number[-3:]) == []


def test_the_acts_of_the_open_order_are_offered_with_their_keys(signed_in, agent, stranger, opened):
    order = opened("repair")
    page = asked(signed_in(agent), on=order.number)
    assert f'data-url="/orders/{order.number}/acts/note/"' in page
    assert '<kbd class="key">N</kbd>' in page
    assert "/acts/" not in asked(signed_in(stranger), on=order.number)


def test_pages_are_found_by_word_and_by_initials_and_only_those_of_the_menu(signed_in, agent):
    desk = signed_in(agent)
    desk.cookies["django_language"] = "zh-hans"
    assert 'data-url="/customers/"' in asked(desk, "khda")
    assert 'data-url="/staff/"' not in asked(desk, "员工")


def test_what_was_opened_last_is_shown_to_whoever_may_see_it(signed_in, agent, stranger, household, opened):
    order = opened("repair")
    recent = [f"order:{order.number}", f"customer:{household.customer_id}", "customer:x", "nothing", "order:"]
    page = asked(signed_in(agent), recent=recent)
    assert page.index(order.number) < page.index("周晓岚")
    assert order.number not in asked(signed_in(stranger), recent=recent)


def test_more_found_costs_no_more(signed_in, agent, household, opened, django_assert_max_num_queries):
    desk = signed_in(agent)
    opened("repair")
    asked(desk, "0417")
    for words in ("zxl", "0417", "0001"):
        with django_assert_max_num_queries(8):
            asked(desk, words)


def test_each_new_way_of_finding_has_its_index(agent, household):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    from django.db.models.functions import Right

    from jingming.base.initials import begin_at

    asked_for = {
        "customer_by_initials_at": Customer.objects.filter(begin_at("zx", [])).order_by(),
        "phone_by_grams": Phone.objects.filter(grams__contains=rules.at_end("0417")).order_by(),
        "order_by_last_four": WorkOrder.objects.annotate(end=Right("number", 4))
        .filter(end="0017")
        .order_by("-occurred_at")[:6],
    }
    for index, rows in asked_for.items():
        assert index in rows.explain(), index


def test_the_plain_search_understands_initials(signed_in, agent, household):
    answer = signed_in(agent).get("/search/", {"q": "zxl"})
    assert answer.url == f"/customers/{household.customer_id}/"
