"""The glossary knows every word of the vocabulary, and every name that it gives stands in the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jingming.accounts.rules import SHIPPED_ROLES, Authority, Scope
from jingming.organisation.rules import Kind
from jingming.workorders.rules import Act, Status
from jingming.workorders.shipping import ORDER, SHIPPED
from tests.architecture import names

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
VOCABULARIES = {words.__name__: words for words in (Act, Status, Kind, Scope, Authority)}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines(keepends=True)
    if line.startswith("| ") and not line.startswith("| 中文")
]
NAMES = [name for row in ROWS for name in re.findall(r"`([^`]+)`", row[-1])]
WANTED = [
    *(f"{name}.{word.name}" for name, words in VOCABULARIES.items() for word in words),
    *(f"role {code}" for code in SHIPPED_ROLES),
    *(f"type {code}" for code in ORDER),
]


def stands_in_the_code(name: str) -> bool:
    """`type repair`, `role agent`, `Act.OPEN`, or a dotted path below jingming."""
    kind, _, code = name.partition(" ")
    if code:
        return code in {"role": SHIPPED_ROLES, "type": ORDER}[kind]
    vocabulary, _, word = name.partition(".")
    if vocabulary in VOCABULARIES:
        return word in VOCABULARIES[vocabulary].__members__
    return names.stands_in_the_code(name)


@pytest.mark.parametrize("word", WANTED)
def test_every_word_of_the_vocabulary_has_its_line(word: str):
    assert word in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_name_in_the_glossary_stands_in_the_code(name: str):
    assert stands_in_the_code(name)


@pytest.mark.parametrize("name", ["workorders.models.Nothing", "Act.DANCE", "role king", "nowhere.rules.Act"])
def test_the_check_sees_a_name_that_is_not_there(name: str):
    assert not stands_in_the_code(name)


def test_every_line_has_four_cells_and_names_its_place():
    assert [row for row in ROWS if len(row) != 4 or "`" not in row[3]] == []


def test_a_term_of_the_domain_is_given_in_chinese():
    assert [row for row in ROWS if not (row[0] == "—" or CHINESE.search(row[0]))] == []


def test_every_shipped_type_is_in_the_order_in_which_types_are_loaded():
    assert {path.stem for path in SHIPPED.glob("*.json")} == set(ORDER)
