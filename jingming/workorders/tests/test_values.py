"""Values of a type's own fields: what each kind takes, and what a field may be declared as."""

from __future__ import annotations

import time
from typing import Any

import pytest
from pydantic import ValidationError

from jingming.workorders.flows import FIELD_KINDS, FormField
from jingming.workorders.values import PATTERNS, READERS, Wrong, read_value

LABEL = {"zh": "表读数", "en": "Reading"}
AB = [{"value": one, "label": {"zh": one, "en": one}} for one in ("a", "b")]


def field(kind: str, **more: Any) -> FormField:
    offered = {"choices": AB} if kind in ("choice", "choices") else {}
    return FormField.model_validate({"key": "asked", "label": LABEL, "kind": kind, **offered, **more})


TAKEN: list[tuple[FormField, object, object]] = [
    (field("text", shortest=2, longest=4), "三楼", "三楼"),
    (field("text", pattern="plate"), "皖G12345", "皖G12345"),
    (field("text", pattern="postcode"), "244000", "244000"),
    (field("long_text"), "一\n二", "一\n二"),
    (field("integer", least=0, most=10), 10, 10),
    (field("number", least=-1.5), -1.5, -1.5),
    (field("date", least="2026-01-01"), "2026-01-01", "2026-01-01"),
    (field("datetime"), "2026-11-22T16:30+08:00", "2026-11-22T08:30:00+00:00"),
    (field("datetime"), "2026-11-22T16:30:59", "2026-11-22T08:30:00+00:00"),
    (field("datetime", most="2026-11-22"), "2026-11-22T23:59", "2026-11-22T15:59:00+00:00"),
    (field("choice"), "a", "a"),
    (field("choices"), ["b", "a", "b"], ["a", "b"]),
    (field("flag"), False, False),
    (field("phone"), "０562-2831100", "05622831100"),
]
REFUSED: list[tuple[FormField, object]] = [
    *((field("text", shortest=2, longest=4), value) for value in ("三", "一二三四五", 4, ["三楼"], "a\x00b")),
    *((field("text", pattern="digits"), value) for value in ("12a", "１２", "12\n", "-1")),
    (field("text", pattern="email"), "a@b@c"),
    (field("long_text"), "一" * 10_001),
    *((field("integer", least=0, most=10), value) for value in (-1, 11, 1.0, True, "3", 10**30)),
    *((field("number", most=3), value) for value in (3.5, float("nan"), float("inf"), "3", False)),
    *((field("date", least="2026-01-01"), value) for value in ("2025-12-31", "2026-02-30", "20260101", "2026-1-1", 1)),
    *((field("datetime"), value) for value in ("2026-11-22", "25:00", "1800-01-01T00:00", 5)),
    (field("datetime", most="2026-11-22"), "2026-11-23T00:00"),
    *((field("choice"), value) for value in ("c", ["a"], 1)),
    *((field("choices"), value) for value in ("a", ["a", "c"], [["a"]])),
    *((field("flag"), value) for value in ("yes", 1)),
    *((field("phone"), value) for value in ("12", "call me", 13800000000)),
]


@pytest.mark.parametrize(("asked", "sent", "kept"), TAKEN)
def test_a_good_value_is_kept_as_json_keeps_it(asked, sent, kept):
    assert read_value(asked, sent) == kept
    assert read_value(asked, kept) == kept


@pytest.mark.parametrize(("asked", "sent"), REFUSED)
def test_a_bad_value_is_refused_with_a_sentence(asked, sent):
    with pytest.raises(Wrong, match=r"[.。]$"):
        read_value(asked, sent)


def test_every_kind_has_a_reader_and_cases_of_both_sorts():
    kinds = set(FIELD_KINDS)
    assert set(READERS) == kinds - {"code"}  # which the dictionary reads
    assert {one.kind for one, *_rest in TAKEN} == {one.kind for one, _sent in REFUSED} == kinds - {"code"}


def test_what_is_retired_takes_nothing_new_and_keeps_what_it_has():
    gone = field("text", active=False)
    assert read_value(gone, "三楼", kept="三楼") == "三楼"
    with pytest.raises(Wrong, match=r"retired|停用"):
        read_value(gone, "四楼", kept="三楼")

    some = field("choices", choices=[AB[0], {**AB[1], "active": False}])
    assert read_value(some, ["a", "b"], kept=["b"]) == ["a", "b"]
    with pytest.raises(Wrong):
        read_value(some, ["b"])


@pytest.mark.parametrize("pattern", [name for name in PATTERNS if name])
def test_no_pattern_runs_long_on_hostile_text(pattern):
    began = time.monotonic()
    for text in ("a" * 2000, "1" * 1999 + "!", "a@" * 1000, "皖" * 2000, "-" * 1999 + "@"):
        PATTERNS[pattern][0].fullmatch(text)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "declared",
    [
        {"kind": "choice"},
        {"kind": "text", "choices": AB},
        {"kind": "choice", "choices": [AB[0], AB[0]]},
        {"kind": "choice", "choices": [{"value": "A b", "label": LABEL}]},
        {"kind": "text", "pattern": "(a+)+$"},
        {"kind": "flag", "longest": 4},
        {"kind": "integer", "least": 5, "most": 4},
        {"kind": "integer", "least": "2026-01-01"},
        {"kind": "date", "least": "tomorrow"},
        {"kind": "text", "least": 1},
        {"kind": "phone", "filterable": True},
        {"kind": "long_text", "filterable": True},
        {"kind": "table"},
        {"kind": "text", "key": "a__contains"},
        {"kind": "text", "key": "Äpfel"},
        {"kind": "text", "key": "x' -- "},
        {"kind": "text", "sql": "1"},
    ],
)
def test_a_field_that_cannot_be_meant_is_no_field(declared):
    with pytest.raises(ValidationError):
        FormField.model_validate({"key": "asked", "label": LABEL, **declared})
