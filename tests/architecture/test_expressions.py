"""No regular expression of the product can be made to hang: each is run over up to 100 kB of what suits it least."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product
from pathlib import Path
from re import _constants as signs  # type: ignore[attr-defined]  # the parts of an expression have no public names
from re import _parser as parser  # type: ignore[attr-defined]
from time import process_time
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SIZES = (23, 1_000, 10_000)  # characters; what grows too fast is seen at the small ones, before it takes years
WHOLE = 100_000  # for what took a hundredth of the limit with a tenth of it: others cannot reach it, unless seen before
LIMIT = 0.2  # seconds of this process, so that a busy machine plays no part
ENDS = ("", "\0", "a", "0", " ")
CALLS = frozenset({"compile", "search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split"})
ANCHORED = {"fullmatch", "match"}
# Where an expression is put together from what a function is given: file and the words that name it → why it is safe.
PUT_TOGETHER = {
    ("accounts/passwords.py", "kind"): "one of four classes of letters",
    ("customers/rules.py", "_whole(run)"): "a run of letters and digits as it stands, without repetition",
    ("loading/moments.py", "''.join((_PARTS.get(word) or re.escape(word) for word in words))"): "parts of fixed length",
}
# What reads only what we ship ourselves.
OURS = ("loading/demo/", "ui/reference.py")


@dataclass(frozen=True)
class Expression:
    """An expression, where it stands, and how it is used."""

    where: str
    pattern: re.Pattern[Any]
    ways: frozenset[str]


def calls_in(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            whose, _point, how = ast.unparse(node.func).rpartition(".")
            if whose == "re" and how in CALLS:
                yield how, node


def sources() -> dict[str, ast.AST]:
    found = {}
    for top in ("jingming", "config"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.parts):
                found[str(path.relative_to(ROOT))] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def named(tree: ast.AST) -> dict[int, str]:
    """The line of an expression that is compiled once → the name that it has."""
    return {
        call.lineno: node.targets[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        for _how, call in calls_in(node)
    }


@cache
def expressions() -> tuple[Expression, ...]:
    """Every expression of the product."""
    trees = sources()
    used: dict[str, set[str]] = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in CALLS
                and isinstance(node.value, ast.Name | ast.Attribute)
            ):
                name = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                used.setdefault(name, set()).add(node.attr)
    found = []
    for file, tree in trees.items():
        names = named(tree)
        for how, call in calls_in(tree):
            words = ast.unparse(call.args[0])
            if (file.partition("/")[2], words) in PUT_TOGETHER or file.partition("/")[2].startswith(OURS):
                continue
            module = importlib.import_module(file.removesuffix(".py").replace("/", ".").removesuffix(".__init__"))
            flags = ast.unparse(call.args[1]) if how == "compile" and len(call.args) > 1 else "0"
            pattern = eval(f"re.compile({words}, {flags})", {**module.__dict__, "re": re})  # our own code
            ways = used.get(names.get(call.lineno, ""), set()) if how == "compile" else {how}
            found.append(Expression(f"{file}:{call.lineno}", pattern, frozenset(ways or {"search", "fullmatch"})))
    return tuple(found)


# --- What suits an expression least ---------------------------------------------------------------------------------
REPEATED = (signs.MAX_REPEAT, signs.MIN_REPEAT, signs.POSSESSIVE_REPEAT)
OF_CATEGORY = {
    signs.CATEGORY_DIGIT: "0", signs.CATEGORY_SPACE: " ", signs.CATEGORY_WORD: "a",
    signs.CATEGORY_NOT_DIGIT: "x", signs.CATEGORY_NOT_SPACE: "x", signs.CATEGORY_NOT_WORD: "-",
}  # fmt: skip


def inside(operation: Any, value: Any) -> list[Any]:
    """The parts of a part: one list for each way through it."""
    if operation in REPEATED:
        return [value[2]]
    if operation is signs.SUBPATTERN:
        return [value[3]]
    if operation is signs.BRANCH:
        return list(value[1])
    if operation is signs.ATOMIC_GROUP:
        return [value]
    return [value[1]] if operation in (signs.ASSERT, signs.ASSERT_NOT) else []


def letters(tree: Any) -> list[str]:
    """Letters that the expression knows, and one that it does not where it says "none of these"."""
    found: list[str] = []
    for operation, value in tree:
        if operation in (signs.LITERAL, signs.NOT_LITERAL):
            found.append(chr(value))
        elif operation is signs.ANY:
            found.append("z")
        elif operation is signs.IN:
            for kind, one in value:
                if kind is signs.LITERAL:
                    found.append(chr(one))
                elif kind is signs.RANGE:
                    found += [chr(one[0]), chr(one[1])]
                else:
                    found.append(OF_CATEGORY.get(one, "\N{IDEOGRAPHIC SPACE}"))
        for part in inside(operation, value):
            found += letters(part)
    return found


def shortest(tree: Any) -> str:
    """Something like the shortest text that fits; what is repeated stands there once at least."""
    text = ""
    for operation, value in tree:
        if operation in (signs.ASSERT, signs.ASSERT_NOT, signs.AT):
            continue
        if parts := inside(operation, value):
            text += shortest(parts[0]) * (max(value[0], 1) if operation in REPEATED else 1)
        else:
            text += "".join(letters([(operation, value)])[:1])
    return text


def repeated(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Each part that may be repeated, with a text that leads up to it."""
    for operation, value in tree:
        if operation in REPEATED:
            yield before, shortest(value[2])
        for part in inside(operation, value):
            yield from repeated(part, before)
        before += shortest([(operation, value)])


