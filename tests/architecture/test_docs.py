"""What the documents name exists: files, sections, commands, knobs, code sets; examples are valid."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from jingming.base.environment import KNOBS
from jingming.cli import MENU
from jingming.codes.rules import Set
from jingming.loading import mapping
from jingming.loading.way import ODD
from jingming.wiring import REACTIONS
from jingming.workorders.flows import read_flow
from tests.architecture.names import stands_in_the_code

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
IDS = [page.relative_to(ROOT).as_posix() for page in PAGES]
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:jingming|tests|tools|config|docs|benchmarks)/[\w./-]+)`")
COMMAND = re.compile(r"(?<![\w./-])(?:\.venv/bin/)?jingming (serve|[a-z]+)\b(?=[ `\n])")
TARGET = re.compile(r"`?make ([a-z-]+)`")
SLICES = "|".join(sorted(entry.stem for entry in (ROOT / "jingming").iterdir() if entry.stem.isidentifier()))
NAME = re.compile(rf"`((?:{SLICES})(?:\.[A-Za-z_]\w*)+)`")
KNOB = re.compile(r"\bJINGMING_[A-Z_]+\b")
FENCE = re.compile(r"```.*?```", re.DOTALL)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_lead_somewhere(page: Path):
    broken = []
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        name, _, anchor = link.partition("#")
        if "://" in name:
            continue
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_what_a_page_names_exists(page: Path):
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    names = [name for name in NAME.findall(text) if name not in REACTIONS]
    assert [name for name in names if not stands_in_the_code(name.removesuffix(".py"))] == []
    assert [path for path in PATH.findall(text) if not list(ROOT.glob(path.rstrip("/")))] == []
    assert set(TARGET.findall(text)) <= targets
    assert set(KNOB.findall(text)) <= {knob.name for knob in KNOBS} | {"JINGMING_"}


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_commands_that_a_page_tells_exist(page: Path):
    code = re.findall(r"`[^`\n]+`|```sh\n.*?```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert {name for text in code for name in COMMAND.findall(text)} <= set(MENU)


def test_the_example_of_a_type_is_a_sound_flow():
    text = (ROOT / "docs/adding-a-feature.md").read_text(encoding="utf-8")
    example = json.loads(re.findall(r"```json\n(.*?)```", text, re.DOTALL)[0])
    assert read_flow(example).step("blocking").label.zh == "停卡"


def test_the_list_of_code_sets_is_complete():
    text = (ROOT / "docs/adding-a-feature.md").read_text(encoding="utf-8")
    told = text.partition("Sets now:")[2].partition("\n\n")[0]
    assert re.findall(r"`(\w+)`", told) == Set.values


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_examples_in_json_are_json(page: Path):
    for example in re.findall(r"```json\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        json.loads(example)


def test_the_page_about_importing_knows_every_setting_and_everything_odd():
    told = set(re.findall(r"[`\[](\w+)[`\]]", (ROOT / "docs/operations/import.md").read_text(encoding="utf-8")))
    parts = (
        mapping.Mapping,
        mapping.FileShape,
        mapping.PlaceOfOrders,
        mapping.Groups,
        mapping.OrderDefaults,
        mapping.Columns,
    )
    assert {name for part in parts for name in part.model_fields} | set(ODD) <= told
