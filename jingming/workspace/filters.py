"""The filters that a queue's address may carry: one table, and what the types declare filterable among their own
fields (fields_of). What is in neither filters nothing.

chosen = read_filters(request.GET, Asking(person, types(), now()))
chosen.condition, chosen.on, chosen.offered, chosen.unknown
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import parse_qsl

from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jingming.accounts.access import duties_of
from jingming.accounts.models import Staff
from jingming.base.errors import Unfit
from jingming.codes.queries import recorded
from jingming.organisation.queries import departments, units
from jingming.organisation.rules import Level
from jingming.privacy.asking import LONGEST, asked, plain
from jingming.ui.labels import in_language
from jingming.workorders.flows import FormField
from jingming.workorders.models import RESTING
from jingming.workorders.queries import FilteredType
from jingming.workorders.rules import Status, Waiting
from jingming.workorders.values import stored_time

from . import offers

Choice = tuple[str, str | Promise]
MOST_VALUES = 30
ME, NOBODY, HELD, RESTS = "me", "nobody", "held", "any"


@dataclass(frozen=True)
class Asking:
    """Who asks, of which types there are, and when."""

    person: Staff
    types: list[FilteredType]
    at: datetime


@dataclass(frozen=True)
class Filter:
    """One filter of a queue: what it is called, its condition, what may be chosen, and how the page asks for it:
    "chips" side by side, a "list" to open, or typed in as a "day", a "number" or a "line", which may say something
    of a person and stands sealed in the address. `of` is the type of order whose own field it is."""

    label: str | Promise
    condition: Callable[[list[str], Asking], Q]
    choices: Callable[[Asking], list[Choice]]
    kind: str = "chips"
    of: str = ""


def _coded(set_: str) -> Callable[[Asking], list[Choice]]:
    return lambda asking: list(recorded(set_, asking.at))


def _in(field: str) -> Callable[[list[str], Asking], Q]:
    return lambda values, _asking: Q(**{f"{field}__in": values})


def _rest(values: list[str], _asking: Asking) -> Q:
    condition = Q(waiting_for__in=[value for value in values if value not in (HELD, RESTS)])
    if HELD in values:
        condition |= Q(held_until__isnull=False)
    return condition | RESTING if RESTS in values else condition


def _rests(_asking: Asking) -> list[Choice]:
    waits = [(one.value, _waits_for(one)) for one in Waiting]
    return [(RESTS, _("Held or waiting")), (HELD, _("Held")), *waits]


def _waits_for(waiting: Waiting) -> Promise:
    words: dict[Waiting, Promise] = {
        Waiting.CUSTOMER: _("Waits for the customer"),
        Waiting.MATERIAL: _("Waits for material"),
        Waiting.THIRD_PARTY: _("Waits for a third party"),
    }
    return words[waiting]


def _charge(values: list[str], asking: Asking) -> Q:
    condition = Q(assignee__username__in=[value for value in values if value not in (ME, NOBODY)])
    if ME in values:
        condition |= Q(assignee=asking.person)
    return condition | Q(assignee__isnull=True) if NOBODY in values else condition


def _people(asking: Asking) -> list[Choice]:
    """Oneself, nobody, and those to whom work of one's own departments can be given. One query."""
    own = {post.department_id for post in duties_of(asking.person)}
    groups = offers.handlers_in([departments()[pk] for pk in sorted(own)])
    colleagues = {username: name for _department, members in groups for username, name in members}
    return [(ME, _("Myself")), (NOBODY, _("Nobody")), *colleagues.items()]


def _provinces(asking: Asking) -> set[int | None]:
    """The provinces of the person's posts; with a post at the headquarters, all."""
    return {departments()[post.department_id].province_id for post in duties_of(asking.person)}


def _departments(asking: Asking) -> list[Choice]:
    here = _provinces(asking)
    able = [one for one in departments().values() if one.active and (None in here or one.province_id in here)]
    able.sort(key=lambda one: (units()[one.unit_id].code, one.pk))
    return [(one.code, f"{units()[one.unit_id]} · {one}") for one in able]


def _places(asking: Asking) -> list[Choice]:
    here = _provinces(asking)
    able = [
        unit
        for unit in units().values()
        if unit.level in (Level.PROVINCE, Level.CITY, Level.DISTRICT)
        and (None in here or unit.province_id in here or unit.pk in here)
    ]
    return [(unit.code, str(unit)) for unit in sorted(able, key=lambda unit: unit.code)]


