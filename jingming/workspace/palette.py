"""The command palette: what somebody may mean by a few signs, in groups, the surest first.

Everything comes through access, so nobody is offered what they could not open. Orders and customers cost a fixed
number of queries; pages, queues and settings cost none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from jingming.accounts import eyes
from jingming.accounts.models import Staff
from jingming.accounts.rules import Contrast, Density, Theme
from jingming.base.initials import as_initials, initials
from jingming.customers import access as customer_access
from jingming.customers import queries as customers
from jingming.customers.models import Customer
from jingming.customers.queries import Finding
from jingming.customers.rules import Piece, Way
from jingming.privacy.rules import shortened
from jingming.ui.labels import in_language
from jingming.workorders import access
from jingming.workorders.models import WorkOrder
from jingming.workorders.queries import QUEUES, by_number

from . import queues
from .acts import ICONS, KEYS

SHOWN = 6  # orders, customers
LONGEST = 100
RECENT = 8


@dataclass(frozen=True)
class Item:
    """One line: it leads to `url`, or presses what `press` selects on the page; `note` stands behind the label.

    What was looked for stands in the part that `hit` names (label, note or number); its `pieces` are shown instead.
    """

    label: str
    icon: str
    url: str = ""
    press: str = ""
    note: str = ""
    number: str = ""
    key: str = ""
    hit: str = ""
    pieces: Sequence[Piece] = ()
    customer: int = 0  # whose archive it is


@dataclass(frozen=True)
class Group:
    """Lines of a kind under their heading."""

    label: str
    items: Sequence[Item]


@dataclass(frozen=True)
class Place:
    """A page that the person's rights open. One that the menu hides is offered only to whoever types its name, and one
    that a role has renamed is found by the shipped name too (`shipped`)."""

    label: str
    icon: str
    url: str
    shipped: str = ""
    hidden: bool = False


Places = Iterable[Place]


def answer(person: Staff, words: str, *, places: Places, on: str = "", recent: Sequence[str] = ()) -> list[Group]:
    """What the words may mean to the person. `places` are the pages open to the person, `on` the number of the order
    whose page is open, `recent` what this browser opened last (`order:NUMBER`, `customer:ID`), shown while nothing is
    typed."""
    words = " ".join(unicodedata.normalize("NFKC", words).split())[:LONGEST]
    if words:
        groups = [
            Group(_("Orders"), [of_order(order) for order in by_number(person, words, SHOWN)]),
            Group(_("Customers"), [of_finding(one) for one in customers.find(person, words).items[:SHOWN]]),
        ]
    else:
        groups = [Group(_("Opened last"), _recent(person, recent))]
    groups += [
        Group(_("This order"), _matching(words, _acts(person, on))),
        Group(_("Go to"), _matching(words, _places(person, places, named=bool(words)))),
        Group(_("Settings"), _matching(words, _settings()) if words else []),
    ]
    return [group for group in groups if group.items]


def of_order(order: WorkOrder) -> Item:
    """An order as the palette shows it."""
    return Item(
        label=shortened(" ".join(order.description.split()), 80),
        icon="file-text",
        url=reverse("order", args=[order.number]),
        number=order.number,
        note=f"{in_language(order.type.label)} · {order.get_status_display()}",
    )


def of_customer(customer: Customer) -> Item:
    """A customer as the palette shows it: with the first place served, or else the first phone."""
    point = next(iter(customer.service_points.all()), None)
    phone = next(iter(customer.phones.all()), None)
    return Item(
        label=eyes.shown("name", customer.name, customer),
        icon="building" if customer.kind == "enterprise" else "user",
        url=reverse("customers:customer", args=[customer.pk]),
        customer=customer.pk,
        number=point.account_number if point else eyes.shown("phone", phone.number, customer) if phone else "",
        note=eyes.shown("address", point.address, point) if point else "",
    )


# Where the palette shows by what somebody was found; initials are nowhere to be seen.
SHOWN_IN = {
    Way.ACCOUNT: "number",
    Way.NUMBER: "number",
    Way.PHONE: "number",
    Way.DEVICE: "number",
    Way.NAME: "label",
    Way.ADDRESS: "note",
}


def of_finding(finding: Finding) -> Item:
    """A customer who was looked for: as `of_customer`, with what was found marked."""
    return replace(of_customer(finding.customer), hit=SHOWN_IN.get(finding.way, ""), pieces=finding.pieces)


def _recent(person: Staff, recent: Sequence[str]) -> list[Item]:
    """What was opened last and may still be seen, in that order: one query for the orders, three for the customers."""
    asked = [mark.partition(":")[::2] for mark in recent[:RECENT]]
    numbers = [key[:40] for kind, key in asked if kind == "order"]
    ids = [int(key) for kind, key in asked if kind == "customer" and key.isascii() and key.isdigit() and len(key) < 19]
    found: dict[tuple[str, str], Item] = {}
    if numbers:
        orders = access.visible_to(person).filter(number__in=numbers).select_related("type")
        found |= {("order", order.number): of_order(order) for order in orders}
    if ids:
        known = customers.with_ways(person, customer_access.visible_to(person).filter(pk__in=ids))
        found |= {("customer", str(customer.pk)): of_customer(customer) for customer in known}
    return [found[kind, key] for kind, key in dict.fromkeys(asked) if (kind, key) in found]


def _acts(person: Staff, on: str) -> list[Item]:
    """What can be done to the order whose page is open."""
    if not on:
        return []
    order = access.visible_to(person).select_related("type", "interaction").filter(number=on[:40]).first()
    if order is None:
        return []
    able = set(access.acts_for(order, person).now)
    in_order = [*(act for act in KEYS if act in able), *(act for act in able if act not in KEYS)]
    return [
        Item(str(act.label), ICONS[act], reverse("order_act", args=[order.number, act]), key=KEYS.get(act, "").upper())
        for act in in_order
    ]


def _places(person: Staff, places: Places, *, named: bool) -> list[Item]:
    """The pages of the menu, the other queues, and one's own pages; what the menu hides, only if a name is typed."""
    places = list(places)
    hidden = {place.url for place in places if place.hidden and not named}
    found = {
        place.url: Item(place.label, place.icon, place.url, note=place.shipped)
        for place in places
        if place.url not in hidden
    }
    for name in queues.offered(person):
        url = f"{reverse('orders')}?queue={name}"
        if url in hidden:
            continue
        found.setdefault(url, Item(str(QUEUES[name]), queues.ICONS[name], url))
    for label, icon, page in (
        (_("My page"), "user", "profile"),
        (_("My menu"), "menu-2", "own_menu"),
        (_("Change password"), "lock", "account_change_password"),
        (_("Switch user"), "switch-horizontal", "switch_user"),
        (_("Components"), "columns-3", "components"),
    ):
        found.setdefault(reverse(page), Item(label, icon, reverse(page)))
    return list(found.values())


