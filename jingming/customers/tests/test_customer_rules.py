"""How typed words become what is kept."""

from __future__ import annotations

import pytest

from jingming.base.errors import Unfit
from jingming.customers import rules

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
    assert rules.read_query("0562-100017") == rules.Reading("0562-100017", "0562-100017", "0562100017", "", "", "")
    assert rules.read_query("138 0562 1234") == rules.Reading(
        "13805621234", "13805621234", "13805621234", "13805621234", "", ""
    )
    assert rules.read_query("１２３４").phone_end == "1234"
    assert rules.read_query("周晓") == rules.Reading("", "", "", "", "周晓", "")
    assert rules.read_query("ＺＸＬ") == rules.Reading("", "", "", "", "ZXL", "zxl")
    assert rules.read_query("HB12") == rules.Reading("HB12", "HB12", "", "", "HB12", "hb12")
    assert rules.read_query("12") == rules.Reading("", "", "", "", "", "")
    assert not rules.read_query("  %  ")


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
