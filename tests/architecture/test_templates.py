"""Every template of every slice keeps to the strict content policy, compiles, and says what it needs."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    (path, str(path.relative_to(folder)))
    for folder in (ROOT / "jingming").glob("*/templates")
    for path in folder.rglob("*.html")
)

TAGS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
COMMENT = re.compile(r"{%\s*comment.*?{%\s*endcomment\s*%}", re.DOTALL)
FORBIDDEN = {
    "inline style": re.compile(r"<[a-z][^>]*\sstyle\s*=|<style\b", re.IGNORECASE),
    "inline script": re.compile(r"<script\b(?![^>]*(?:\bsrc\s*=|type=[\"']application/json))", re.IGNORECASE),
    "event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "script in an address": re.compile(r"javascript:", re.IGNORECASE),
    "htmx expression": re.compile(
        r"\bhx-on\b|\bhx-\w+\s*=\s*[\"']\s*js:|hx-trigger\s*=\s*[\"'][^\"']*\[", re.IGNORECASE
    ),
    "words in an address": re.compile(r"<form\b[^>]*method=[\"']get(?:(?!</form).)*\bname=[\"']q[\"']", re.DOTALL),
    "something from elsewhere": re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)\s*=\s*[\"'](?:https?:)?//"),
}


def breaches(text: str) -> list[str]:
    plain = TAGS.sub("", COMMENT.sub("", text))
    return [name for name, pattern in FORBIDDEN.items() if pattern.search(plain)]


@pytest.mark.parametrize(("path", "name"), TEMPLATES, ids=[name for _, name in TEMPLATES])
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(path: Path, name: str):
    assert breaches(path.read_text()) == []


@pytest.mark.parametrize(("path", "name"), TEMPLATES, ids=[name for _, name in TEMPLATES])
def test_texts_are_cut_by_the_one_filter_that_knows_tokens(path: Path, name: str):
    assert not re.search(r"\|\s*truncate", path.read_text())


@pytest.mark.parametrize(("path", "name"), TEMPLATES, ids=[name for _, name in TEMPLATES])
def test_a_template_compiles_and_no_other_takes_its_name(path: Path, name: str):
    assert Path(get_template(name).origin.name) == path


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('<p style="color: red">', "inline style"),
        ("<style>p {}</style>", "inline style"),
        ("<script>alert(1)</script>", "inline script"),
        ('<button type="button" onclick="go()">', "event handler"),
        ('<a href="javascript:go()">', "script in an address"),
        ('<div hx-on:click="go()">', "htmx expression"),
        ('<form method="get" action="/"><input name="q"></form>', "words in an address"),
        ('<script src="https://cdn.example/x.js"></script>', "something from elsewhere"),
    ],
)
def test_the_check_sees_a_planted_breach(text: str, name: str):
    assert name in breaches(text)


def test_a_partial_opens_with_a_comment_that_names_its_context():
    silent = [name for path, name in TEMPLATES if Path(name).name.startswith("_") and not opens_with_its_story(path)]
    assert silent == []


def opens_with_its_story(path: Path) -> bool:
    return path.read_text().lstrip().startswith(("{% comment %}", "{#"))
