"""What somebody could see: by the same predicates by which every page, list and search of theirs is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from jingming.accounts.access import duties_of, has, visible_staff
from jingming.accounts.models import Post, Staff
from jingming.accounts.rules import Authority, by_business
from jingming.customers import access as customers
from jingming.interactions import access as interactions
from jingming.workorders import access as orders

from .. import menu

MOST = 1_000  # rows that are counted


@dataclass(frozen=True)
class Sight:
    """`menu` are the entries that are shown, `rights` (business, [(authority, posts that give it)]), `rows` how many
    of each kind there are to see: a figure, or "1000+"."""

    menu: list[menu.Line]
    rights: list[tuple[str | Promise, list[tuple[Authority, list[Post]]]]]
    rows: list[tuple[str, str]]


def sight_of(person: Staff) -> Sight:
    """What the person could see now; nothing for somebody switched off. Counts few rows, whatever there is."""
    posts = duties_of(person)
    return Sight(
        menu=[line for line in menu.of_person(person) if line.shown],
        rights=[
            (label, [(one, [post for post in posts if one in post.role.authorities]) for one in some])
            for label, some in by_business(one for one in Authority if has(person, one))
        ],
        rows=[
            (_("Work orders"), _figure(orders.visible_to(person))),
            (_("Contacts"), _figure(interactions.visible_to(person))),
            (_("Customers"), _figure(customers.visible_to(person))),
            (_("Staff"), _figure(visible_staff(person))),
        ],
    )


def _figure(rows: QuerySet[Any]) -> str:
    found = len(rows.order_by().values_list("pk", flat=True)[: MOST + 1])
    return f"{MOST}+" if found > MOST else str(found)
