"""Who may see what, said a second time and plainly: nothing here asks the product, so the two can disagree.

`PEOPLE` says where each person works and how far the post reaches; `MAY` which posts carry an authority.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.matrix.things import Thing
from tests.matrix.world import ANHUI, JIANGSU, NANJING, TONGLING, WUHU


@dataclass(frozen=True)
class Post:
    """One post: `reach` is "city", "province", "everything", "department" or "own"."""

    role: str
    department: str
    reach: str
    city: str = ""
    province: str = ""


def _here(role: str, department: str, reach: str) -> Post:
    city = {"TL": TONGLING, "WH": WUHU, "NJ": NANJING}[department[:2]]
    return Post(role, department, reach, city, JIANGSU if city == NANJING else ANHUI)


PEOPLE: Mapping[str, tuple[Post, ...]] = {
    "agent1": (_here("agent", "TL-CALL", "department"),),
    "agent2": (_here("agent", "TL-CALL", "department"),),
    "dispatcher1": (_here("dispatcher", "TL-OPS", "city"),),
    "head1": (_here("head", "TL-NORTH", "department"),),
    "approval1": (_here("approval_manager", "TL-NORTH", "department"),),
    "engineer1": (_here("engineer", "TL-NORTH", "own"),),
    "engineer2": (_here("engineer", "TL-NORTH", "own"),),
    "head2": (_here("head", "TL-SOUTH", "department"),),
    "engineer3": (_here("engineer", "TL-SOUTH", "own"),),
    "callback1": (_here("callback", "TL-CALL", "department"),),
    "inspector1": (_here("inspector", "TL-INSP", "city"),),
    "supervisor1": (_here("supervisor", "TL-SUPER", "city"),),
    "authority1": (_here("authority", "TL-AUTH", "city"),),
    "announcer1": (_here("announcer", "TL-CALL", "own"),),
    "head3": (_here("head", "TL-BIZ", "department"),),
    "account1": (_here("account_manager", "TL-BIZ", "department"),),
    "manager1": (Post("manager", "AH-MGT", "province", province=ANHUI),),
    "evaluator1": (Post("evaluator", "HQ-EVAL", "own"),),
    "sysadmin1": (Post("sysadmin", "HQ-MGT", "everything"),),
    "secadmin1": (Post("secadmin", "HQ-MGT", "everything"),),
    "auditadmin1": (Post("auditadmin", "HQ-MGT", "everything"),),
    "stranger1": (_here("head", "WH-MAINT", "department"), _here("engineer", "WH-MAINT", "own")),
    "wh-agent": (_here("agent", "WH-CALL", "department"),),
    "nj-agent": (_here("agent", "NJ-CALL", "department"),),
}
STAFF = frozenset(PEOPLE)

_DESK = {
    "agent", "dispatcher", "head", "callback", "inspector", "supervisor", "approval_manager", "authority",
    "account_manager", "manager",
}  # fmt: skip
MAY: Mapping[str, frozenset[str]] = {
    "orders.see": frozenset(_DESK | {"engineer"}),
    "customers.see": frozenset(_DESK | {"engineer"}),
    "interactions.see": frozenset(_DESK),
    "intake.take": frozenset({"agent", "callback"}),
    "customers.change": frozenset({"agent", "dispatcher", "account_manager"}),
    "flows.see": frozenset(_DESK | {"engineer", "announcer", "sysadmin"}),
    "organisation.see": frozenset(_DESK | {"engineer", "announcer", "sysadmin", "secadmin", "auditadmin"}),
    "organisation.change": frozenset({"sysadmin"}),
    "codes.change": frozenset({"sysadmin"}),
    "jobs.repair": frozenset({"sysadmin"}),
    "staff.see": frozenset({"head", "approval_manager", "manager", "secadmin"}),
    "staff.change": frozenset({"secadmin"}),
    "audit.see": frozenset({"auditadmin"}),
    "data.load": frozenset({"dispatcher", "account_manager", "sysadmin", "secadmin"}),
}
PUBLIC, EVERYBODY = "public", "everybody"
# Departments whose people work for the customers of their city.
_FACING = ("CALL", "OPS", "NORTH", "SOUTH", "MAINT", "BIZ", "INSP", "SUPER")


def admitted(person: str, to: str) -> bool:
    """Whether a door that opens to `to` (authorities with "or" between them) lets the person in."""
    return to in (PUBLIC, EVERYBODY) or any(_posts(person, authority) for authority in to.split(" or "))


def _posts(person: str, authority: str) -> list[Post]:
    return [post for post in PEOPLE[person] if post.role in MAY[authority]]


def sees(person: str, thing: Thing) -> bool:
    """Whether the person may know that the thing exists."""
    return _SEES[thing.kind](person, thing.told)


def changes(person: str, thing: Thing) -> bool:
    """Whether the person, who sees it, may also change it."""
    return _CHANGES.get(thing.kind, sees_all)(person, thing.told)


def sees_all(_person: str, _told: Mapping[str, Any]) -> bool:
    return True


def _in_reach(post: Post, told: Mapping[str, Any]) -> bool:
    if post.reach == "everything":
        return True
    return (post.reach == "city" and told["city"] == post.city) or (
        post.reach == "province" and told["province"] == post.province
    )


def _order(person: str, told: Mapping[str, Any]) -> bool:
    """Whole cities and provinces; else what one's department took part in; else what one had oneself."""
    return any(
        _in_reach(post, told)
        or (post.reach == "department" and post.department in told["with"])
        or (post.reach == "own" and person in told["people"])
        for post in _posts(person, "orders.see")
    )


