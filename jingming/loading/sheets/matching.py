"""Which column of a file is which of ours: guessed by the names, corrected by a person, remembered for the heading."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from jingming.base.errors import Unfit

from .kinds import KINDS, Column, Kind

Matched = dict[str, int]  # our column → its place in the heading, from 0
LANGUAGES = ("en", "zh-hans")
WRONG = gettext_noop("What is wrong")  # the column that the file of errors has more
_DECORATION = re.compile(r"[\s*_:：.()（）\[\]【】/\-]+")


def plain(name: str) -> str:
    """A column's name as names are compared: no spaces, no marks, small letters, half width."""
    return _DECORATION.sub("", unicodedata.normalize("NFKC", name).lower())


@cache
def names_of(kind: str) -> Mapping[str, str]:
    """Every name under which a column of the kind is known → its key. A label beats another column's other names."""
    known: dict[str, str] = {}
    columns = KINDS[kind].columns
    for column in columns:
        for language in LANGUAGES:
            with override(language):
                known.setdefault(plain(str(column.label)), column.key)
    for column in columns:
        for name in (column.key, *column.also):
            known.setdefault(plain(name), column.key)
    return known


def propose(kind: Kind, heading: Sequence[str]) -> Matched:
    """Our columns by the names in the heading; the first of two that mean the same is taken."""
    known, found = names_of(kind.code), Matched()
    for place, name in enumerate(heading):
        key = known.get(plain(name))
        if key is not None and key not in found:
            found[key] = place
    return found


def digest(heading: Sequence[str]) -> str:
    """What a heading is remembered by. The column of sentences in a file of errors makes no difference."""
    names = [plain(name) for name in heading if plain(name) not in _wrong()]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


@cache
def _wrong() -> frozenset[str]:
    def each() -> Iterator[str]:
        for language in LANGUAGES:
            with override(language):
                yield plain(_(WRONG))

    return frozenset(each())


def is_about_errors(name: str) -> bool:
    """Whether a column holds what was wrong with a row when it was loaded last time."""
    return plain(name) in _wrong()


def check(kind: Kind, matched: Mapping[str, int], heading: Sequence[str]) -> None:
    """Raise Unfit where a column that must be there is not matched, or two of ours are taken from one of the file's."""
    known = {column.key for column in kind.columns}
    if not matched or set(matched) - known or not all(0 <= place < len(heading) for place in matched.values()):
        raise Unfit(_("Match the columns of the file with ours first."))
    missing = [str(column.label) for column in kind.columns if column.must and column.key not in matched]
    if missing:
        raise Unfit(
            _("The file has no column for: %(columns)s. Match it, or add it to the file and hand the file in again.")
            % {"columns": ", ".join(missing)}
        )
    by_place: dict[int, list[Column]] = {}
    for column in kind.columns:
        if column.key in matched:
            by_place.setdefault(matched[column.key], []).append(column)
    for place, columns in by_place.items():
        if len(columns) > 1:
            raise Unfit(
                _("The column “%(column)s” of the file is matched twice: with %(ours)s. Choose one.")
                % {"column": heading[place], "ours": ", ".join(str(column.label) for column in columns)}
            )