def _settings() -> list[Item]:
    """What the person's menu can switch, pressed there: what it shows and what is kept are always the same."""
    looks = (
        ("theme", _("Theme"), Theme),
        ("contrast", _("Contrast"), Contrast),
        ("density", _("Rows"), Density),
    )
    items = [
        Item(f"{label}: {choice.label}", "settings", press=f"[data-set-{what}={choice.value}]")
        for what, label, choices in looks
        for choice in choices
    ]
    items += [
        Item(f"{_('Language')}: {_own_name(code)}", "language", press=f"button[name=language][value={code}]")
        for code, _name in settings.LANGUAGES
        if code != get_language()
    ]
    return [*items, Item(pgettext("menu", "All keys"), "keyboard", press="[data-open-keys]", key="?")]


def _own_name(code: str) -> str:
    return {"zh-hans": "简体中文", "en": "English"}.get(code, code)


def _matching(words: str, items: Sequence[Item]) -> list[Item]:
    """Those whose label or note holds the words or whose initials begin so; all while nothing is typed."""
    if not words:
        return list(items)
    plain, typed = words.casefold(), as_initials(words)
    return [
        item
        for item in items
        if any(plain in name.casefold() or (typed and _begins(name, typed)) for name in (item.label, item.note))
    ]


def _begins(label: str, typed: str) -> bool:
    return any(one.startswith(typed) for one in initials(label))