def _interaction(person: str, told: Mapping[str, Any]) -> bool:
    return any(
        _in_reach(post, told)
        or (post.reach == "department" and post.department == told["department"])
        or (post.reach == "own" and person == told["agent"])
        for post in _posts(person, "interactions.see")
    )


def _works_for(person: str, authority: str, city: str, province: str) -> bool:
    """Whether a post covers the customers of this city: a whole unit, or a department that faces customers."""
    return any(
        _in_reach(post, {"city": city, "province": province})
        or (post.reach == "department" and post.city == city and post.department[3:] in _FACING)
        for post in _posts(person, authority)
    )


def lives_here(person: str, told: Mapping[str, Any]) -> bool:
    """Whether the customer's own place is one that the person works for: what long lists show."""
    return _works_for(person, "customers.see", told["city"], told["province"])


def _customer(person: str, told: Mapping[str, Any]) -> bool:
    served = any(_works_for(person, "customers.see", city, told["province"]) for city in told["served"])
    return lives_here(person, told) or served


def _point(person: str, told: Mapping[str, Any]) -> bool:
    """The places served in one's cities, and all those of customers who live there."""
    return _works_for(person, "customers.see", told["city"], told["province"]) or lives_here(person, told["owner"])


def _changes_customer(person: str, told: Mapping[str, Any]) -> bool:
    return _works_for(person, "customers.change", told["city"], told["province"])


def _changes_point(person: str, told: Mapping[str, Any]) -> bool:
    return _changes_customer(person, told) or _changes_customer(person, told["owner"])


def _pair(person: str, told: Mapping[str, Any]) -> bool:
    """Two archives at once: both have to be seen."""
    return all(_customer(person, one) for one in told["both"])


def _changes_pair(person: str, told: Mapping[str, Any]) -> bool:
    return all(_changes_customer(person, one) for one in told["both"])


def _colleague(person: str, told: Mapping[str, Any]) -> bool:
    """Oneself, one's own engineers, one's department, one's units: for whoever may see staff at all."""
    posts = _posts(person, "staff.see")
    near = any(
        post.reach == "everything"
        or (post.reach == "department" and post.department == told["department"])
        or (post.reach == "province" and post.province == told["province"])
        for post in posts
    )
    return bool(posts) and (near or told["username"] == person or told["manager"] == person)


def _changes_colleague(person: str, told: Mapping[str, Any]) -> bool:
    return told["username"] != person


def _view(person: str, told: Mapping[str, Any]) -> bool:
    """One's own, that of a department one works in, that of a role one has in the province."""
    return told["owner"] == person or any(
        post.department == told.get("department")
        or (post.role == told.get("role") and post.province == told["province"])
        for post in PEOPLE[person]
    )


def _changes_view(person: str, told: Mapping[str, Any]) -> bool:
    """The owner, and whoever answers for those with whom it is shared."""
    return told["owner"] == person or any(
        (post.reach == "department" and post.department == told.get("department"))
        or (post.reach == "province" and post.province == told.get("province"))
        for post in _posts(person, "staff.see")
    )


def _own(person: str, told: Mapping[str, Any]) -> bool:
    return bool(told["owner"] == person)


def _loads(person: str, told: Mapping[str, Any]) -> bool:
    """Kinds of data are loaded and exported by whoever may change such rows."""
    return bool(_posts(person, told["authority"]))


_SEES = {
    "view": _view, "bulk": _own, "run": _own, "data": _loads, "draft": lambda person, told: person == told["person"],
    "order": _order, "act": _order, "attachment": _order, "interaction": _interaction,
    "customer": _customer, "contact": _customer, "phone": _customer, "point": _point,
    "device": _point, "tenure": _point, "element": sees_all, "pair": _pair, "merge": _pair,
    "staff": _colleague, "post": _colleague, "token": _colleague,
    "unit": sees_all, "place": sees_all, "set": sees_all, "code": sees_all, "flow": sees_all,
    "nowhere": sees_all, "": sees_all,
}  # fmt: skip
_CHANGES = {
    "view": _changes_view,
    "customer": _changes_customer, "contact": _changes_customer, "phone": _changes_customer, "point": _changes_point,
    "device": _changes_point, "tenure": _changes_point, "pair": _changes_pair, "merge": _changes_pair,
    "staff": _changes_colleague, "post": _changes_colleague, "token": _changes_colleague,
}  # fmt: skip
