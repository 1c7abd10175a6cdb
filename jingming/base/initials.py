"""Pinyin initials of names: 周晓岚 is found by `zxl`.

A name may be read in several ways (单 is s, d or c as a surname), so it has several initials, the likeliest first.
Readings come from pypinyin's table of characters. Only that one file of it is loaded, and only when somebody writes a
name: see docs/decisions/0015-pinyin-initials.md for what it costs.
"""

from __future__ import annotations

import importlib.util
import itertools
import re
import unicodedata
from collections.abc import Collection
from functools import cache
from pathlib import Path

from django.contrib.postgres.search import SearchQuery, SearchVectorExact, SearchVectorField
from django.db.models import F, Func

LONGEST = 20  # initials of one name; whoever types more has found it already
MOST = 8  # readings of one name that are kept
VARIED = 4  # first characters whose other readings count, the surname among them
OF_SURNAME, OF_OTHERS = 3, 2  # readings of the first character, and of those behind it
TYPED = re.compile(r"[a-z0-9]{2,20}")


def initials(name: str) -> list[str]:
    """The initials under which a name is found, each in small letters and digits; [] for a name without any.

    A Latin word counts with its first letter, figures count whole: `3号楼 Wang` is `3hlw`.
    """
    signs = _signs(unicodedata.normalize("NFKC", name))[:LONGEST]
    if not signs:
        return []
    open_to = [
        sign[: OF_OTHERS if place else OF_SURNAME] if place < VARIED else sign[:1] for place, sign in enumerate(signs)
    ]
    ways = itertools.product(*(range(len(sign)) for sign in open_to))
    likeliest = sorted(ways, key=lambda way: (sum(map(bool, way)), sum(way), [-one for one in way]))
    return ["".join(sign[one] for sign, one in zip(open_to, way, strict=True)) for way in likeliest[:MOST]]


def as_initials(words: str) -> str:
    """What somebody typed, as the beginning of initials; "" if it cannot be that."""
    plain = "".join(unicodedata.normalize("NFKC", words).lower().split())
    return plain if TYPED.fullmatch(plain) and any(c.isalpha() for c in plain) else ""


def _signs(name: str) -> list[str]:
    """For each character that counts the letters it may begin with."""
    found: list[str] = []
    inside_word = False
    for character in name:
        plain = unicodedata.normalize("NFD", character)[0].lower()
        latin = plain.isascii() and plain.isalpha()
        if (latin and not inside_word) or (plain.isascii() and plain.isdigit()):
            found.append(plain)
        elif not plain.isascii() and (letters := _letters().get(ord(character))):
            found.append(letters)
        inside_word = latin
    return found


@cache
def _letters() -> dict[int, str]:
    """Code point → the letters with which its readings begin, the commonest first, each once."""
    package = importlib.util.find_spec("pypinyin")
    if package is None or not package.submodule_search_locations:  # pragma: no cover  # it is a dependency
        raise ImportError("pypinyin")
    # By its file: importing the package would load its tables of phrases as well, 45 MB that nobody asks here.
    path = Path(package.submodule_search_locations[0]) / "pinyin_dict.py"
    spec = importlib.util.spec_from_file_location("jingming_readings", path)
    if spec is None or spec.loader is None:  # pragma: no cover  # a Python file always has them
        raise ImportError(str(path))
    table = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(table)
    return {
        point: "".join(dict.fromkeys(unicodedata.normalize("NFD", reading)[0] for reading in readings.split(",")))
        for point, readings in table.pinyin_dict.items()
    }


def index_of(field: str) -> Func:
    """What an index over a column of initials holds, so that each beginning of each of them is found by it."""
    return Func(F(field), function="array_to_tsvector", output_field=SearchVectorField())


def begin_with(typed: str, field: str = "initials") -> SearchVectorExact:
    """The condition that one of the initials in the column begins with what `as_initials` read."""
    return SearchVectorExact(index_of(field), SearchQuery(f"{typed}:*", search_type="raw", config="simple"))


def index_at(field: str) -> Func:
    """The same over the initials of a placed row, with its places: see `tokens.tokens_at`."""
    return Func(
        F(field), F("province_id"), F("city_id"), F("district_id"),
        function="jingming_initials_at", output_field=SearchVectorField(),
    )  # fmt: skip


def begin_at(typed: str, places: Collection[int], field: str = "initials") -> SearchVectorExact:
    """The condition that one of the initials begins with what `as_initials` read, and the row lies in one of the units;
    anywhere if none is named. Somebody whose initials look like a place may be among them: rights are asked besides."""
    lies = " | ".join(f"at{pk}" for pk in sorted(places))
    asked = f"{typed}:* & ({lies})" if lies else f"{typed}:*"
    return SearchVectorExact(index_at(field), SearchQuery(asked, search_type="raw", config="simple"))
