"""What a list offers today, what a code is called, and whether somebody sent one that exists.

The dictionary is small and read by every form and act: it is kept in memory for a few seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jingming.base.errors import Unfit
from jingming.base.memory import Memory
from jingming.ui.labels import in_language

from .models import Code

memory = Memory()


def _dictionary() -> dict[str, dict[str, Code]]:
    sets: dict[str, dict[str, Code]] = {}
    for code in Code.objects.order_by("set", "position", "code"):
        sets.setdefault(code.set, {})[code.code] = code
    return sets


def known(set_: str) -> dict[str, Code]:
    """Every code of the set, retired ones too, in the order of the list."""
    return memory.of("codes", _dictionary).get(set_, {})


def choosable(set_: str, at: datetime) -> list[Code]:
    """The codes of the set that may be chosen on the day of `at`, each after its parent."""
    codes = [code for code in known(set_).values() if is_valid(code, day_of(at))]
    below: dict[int | None, list[Code]] = {}
    for code in codes:
        below.setdefault(code.parent_id, []).append(code)
    ordered: list[Code] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        code = waiting.pop()
        ordered.append(code)
        waiting.extend(reversed(below.get(code.pk, [])))
    return ordered


def choices(set_: str, at: datetime, *, kept: Iterable[str] = ()) -> list[tuple[str, str]]:
    """(code, label) of what may be chosen, for forms; codes below another show the way down to them.

    What a record has `kept` already stays choosable for it, although nobody else is offered it.
    """
    by_id = {code.pk: code for code in known(set_).values()}
    offered = [(code.code, _way_down(code, by_id)) for code in choosable(set_, at)]
    there = {code for code, _label in offered}
    return [*offered, *((code, _not_offered(set_, code, at)) for code in kept if code and code not in there)]


def recorded(set_: str, at: datetime) -> list[tuple[str, str]]:
    """(code, label) of every code under which something may stand, for filters: what is offered first."""
    return choices(set_, at, kept=known(set_))


def _not_offered(set_: str, code: str, at: datetime) -> str:
    found = known(set_).get(code)
    if found is None:
        return code
    words = {"label": _way_down(found, {one.pk: one for one in known(set_).values()})}
    return (
        _("%(label)s (not offered yet)") % words if is_to_come(found, day_of(at)) else _("%(label)s (retired)") % words
    )


def _way_down(code: Code, by_id: dict[int, Code]) -> str:
    words = in_language(code.label)
    above = by_id.get(code.parent_id) if code.parent_id else None
    return f"{_way_down(above, by_id)} / {words}" if above else words


def day_of(at: datetime) -> date:
    """The day that a moment belongs to here; codes begin and end with days."""
    return localtime(at).date()


def is_valid(code: Code, day: date) -> bool:
    """Whether the code may be chosen on this day."""
    return (code.valid_from is None or code.valid_from <= day) and (code.valid_to is None or day <= code.valid_to)


def is_to_come(code: Code, day: date) -> bool:
    """Whether the code will be offered later than this day, for the first time."""
    return code.valid_from is not None and day < code.valid_from


def label_of(set_: str, code: str) -> str:
    """What the code is called in the reader's language; the code itself if the set has no such code."""
    found = known(set_).get(code)
    return in_language(found.label) if found else code


def check(set_: str, code: str, field: str, at: datetime | None = None) -> Code:
    """The code, if the set has it (and it may be chosen on the day of `at`); otherwise Unfit, listing what it has."""
    found = known(set_).get(code)
    if found is not None and (at is None or is_valid(found, day_of(at))):
        return found
    offered = [c.code for c in known(set_).values() if at is None or is_valid(c, day_of(at))]
    if len(offered) <= 40:
        sentence = _("There is no “%(code)s” here. Choose one of: %(choices)s.") % {
            "code": code[:40],
            "choices": ", ".join(offered),
        }
    else:
        sentence = _("There is no “%(code)s” here. The set “%(set)s” lists what there is.") % {
            "code": code[:40],
            "set": set_,
        }
    raise Unfit(fields={field: sentence})
