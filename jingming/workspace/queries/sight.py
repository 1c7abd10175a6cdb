"""What somebody could see: by the same predicates by which every page, list and search of theirs is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingming.accounts.access import duties_of, has, sees, visible_staff
from jingming.accounts.models import Post, Role, Staff
from jingming.accounts.queries import must_have_second_factor
from jingming.accounts.rules import SHOWS_CUSTOMERS, Authority, by_business
from jingming.customers import access as customers
from jingming.interactions import access as interactions
from jingming.organisation.models import Department
from jingming.ui.labels import in_language
from jingming.workorders import access as orders
from jingming.workorders.flows import Flow
from jingming.workorders.queries import QUEUES, current_version, types
from jingming.workorders.rules import Act

from .. import menu, queues

MOST = 1_000  # rows that are counted
FIELDS = {
    Authority.SEE_NUMBERS: gettext_lazy("Phone and identity numbers"),
    Authority.SEE_NAMES: gettext_lazy("Names of people"),
    Authority.SEE_ADDRESSES: gettext_lazy("Addresses"),
}
NOBODY = 0  # no id is that low: somebody new, who has done nothing yet


@dataclass(frozen=True)
class Sight:
    """`menu` are the entries that are shown, `rights` (business, [(authority, posts that give it)]), `rows` how many
    of each kind there are to see: a figure, or "1000+"; `masks` say how each kind of personal data reads, `acts` are
    (act, the types whose flow gives it at some step), `begins` is the first page."""

    menu: list[menu.Line]
    rights: list[tuple[str | Promise, list[tuple[Authority, list[Post]]]]]
    rows: list[tuple[str, str]]
    masks: list[tuple[str, str]]
    acts: list[tuple[Act, str]]
    begins: str
    second_factor: bool


def somebody_with(role: Role, department: Department, scope: str) -> Staff:
    """Somebody new who holds this role there, and nothing else; never saved."""
    somebody = Staff(pk=NOBODY, department=department, is_active=True)
    post = Post(pk=NOBODY, staff=somebody, role=role, department=department, scope=scope)
    post.holder = NOBODY
    somebody.duties = [post]
    return somebody


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
        masks=[(str(words), _how_whole(person, field)) for field, words in FIELDS.items()]
        if _shows_customers(posts)
        else [],
        acts=_acts(posts),
        begins=_begins(person) if posts else "",
        second_factor=must_have_second_factor(person),
    )


def _figure(rows: QuerySet[Any]) -> str:
    found = len(rows.order_by().values_list("pk", flat=True)[: MOST + 1])
    return f"{MOST}+" if found > MOST else str(found)


def _shows_customers(posts: list[Post]) -> bool:
    return any(not SHOWS_CUSTOMERS.isdisjoint(post.role.authorities) for post in posts)


def _how_whole(person: Staff, field: Authority) -> str:
    if sees(person, field):
        return _("whole")
    some = any(field in post.role.authorities and _shows_customers([post]) for post in duties_of(person))
    return _("whole by some posts, else masked") if some else _("masked")


def _acts(posts: list[Post]) -> list[tuple[Act, str]]:
    """Nothing of how a post must stand to an order: that an order of its reach tells."""
    works = {post.role.works_as for post in posts}
    flows = [current_version(kind.code).flow for kind in types()]
    found = [(act, [flow for flow in flows if _gives(flow, act, works)]) for act in Act]
    return [
        (act, _("all types") if len(giving) == len(flows) else _(", ").join(_name(flow) for flow in giving))
        for act, giving in found
        if giving
    ]


def _gives(flow: Flow, act: Act, works: set[str]) -> bool:
    given = (acts[act].by for acts in (flow.acts, *(step.acts for step in flow.steps)) if act in acts)
    return any(not works.isdisjoint(by) for by in given)


def _name(flow: Flow) -> str:
    return in_language(flow.label.model_dump())


def _begins(person: Staff) -> str:
    page, queue = queues.begins(person)
    if queue:
        return str(QUEUES[queue])
    return next((str(entry.label) for entry in menu.ENTRIES if entry.page == page), _("My settings"))
