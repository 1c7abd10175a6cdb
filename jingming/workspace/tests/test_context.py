"""What stands around every page, and what it costs."""

from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.utils.translation import override

from jingming.workspace.context import desk


def request_of(person, path="/orders/?queue=mine"):
    request = RequestFactory().get(path)
    request.user = person
    return request


def labels(around):
    return [str(item["label"]) for group in around["navigation"] for item in group["items"]]


def test_whoever_is_not_signed_in_costs_no_query(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert desk(request_of(AnonymousUser())) == {}
        assert Client().get("/accounts/login/").status_code == 200


def test_a_page_that_failed_before_sign_in_was_looked_at_has_nothing_around_it(db):
    assert desk(RequestFactory().get("/")) == {}


def test_whoever_is_signed_in_costs_their_posts_and_what_the_process_keeps(agent, django_assert_num_queries):
    desk(request_of(agent))
    del agent.duties
    with django_assert_num_queries(1):
        desk(request_of(agent))


def test_the_menu_is_that_of_the_posts(agent, engineer, sysadmin, evaluator):
    with override("en"):
        assert labels(desk(request_of(agent)))[0] == "Call intake"
        assert "Call intake" not in labels(desk(request_of(engineer)))
        assert {"Flows", "Organisation", "Codes"} <= set(labels(desk(request_of(sysadmin))))
        assert not {"Call intake", "Archives", "Staff"} & set(labels(desk(request_of(sysadmin))))
        assert desk(request_of(evaluator))["navigation"] == []
        assert "search_url" not in desk(request_of(evaluator))


def test_the_menu_marks_where_one_is(agent):
    around = desk(request_of(agent, "/orders/?queue=department"))

    assert [item["url"] for group in around["navigation"] for item in group["items"] if item["current"]] == [
        "/orders/?queue=department"
    ]


def test_the_enterprise_is_called_as_its_headquarters(agent):
    with override("en"):
        assert desk(request_of(agent))["enterprise"] == "Jiangzhou Gas"
    with override("zh-hans"):
        assert desk(request_of(agent))["enterprise"] == "江州燃气"
