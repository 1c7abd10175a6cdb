"""The menu of the desk: one table of entries, and how roles and people have arranged it.

Rights come first and last: an entry that they do not open to somebody is never in that person's menu, whatever has
been arranged, and one that is hidden still opens by its address. What a role has arranged stands in `Role.menu`, what
a person has in `Staff.menu`; both come with rows that every request reads anyway, so a change holds at the next page,
whichever process draws it, and costs no query.

Somebody with several roles has the union of what these show, in the order in which the posts were given: an entry is
where the first role that shows it has put it, and is called as that role calls it. Only what all roles hide is hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jingming.accounts.access import duties_of, has
from jingming.accounts.models import Role, Staff
from jingming.accounts.rules import Authority
from jingming.ui.labels import in_language
from jingming.workorders.queries import QUEUES

from . import queues
from .queries.repairs import waiting_for_repair

# Group → its heading in the menu; the first has none there.
GROUPS: Mapping[str, str | Promise] = {"work": "", "customers": _("Customers and contacts"), "settings": _("Settings")}
PINNED = "pinned"


@dataclass(frozen=True)
class Entry:
    """A line of the menu: what it is called, the name of its page, and whom it is for."""

    key: str
    label: str | Promise
    icon: str
    group: str
    page: str
    authority: Authority
    roles: tuple[str, ...] | None = None  # only for these, where an authority says too little
    queue: str = ""
    count: Callable[[], int] | None = None  # shown if there are any
    stays: bool = False  # no role hides it: the way back

    @property
    def url(self) -> str:
        """Where it leads."""
        return reverse(self.page) + (f"?queue={self.queue}" if self.queue else "")

    def open_to(self, person: Staff) -> bool:
        """Whether the person's rights and posts give the entry."""
        if self.queue:
            return self.queue in queues.in_menu(person)
        return queues.in_the_field(person) if self.page == "field" else has(person, self.authority)

    def given_by(self, role: Role) -> bool:
        """Whether people may have the entry by this role. How far a post reaches may still decide against it."""
        return self.authority in role.authorities and (not self.roles or role.works_as in self.roles)


def _queue(name: str) -> Entry:
    return Entry(
        f"queue_{name}", QUEUES[name], queues.ICONS[name], "work", "orders", Authority.SEE_ORDERS,
        roles=queues.FOR_ROLES[name], queue=name,
    )  # fmt: skip


_A = Authority
ENTRIES: Sequence[Entry] = (
    Entry("intake", _("Call intake"), "phone-incoming", "work", "intake", _A.TAKE_INTAKE),
    Entry("field", _("Jobs"), "tool", "work", "field", _A.SEE_ORDERS, roles=("engineer",)),
    *(_queue(name) for name in queues.IN_MENU),
    Entry("archives", _("Archives"), "users", "customers", "customers:list", _A.SEE_CUSTOMERS),
    Entry("contacts", _("Contacts"), "phone-call", "customers", "interactions", _A.SEE_INTERACTIONS),
    Entry("persons", _("Personal data"), "shield-check", "customers", "persons", _A.HANDLE_PERSONS),
    Entry("flows", _("Flows"), "route", "settings", "flows", _A.SEE_FLOWS),
    Entry("organisation", _("Organisation"), "sitemap", "settings", "organisation", _A.SEE_ORGANISATION),
    Entry("network", _("Network"), "route", "settings", "customers:network", _A.SEE_ORGANISATION),
    Entry("staff", _("Staff"), "id-badge-2", "settings", "staff", _A.SEE_STAFF),
    Entry("roles", _("Roles and rights"), "shield-check", "settings", "roles", _A.CHANGE_STAFF),
    Entry("codes", _("Codes"), "tag", "settings", "codes", _A.CHANGE_CODES),
    Entry("messages", _("Message templates"), "message", "settings", "messages", _A.CHANGE_CODES),
    Entry("types", _("Types of order"), "list-check", "settings", "types", _A.CHANGE_CODES),
    Entry("own_fields", _("Order fields"), "file-text", "settings", "own_fields", _A.CHANGE_CODES),
    Entry("data", _("Import and export"), "upload", "settings", "data", _A.LOAD_DATA),
    Entry("routes", _("Routes of categories"), "switch-horizontal", "settings", "routes", _A.CHANGE_CODES),
    Entry("menus", _("Menus"), "menu-2", "settings", "menus", _A.CHANGE_CODES, stays=True),
    Entry("retention", _("Retention"), "clock", "settings", "retention", _A.SET_RETENTION),
    Entry("audit", _("Audit"), "eye", "settings", "audit", _A.SEE_AUDIT),
    Entry("repairs", _("Repairs"), "tool", "settings", "repairs", _A.REPAIR_JOBS, count=waiting_for_repair),
)