def _placed(values: list[str], _asking: Asking) -> Q:
    condition = Q(pk__in=[])
    for unit in units().values():
        if unit.code in values:
            condition |= Q(**{str(unit.level): unit.pk})
    return condition


def _day(value: str) -> date | None:
    try:
        found = parse_date(value) if len(value) == len("2026-11-25") else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year <= 2200 else None


def _begins(day: date) -> datetime:
    return datetime.combine(day, time.min, get_current_timezone())


def _from(values: list[str], _asking: Asking) -> Q:
    return Q(occurred_at__gte=max(_begins(date.fromisoformat(value)) for value in values))


def _to(values: list[str], _asking: Asking) -> Q:
    last = min(date.fromisoformat(value) for value in values)
    return Q(occurred_at__lt=_begins(last + timedelta(days=1)))


def _nothing(_asking: Asking) -> list[Choice]:
    return []


# Name in the address → filter.
FILTERS: Mapping[str, Filter] = {
    "type": Filter(_("Type"), _in("type__code"), lambda asking: [(kind.code, str(kind)) for kind in asking.types]),
    "status": Filter(_("State"), _in("status"), lambda _asking: [(status.value, status.label) for status in Status]),
    "level": Filter(_("Level"), _in("level"), _coded("level")),
    "rest": Filter(_("Standing still"), _rest, _rests),
    "charge": Filter(_("Person in charge"), _charge, _people, "list"),
    "department": Filter(
        _("Department"),
        lambda values, _asking: Q(department__in=[pk for pk, one in departments().items() if one.code in values]),
        _departments,
        "list",
    ),
    "place": Filter(_("Place"), _placed, _places, "list"),
    "category": Filter(_("Category"), _in("category"), _coded("category"), "list"),
    "channel": Filter(_("Channel"), _in("channel"), _coded("channel"), "list"),
    "from": Filter(_("Contact from"), _from, _nothing, "day"),
    "to": Filter(_("Contact until"), _to, _nothing, "day"),
}


# --- The types' own fields ------------------------------------------------------------------------------------------
def _number(value: str) -> float | None:
    if not 0 < len(value) <= 20 or not value.isascii():
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return (int(found) if found.is_integer() else found) if abs(found) < 1e15 else None


# How what is typed in is read; None is no answer.
TYPED: Mapping[str, Callable[[str], object]] = {
    "day": _day,
    "number": _number,
    "line": lambda value: value if value and len(value) <= LONGEST and "\x00" not in value else None,
}
LINE = "line"


def fields_of(kind: FilteredType) -> dict[str, Filter]:
    """The filters by a type's own fields: name in the address → filter. Each reads the index of its field."""
    found: dict[str, Filter] = {}
    for field in kind.filtered:
        found |= OF_KIND.get(field.kind, _exact)(kind, field)
    return found


def _named(kind: FilteredType, field: FormField) -> tuple[str, str]:
    return f"{kind.code}.{field.key}", f"{kind} · {in_language(field.label.model_dump())}"


def _where(kind: FilteredType, field: FormField, lookup: str, value: object) -> Q:
    """Orders of the type whose value is so; the lookup is always named, so a key is never taken for one."""
    return Q(type=kind.pk, **{f"form__{field.key}__{lookup}": value})


def _listed(kind: FilteredType, field: FormField) -> dict[str, Filter]:
    name, label = _named(kind, field)
    offered: list[Choice] = [(one.value, in_language(one.label.model_dump())) for one in field.choices]
    return {
        name: Filter(label, lambda values, _a: _where(kind, field, "in", values), lambda _a: offered, "list", kind.code)
    }


def _ticked(kind: FilteredType, field: FormField) -> dict[str, Filter]:
    def holds(values: list[str], _asking: Asking) -> Q:
        condition = Q()
        for value in values:
            condition |= _where(kind, field, "contains", [value])
        return condition

    ((name, one),) = _listed(kind, field).items()
    return {name: replace(one, condition=holds)}


def _of_set(kind: FilteredType, field: FormField) -> dict[str, Filter]:
    ((name, one),) = _listed(kind, field).items()
    return {name: replace(one, choices=_coded(field.set))}


def _yes_no(kind: FilteredType, field: FormField) -> dict[str, Filter]:
    name, label = _named(kind, field)
    offered: list[Choice] = [("yes", _("Yes")), ("no", _("No"))]
    return {
        name: Filter(
            label,
            lambda values, _a: _where(kind, field, "in", [value == "yes" for value in values]),
            lambda _a: offered, "list", kind.code,
        )
    }  # fmt: skip


