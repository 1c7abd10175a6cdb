"""The network from a file: a tree whose parents may come later than their children, compared and hung up in memory.

It follows the acts of `customers.actions.network`; a network is small enough for that, and a ring is seen at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.audit import actions as audit
from jingming.customers import access, queries, rules
from jingming.customers.models import NetworkElement
from jingming.customers.models.network import PATH_LENGTH
from jingming.loading.copying import Cell, fresh_ids
from jingming.loading.rules import SHOWN
from jingming.organisation.models import Unit
from jingming.organisation.queries import units
from jingming.organisation.rules import Level

from .choosing import of_set, of_units
from .work import Detail, Gathered, Problem, Said, Terms, Tick

AT_ONCE = 1_000
WRITTEN = ["kind", "name", "parent", "path", "active", "province", "city", "district", "version"]


@dataclass(frozen=True)
class Line:
    """One element as the file has it; None for what it does not say, "" for a parent that is none."""

    code: str
    kind: str | None
    name: str | None
    parent: str | None
    unit: Unit | None
    active: bool | None


@dataclass
class Elements(Gathered):
    """See the head of this module."""

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self.lines: dict[int, Line] = {}
        self.facts: dict[int, dict[str, list[object]]] = {}
        by = terms.by
        able = access.units_of_network_open_to(by) if by else [u for u in units().values() if u.level != Level.HQ]
        self.units = of_units("unit", able)
        self.kinds = of_set("kind", queries.ELEMENT_KIND, terms.at)

    def key(self, said: Said) -> tuple[str, object]:
        return "code", rules.element_code(str(said["code"]))

    def clean(self, row: int, said: Said) -> Sequence[Cell]:
        parent, active = said.get("parent"), said.get("active")
        self.lines[row] = Line(
            code=rules.element_code(str(said["code"])),
            kind=self.kinds.pick(said["kind"]) if said.get("kind") else None,
            name=str(said["name"]) if said.get("name") else None,
            parent=None if parent is None else rules.element_code(str(parent)) if parent else "",
            unit=self.units.pick(said["unit"]) if said.get("unit") else None,
            active=active if isinstance(active, bool) else None,
        )
        return (self.lines[row].code,)

    # --- Against what is kept ---------------------------------------------------------------------------------------
    def refused(self) -> Iterator[Problem]:
        with connection.cursor() as cursor:  # the tree is changed by one at a time, as the acts on it say
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('jingming network tree', 0))")
        self.there = {element.code: element for element in NetworkElement.objects.select_related("parent")}
        self.above = {code: element.parent.code if element.parent else "" for code, element in self.there.items()}
        for row in self.rows:
            line = self.lines[row]
            self.above[line.code] = line.parent if line.parent is not None else self.above.get(line.code, "")
        for row in self.rows:
            line = self.lines[row]
            yield from (Problem(row, column, value, why) for column, value, why in self._misfits(line))

    def _misfits(self, line: Line) -> Iterator[tuple[str, str, str]]:
        if line.code not in self.there:
            for column in ("kind", "name", "unit"):
                if getattr(line, column) is None:
                    yield column, "", _("This cannot be left empty for an element that is new.")
        if line.parent and line.parent not in self.above:
            sentence = _("There is no network element “%(code)s”. Correct it, or add it to the file.")
            yield "parent", line.parent, sentence % {"code": line.parent}
            return
        way = self._way(line.code)
        if way is None:
            yield "parent", line.parent or "", _("These elements would hang below each other in a ring.")
        elif len(_path(way)) > PATH_LENGTH:
            yield "parent", line.parent or "", _("The elements are nested too deeply. Hang this one higher up.")

    def _way(self, code: str) -> list[str] | None:
        """The codes from the top down to the element; None if they go round in a ring."""
        way: list[str] = []
        seen: set[str] = set()
        while code:
            if code in seen:
                return None
            seen.add(code)
            way.append(code)
            code = self.above.get(code, "")
        return way[::-1]

    def compare(self) -> Iterator[Problem]:
        by = self.terms.by
        yield from self._orphans()
        for row in list(self.rows):
            line = self.lines[row]
            there = self.there.get(line.code)
            self.facts[row] = self._differences(there, line)
            self.states[row] = "new" if there is None else "changed" if self.facts[row] else "same"
            if self.states[row] == "changed" and by and there and not access.may_change_network(by, there):
                yield Problem(
                    row, "code", line.code, _("This element belongs to a place whose network you do not keep.")
                )

    def _orphans(self) -> Iterator[Problem]:
        """Rows below a row that cannot be loaded cannot be loaded either."""
        while True:
            coming = self.there.keys() | {self.lines[row].code for row in self.rows}
            orphans = [row for row in self.rows if self.lines[row].parent and self.lines[row].parent not in coming]
            if not orphans:
                return
            for row in orphans:
                sentence = _("The row of the element above, “%(code)s”, cannot be loaded. Correct that one first.")
                parent = self.lines[row].parent or ""
                yield Problem(row, "parent", parent, sentence % {"code": parent})
            self.leave_out(orphans)

    @staticmethod
    def _differences(there: NetworkElement | None, line: Line) -> dict[str, list[object]]:
        kept = (
            queries.facts_of_element(there)
            if there
            else {"kind": "", "name": "", "parent": "", "unit": "", "active": True}
        )
        given: dict[str, object] = {
            "kind": line.kind, "name": line.name, "parent": line.parent, "unit": line.unit.code if line.unit else None,
            "active": line.active,
        }  # fmt: skip
        return {name: [kept[name], value] for name, value in given.items() if value is not None and value != kept[name]}

    def details(self, limit: int = SHOWN) -> list[Detail]:
        told = ((row, state) for row, state in self.states.items() if state != "same")
        return [
            Detail(row, f"{self.lines[row].code} {self.lines[row].name or ''}".strip(), state, self.facts[row])
            for (row, state), _place in zip(told, range(limit), strict=False)
        ]

    # --- Written ----------------------------------------------------------------------------------------------------
    def write(self, tick: Tick) -> None:
        at = self.terms.at
        # Rows that were left out do not count any more: their children hang where they hung before.
        self.above = {code: element.parent.code if element.parent else "" for code, element in self.there.items()}
        new = [self.lines[row] for row, state in self.states.items() if state == "new"]
        for line, pk in zip(new, fresh_ids(NetworkElement, len(new)), strict=True):
            self.there[line.code] = NetworkElement(
                id=pk, code=line.code, occurred_at=at, recorded_at=at, imported=True, version=0
            )
            self.above[line.code] = ""
        touched: dict[str, NetworkElement] = {}
        for row, state in self.states.items():
            if state != "same":
                line = self.lines[row]
                touched[line.code] = self._follow(self.there[line.code], line)
        for code, element in self.there.items():
            path = _path(self._way(code) or [code])
            if path != element.path:
                element.path, touched[code] = path, element
        for element in touched.values():
            parent = self.there.get(self.above[element.code])
            element.parent_id = parent.pk if parent else None
            element.version += 1
        fresh = {line.code for line in new}
        NetworkElement.objects.bulk_create([touched[code] for code in touched if code in fresh], AT_ONCE)
        changed = [touched[code] for code in touched if code not in fresh]
        NetworkElement.objects.bulk_update(changed, WRITTEN, AT_ONCE)
        for row, state in self.states.items():
            if state == "changed":
                code, facts = self.lines[row].code, self.facts[row]
                told = {name: pair for name, pair in facts.items() if name != "unit"}
                audit.record(
                    "customers.element_changed",
                    self.there[code],
                    by=self.terms.by,
                    at=at,
                    code=code,
                    reason="import",
                    **told,
                )
            tick(state != "same")

    def _follow(self, element: NetworkElement, line: Line) -> NetworkElement:
        """Put what the file says on the element."""
        if line.kind is not None:
            element.kind = line.kind
        if line.name is not None:
            element.name = line.name
        if line.active is not None:
            element.active = line.active
        if line.unit is not None:
            element.stand_where(line.unit)
        if line.parent is not None:
            self.above[line.code] = line.parent
        return element


def _path(way: Sequence[str]) -> str:
    return "".join(f"{code}/" for code in way)


def exported(by: Staff | None, unit: str) -> tuple[int, Iterator[Sequence[object]]]:
    """The network, each element after the one above it; the network is no secret among those who keep it."""
    found = NetworkElement.objects.select_related("parent").order_by("path")
    if unit:
        place = next((one for one in units().values() if one.code == unit), None)
        found = found.filter(**{f"{place.level}_id": place.pk}) if place and place.level != Level.HQ else found
    del by

    def rows() -> Iterator[Sequence[object]]:
        for one in found.iterator():
            place = queries.unit_of(one)
            yield (
                one.code, one.kind, one.name, one.parent.code if one.parent else "", place.code if place else "",
                one.active,
            )  # fmt: skip

    return found.count(), rows()
