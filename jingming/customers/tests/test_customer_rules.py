"""How typed words become what is kept."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from jingming.base.errors import Unfit
from jingming.customers import rules
from jingming.privacy.keys import new_key

PHONES = {
    "13805621234": "13805621234",
    "138 0562 1234": "13805621234",
    "138-0562-1234": "13805621234",
    "１３８０５６２１２３４": "13805621234",
    "138０562－1234": "13805621234",
    "+86 138 0562 1234": "13805621234",
    "+86-138-0562-1234": "13805621234",
    "0086 13805621234": "13805621234",
    "8613805621234": "13805621234",
    "＋８６１３８０５６２１２３４": "13805621234",
    "\u202d+86 138 0562 1234\u202c": "13805621234",
    " 0562-2831100 ": "05622831100",
    "(0562) 2831100": "05622831100",
    "（0562）2831100": "05622831100",
    "+86 562 2831100": "05622831100",
    "+86 10 6234 5678": "01062345678",
    "+86 0562 2831100": "05622831100",
    "+86 400 820 8820": "4008208820",
    "400-820-8820": "4008208820",
    "12345": "12345",
    "95598": "95598",
    "+86 95598": "95598",
    "110": "110",
    "2831100": "2831100",
    "+852 2345 6789": "+85223456789",
    "00852 2345 6789": "+85223456789",
    "+1 (212) 555-0123": "+12125550123",
}

NO_PHONES = [
    "",
    "12",
    "1" * 16,
    "+0123456789",
    "+86",
    "no number",
    "138O5621234",
    "1380562 12a4",
    "１２",
    "+12345",
    "++861380",
]

WITH_EXTENSION = [
    "0562-2831100-转8012",
    "2831100转12",
    "2831100 ext 12",
    "2831100x12",
    "2831100#12",
    "2831100分机12",
    "2831100,12",
    "2831100*12",
]


@pytest.mark.parametrize("typed", PHONES)
def test_a_phone_number_is_kept_as_it_is_dialled(typed: str):
    assert rules.phone_number(typed) == PHONES[typed]


@pytest.mark.parametrize("kept", sorted(set(PHONES.values())))
def test_a_kept_number_stays_as_it_is(kept: str):
    assert rules.phone_number(kept) == kept


@pytest.mark.parametrize("typed", NO_PHONES)
def test_what_cannot_be_dialled_is_refused(typed: str):
    with pytest.raises(Unfit) as refused:
        rules.phone_number(typed)

    assert "phone" in refused.value.fields


@pytest.mark.parametrize("typed", WITH_EXTENSION)
def test_an_extension_is_refused_with_the_way_out(typed: str):
    with pytest.raises(Unfit) as refused:
        rules.phone_number(typed)

    assert refused.value.fields == {
        "phone": rules._("Leave the extension out of the number and write it into the remark.")
    }


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("100017", "100017"),
        (" 0562 100 017 ", "0562100017"),
        ("０５６２１０００１７", "0562100017"),
        ("hb-12/7a", "HB-12/7A"),
        ("a\u200bb", "AB"),
        ("1" * 30, "1" * 30),
    ],
)
def test_an_account_number_is_kept_in_capitals_without_spaces(typed: str, kept: str):
    assert rules.account_number(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "1" * 31, "户号", "1%", "1'--", "-1", "a*", "x\x00\x01;"])
def test_what_is_no_account_number_is_refused(typed: str):
    with pytest.raises(Unfit) as refused:
        rules.account_number(typed)

    assert "account_number" in refused.value.fields


def test_text_on_one_line_loses_what_cannot_be_seen():
    assert rules.one_line(" a\tb\nc \u202e d\x07\u200be ") == "a b c de"


def test_the_search_box_is_read_as_all_that_it_may_mean():
    read, Reading = rules.read_query, rules.Reading  # noqa: N806  # a class
    assert read("0562-100017") == Reading(
        account="0562-100017",
        device="0562-100017",
        phone="0562100017",
        digits="0562100017",
        fragments=("0562", "100017"),
    )
    assert read("138 0562 1234").digits == read("13805621234").phone == "13805621234"
    assert read("１２３４").digits == "1234"
    assert read("周晓") == Reading(name="周晓", fragments=("周晓",))
    assert read("周") == Reading(name="周", alone=("周",))
    assert read("ＺＸＬ") == Reading(name="ZXL", initials="zxl", fragments=("zxl",))
    assert read("HB12") == Reading(account="HB12", device="HB12", name="HB12", initials="hb12", fragments=("hb12",))
    assert read("桂花苑 12-2-601") == Reading(name="桂花苑 12-2-601", fragments=("桂花", "花苑", "12", "2", "601"))
    assert read("鑫源 餐饮").fragments == ("鑫源", "餐饮")
    assert read("桂 601") == Reading(name="桂 601", fragments=("601",), alone=("桂",))
    assert read("12") == Reading()
    assert not read("  %  ")


def test_a_house_number_is_no_phone():
    assert rules.read_query("12-2-601").digits == ""
    assert rules.read_query("桂花苑 1234").digits == ""
    assert rules.read_query("0562-2831").digits == "05622831"


def test_a_phone_is_known_by_each_four_digits_its_first_seven_and_its_last_four():
    assert len(rules.grams("13805621234")) == 10
    assert rules.grams("056228") == sorted([*rules.anywhere("056228"), *rules.at_end("6228")])
    assert set(rules.anywhere("5622")) < set(rules.grams("05622831100"))
    assert set(rules.at_beginning("0562283")) < set(rules.grams("05622831100")) - set(rules.anywhere("05622831100"))
    assert rules.grams("+8613800") == rules.grams("8613800")
    assert rules.grams("110") == []


def test_the_four_at_the_end_are_not_the_same_four_in_the_middle():
    assert not set(rules.at_end("1234")) & set(rules.anywhere("1234"))
    assert set(rules.anywhere("11111")) - set(rules.anywhere("21111"))


def test_who_lacks_the_key_cannot_tell_the_digits_from_the_hashes(settings: Settings):
    before = rules.grams("13805621234")
    settings.DATA_KEYS = new_key(1)
    assert not set(before) & set(rules.grams("13805621234"))


@pytest.mark.parametrize(
    ("text", "words", "way", "marked"),
    [
        ("13805621234", "0562", "phone", ["0562"]),
        ("13812341234", "1234", "phone", ["1234"]),
        ("0562-100017", "0562－10", "account", ["0562-10"]),
        ("G47781", "g4 77", "device", ["G477"]),
        ("铜陵鑫源餐饮有限公司", "餐饮 鑫源", "name", ["鑫源餐饮"]),
        ("桂花苑12-2-601", "桂花 601", "address", ["桂花", "601"]),
        ("桂花苑12-2-601", "2", "address", ["2"]),
        ("ＫＦＣ 铜陵", "kfc", "name", ["ＫＦＣ"]),
        ("周晓岚", "zxl", "initials", []),
        ("周(晓岚", "(", "name", []),
    ],
)
def test_what_was_typed_is_marked_in_what_is_shown(text: str, words: str, way: str, marked: list[str]):
    found = rules.pieces(text, words, rules.Way(way))

    assert "".join(piece.text for piece in found) == text
    assert [piece.text for piece in found if piece.marked] == marked


@pytest.mark.parametrize(
    ("number", "ways"),
    [
        ("2831100", {"2831100", "05622831100"}),
        ("05622831100", {"2831100", "05622831100"}),
        ("13805621234", {"13805621234"}),
        ("05532831100", {"05532831100"}),
        ("110", {"110"}),
        ("4008001234", {"4008001234"}),
    ],
)
def test_a_line_of_the_city_is_the_same_with_and_without_its_area_code(number: str, ways: set[str]):
    assert rules.ways_to_dial(number, "0562") == ways
    assert rules.ways_to_dial(number, "") == {number}


@pytest.mark.parametrize(
    ("field", "kept", "merged", "side"),
    [
        ("note", "a", "a", "kept"),
        ("note", "a", "", "kept"),
        ("note", "", "b", "merged"),
        ("note", "a", "b", "both"),
        ("sensitive", ["elderly"], ["infant"], "both"),
        ("key_account", False, True, "merged"),
        ("name", "a", "b", "kept"),
    ],
)
def test_a_merge_proposes_what_is_known_and_loses_no_warning(field: str, kept: object, merged: object, side: str):
    assert rules.likely_side(field, kept, merged, looked_through=False) == side


def test_what_was_looked_through_is_proposed_for_the_name():
    assert rules.likely_side("name", "a", "b", looked_through=True) == "merged"
    assert rules.both_together("sensitive", ["b", "a"], ["c", "a"]) == ["a", "b", "c"]
