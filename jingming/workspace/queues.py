"""Which queues are offered to whom, and the filters that a queue's address may carry: two tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jingming.accounts.access import duties_of, has
from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority, Scope
from jingming.codes.queries import choices
from jingming.workorders.models import OrderType
from jingming.workorders.queries import QUEUES
from jingming.workorders.rules import Status

# Queue → the roles whose daily work it is; None: everybody who sees orders; () : whoever works more than own orders.
FOR_ROLES: Mapping[str, tuple[str, ...] | None] = {
    "mine": None,
    "department": (),
    "unassigned": (),
    "tasks": ("head", "engineer", "account_manager"),
    "to_review": ("head",),
    "to_call_back": ("callback", "agent"),
    "held": (),
    "suspended": ("agent", "callback", "dispatcher", "head"),
    "all": None,
}
IN_MENU = ("mine", "department", "tasks", "to_review", "to_call_back", "suspended")
ICONS: Mapping[str, str] = {
    "mine": "list-check",
    "department": "building",
    "unassigned": "inbox",
    "tasks": "arrows-split",
    "to_review": "eye",
    "to_call_back": "phone-outgoing",
    "held": "hourglass",
    "suspended": "player-pause",
    "all": "list-details",
}
# Role → the queue in which its day begins; others begin with their own orders.
FIRST: Mapping[str, str] = {"callback": "to_call_back", "dispatcher": "unassigned", "head": "department"}


def offered(person: Staff) -> list[str]:
    """The queues that mean something to the person's posts, in the order of the tabs."""
    if not has(person, Authority.SEE_ORDERS):
        return []
    roles = {post.role.code for post in duties_of(person)}
    reaches_further = any(post.scope != Scope.OWN for post in duties_of(person))
    return [
        name
        for name, wanted in FOR_ROLES.items()
        if name in QUEUES and (wanted is None or (reaches_further if not wanted else roles & set(wanted)))
    ]


def in_menu(person: Staff) -> list[str]:
    """Those of the queues that also stand in the menu."""
    able = offered(person)
    return [name for name in IN_MENU if name in able]


def in_the_field(person: Staff) -> bool:
    """Whether all that the person does is done on site: the day begins with the one next job."""
    posts = duties_of(person)
    return bool(posts) and all(post.role.code == "engineer" for post in posts) and has(person, Authority.SEE_ORDERS)


def first(person: Staff) -> str:
    """The queue in which the person's day begins."""
    return next((FIRST[post.role.code] for post in duties_of(person) if post.role.code in FIRST), "mine")


Choice = tuple[str, str | Promise]


@dataclass(frozen=True)
class Filter:
    """One filter of a queue: what it is called, its condition, what may be chosen, and the words for each choice."""

    label: str | Promise
    condition: Callable[[list[str]], Q]
    choices: Callable[[list[OrderType], datetime], list[Choice]]


def _statuses(_types: list[OrderType], _at: datetime) -> list[Choice]:
    return [(status.value, status.label) for status in Status]


# Name in the address → filter. What is not here filters nothing.
FILTERS: Mapping[str, Filter] = {
    "type": Filter(
        _("Type"),
        lambda values: Q(type__code__in=values),
        lambda types, _at: [(kind.code, str(kind)) for kind in types],
    ),
    "status": Filter(_("State"), lambda values: Q(status__in=values), _statuses),
    "level": Filter(_("Level"), lambda values: Q(level__in=values), lambda _types, at: list(choices("level", at))),
}


@dataclass(frozen=True)
class Chosen:
    """The filters that an address asks for: their condition, what is on, what could be, and what nobody knows."""

    condition: Q | None
    on: dict[str, list[str]]
    offered: dict[str, list[Choice]]
    unknown: list[str]


def read_filters(asked: QueryDict, types: list[OrderType], at: datetime) -> Chosen:
    """Read the filters out of an address by the table; values that are not on offer are named, not obeyed."""
    on: dict[str, list[str]] = {}
    unknown: list[str] = []
    possible = {name: one.choices(types, at) for name, one in FILTERS.items()}
    for name in FILTERS:
        known = {value for value, _label in possible[name]}
        values = list(dict.fromkeys(value for value in asked.getlist(name) if value))
        unknown += [value[:40] for value in values if value not in known]
        if kept := [value for value in values if value in known]:
            on[name] = kept
    condition = Q()
    for name, values in on.items():
        condition &= FILTERS[name].condition(values)
    return Chosen(condition if on else None, on, possible, unknown)
