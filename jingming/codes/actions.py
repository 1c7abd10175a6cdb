"""Change the dictionary: add, relabel, retire, restore. A code itself never changes and is never deleted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TypedDict

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from jingming.audit.actions import Person, record
from jingming.base.errors import Refusal, Unfit

from . import queries
from .models import Code
from .rules import CODE, GIVEN_UNASKED

IN_LIST = ("position", "code")


class Shipped(TypedDict, total=False):
    """One entry of shipped.json."""

    code: str
    zh: str
    en: str
    parent: str
    extra: dict[str, object]


class CodeTaken(Unfit):
    """The set has this code already, perhaps retired."""

    kind = "code-taken"


class StillHasCodesBelow(Refusal):
    """Codes that may be chosen still stand below."""

    kind = "still-has-codes-below"


@transaction.atomic
def add(
    *, set_: str, code: str, label: Mapping[str, str], parent: Code | None = None, first_day: date | None = None,
    by: Person | None, at: datetime,
) -> Code:  # fmt: skip
    """Add a code at the end of its set, offered from `first_day` on (None: at once)."""
    if not re.fullmatch(CODE, code):
        sentence = _("A code begins with a letter and has 1 to 40 small letters, digits or underscores.")
        raise Unfit(fields={"code": sentence})
    if Code.objects.filter(set=set_, code=code).exists():
        raise CodeTaken(
            fields={"code": _("This code is in the list already, perhaps retired. Restore it or choose another.")}
        )
    if parent is not None and parent.set != set_:
        raise Unfit(fields={"parent": _("The code above must belong to the same list.")})
    last = Code.objects.filter(set=set_).order_by("-position").values_list("position", flat=True).first()
    position = 0 if last is None else last + 10
    made = Code.objects.create(
        set=set_, code=code, label=dict(label), parent=parent, position=position, valid_from=first_day
    )
    _noted("codes.added", made, by=by, at=at, label=made.label, **_days(made))
    return made


@transaction.atomic
def relabel(code: Code, *, label: Mapping[str, str], by: Person | None, at: datetime) -> None:
    """Call a code by another name; everything that was recorded under it shows the new name."""
    before, code.label = code.label, dict(label)
    code.save(update_fields=["label"])
    _noted("codes.relabelled", code, by=by, at=at, label=[before, code.label])


@transaction.atomic
def place(code: Code, *, parent: Code | None, position: int, by: Person | None, at: datetime) -> None:
    """Put a code below another one of its list, or below none, and at a place among those beside it."""
    if parent is not None and parent.set != code.set:
        raise Unfit(fields={"parent": _("The code above must belong to the same list.")})
    above = parent
    while above is not None:
        if above.pk == code.pk:
            raise Unfit(fields={"parent": _("These codes would stand below each other in a circle.")})
        above = above.parent
    before = [code.parent.code if code.parent else "", code.position]
    code.parent, code.position = parent, position
    code.save(update_fields=["parent", "position"])
    _noted("codes.placed", code, by=by, at=at, place=[before, [parent.code if parent else "", position]])


@transaction.atomic
def move(code: Code, *, up: bool, by: Person | None, at: datetime) -> None:
    """Move a code past the one that is shown next to it under the same code above; at the end nothing happens.

    Codes on offer move among codes on offer: the others stand on a list of their own.
    """
    family = list(Code.objects.select_for_update().filter(set=code.set, parent=code.parent_id).order_by(*IN_LIST))
    day = queries.day_of(at)
    shown = [one for one in family if queries.is_valid(one, day) == queries.is_valid(code, day)]
    here = next(place for place, one in enumerate(shown) if one.pk == code.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(shown):
        return
    own, other = family.index(code), family.index(shown[there])
    ordered = [*family]
    ordered.insert(other, ordered.pop(own))
    before = code.position
    for one, position in zip(ordered, _rising(one.position for one in family), strict=True):
        if one.position != position:
            one.position = position
            one.save(update_fields=["position"])
        if one.pk == code.pk:
            code.position = position
    _noted("codes.placed", code, by=by, at=at, past=shown[there].code, position=[before, code.position])


@transaction.atomic
def schedule(
    code: Code, *, first_day: date | None, last_day: date | None, by: Person | None, at: datetime
) -> None:  # fmt: skip
    """Say from which day to which a code is offered (None: without a beginning, without an end).

    What was recorded under it on other days stays, is shown with its name, and may be saved again.
    """
    if first_day and last_day and last_day < first_day:
        raise Unfit(fields={"last_day": _("The last day cannot be before the first.")})
    _refuse_needed(code, {"first_day": first_day, "last_day": last_day})
    if last_day:
        _refuse_codes_below(code, last_day)
    before = _days(code)
    code.valid_from, code.valid_to = first_day, last_day
    code.save(update_fields=["valid_from", "valid_to"])
    _noted("codes.scheduled", code, by=by, at=at, before=before, **_days(code))


@transaction.atomic
def retire(code: Code, *, last_day: date, by: Person | None, at: datetime) -> None:
    """Offer a code for the last time on `last_day`; what was recorded under it stays."""
    _refuse_needed(code, {"last_day": last_day})
    _refuse_codes_below(code, last_day)
    if code.valid_from is not None and last_day < code.valid_from:
        raise Unfit(fields={"last_day": _("The last day cannot be before the first.")})
    code.valid_to = last_day
    code.save(update_fields=["valid_to"])
    _noted("codes.retired", code, by=by, at=at, last_day=last_day.isoformat())


@transaction.atomic
def restore(code: Code, *, by: Person | None, at: datetime) -> None:
    """Offer a retired code again."""
    code.valid_to = None
    code.save(update_fields=["valid_to"])
    _noted("codes.restored", code, by=by, at=at)


@cache
def shipped() -> dict[str, list[Shipped]]:
    """The dictionary out of the box: set → entries in the order of the list, parents before children."""
    read: dict[str, list[Shipped]] = json.loads((Path(__file__).parent / "shipped.json").read_text(encoding="utf-8"))
    return read


@transaction.atomic
def load_shipped() -> int:
    """Add the codes of the box that are not there yet, and return how many; never touch one that is there."""
    there = {(code.set, code.code): code for code in Code.objects.all()}
    added = 0
    for set_, entries in shipped().items():
        for position, entry in enumerate(entries):
            if (set_, entry["code"]) in there:
                continue
            there[set_, entry["code"]] = Code.objects.create(
                set=set_,
                code=entry["code"],
                label={"zh": entry["zh"], "en": entry["en"]},
                parent=there[set_, entry["parent"]] if "parent" in entry else None,
                position=position * 10,
                extra=entry.get("extra", {}),
            )
            added += 1
    if added:
        queries.memory.change()
    return added


def _refuse_needed(code: Code, days: Mapping[str, date | None]) -> None:
    """A code that is written where nobody chooses has no first and no last day."""
    if GIVEN_UNASKED.get(code.set) == code.code:
        sentence = _("This code is written where nobody chooses another, so it is always offered. Rename it instead.")
        if named := {name: sentence for name, day in days.items() if day}:
            raise Unfit(fields=named)


def _refuse_codes_below(code: Code, last_day: date) -> None:
    below = code.children.filter(Q(valid_to=None) | Q(valid_to__gt=last_day))
    if below.exists():
        raise StillHasCodesBelow(_("Codes below this one can still be chosen. Retire those first."))


def _days(code: Code) -> dict[str, str | None]:
    return {
        "first_day": code.valid_from.isoformat() if code.valid_from else None,
        "last_day": code.valid_to.isoformat() if code.valid_to else None,
    }


def _rising(positions: Iterable[int]) -> Iterator[int]:
    """The same positions, each at least one more than the one before."""
    last = -1
    for position in positions:
        last = max(position, last + 1)
        yield last


def _noted(key: str, code: Code, *, by: Person | None, at: datetime, **facts: object) -> None:
    record(key, code, by=by, at=at, set=code.set, code=code.code, **facts)
    queries.memory.change()