def _exact(kind: FilteredType, field: FormField) -> dict[str, Filter]:
    name, label = _named(kind, field)
    return {name: Filter(label, lambda values, _a: _where(kind, field, "in", values), _nothing, "line", kind.code)}


def _range(kind: FilteredType, field: FormField) -> dict[str, Filter]:
    name, label = _named(kind, field)

    def between(lookup: str) -> Callable[[list[str], Asking], Q]:
        return lambda values, _asking: _where(kind, field, lookup, _bound(field, values[-1], lookup))

    how = "number" if field.kind in ("integer", "number") else "day"
    return {
        f"{name}.from": Filter(format_lazy("{} ≥", label), between("gte"), _nothing, how, kind.code),
        f"{name}.to": Filter(format_lazy("{} ≤", label), between("lte"), _nothing, how, kind.code),
    }


def _bound(field: FormField, value: str, lookup: str) -> object:
    """What is typed in as the field keeps it; until a day means until its last minute."""
    if field.kind in ("integer", "number"):
        return _number(value)
    if field.kind == "date":
        return value
    day = date.fromisoformat(value)
    return stored_time(_begins(day) if lookup == "gte" else _begins(day + timedelta(days=1)) - timedelta(minutes=1))


OF_KIND: Mapping[str, Callable[[FilteredType, FormField], dict[str, Filter]]] = {
    "choice": _listed, "choices": _ticked, "code": _of_set, "flag": _yes_no,
    "integer": _range, "number": _range, "date": _range, "datetime": _range,
}  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """The filters that an address asks for: their condition, what is on, what could be, what nobody knows, and the
    filters themselves."""

    condition: Q | None
    on: dict[str, list[str]]
    offered: dict[str, list[Choice]]
    unknown: list[str]
    filters: Mapping[str, Filter]


def in_address(one: Filter, value: str) -> str:
    """A value of a filter as an address may carry it."""
    return asked(value) if one.kind == LINE else value


def read_filters(address: QueryDict, asking: Asking) -> Chosen:
    """Read the filters out of an address by the table; values that are not on offer are named, not obeyed."""
    on: dict[str, list[str]] = {}
    unknown: list[str] = []
    filters = dict(FILTERS)
    for kind in asking.types:
        filters |= fields_of(kind)
    possible = {name: one.choices(asking) for name, one in filters.items()}
    for name, one in filters.items():
        values = list(dict.fromkeys(value for value in address.getlist(name) if value))[:MOST_VALUES]
        if one.kind in TYPED:
            values = values[-1:]  # what is typed anew takes the place of what was there
            if one.kind == LINE:
                unknown += [value[:40] for value in values if not plain(value)]
                values = [plain(value) for value in values if plain(value)]
            known = {value for value in values if TYPED[one.kind](value) is not None}
            possible[name] = [(value, value) for value in values if value in known]
        else:
            known = {value for value, _label in possible[name]}
        unknown += [value[:40] for value in values if value not in known]
        if kept := [value for value in values if value in known]:
            on[name] = kept
    condition = Q()
    for name, values in on.items():
        condition &= filters[name].condition(values, asking)
    return Chosen(condition if on else None, on, possible, unknown, filters)


def by_own_fields(address: list[str], header: str, asking: Asking) -> Q | None:
    """The condition of words like `repair.meter_reading.from=120`, by filterable fields alone; Unfit for any other, and
    for lines that do not come in the header, which is read as a form that was sent."""
    possible = {name: one for kind in asking.types for name, one in fields_of(kind).items()}
    given = [(word.partition("=")[0], word.partition("=")[2]) for word in address]
    if any(possible[name].kind == LINE for name, _value in given if name in possible):
        sentence = gettext("What is looked for does not belong in an address: send it in the header Jingming-Asked.")
        raise Unfit(fields={"field": sentence})
    try:
        given += parse_qsl(header, keep_blank_values=True, max_num_fields=MOST_VALUES)
    except ValueError:
        raise _by_nothing([header]) from None
    if unknown := [name for name, _value in given if name not in possible]:
        raise _by_nothing(unknown)
    words = QueryDict(mutable=True)
    for name, value in given:
        if possible[name].kind == LINE and TYPED[LINE](value) is None:
            raise _by_nothing([value])
        words.appendlist(name, in_address(possible[name], value))
    chosen = read_filters(words, asking)
    if chosen.unknown:
        raise _by_nothing(chosen.unknown)
    return chosen.condition


def _by_nothing(words: list[str]) -> Unfit:
    sentence = gettext("Nothing can be filtered by: %(words)s.") % {"words": ", ".join(words)[:200]}
    return Unfit(fields={"field": sentence})
