"""The dictionary: what it offers, who changes it, what is never lost."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from jingming.audit.queries import keys_for
from jingming.base.errors import Unfit
from jingming.codes import actions, queries
from jingming.codes.models import Code
from jingming.codes.rules import Set
from tests.cast import TEN_O_CLOCK

LABEL = {"zh": "鸽传", "en": "Pigeon"}


def test_every_set_is_shipped_with_labels_in_both_languages():
    shipped = actions.shipped()

    assert sorted(shipped) == sorted(Set.values)
    assert all(entry["zh"] and entry["en"] for entries in shipped.values() for entry in entries)


def test_loading_twice_adds_nothing_and_keeps_what_people_relabelled(sysadmin):
    phone = Code.objects.get(set="channel", code="phone")
    actions.relabel(phone, label=LABEL, by=sysadmin, at=TEN_O_CLOCK)

    assert actions.load_shipped() == 0
    phone.refresh_from_db()
    assert phone.label == LABEL


def test_loading_adds_what_a_newer_version_ships(company):
    Code.objects.filter(set="channel", code="fax").update(code="as_if_not_yet_shipped")

    assert actions.load_shipped() == 1
    assert Code.objects.get(set="channel", code="fax").label == {"zh": "传真", "en": "Fax"}


def test_an_added_code_is_offered_at_once_and_audited(sysadmin):
    code = actions.add(set_="channel", code="pigeon", label=LABEL, by=sysadmin, at=TEN_O_CLOCK)

    with translation.override("zh-hans"):
        assert queries.choices("channel", TEN_O_CLOCK)[-1] == ("pigeon", "鸽传")
    assert keys_for(code) == ["codes.added"]


@pytest.mark.parametrize("word", ["Pigeon", "1st", "", "a b", "x" * 41, "鸽"])
def test_a_code_that_programs_could_not_spell_is_refused(sysadmin, word):
    with pytest.raises(Unfit) as refusal:
        actions.add(set_="channel", code=word, label=LABEL, by=sysadmin, at=TEN_O_CLOCK)

    assert list(refusal.value.fields) == ["code"]
    assert not Code.objects.filter(set="channel", label=LABEL).exists()


def test_a_code_is_never_given_twice(sysadmin):
    with pytest.raises(actions.CodeTaken):
        actions.add(set_="channel", code="phone", label=LABEL, by=sysadmin, at=TEN_O_CLOCK)


def test_a_retired_code_is_offered_until_its_last_day_and_known_for_ever(sysadmin):
    fax = Code.objects.get(set="channel", code="fax")
    actions.retire(fax, last_day=date(2026, 11, 22), by=sysadmin, at=TEN_O_CLOCK)

    offered = [[code for code, _label in queries.choices("channel", TEN_O_CLOCK + timedelta(days=d))] for d in (0, 1)]
    assert ["fax" in codes for codes in offered] == [True, False]
    assert queries.check("channel", "fax", "channel") == fax
    with pytest.raises(Unfit):
        queries.check("channel", "fax", "channel", TEN_O_CLOCK + timedelta(days=1))

    actions.restore(fax, by=sysadmin, at=TEN_O_CLOCK)
    assert queries.check("channel", "fax", "channel", TEN_O_CLOCK + timedelta(days=1)) == fax
    assert keys_for(fax) == ["codes.retired", "codes.restored"]


def test_a_code_with_codes_below_is_not_retired_before_them(sysadmin):
    gas = Code.objects.get(set="category", code="gas")

    with pytest.raises(actions.StillHasCodesBelow):
        actions.retire(gas, last_day=date(2026, 11, 22), by=sysadmin, at=TEN_O_CLOCK)

    gas.refresh_from_db()
    assert gas.valid_to is None


def test_an_unknown_code_is_told_what_there_is_instead(company):
    with pytest.raises(Unfit) as refusal, translation.override("en"):
        queries.check("level", "highest", "level")

    assert refusal.value.fields == {
        "level": "There is no “highest” here. Choose one of: critical, urgent, normal, low."
    }


def test_codes_below_follow_the_one_above_and_show_the_way_down(company):
    with translation.override("en"):
        choices = queries.choices("category", TEN_O_CLOCK)

    assert choices[:2] == [("power", "Power"), ("power_outage", "Power / No supply")]


def test_the_dictionary_is_read_once_for_many_questions(company, django_assert_num_queries):
    queries.forget()
    with django_assert_num_queries(1):
        for set_ in Set:
            queries.choices(set_, TEN_O_CLOCK)


def test_the_api_lists_a_set_and_refuses_one_that_is_not_there(caller, agent):
    program = caller(agent)

    levels = program.get("/codes", set="level").json()
    assert [item["code"] for item in levels["items"]] == ["critical", "urgent", "normal", "low"]
    assert levels["items"][0]["extra"] == {"rank": 1}
    unknown = program.get("/codes", set="colours")
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "set")


def test_the_administrator_adds_relabels_retires_and_restores_on_pages(signed_in, sysadmin):
    desk = signed_in(sysadmin)

    desk.post("/codes/channel/new/", {"code": "pigeon", "label_zh": "鸽传", "label_en": "Pigeon"})
    pigeon = Code.objects.get(set="channel", code="pigeon")
    desk.post(f"/codes/{pigeon.pk}/rename/", {"label_zh": "信鸽", "label_en": "Carrier pigeon"})
    desk.post(f"/codes/{pigeon.pk}/retire/", {"last_day": "2026-11-01"})
    page = desk.get("/codes/channel/").content.decode()
    assert "Carrier pigeon" in page
    assert "Restore" in page
    desk.post(f"/codes/{pigeon.pk}/restore/")

    pigeon.refresh_from_db()
    assert (pigeon.label, pigeon.valid_to) == ({"zh": "信鸽", "en": "Carrier pigeon"}, None)


def test_a_page_keeps_what_was_typed_when_it_refuses(signed_in, sysadmin):
    answer = signed_in(sysadmin).post("/codes/channel/new/", {"code": "phone", "label_zh": "电话", "label_en": "Phone"})

    assert answer.status_code == 422
    assert "This code is in the list already" in answer.content.decode()
    assert 'value="phone"' in answer.content.decode()


def test_only_the_system_administrator_finds_the_dictionary(signed_in, agent, secadmin):
    assert [signed_in(person).get("/codes/").status_code for person in (agent, secadmin)] == [404, 404]
