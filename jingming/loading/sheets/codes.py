"""Codes of the dictionary, from a file: added, renamed, put in their place, retired and restored by the acts of their
slice, one by one. A code that the file does not name stays as it is; a code itself never changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.base.errors import Refusal
from jingming.codes import actions
from jingming.codes.models import Code
from jingming.codes.queries import day_of, is_valid
from jingming.codes.rules import CODE, Set
from jingming.loading.copying import Cell
from jingming.loading.rules import SHOWN

from .choosing import of_choices
from .work import Bad, Detail, Gathered, Problem, Said, Terms, Tick

LONGEST_LABEL = 60
HIGHEST = 32_767


@dataclass(frozen=True)
class Line:
    """One code as the file has it; None for what it does not say."""

    set: str
    code: str
    zh: str | None
    en: str | None
    parent: str | None
    position: int | None
    active: bool | None


@dataclass
class Codes(Gathered):
    """See the head of this module."""

    lines: dict[int, Line] = field(default_factory=dict)
    facts: dict[int, dict[str, list[object]]] = field(default_factory=dict)

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self.lines, self.facts = {}, {}
        self.sets = of_choices("set", Set.choices)
        self.day = day_of(terms.at)

    def key(self, said: Said) -> tuple[str, object]:
        return "code", f"{self.sets.pick(said['set'])} {said['code']}"

    def clean(self, row: int, said: Said) -> Sequence[Cell]:
        code = str(said["code"])
        if not re.fullmatch(CODE, code):
            sentence = _("A code begins with a letter and has 1 to 40 small letters, digits or underscores.")
            raise Bad([("code", code, sentence)])
        parent, position = said.get("parent"), said.get("position")
        if parent == code:
            raise Bad([("parent", parent, _("A code does not stand below itself. Name another, or none."))])
        self.lines[row] = Line(
            self.sets.pick(said["set"]), code, _word(said.get("zh")), _word(said.get("en")), _word(parent),
            position if isinstance(position, int) else None, _flag(said.get("active")),
        )  # fmt: skip
        return (code,)

    # --- Against what is kept ---------------------------------------------------------------------------------------
    def refused(self) -> Iterator[Problem]:
        self.there = {(code.set, code.code): code for code in Code.objects.select_for_update(of=("self",))}
        self.names = {code.pk: code.code for code in self.there.values()}
        above = {place: self.names.get(code.parent_id or 0, "") for place, code in self.there.items()}
        for row in self.rows:
            line = self.lines[row]
            above[line.set, line.code] = (
                line.parent if line.parent is not None else above.get((line.set, line.code), "")
            )
        for row in self.rows:
            line = self.lines[row]
            if (line.set, line.code) not in self.there:
                for column in ("zh", "en"):
                    if not getattr(line, column):
                        yield Problem(row, column, "", _("This cannot be left empty for a code that is new."))
            if line.parent and (line.set, line.parent) not in above:
                yield Problem(
                    row, "parent", line.parent, _("The list has no such code. Correct it, or add it to the file.")
                )
            elif line.parent and self._goes_round(line, above):
                yield Problem(row, "parent", line.parent, _("These codes would stand below each other in a circle."))

    @staticmethod
    def _goes_round(line: Line, above: dict[tuple[str, str], str]) -> bool:
        seen, code = {line.code}, line.parent or ""
        while code:
            if code in seen:
                return True
            seen.add(code)
            code = above.get((line.set, code), "")
        return False

    def compare(self) -> Iterator[Problem]:
        yield from self._orphans()
        for row in self.rows:
            line = self.lines[row]
            there = self.there.get((line.set, line.code))
            self.facts[row] = self._differences(there, line)
            self.states[row] = "new" if there is None else "changed" if self.facts[row] else "same"

    def _orphans(self) -> Iterator[Problem]:
        """Rows below a row that cannot be loaded cannot be loaded either."""
        while True:
            coming = self.there.keys() | {(line.set, line.code) for line in map(self.lines.__getitem__, self.rows)}
            lines = {row: self.lines[row] for row in self.rows}
            orphans = [row for row, line in lines.items() if line.parent and (line.set, line.parent) not in coming]
            if not orphans:
                return
            for row in orphans:
                sentence = _("The row of the code above, “%(code)s”, cannot be loaded. Correct that one first.")
                yield Problem(row, "parent", lines[row].parent or "", sentence % {"code": lines[row].parent})
            self.leave_out(orphans)

    def _differences(self, there: Code | None, line: Line) -> dict[str, list[object]]:
        kept: dict[str, object] = {"zh": "", "en": "", "parent": "", "position": "", "active": True}
        if there is not None:
            kept = {
                "zh": there.label.get("zh", ""), "en": there.label.get("en", ""),
                "parent": self.names.get(there.parent_id or 0, ""), "position": there.position,
                "active": is_valid(there, self.day),
            }  # fmt: skip
        given = {name: getattr(line, name) for name in kept}
        return {name: [kept[name], value] for name, value in given.items() if value is not None and value != kept[name]}

    def details(self, limit: int = SHOWN) -> list[Detail]:
        told = ((row, state) for row, state in self.states.items() if state != "same")
        return [
            Detail(row, f"{self.lines[row].set} {self.lines[row].code}", state, self.facts[row])
            for (row, state), _place in zip(told, range(limit), strict=False)
        ]

    # --- Written ----------------------------------------------------------------------------------------------------
    def write(self, tick: Tick) -> None:
        todo = [row for row, state in self.states.items() if state != "same"]
        for row in todo:  # first all that are new, then where they stand: a parent may come later in the file
            line = self.lines[row]
            if self.states[row] == "new":
                self.there[line.set, line.code] = actions.add(
                    set_=line.set, code=line.code, label={"zh": line.zh or "", "en": line.en or ""}, by=self.terms.by,
                    at=self.terms.at,
                )  # fmt: skip
        for row in todo:
            self._correct(self.lines[row], self.facts[row])
            tick(1)

    def _correct(self, line: Line, facts: dict[str, list[object]]) -> None:
        code, by, at = self.there[line.set, line.code], self.terms.by, self.terms.at
        label = {"zh": line.zh or code.label.get("zh", ""), "en": line.en or code.label.get("en", "")}
        if label != code.label:
            actions.relabel(code, label=label, by=by, at=at)
        if "parent" in facts or "position" in facts:
            parent = self.there[line.set, line.parent] if line.parent else code.parent if line.parent is None else None
            position = code.position if line.position is None else line.position
            actions.place(code, parent=parent, position=position, by=by, at=at)
        try:
            if "active" in facts and line.active:
                actions.restore(code, by=by, at=at)
            elif "active" in facts:
                actions.retire(code, last_day=self.day.fromordinal(self.day.toordinal() - 1), by=by, at=at)
        except Refusal as refusal:
            raise Refusal(f"{line.set} {line.code}: {refusal.message}") from None


def _word(value: object) -> str | None:
    return None if value is None else str(value)


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def exported(_by: Staff | None, unit: str) -> tuple[int, Iterator[Sequence[object]]]:
    """All codes of all lists, in their order; the dictionary knows no places, so a place leaves none."""
    codes = Code.objects.select_related("parent").order_by("set", "position", "code")
    if unit:
        codes = codes.none()
    day = day_of(now())
    rows = (
        (
            code.set, code.code, code.label.get("zh", ""), code.label.get("en", ""),
            code.parent.code if code.parent else "", code.position, is_valid(code, day),
        )
        for code in codes.iterator()
    )  # fmt: skip
    return codes.count(), rows
