"""Which queues are offered to whom, and how many orders they hold."""

from __future__ import annotations

from collections.abc import Mapping

from jingming.accounts.access import duties_of, has
from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority, Scope
from jingming.workorders.queries import QUEUES, counts

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
    roles = {post.role.works_as for post in duties_of(person)}
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
    works = {post.role.works_as for post in duties_of(person)} - {""}  # rights alone are no work
    return works == {"engineer"} and has(person, Authority.SEE_ORDERS)


def first(person: Staff) -> str:
    """The queue in which the person's day begins."""
    return next((FIRST[post.role.works_as] for post in duties_of(person) if post.role.works_as in FIRST), "mine")


# The first of these that the person may see, for those who neither take contacts nor see orders.
ELSEWHERE = (
    (Authority.SEE_AUDIT, "audit"),
    (Authority.SEE_STAFF, "staff"),
    (Authority.SEE_ORGANISATION, "organisation"),
    (Authority.SEE_FLOWS, "flows"),
)


def begins(person: Staff) -> tuple[str, str]:
    """The page with which the person's day begins, by name, and, of the orders, the queue."""
    if has(person, Authority.TAKE_INTAKE) and any(post.role.works_as == "agent" for post in duties_of(person)):
        return "intake", ""
    if in_the_field(person):
        return "field", ""
    if has(person, Authority.SEE_ORDERS):
        return "orders", first(person)
    return next((page for authority, page in ELSEWHERE if has(person, authority)), "profile"), ""


def figures(person: Staff) -> dict[str, int]:
    """How many orders each queue holds, asked once for each person object: menu, tabs and heading show the same."""
    found: dict[str, int] = person.__dict__.get("queue_figures") or counts(person)
    person.__dict__["queue_figures"] = found  # lives as long as the request
    return found
