"""The filters that a queue's address may carry: one table. What is not in it filters nothing.

chosen = read_filters(request.GET, Asking(person, types(), now()))
chosen.condition, chosen.on, chosen.offered, chosen.unknown
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from jingming.accounts.access import duties_of
from jingming.accounts.models import Staff
from jingming.codes.queries import choices
from jingming.organisation.queries import departments, units
from jingming.organisation.rules import Level
from jingming.workorders.models import RESTING, OrderType
from jingming.workorders.rules import Status, Waiting

from . import offers

Choice = tuple[str, str | Promise]
MOST_VALUES = 30
ME, NOBODY, HELD, RESTS = "me", "nobody", "held", "any"


@dataclass(frozen=True)
class Asking:
    """Who asks, of which types there are, and when."""

    person: Staff
    types: list[OrderType]
    at: datetime


@dataclass(frozen=True)
class Filter:
    """One filter of a queue: what it is called, its condition, what may be chosen, and how the page asks for it:
    "chips" side by side, a "list" to open, or a "day"."""

    label: str | Promise
    condition: Callable[[list[str], Asking], Q]
    choices: Callable[[Asking], list[Choice]]
    kind: str = "chips"


def _coded(set_: str) -> Callable[[Asking], list[Choice]]:
    return lambda asking: list(choices(set_, asking.at))


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


@dataclass(frozen=True)
class Chosen:
    """The filters that an address asks for: their condition, what is on, what could be, and what nobody knows."""

    condition: Q | None
    on: dict[str, list[str]]
    offered: dict[str, list[Choice]]
    unknown: list[str]


def read_filters(asked: QueryDict, asking: Asking) -> Chosen:
    """Read the filters out of an address by the table; values that are not on offer are named, not obeyed."""
    on: dict[str, list[str]] = {}
    unknown: list[str] = []
    possible = {name: one.choices(asking) for name, one in FILTERS.items()}
    for name, one in FILTERS.items():
        values = list(dict.fromkeys(value for value in asked.getlist(name) if value))[:MOST_VALUES]
        if one.kind == "day":
            values = values[-1:]  # a day chosen anew takes the place of the one before
            known = {value for value in values if _day(value)}
            possible[name] = [(value, value) for value in values if value in known]
        else:
            known = {value for value, _label in possible[name]}
        unknown += [value[:40] for value in values if value not in known]
        if kept := [value for value in values if value in known]:
            on[name] = kept
    condition = Q()
    for name, values in on.items():
        condition &= FILTERS[name].condition(values, asking)
    return Chosen(condition if on else None, on, possible, unknown)
