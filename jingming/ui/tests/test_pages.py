"""The base page, the partials and the error pages as a reader gets them."""

import re

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils import translation
from pytest_django import Settings

from jingming.ui import views
from jingming.ui.middleware import SecurityHeadersMiddleware

WAYS_OUT = {
    "400": "reload the page",
    "403": "Ask your department head",
    "403_csrf": "reload the page",
    "404": "Check the number",
    "409": "reload it",
    "413": "smaller",
    "429": "Wait a minute",
    "500": "Go back",
}


@pytest.fixture
def asked(rf: RequestFactory) -> HttpRequest:
    return _anonymous(rf.get("/ui/"))


@pytest.mark.parametrize(("name", "words"), WAYS_OUT.items())
def test_an_error_page_says_the_way_out(asked: HttpRequest, name: str, words: str):
    with translation.override("en"):
        page = render_to_string(f"{name}.html", request=asked)
    assert words in page
    assert name[:3] in page
    assert 'href="/"' in page


def test_the_last_error_page_needs_no_context_and_no_manifest():
    page = get_template("500.html").render()
    assert re.search(r'"/static-[0-9a-f]{10}/ui/components.css"', page)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_of_components_shows_them_all(asked: HttpRequest, language: str):
    with translation.override(language):
        page = views.components(asked).content.decode()
    for part in ("step-bar", "time-line", "chip-late", "table-stack", "field-errors", "empty-state", "note-warning"):
        assert part in page
    assert f'lang="{language}"' in page


def test_navigation_marks_where_one_is(asked: HttpRequest):
    groups = [{"label": "Work", "items": [
        {"label": "My orders", "url": "/orders/", "icon": "list-check", "current": True, "count": 8},
        {"label": "Customers", "url": "/customers/", "icon": "users", "current": False},
    ]}]  # fmt: skip
    page = render_to_string("ui/page.html", {"navigation": groups, "search_url": "/search"}, request=asked)
    assert page.count('aria-current="page"') == 1
    assert 'action="/asked/" method="post"' in page
    assert 'name="page" value="/search"' in page
    assert '<span class="side-count">8</span>' in page
    assert 'class="skip" href="#main"' in page


def test_without_navigation_and_search_there_are_none(asked: HttpRequest):
    page = render_to_string("ui/page.html", {"navigation": [], "search_url": ""}, request=asked)
    assert "<nav" not in page
    assert 'role="search"' not in page


class SignInForm(forms.Form):
    login = forms.CharField()
    password = forms.CharField()


def test_demo_people_stand_on_the_sign_in_page_only_when_there_is_a_demo(asked: HttpRequest):
    people = [{"username": "agent1", "role_label": {"zh": "客服坐席", "en": "Agent"}}]
    demo = {"password": "shown-in-the-demo", "people": people}
    with_demo = render_to_string("account/login.html", {"form": SignInForm(), "demo": demo}, request=asked)
    assert 'name="login" value="agent1"' in with_demo
    assert "shown-in-the-demo" in with_demo
    assert 'class="people"' not in render_to_string(
        "account/login.html", {"form": SignInForm(), "demo": None}, request=asked
    )


def test_every_answer_carries_the_strict_policy(rf: RequestFactory, settings: Settings):
    settings.STREAM_PORT = 8001
    answer = SecurityHeadersMiddleware(views.components)(_anonymous(rf.get("/ui/", headers={"host": "localhost:8000"})))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "connect-src 'self' http://localhost:8001" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("host", ["evil host", "[::1]:8000"])
def test_a_host_that_cannot_be_named_adds_nothing_to_the_policy(rf: RequestFactory, host: str):
    answer = SecurityHeadersMiddleware(lambda request: HttpResponse())(rf.get("/", headers={"host": host}))
    assert answer["Content-Security-Policy"].endswith("connect-src 'self'")


def test_a_stricter_header_of_the_view_stays(rf: RequestFactory):
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "sandbox"})

    assert SecurityHeadersMiddleware(view)(rf.get("/"))["Content-Security-Policy"] == "sandbox"


def _anonymous(request: HttpRequest) -> HttpRequest:
    request.user = AnonymousUser()
    return request
