"""WCAG AA contrast of the colours in tokens.css, computed for light, dark and high contrast."""

import re
from pathlib import Path

import pytest

from jingming.ui.reference import colours, contrast

TOKENS = (Path(__file__).parent.parent / "static" / "ui" / "tokens.css").read_text()
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
BLOCK = re.compile(r"([^{}]+)\{([^{}]*)\}")

READABLE = [  # words on what they stand on
    *[("ink", ground) for ground in ("ground", "surface", "raised", "accent-soft")],
    *[("ink", f"{tone}-soft") for tone in ("late", "soon", "done")],
    *[("ink-soft", ground) for ground in ("ground", "surface", "raised")],
    *[("accent", ground) for ground in ("ground", "surface", "raised", "accent-soft")],
    ("accent-hover", "surface"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-late", "late"),
    *[(tone, f"{tone}-soft") for tone in ("late", "soon", "done", "tier")],
    *[(tone, "surface") for tone in ("late", "soon", "done")],
]
VISIBLE = [  # the edge of a control, the ring of the focus
    ("line-control", "surface"),
    ("line-control", "ground"),
    ("accent", "surface"),
    ("late", "surface"),
]


def blocks(selector: str) -> list[dict[str, tuple[str, str]]]:
    plain = re.sub(r"/\*.*?\*/", "", TOKENS, flags=re.DOTALL)
    bodies = [body for name, body in BLOCK.findall(plain) if name.strip() == selector]
    return [{token: (light, dark) for token, light, dark in PAIR.findall(body)} for body in bodies]


ORDINARY = blocks(":root")[0]
HIGH = ORDINARY | blocks('[data-contrast="more"]')[0]
LOOKS = [
    pytest.param({token: pair[theme] for token, pair in palette.items()}, id=f"{name}-{kind}")
    for name, palette in (("ordinary", ORDINARY), ("high-contrast", HIGH))
    for theme, kind in enumerate(("light", "dark"))
]


def test_a_known_pair_is_measured_right():
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48  # the well-known grey that just fails


@pytest.mark.parametrize("look", LOOKS)
def test_words_can_be_read(look: dict[str, str]):
    weak = {pair: round(contrast(look[pair[0]], look[pair[1]]), 2) for pair in READABLE}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("look", LOOKS)
def test_edges_of_controls_can_be_seen(look: dict[str, str]):
    weak = {pair: round(contrast(look[pair[0]], look[pair[1]]), 2) for pair in VISIBLE}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}


def test_high_contrast_by_choice_and_by_system_are_the_same():
    by_system = re.search(r"@media \(prefers-contrast: more\) \{\s*:root \{([^}]*)\}", TOKENS)
    assert by_system
    assert {t: (a, b) for t, a, b in PAIR.findall(by_system[1])} == blocks('[data-contrast="more"]')[0]


def test_components_use_tokens_and_no_colours_of_their_own():
    sheet = (Path(__file__).parent.parent / "static" / "ui" / "components.css").read_text()
    own = re.findall(r"(?<!%23)#[0-9a-fA-F]{3,8}\b", sheet)
    assert own == ["#0007"]  # the veil behind a dialog


def test_the_page_of_components_tells_every_colour_and_its_contrast():
    told = {one.name: (one.light, one.dark) for one in colours()}
    assert told == ORDINARY
    ink = next(one for one in colours() if one.name == "ink")
    assert round(ink.on_light, 2) == round(contrast(ORDINARY["ink"][0], ORDINARY["surface"][0]), 2)


def test_every_colour_has_its_swatch():
    sheet = (Path(__file__).parent.parent / "static" / "ui" / "reference.css").read_text()
    assert [one.name for one in colours() if f".swatch-{one.name} " not in sheet] == []