@dataclass(frozen=True)
class Arrangement:
    """What somebody has arranged; keys of entries. All empty: as shipped."""

    order: Sequence[str] = ()
    hidden: Sequence[str] = ()
    pinned: Sequence[str] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # {key: {zh, en}}

    def __bool__(self) -> bool:
        return bool(self.order or self.hidden or self.pinned or self.names)

    def kept(self) -> dict[str, Any]:
        """As it stands in the database: what is empty is left out."""
        lists = {name: list(getattr(self, name)) for name in ("order", "hidden", "pinned") if getattr(self, name)}
        return lists | ({"names": dict(self.names)} if self.names else {})


@dataclass(frozen=True)
class Line:
    """An entry as it stands in somebody's menu, or would if it were not hidden."""

    entry: Entry
    label: str | Promise
    renamed: bool = False
    hidden: bool = False  # by whoever's arrangement this is
    left: bool = True  # False: the person's roles hide it
    pinned: bool = False

    @property
    def shown(self) -> bool:
        """Whether it is in the menu."""
        return self.left and not self.hidden

    @property
    def group(self) -> str:
        """Under which heading it stands."""
        return PINNED if self.pinned else self.entry.group


def of_role(role: Role) -> list[Line]:
    """Every entry that the role may give, in the role's order, group by group."""
    own = Arrangement(**role.menu)
    lines = [
        Line(
            entry,
            label=in_language(own.names[entry.key]) if entry.key in own.names else entry.label,
            renamed=entry.key in own.names,
            hidden=entry.key in own.hidden,
        )
        for entry in ENTRIES
        if entry.given_by(role)
    ]
    return _grouped(_ranked(lines, own.order))


def of_person(person: Staff) -> list[Line]:
    """Every entry that the rights open to the person, in the order of the menu; those not `shown` are found by name
    only. No query but for the posts."""
    own = Arrangement(**person.menu)
    lines = [
        replace(line, hidden=line.entry.key in own.hidden, pinned=line.left and line.entry.key in own.pinned)
        for line in _left_by_roles(person)
    ]
    pinned = _ranked([line for line in lines if line.pinned], own.pinned)
    return [*pinned, *_grouped(_ranked([line for line in lines if not line.pinned], own.order))]


def together(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """The lines under the names of their groups, as they come."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.group, []).append(line)
    return found


def _left_by_roles(person: Staff) -> list[Line]:
    posts = sorted(duties_of(person), key=lambda post: post.pk)
    roles = {post.role_id: post.role for post in posts}.values()
    opened = {entry.key: entry for entry in ENTRIES if entry.open_to(person)}
    given = [line for role in roles for line in of_role(role) if line.entry.key in opened]
    found: dict[str, Line] = {}
    for line in [*(line for line in given if not line.hidden), *(line for line in given if line.hidden)]:
        found.setdefault(line.entry.key, replace(line, left=not line.hidden, hidden=False))
    # What only two roles together give (a queue by one, the sight of orders by the other) stands as shipped.
    return [*found.values(), *(Line(entry, entry.label) for key, entry in opened.items() if key not in found)]


def _ranked(lines: Iterable[Line], order: Sequence[str]) -> list[Line]:
    """In this order; entries that it does not know (new ones) come behind, as they were."""
    rank = {key: place for place, key in enumerate(order)}
    return sorted(lines, key=lambda line: rank.get(line.entry.key, len(rank)))


def _grouped(lines: Iterable[Line]) -> list[Line]:
    groups = list(GROUPS)
    return sorted(lines, key=lambda line: groups.index(line.entry.group))
