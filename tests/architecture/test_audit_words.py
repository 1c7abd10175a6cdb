"""Every line that the code writes into the audit is told in words: what was done, and each fact of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jingming.audit.sentences import FACTS, FAMILIES, in_words
from jingming.customers.rules import ACTS
from jingming.workorders.rules import Act
from jingming.workspace import told  # speaks for the slices below

ROOT = Path(__file__).parents[2] / "jingming"
WRITERS = {"record", "_noted", "looked", "was_shown"}
KEY = re.compile(r"[a-z]+\.[a-z_{}]+")
# Keys that are put together → what may stand in the gap.
PUT_TOGETHER = {
    "customers.{}": list(ACTS),
    "workorders.{}": Act.values,
    "organisation.{}_changed": ["unit", "department", "area"],
    "organisation.{}_switched_{}": ["unit", "department", "area"],
}
NO_FACTS = {"by", "at", "to", "why"}


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(ROOT.rglob("*.py")):
        if "tests" in path.parts or ("jingming.audit" not in (text := path.read_text()) and path.parts[-2] != "audit"):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in WRITERS:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def key_of(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else ""


def keys() -> Iterator[tuple[str, str]]:
    for where, call in calls():
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        for node in ast.walk(call.args[0]) if call.args else ():
            key = key_of(node) if isinstance(node, ast.Constant | ast.JoinedStr) else ""
            if name in {"looked", "was_shown"} and key.isidentifier():
                yield where, f"looks.{key}"
            elif KEY.fullmatch(key):
                yield where, key
            if isinstance(node, ast.JoinedStr):
                break


def written_elsewhere() -> Iterator[tuple[str, str]]:
    """Keys that stand in a table or in a variable before they are written."""
    yield "workspace/actions/bulk.py", "workspace.bulk_done"
    yield "workspace/actions/bulk.py", "workspace.bulk_undone"
    yield "files/actions.py", "files.shown"
    yield "audit/dropping.py", "audit.months_dropped"


@pytest.mark.parametrize("key", sorted({key for _where, key in [*keys(), *written_elsewhere()]}))
def test_what_was_done_has_words_and_a_family(key: str) -> None:
    assert key.partition(".")[0] in FAMILIES
    assert key in PUT_TOGETHER or "{}" not in key, "say in PUT_TOGETHER what may stand there"
    for word in PUT_TOGETHER.get(key, [""]):
        for ending in ("on", "off"):
            whole = key.replace("{}", word, 1).replace("{}", ending)
            assert in_words(whole) not in {whole, whole.partition(".")[2]}


def test_the_keys_of_the_code_are_found() -> None:
    assert {"accounts.locked", "workorders.{}", "audit.exported", "jobs.retried"} <= {key for _where, key in keys()}
    assert told.records([]) == []


@pytest.mark.parametrize(
    "fact", sorted({word.arg for _where, call in calls() for word in call.keywords if word.arg} - NO_FACTS)
)
def test_each_fact_has_a_name(fact: str) -> None:
    assert fact in FACTS
