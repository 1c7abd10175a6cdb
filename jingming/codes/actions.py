"""Change the dictionary: add, relabel, retire, restore. A code itself never changes and is never deleted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from jingming.audit.actions import Person, record
from jingming.base.errors import Refusal, Unfit

from . import queries
from .models import Code
from .rules import CODE


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
    *, set_: str, code: str, label: Mapping[str, str], parent: Code | None = None, by: Person | None, at: datetime
) -> Code:
    """Add a code at the end of its set."""
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
    made = Code.objects.create(set=set_, code=code, label=dict(label), parent=parent, position=position)
    _noted("codes.added", made, by=by, at=at)
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
def retire(code: Code, *, last_day: date, by: Person | None, at: datetime) -> None:
    """Offer a code for the last time on `last_day`; what was recorded under it stays."""
    if any(queries.is_valid(below, last_day) and below.valid_to is None for below in code.children.all()):
        raise StillHasCodesBelow(_("Codes below this one can still be chosen. Retire those first."))
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
        transaction.on_commit(queries.forget)
    queries.forget()
    return added


def _noted(key: str, code: Code, *, by: Person | None, at: datetime, **facts: object) -> None:
    record(key, code, by=by, at=at, set=code.set, code=code.code, **facts)
    queries.forget()  # at once for this process, within seconds for the others
    transaction.on_commit(queries.forget)
