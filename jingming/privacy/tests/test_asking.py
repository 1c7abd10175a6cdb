from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from jingming.accounts.models import Staff
from jingming.privacy.asking import HEADER, asked, opened

PHONE = "13805621234"


def test_words_stand_sealed_in_an_address_and_open_again():
    for words in (PHONE, "周晓岚", "桂花 601", "a&b=~ü", "x" * 200):
        value = asked(words)

        assert value == asked(words)
        assert value.startswith("_")
        assert set(words) - set(value) or words.isascii()
        assert words not in value
        assert quote(value, safe="-._") == value  # nothing in it has a meaning in an address
        assert opened(value) == words
    assert asked("") == ""


@pytest.mark.parametrize(
    "value", ["_", "_1", "_1.", "_9.AAAA", "_x.y", "_1.AAAA", "_1.ü", f"_{PHONE}", asked("a")[:-2]]
)
def test_what_nobody_sealed_opens_to_nothing(value: str):
    assert opened(value) == ""


@pytest.mark.django_db
def test_a_search_form_leads_to_an_address_without_its_words(agent: Staff, signed_in):
    desk: Client = signed_in(agent)
    answer = desk.post("/asked/", {"page": "/customers/", "q": f" {PHONE} ", "type": "repair"})

    assert answer.status_code == 302
    assert PHONE not in answer.headers["Location"]
    page = desk.get(answer.headers["Location"])
    assert page.context["words"] == PHONE
    assert page.wsgi_request.GET["type"] == "repair"


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example/", "/\\evil.example", "", "evil"])
def test_a_search_form_leads_nowhere_else(agent: Staff, signed_in, page: str):
    answer = signed_in(agent).post("/asked/", {"page": page, "q": "words"})

    assert answer.headers["Location"] == f"/?q={asked('words')}"


@pytest.mark.django_db
def test_a_browser_that_comes_with_plain_words_is_led_on(agent: Staff, signed_in):
    desk: Client = signed_in(agent)
    answer = desk.get("/intake/", {"q": PHONE, "type": "repair"}, headers={"Sec-Fetch-Mode": "navigate"})

    assert answer.headers["Location"] == f"/intake/?q={asked(PHONE)}&type=repair"
    page = desk.get(answer.headers["Location"], headers={"Sec-Fetch-Mode": "navigate"})
    assert page.status_code == 200
    assert page.context["card"].asked == PHONE


@pytest.mark.django_db
def test_links_of_pages_do_not_repeat_the_words(agent: Staff, signed_in):
    desk: Client = signed_in(agent)
    for address in ("/intake/", "/customers/", "/intake/card/"):
        page = desk.get(address, {"q": asked(PHONE)}).content.decode()
        assert f"q={PHONE}" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["%00", "a%00b", "%ff%fe", "%", quote("\U0010ffff" * 300)])
def test_odd_words_in_the_header_find_nobody(agent: Staff, signed_in, caller, header: str):
    desk: Client = signed_in(agent)
    assert desk.get("/search/palette/", headers={HEADER: header}).status_code == 200
    assert caller(agent).client.get("/api/v1/customers", headers={HEADER: header}).status_code in (200, 422)


@pytest.mark.django_db
def test_a_program_is_told_where_words_belong(agent: Staff, caller):
    program = caller(agent)
    answer = program.get("/customers", q=PHONE)

    assert answer.status_code == 422
    assert "Jingming-Asked" in answer.json()["detail"]
    assert program.get("/customers", words=PHONE).json() == {"items": [], "next": None}
