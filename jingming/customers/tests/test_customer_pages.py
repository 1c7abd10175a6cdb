"""The pages of the archives, as somebody at the desk sees them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from jingming.accounts.models import Staff
from jingming.customers import actions
from jingming.customers.models import Change, ConductNote, Customer, Phone, ServicePoint
from jingming.privacy.actions import forget
from jingming.privacy.vault import erased
from tests.cast import TEN_O_CLOCK

SignedIn = Callable[..., Client]


def said(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def without_address_and_token(page: str) -> str:
    return re.sub(r"/customers/[0-9]+/|name=\"csrfmiddlewaretoken\" value=\"[^\"]+\"", "", page)


def test_the_list_shows_the_customers_of_ones_places(signed_in: SignedIn, agent: Staff, point: ServicePoint):
    page = said(signed_in(agent).get("/customers/"))

    assert "周晓岚" in page
    assert "0562-100017" in page
    assert "New customer" in page


def test_who_may_only_look_is_offered_nothing_else(signed_in: SignedIn, head: Staff, household: Customer):
    browser = signed_in(head)

    assert "New customer" not in said(browser.get("/customers/"))
    page = said(browser.get(f"/customers/{household.pk}/"))
    assert "周晓岚" in page
    assert f"/customers/{household.pk}/change/" not in page
    assert browser.get(f"/customers/{household.pk}/change/").status_code == 404


def test_the_search_finds_and_says_what_to_do_when_it_does_not(signed_in: SignedIn, agent: Staff, point: ServicePoint):
    browser = signed_in(agent)

    assert "桂花苑 12-2-601" in said(browser.get("/customers/", {"q": "138 0562 1234"}))
    assert "Nobody found" in said(browser.get("/customers/", {"q": "999999"}))
    assert browser.get("/customers/", {"q": "x" * 3900}).status_code == 200
    assert browser.get("/customers/", {"cursor": "broken"}).status_code == 302


def test_an_archive_shows_everything_and_its_history(
    signed_in: SignedIn, agent: Staff, household: Customer, point: ServicePoint
):
    contact = actions.add_contact(household, "周明", duty="family", phone="2831100", by=agent, at=TEN_O_CLOCK)
    actions.note_conduct(household, good=True, text="按时缴费", by=agent, at=TEN_O_CLOCK)

    page = said(signed_in(agent).get(f"/customers/{household.pk}/"))

    for fact in [
        "周晓岚",
        "13805621234",
        "0562-100017",
        "G47781",
        "桂花北 03",
        contact.name,
        "Family member",
        "按时缴费",
    ]:
        assert fact in page
    for line in ["opened the archive", "added a service point", "added a contact person", "Good conduct"]:
        assert line in page


def test_foreign_and_unknown_archives_answer_alike(signed_in: SignedIn, stranger: Staff, household: Customer):
    browser = signed_in(stranger)

    foreign = browser.get(f"/customers/{household.pk}/")
    unknown = browser.get("/customers/999999999999/")
    beyond = browser.get(f"/customers/{10**30}/")

    assert foreign.status_code == unknown.status_code == beyond.status_code == 404
    assert without_address_and_token(said(foreign)) == without_address_and_token(said(unknown))


def test_an_archive_is_opened_by_the_page(signed_in: SignedIn, agent: Staff):
    browser = signed_in(agent)
    typed = {"name": "吴敏", "kind": "person", "phone": "0562-2831100", "unit": "340705", "number": "", "note": ""}

    answer = browser.post("/customers/new/", typed)

    customer = Customer.objects.get(name="吴敏")
    assert answer.url == f"/customers/{customer.pk}/"
    assert [phone.number for phone in customer.phones.all()] == ["05622831100"]
    assert "The archive has been opened." in said(browser.get(answer.url))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 121}, "120"),
        ({"phone": "2831100转12"}, "Leave the extension out of the number"),
        ({"phone": "12"}, "A phone number has 3 to 15 digits"),
        ({"unit": "340202"}, "not one of the available choices"),
        ({"kind": "ghost"}, "Select a valid choice"),
        ({"note": "x" * 3000}, "2000"),
        ({"number": "x" * 31}, "30"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field_and_nothing_is_kept(
    signed_in: SignedIn, agent: Staff, typed: dict[str, str], sentence: str
):
    answer = signed_in(agent).post("/customers/new/", {"name": "吴敏", "kind": "person", **typed})

    assert answer.status_code == 422
    assert sentence in said(answer)
    assert not Customer.objects.exists()


def test_a_stale_save_shows_the_difference_and_the_next_one_saves(
    signed_in: SignedIn, agent: Staff, dispatcher: Staff, household: Customer
):
    actions.change_customer(household, version=1, name="周晓兰", by=dispatcher, at=TEN_O_CLOCK)
    browser, page = signed_in(agent), f"/customers/{household.pk}/change/"
    typed = {
        "name": "周小岚",
        "kind": "person",
        "unit": "340705",
        "number": "",
        "note": "",
        "version": "1",
        "reason": "told",
    }

    stopped = browser.post(page, typed)

    assert stopped.status_code == 409
    assert "周晓兰" in said(stopped)
    assert "周小岚" in said(stopped)
    assert '<input type="hidden" name="version" value="2"' in said(stopped)
    household.refresh_from_db()
    assert household.name == "周晓兰"

    assert browser.post(page, {**typed, "version": "2"}).status_code == 302
    household.refresh_from_db()
    assert (household.name, household.version) == ("周小岚", 3)


def test_every_part_of_an_archive_is_kept_by_its_page(signed_in: SignedIn, agent: Staff, household: Customer):
    browser, home = signed_in(agent), f"/customers/{household.pk}/"

    for path, typed in [
        ("contacts/new/", {"name": "周明", "duty": "family", "phone": "2831100", "reason": "told"}),
        ("phones/new/", {"phone": "2831101", "label": "办公", "reason": "told"}),
        (
            "service-points/new/",
            {"account_number": "77", "address": "路 1", "area": "TG", "reason": "visit"},
        ),
        ("conduct/new/", {"good": "no", "text": "拒绝入户"}),
    ]:
        assert browser.get(home + path).status_code == 200
        answer = browser.post(home + path, typed)
        assert (answer.status_code, answer.url) == (302, home), said(answer)

    contact = household.contacts.get()
    phone = household.phones.get(number="2831101")
    point = household.service_points.get()
    for path, typed in [
        (f"contacts/{contact.pk}/", {"name": "周明明", "duty": "", "reason": "correction"}),
        (f"contacts/{contact.pk}/phones/new/", {"phone": "2831102", "label": "", "reason": "told"}),
        (f"phones/{phone.pk}/", {"phone": "2831103", "label": "", "reason": "told"}),
        (f"phones/{phone.pk}/retire/", {"reason": "told"}),
        (f"contacts/{contact.pk}/retire/", {"reason": "told"}),
        (
            f"service-points/{point.pk}/",
            {"account_number": "77", "address": "路 2", "area": "TG", "version": "1", "reason": "visit"},
        ),
    ]:
        answer = browser.post(home + path, typed)
        assert (answer.status_code, answer.url) == (302, home), said(answer)

    point.refresh_from_db()
    assert (point.address, point.active) == ("路 2", False)
    assert not Phone.objects.filter(customer=household, active=True).exclude(number="13805621234").exists()
    assert ConductNote.objects.get().good is False
    assert Change.objects.filter(customer_id=household.pk).count() == 11


def test_a_service_point_is_handed_over_by_searching_and_choosing(
    signed_in: SignedIn, agent: Staff, household: Customer, point: ServicePoint
):
    heir = actions.add_customer("吴敏", by=agent, at=TEN_O_CLOCK)
    browser, page = signed_in(agent), f"/customers/{household.pk}/service-points/{point.pk}/move/"

    assert "吴敏" in said(browser.get(page, {"q": "吴"}))
    answer = browser.post(page, {"customer": heir.pk})

    assert answer.url == f"/customers/{heir.pk}/"
    point.refresh_from_db()
    assert point.customer == heir


def test_a_service_point_is_not_handed_to_a_customer_that_one_does_not_see(
    signed_in: SignedIn, agent: Staff, household: Customer, point: ServicePoint, works: Customer
):
    page = f"/customers/{household.pk}/service-points/{point.pk}/move/"

    assert signed_in(agent).post(page, {"customer": works.pk}).status_code == 404
    assert signed_in(agent).post(page, {"customer": "99999999999999999999999"}).status_code == 404
    assert signed_in(agent).post(page, {"customer": "²"}).status_code == 200
    point.refresh_from_db()
    assert point.customer == household


def test_acts_are_not_done_by_following_a_link(signed_in: SignedIn, agent: Staff, household: Customer):
    phone = household.phones.get()

    assert "13805621234" in said(signed_in(agent).get(f"/customers/{household.pk}/phones/{phone.pk}/retire/"))
    phone.refresh_from_db()
    assert phone.active


def test_why_a_number_was_retired_stands_in_the_history(signed_in: SignedIn, agent: Staff, household: Customer):
    page = f"/customers/{household.pk}/phones/{household.phones.get().pk}/retire/"

    assert signed_in(agent).post(page, {}).status_code == 422
    assert signed_in(agent).post(page, {"reason": "correction", "why": "停机"}).status_code == 302

    line = Change.objects.filter(customer_id=household.pk).latest("id")
    assert (line.act, line.reason, line.why) == ("phone_retired", "correction", "停机")


def test_what_was_typed_is_shown_as_text(signed_in: SignedIn, agent: Staff):
    customer = actions.add_customer("<script>alert(1)</script>", note="<img src=x>", by=agent, at=TEN_O_CLOCK)

    page = said(signed_in(agent).get(f"/customers/{customer.pk}/"))

    assert "<script>alert(1)" not in page
    assert "<img" not in page


def test_a_name_that_does_not_fit_with_its_tokens_is_told_beside_its_field_and_nothing_is_written(
    signed_in: SignedIn, agent: Staff, dispatcher: Staff, household: Customer
):
    actions.change_customer(household, version=1, name="周晓岚 13900000417", by=dispatcher, at=TEN_O_CLOCK)
    forget(["13900000417"])
    lines = Change.objects.count()
    typed = {"kind": "person", "unit": "340705", "number": "", "note": "", "version": "2", "reason": "told"}

    browser, page = signed_in(agent), f"/customers/{household.pk}/change/"
    browser.cookies["django_language"] = "zh-hans"
    with translation.override("zh-hans"):
        typed["name"] = erased() * 24
        sentence = gettext("This is too long to be kept with the phone and identity numbers in it. Shorten it.")
    answer = browser.post(page, typed)

    assert answer.status_code == 422
    assert sentence in said(answer)
    household.refresh_from_db()
    assert household.version == 2
    assert Change.objects.count() == lines