def hostile(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """How texts begin, what is repeated in them and how they end: letters of the expression, pairs of them, what fits
    it, what nearly fits."""
    source = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    tree = parser.parse(source, pattern.flags & ~re.UNICODE)
    known = list(dict.fromkeys(letters(tree)))[:8]
    begun = {(before, letter) for letter in known for before in ("", "a")}
    begun |= {("", "".join(pair)) for pair in permutations(known[:5], 2)}
    for before, part in [("", shortest(tree)), *repeated(tree)]:
        begun |= {(before, part), ("", before), ("", before + part), ("", before + part * 2)}
    return [(before, part, end) for (before, part), end in product(sorted(begun), ENDS) if part]


def seconds(pattern: re.Pattern[Any], way: str, text: tuple[str, str, str], size: int) -> float:
    """How long it takes over a text of so many characters."""
    before, part, end = text
    whole: Any = before + part * (size // len(part)) + end
    if isinstance(pattern.pattern, bytes):
        whole = whole.encode("utf-8", "replace")
    began = process_time()
    if way in ANCHORED:
        getattr(pattern, way)(whole)
    else:
        for _found in pattern.finditer(whole):
            pass
    return process_time() - began


def slowest(pattern: re.Pattern[Any], ways: frozenset[str]) -> float:
    """Seconds for the text that takes longest; no further ones are tried once it is beyond the limit."""
    worst, again = 0.0, []
    for size, way, text in product(
        SIZES, sorted({way if way in ANCHORED else "search" for way in ways}), hostile(pattern)
    ):
        took = seconds(pattern, way, text, size)
        worst = max(worst, took)
        if worst > LIMIT:
            return worst
        if size == SIZES[-1] and took > LIMIT / 100:
            again.append((way, text))
    for way, text in again:
        worst = max(worst, seconds(pattern, way, text, WHOLE))
        if worst > LIMIT:
            break
    return worst


@pytest.mark.parametrize("expression", expressions(), ids=lambda expression: expression.where)
def test_an_expression_takes_no_time_over_hostile_texts(expression: Expression):
    assert slowest(expression.pattern, expression.ways) <= LIMIT, expression.pattern.pattern


def test_all_expressions_are_found():
    assert len(expressions()) > 80
    assert {"jingming/privacy/rules.py", "jingming/loading/sheets/cells.py"} <= {
        expression.where.partition(":")[0] for expression in expressions()
    }


@pytest.mark.parametrize(
    ("pattern", "way"),
    [(r"(a+)+$", "match"), (r"[ T]+\d\Z", "search"), (r"^\d+|\d+$", "search")],
)
def test_a_slow_one_would_be_noticed(pattern: str, way: str):
    assert slowest(re.compile(pattern), frozenset({way})) > LIMIT
