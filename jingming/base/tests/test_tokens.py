"""Fragments: the database cuts what is kept, Python what is typed, and both the same way."""

from __future__ import annotations

import random
import unicodedata

import pytest
from django.db import connection

from jingming.base.tokens import runs, tokens

TEXTS = {
    "桂花苑12-2-601": ["桂花", "花苑", "12", "2", "601"],
    "桂花苑 12号楼 2单元 601室": ["桂花", "花苑", "12", "号楼", "2", "单元", "601"],
    "铜陵鑫源餐饮有限公司": ["铜陵", "陵鑫", "鑫源", "源餐", "餐饮", "饮有", "有限", "限公", "公司"],
    "ＫＦＣ（铜陵）": ["kfc", "铜陵"],
    "周": [],
    "": [],
    " ,。-_% ": [],
    "3〇二": ["3", "〇二"],
    "𠮷野家": ["𠮷野", "野家"],
    "Ürümqi 南路": ["r", "mqi", "南路"],
    "ئۈرۈمچى": ["ئۈ", "ۈر", "رۈ", "ۈم", "مچ", "چى"],
}


def kept(text: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT jingming_tokens(%s)", [text])
        return list(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "expected"), TEXTS.items())
def test_a_text_is_cut_into_words_and_pairs(text: str, expected: list[str]):
    assert tokens(text) == kept(text) == expected


@pytest.mark.django_db
def test_python_and_the_database_cut_any_text_alike():
    chance = random.Random(17)
    letters = "桂花苑铜陵安徽〇々ー・가나ёжßİıǅ①㎡㈱ﬁÅÅＡｂ９ Az09-_/.,，。（）【】#%\\\u200b\u3000\u00a0🙂𠮷\ufffd"
    for _ in range(300):
        text = "".join(chance.choices(letters, k=chance.randrange(30)))
        assert tokens(text) == kept(text), text
    # every sign that can be written alone, between two that are pairs
    for first in range(0x20, 0x30000, 0x400):
        signs = [chr(point) for point in range(first, first + 0x400)]
        # Signs that Python's Unicode does not know yet may be known to the database's.
        text = "".join(f"{sign}桂{sign}a" for sign in signs if unicodedata.category(sign) not in {"Cn", "Cs"})
        assert tokens(text) == kept(text), hex(first)


@pytest.mark.django_db
def test_an_index_also_holds_the_places():
    with connection.cursor() as cursor:
        cursor.execute("SELECT jingming_tokens_at('桂花苑', 3, 7, NULL)")
        assert cursor.fetchone()[0] == ["桂花", "花苑", "@3", "@7"]


def test_runs_keep_the_letters_that_stand_alone():
    assert runs("桂 601") == ["桂", "601"]
