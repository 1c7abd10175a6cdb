"""Texts: changed by versions, never lost, back to what is shipped; rendered from what holds; their pages."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from jingming.audit.queries import keys_for
from jingming.base.errors import Stale, Unfit
from jingming.messages import actions, queries
from jingming.messages.models import Version
from jingming.messages.rendering import examples
from jingming.messages.rules import Channel, Purpose, Text, shipped
from tests.cast import TEN_O_CLOCK

ACK, SMS = Purpose.ACKNOWLEDGEMENT, Channel.SMS
NEW = {"zh": Text("", "{{company}}已受理：{{order_number}}"), "en": Text("", "{{company}} has it: {{order_number}}")}
PAGE = "/messages/acknowledgement/sms/"
TYPED = {"body_zh": "{{company}}已受理", "body_en": "{{company}} has it", "seen": "0"}


def save(by, texts=NEW, seen=0):
    actions.save(ACK, SMS, texts, seen=seen, by=by, at=TEN_O_CLOCK)


def test_what_nobody_has_changed_is_as_shipped(company):
    holds = queries.in_force(ACK, SMS)

    assert (holds.number, holds.as_shipped, holds.texts) == (0, True, shipped()[ACK, SMS])


def test_a_saved_text_holds_at_once_and_is_a_version_with_a_line_of_audit(sysadmin):
    save(sysadmin)

    values = examples(ACK, "zh")
    assert queries.render(ACK, SMS, "zh", values).body == "景明燃气已受理：BX-0562-20261122-000017"
    version = Version.objects.get()
    assert (version.number, version.by, keys_for(version)) == (1, sysadmin, ["messaging.changed"])


def test_the_same_text_makes_no_version(sysadmin):
    save(sysadmin, shipped()[ACK, SMS])
    save(sysadmin)
    save(sysadmin, seen=1)

    assert Version.objects.count() == 1


def test_who_was_slower_is_told_and_changes_nothing(sysadmin):
    save(sysadmin)
    with pytest.raises(Stale):
        save(sysadmin, {"zh": Text("", "x"), "en": Text("", "y")})

    assert queries.in_force(ACK, SMS).texts == NEW


def test_a_faulty_text_is_refused_beside_its_field(sysadmin):
    with translation.override("en"), pytest.raises(Unfit) as refusal:
        save(sysadmin, {"zh": Text("", "{{order_number"), "en": Text("", "{{nothing}}")})

    assert list(refusal.value.fields) == ["body_zh", "body_en"]
    assert not Version.objects.exists()


def test_back_to_shipped_is_a_version_too_and_follows_what_is_shipped(sysadmin):
    save(sysadmin)
    actions.back_to_shipped(ACK, SMS, by=sysadmin, at=TEN_O_CLOCK)
    actions.back_to_shipped(ACK, SMS, by=sysadmin, at=TEN_O_CLOCK)  # nothing to do

    newest, older = queries.versions(ACK, SMS)
    assert (newest.number, newest.texts, keys_for(newest)) == (2, None, ["messaging.reset"])
    assert queries.in_force(ACK, SMS).texts == shipped()[ACK, SMS]
    assert older.in_force() == NEW


def test_a_version_is_never_changed(sysadmin):
    save(sysadmin)
    with pytest.raises(DatabaseError), transaction.atomic():
        Version.objects.update(number=7)


@pytest.mark.parametrize("change", [{"hotline": None}, {"survey_link": "x"}])
def test_a_message_needs_exactly_the_values_of_its_purpose(company, change):
    values = {name: value for name, value in {**examples(ACK, "en"), **change}.items() if value is not None}
    with pytest.raises(Unfit):
        queries.render(ACK, SMS, "en", values)


# --- Pages ----------------------------------------------------------------------------------------------------------
def test_the_administrator_changes_a_text_on_its_page_and_goes_back(signed_in, sysadmin):
    desk = signed_in(sysadmin)

    assert "The shipped text" in desk.get(PAGE).content.decode()
    assert desk.post(PAGE, TYPED).status_code == 302
    page = desk.get(PAGE).content.decode()
    assert "Version 1" in page
    assert "景明燃气已受理" in page
    assert "Version 1" in desk.get("/messages/").content.decode()
    desk.post(f"{PAGE}shipped/")
    assert queries.in_force(ACK, SMS).as_shipped
    assert "{{company}}已受理" in desk.get(f"{PAGE}?from=1").content.decode()


def test_a_refused_text_stays_typed(signed_in, sysadmin):
    answer = signed_in(sysadmin).post(PAGE, {**TYPED, "body_en": "{{hotline"})

    assert answer.status_code == 422
    assert "is opened and never closed" in answer.content.decode()
    assert "{{company}}已受理" in answer.content.decode()


@pytest.mark.parametrize("headers", [{"hx-request": "true"}, {}])
def test_what_is_typed_is_previewed_and_not_saved(signed_in, sysadmin, headers):
    answer = signed_in(sysadmin).post(f"{PAGE}preview/", {**TYPED, "body_zh": "<b>{{hotline}}</b>"}, headers=headers)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "&lt;b&gt;95777&lt;/b&gt;" in page
    assert "12 characters (GSM-7), 1 text message; 148 more fit into it" in page
    assert ("<html" in page) == (not headers)
    assert not Version.objects.exists()


@pytest.mark.parametrize("page", ["survey/announcement/", "nothing/sms/", "survey/pigeon/"])
def test_there_are_no_other_texts(signed_in, sysadmin, page):
    assert signed_in(sysadmin).get(f"/messages/{page}").status_code == 404


def test_the_overview_costs_the_same_however_much_was_changed(signed_in, sysadmin, django_assert_num_queries):
    desk = signed_in(sysadmin)
    desk.get("/messages/")
    with translation.override("en"), django_assert_num_queries(1):
        queries.all_in_force()
    save(sysadmin)
    actions.save(Purpose.SURVEY, SMS, NEW, seen=0, by=sysadmin, at=TEN_O_CLOCK)
    with django_assert_num_queries(1):
        names = [
            one.version.by.get_full_name() for row in queries.all_in_force().values() for one in row if one.version
        ]
    assert len(names) == 2
