"""Initials of names as people type them."""

import subprocess
import sys

import pytest

from jingming.base.initials import as_initials, initials


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("周晓岚", "zxl"),
        ("单小平", "sxp"),
        ("单小平", "dxp"),
        ("曾国强", "zgq"),
        ("曾国强", "cgq"),
        ("解放", "xf"),
        ("仇和", "qh"),
        ("青阳县第二中学", "qyxdezx"),
        ("重庆路3号 Wang", "cql3hw"),
        ("Zoë Müller", "zm"),
        ("王　芳", "wf"),
    ],
)
def test_a_name_is_found_by_its_initials(name: str, typed: str):
    assert typed in initials(name)


def test_the_likeliest_reading_comes_first_and_there_are_not_too_many():
    assert initials("周晓岚") == ["zxl"]
    found = initials("曾重行乐长单解")
    assert found[0].startswith("c")
    assert len(found) == len(set(found)) == 8


def test_a_very_long_name_keeps_the_beginning():
    assert initials("中" * 120) == ["z" * 20]


def test_a_name_without_letters_has_none():
    assert initials("……") == initials("") == []


@pytest.mark.parametrize(
    ("words", "read"),
    [("ZXL", "zxl"), ("ｚｘｌ", "zxl"), ("z x l", "zxl"), ("z", ""), ("周", ""), ("1234", ""), ("a-b", "")],
)
def test_what_is_typed_may_be_initials(words: str, read: str):
    assert as_initials(words) == read


def test_nothing_is_loaded_until_a_name_is_written():
    code = (
        "import sys; from jingming.base.initials import as_initials; as_initials('zxl');"
        "print('pypinyin' in sys.modules, 'jingming_readings' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "False"]
