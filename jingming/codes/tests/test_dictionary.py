"""The dictionary: what it offers, who changes it, what is never lost."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from jingming.audit.queries import keys_for
from jingming.base.errors import Unfit
from jingming.codes import actions, queries
from jingming.codes.models import Code
from jingming.codes.rules import GIVEN_UNASKED, Set
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


def test_loading_adds_what_a_newer_version_ships(company, monkeypatch):
    newer = [*actions.shipped()["channel"], {"code": "pigeon", "zh": "鸽传", "en": "Pigeon"}]
    monkeypatch.setitem(actions.shipped(), "channel", newer)

    assert actions.load_shipped() == 1
    assert Code.objects.get(set="channel", code="pigeon").label == LABEL


@pytest.mark.parametrize("change", [{"code": "telefax"}, {"set": "level"}])
def test_the_database_lets_nobody_change_what_a_code_is(company, change):
    with pytest.raises(DatabaseError, match=r"A code never changes: channel\.fax"), transaction.atomic():
        Code.objects.filter(set="channel", code="fax").update(**change)


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


def test_a_code_is_offered_from_its_first_to_its_last_day(sysadmin):
    fax = Code.objects.get(set="channel", code="fax")
    days = {"first_day": date(2026, 11, 23), "last_day": date(2026, 11, 24)}
    actions.schedule(fax, **days, by=sysadmin, at=TEN_O_CLOCK)

    offered = [
        "fax" in {code for code, _label in queries.choices("channel", TEN_O_CLOCK + timedelta(days=d))}
        for d in range(4)
    ]
    assert offered == [False, True, True, False]
    with translation.override("en"):
        named = [dict(queries.recorded("channel", TEN_O_CLOCK + timedelta(days=d)))["fax"] for d in range(4)]
    assert named == ["Fax (not offered yet)", "Fax", "Fax", "Fax (retired)"]
    assert keys_for(fax) == ["codes.scheduled"]


def test_a_code_does_not_end_before_it_begins_nor_before_those_below_it(sysadmin):
    fax, gas = Code.objects.get(set="channel", code="fax"), Code.objects.get(set="category", code="gas")
    with pytest.raises(Unfit) as refusal:
        actions.schedule(fax, first_day=date(2026, 12, 2), last_day=date(2026, 12, 1), by=sysadmin, at=TEN_O_CLOCK)
    with pytest.raises(actions.StillHasCodesBelow):
        actions.schedule(gas, first_day=None, last_day=date(2026, 12, 1), by=sysadmin, at=TEN_O_CLOCK)

    assert list(refusal.value.fields) == ["last_day"]
    assert Code.objects.filter(pk__in=[fax.pk, gas.pk], valid_from=None, valid_to=None).count() == 2


@pytest.mark.parametrize(("set_", "code"), GIVEN_UNASKED.items())
def test_what_is_written_where_nobody_chooses_is_always_offered(sysadmin, set_, code):
    needed = Code.objects.get(set=set_, code=code)
    with pytest.raises(Unfit):
        actions.retire(needed, last_day=date(2026, 11, 22), by=sysadmin, at=TEN_O_CLOCK)
    with pytest.raises(Unfit):
        actions.schedule(needed, first_day=date(2030, 1, 1), last_day=None, by=sysadmin, at=TEN_O_CLOCK)

    needed.refresh_from_db()
    assert (needed.valid_from, needed.valid_to) == (None, None)


def test_codes_move_past_the_one_shown_next_to_them(sysadmin):
    def order():
        return [code.code for code in queries.choosable("level", TEN_O_CLOCK)]

    urgent = Code.objects.get(set="level", code="urgent")
    actions.retire(urgent, last_day=date(2026, 11, 21), by=sysadmin, at=TEN_O_CLOCK)
    normal, low = (Code.objects.get(set="level", code=code) for code in ("normal", "low"))

    actions.move(normal, up=True, by=sysadmin, at=TEN_O_CLOCK)
    assert order() == ["normal", "critical", "low"]
    actions.move(low, up=False, by=sysadmin, at=TEN_O_CLOCK)  # the last: nothing happens
    assert (order(), keys_for(low)) == (["normal", "critical", "low"], [])
    assert keys_for(normal) == ["codes.placed"]


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
    queries.memory.forget()
    with django_assert_num_queries(1):
        for set_ in Set:
            queries.choices(set_, TEN_O_CLOCK)


def test_the_api_lists_a_set_and_refuses_one_that_is_not_there(caller, agent):
    program = caller(agent)

    levels = program.get("/codes", set="level").json()
    assert [item["code"] for item in levels["items"]] == ["critical", "urgent", "normal", "low"]
    assert levels["items"][0]["extra"] == {"rank": 1}
    fax = Code.objects.get(set="channel", code="fax")
    actions.retire(fax, last_day=date(2026, 1, 1), by=None, at=TEN_O_CLOCK)
    assert "fax" not in [item["code"] for item in program.get("/codes", set="channel").json()["items"]]
    last = program.get("/codes", set="channel", every="true").json()["items"][-1]
    assert (last["code"], last["valid_to"], last["offered"]) == ("fax", "2026-01-01", False)
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
    desk.post(f"/codes/{pigeon.pk}/move/", {"to": "up"})
    desk.post(f"/codes/{pigeon.pk}/days/", {"first_day": "2999-01-01", "last_day": ""})
    page = desk.get("/codes/channel/").content.decode()
    assert page.index("Not offered yet") < page.index("Carrier pigeon")
    assert keys_for(pigeon) == [
        "codes.added",
        "codes.relabelled",
        "codes.retired",
        "codes.restored",
        "codes.placed",
        "codes.scheduled",
    ]


def test_a_page_keeps_what_was_typed_when_it_refuses(signed_in, sysadmin):
    answer = signed_in(sysadmin).post("/codes/channel/new/", {"code": "phone", "label_zh": "电话", "label_en": "Phone"})

    assert answer.status_code == 422
    assert "This code is in the list already" in answer.content.decode()
    assert 'value="phone"' in answer.content.decode()


def test_only_the_system_administrator_finds_the_dictionary(signed_in, agent, secadmin):
    assert [signed_in(person).get("/codes/").status_code for person in (agent, secadmin)] == [404, 404]
