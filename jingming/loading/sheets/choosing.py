"""Words in a file that stand for something of ours: a code, its name in either language, a place, a department."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from jingming.base.errors import Unfit
from jingming.codes.queries import choosable
from jingming.organisation.models import Department, ServiceArea, Unit
from jingming.organisation.queries import departments
from jingming.privacy.rules import shortened

LANGUAGES = ("en", "zh-hans")
LISTED = 20
Thing = TypeVar("Thing")


def plain(word: str) -> str:
    """A word as words are compared: half width, small letters, no spaces."""
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())


@dataclass(frozen=True)
class Choice(Generic[Thing]):
    """What may be chosen, by every word that means it; `column` is ours, for the sentence."""

    column: str
    words: Mapping[str, Thing]
    offered: tuple[str, ...]

    def pick(self, word: object) -> Thing:
        """What the word means; Unfit, the same for unknown and unseen, if it means nothing here."""
        found = self.words.get(plain(str(word)))
        if found is None:
            sentence = _("“%(word)s” is not known here, or not yours to choose.") % {"word": shortened(str(word), 60)}
            if 0 < len(self.offered) <= LISTED:
                sentence += " " + _("Possible are: %(choices)s.") % {"choices": ", ".join(self.offered)}
            else:
                sentence += " " + _("Correct it in the file.")
            raise Unfit(fields={self.column: sentence})
        return found


def _choice(column: str, things: Iterable[tuple[str, Iterable[str], Thing]]) -> Choice[Thing]:
    """Of (code, its other names, thing). A code beats a name; a name that two share means neither."""
    codes: dict[str, Thing] = {}
    names: dict[str, list[Thing]] = {}
    offered = []
    for code, others, thing in things:
        codes[plain(code)] = thing
        offered.append(code)
        for name in {plain(name) for name in others if name}:
            names.setdefault(name, []).append(thing)
    unique = {name: found[0] for name, found in names.items() if len(found) == 1}
    return Choice(column, {**unique, **codes}, tuple(offered))


def in_both(label: Mapping[str, str] | str | Promise) -> list[str]:
    """A label in both languages."""
    if isinstance(label, Mapping):
        return list(label.values())
    found = []
    for language in LANGUAGES:
        with override(language):
            found.append(str(label))
    return found


def of_set(column: str, set_: str, at: datetime) -> Choice[str]:
    """The codes of a set that may be chosen today."""
    return _choice(column, [(code.code, in_both(code.label), code.code) for code in choosable(set_, at)])


def of_choices(column: str, choices: Iterable[tuple[str, Mapping[str, str] | str | Promise]]) -> Choice[str]:
    """The choices of a field of ours."""
    return _choice(column, [(code, in_both(label), code) for code, label in choices])


def of_units(column: str, units: Iterable[Unit]) -> Choice[Unit]:
    """Places."""
    return _choice(column, [(unit.code, in_both(unit.label), unit) for unit in units if unit.active])


def of_areas(column: str, areas: Iterable[ServiceArea]) -> Choice[ServiceArea]:
    """Service areas."""
    return _choice(column, [(area.code, in_both(area.label), area) for area in areas if area.active])


def of_departments(column: str) -> Choice[Department]:
    """Departments that are at work."""
    able = [department for department in departments().values() if department.active]
    return _choice(column, [(one.code, in_both(one.label), one) for one in able])
