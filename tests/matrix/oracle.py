"""Who may see what, said a second time and plainly: nothing here asks the product, so the two can disagree.

`PEOPLE` says where each person works and how far the post reaches; `MAY` which posts carry an authority.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.matrix.things import Thing
from tests.matrix.world import ANHUI, JIANGSU, NANJING, TONGLING, WUHU


@dataclass(frozen=True)
class Post:
    """One post: `reach` is "city", "province", "everything", "department" or "own"; `of` is who has lent it."""

    role: str
    department: str
    reach: str
    city: str = ""
    province: str = ""
    of: str = ""


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
    # Sees two cities and works for one; and keeps the network of one.
    "visitor1": (_here("dispatcher", "TL-OPS", "city"), _here("inspector", "WH-INSP", "city")),
    "keeper1": (_here("sysadmin", "TL-OPS", "city"),),
    # Acts for engineer1, who is away.
    "standin1": (
        _here("announcer", "TL-SOUTH", "own"),
        Post("engineer", "TL-NORTH", "own", TONGLING, ANHUI, of="engineer1"),
    ),
}
STAFF = frozenset(PEOPLE)

_DESK = {
    "agent", "dispatcher", "head", "callback", "inspector", "supervisor", "approval_manager", "authority",
    "account_manager", "manager",
}  # fmt: skip
SERVES = frozenset({"agent", "dispatcher", "head", "engineer", "callback", "account_manager"})
MAY: Mapping[str, frozenset[str]] = {
    "privacy.numbers": SERVES,
    "privacy.names": SERVES,
    "privacy.addresses": SERVES,
    "orders.see": frozenset(_DESK | {"engineer"}),
    "orders.export": frozenset({"dispatcher", "head", "inspector", "supervisor", "manager"}),
    "customers.see": frozenset(_DESK | {"engineer"}),
    "interactions.see": frozenset(_DESK),
    "intake.take": frozenset({"agent", "callback"}),
    "customers.change": frozenset({"agent", "dispatcher", "account_manager"}),
    "flows.see": frozenset(_DESK | {"engineer", "announcer", "sysadmin"}),
    "organisation.see": frozenset(_DESK | {"engineer", "announcer", "sysadmin", "secadmin", "auditadmin"}),
    "organisation.change": frozenset({"sysadmin"}),
    "codes.change": frozenset({"sysadmin"}),
    "jobs.repair": frozenset({"sysadmin"}),
    "privacy.reveal": frozenset({"inspector", "supervisor", "approval_manager", "authority", "manager"}),
    "staff.see": frozenset({"head", "approval_manager", "manager", "secadmin"}),
    "staff.change": frozenset({"secadmin"}),
    "audit.see": frozenset({"auditadmin"}),
    "privacy.requests": frozenset({"supervisor", "manager"}),
    "retention.set": frozenset({"secadmin"}),
    "data.load": frozenset({"dispatcher", "account_manager", "sysadmin", "secadmin"}),
}
PUBLIC, EVERYBODY = "public", "everybody"
# Departments whose people work for the customers of their city.
_FACING = ("CALL", "OPS", "NORTH", "SOUTH", "MAINT", "BIZ", "INSP", "SUPER")


def admitted(person: str, to: str) -> bool:
    """Whether a door that opens to `to` (authorities with "or" between them) lets the person in."""
    return to in (PUBLIC, EVERYBODY) or any(_posts(person, authority) for authority in to.split(" or "))


def at_the_door(people: Iterable[str], to: str) -> list[str]:
    """With whom to try a door: everybody whom it lets in, and of the others one for each set of roles. It is shut to a
    role, wherever somebody works."""
    turned_away: dict[frozenset[str], str] = {}
    chosen = []
    for person in people:
        roles = frozenset(post.role for post in PEOPLE[person])
        if admitted(person, to) or turned_away.setdefault(roles, person) == person:
            chosen.append(person)
    return chosen


def _posts(person: str, authority: str) -> list[Post]:
    return [post for post in PEOPLE[person] if post.role in MAY[authority]]


def reads(person: str, thing: Thing) -> bool:
    """Whether somebody may come across the words of a thing: where they see it, or where the audit tells of it."""
    return sees(person, thing) or (thing.kind in TOLD_BY_THE_AUDIT and bool(_posts(person, "audit.see")))


def sees(person: str, thing: Thing) -> bool:
    """Whether the person may know that the thing exists."""
    return _SEES[thing.kind](person, thing.told)


def masked(person: str, told: Mapping[str, Any]) -> bool:
    """Whether names, numbers and addresses of this row are masked from the person: where they only look on."""
    showing = _posts(person, "orders.see")
    serving = [post for post in showing if post.role in SERVES]
    return len(serving) < len(showing) and not any(_in_reach(post, told) for post in serving)


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


def _selves(person: str, post: Post) -> set[str]:
    """Whose own rows a post of reach "own" shows."""
    return {person, post.of}


def _lends_for(person: str, told: Mapping[str, Any]) -> bool:
    """Whoever answers for the department of somebody, by a post of their own; and who gives rights, to all others."""
    answers = any(
        post.department == told["department"] and post.reach != "own" and not post.of
        for post in _posts(person, "staff.see")
    )
    return bool(told["username"] != person and (answers or _posts(person, "staff.change")))


def _delegation(person: str, told: Mapping[str, Any]) -> bool:
    return person in (told["username"], told["taker"]) or _lends_for(person, told)


def _same_unit(person: str, told: Mapping[str, Any]) -> bool:
    return PEOPLE[person][0].department[:2] == str(told["department"])[:2]


def _order(person: str, told: Mapping[str, Any]) -> bool:
    """Whole cities and provinces; else what one's department took part in; else what one had oneself."""
    return any(
        _in_reach(post, told)
        or (post.reach == "department" and post.department in told["with"])
        or (post.reach == "own" and _selves(person, post) & set(told["people"]))
        for post in _posts(person, "orders.see")
    )


def _interaction(person: str, told: Mapping[str, Any]) -> bool:
    return any(
        _in_reach(post, told)
        or (post.reach == "department" and post.department == told["department"])
        or (post.reach == "own" and told["agent"] in _selves(person, post))
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


def _person(person: str, told: Mapping[str, Any]) -> bool:
    """Whoever answers for personal data of the place where somebody lives, not where they are served too."""
    return any(_in_reach(post, told) for post in _posts(person, "privacy.requests"))


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


def _changes_element(person: str, told: Mapping[str, Any]) -> bool:
    return any(_in_reach(post, told) for post in _posts(person, "organisation.change"))


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
    """Kinds of data are loaded and exported by whoever may change such rows; those of customers by who nowhere only
    looks on."""
    serves = all(post.role in SERVES for post in _posts(person, "customers.see"))
    return bool(_posts(person, told["authority"])) and (serves or told["authority"] != "customers.change")


# --- Acts on orders ---------------------------------------------------------------------------------------------------
_ANYBODY = frozenset(_DESK | {"engineer"})
_HANDLING = frozenset({"account_manager", "dispatcher", "engineer", "head", "inspector"})
# Act → the roles that have it in some type at some step, and how one of their posts must stand to the order.
ACTS: Mapping[str, tuple[frozenset[str], str]] = {
    "answer": (frozenset({"agent", "callback"}), "at home"),
    "accept": (_HANDLING | {"agent", "callback", "supervisor"}, "holds"),
    "assign": (frozenset({"approval_manager", "dispatcher", "head", "inspector"}), "holds"),
    "arrive": (frozenset({"account_manager", "engineer", "head"}), "holds"),
    "dispatch": (frozenset({"account_manager", "agent", "dispatcher", "engineer", "head"}), "holds"),
    "transfer": (frozenset({"agent", "dispatcher", "head"}), "holds"),
    "reply": (_HANDLING | {"supervisor"}, "holds"),
    "terminate": (frozenset({"agent", "callback", "dispatcher", "head", "inspector"}), "holds"),
    "return": (_ANYBODY - {"dispatcher", "authority", "manager"}, "holds"),
    "split": (frozenset({"inspector"}), "holds"),
    "report": (frozenset({"account_manager", "engineer", "head"}), "task"),
    "hold": (_HANDLING, "holds or task"),
    "wait": (_HANDLING, "holds or task"),
    "suspend": (frozenset({"agent", "callback"}), "call centre"),
    "resume": (_HANDLING - {"account_manager"} | {"agent", "callback"}, "resumes"),
    "complete": (frozenset({"account_manager", "engineer", "head", "inspector"}), "holds"),
    "review": (frozenset({"head", "manager"}), "reviews"),
    "call_back": (frozenset({"agent", "callback"}), "at home"),
    "reassign": (frozenset({"callback", "dispatcher", "inspector"}), "at home"),
    "close": (frozenset({"agent", "callback", "dispatcher"}), "at home"),
    "reopen": (frozenset({"callback", "dispatcher"}), "at home"),
    "void": (frozenset({"agent", "dispatcher"}), "holds or at home"),
    "recall": (frozenset({"agent", "dispatcher", "head", "inspector"}), "sent"),
    "amend": (frozenset({"agent", "callback", "dispatcher", "head", "inspector"}), "holds or at home"),
    "retype": (frozenset({"agent", "dispatcher"}), "holds or at home"),
    "work": (frozenset({"approval_manager", "engineer", "head", "inspector"}), "sees"),
    "judge": (frozenset({"supervisor"}), "supervises"),
    "note": (_ANYBODY, "sees"), "attach": (_ANYBODY, "sees"), "link": (_ANYBODY, "sees"),
}  # fmt: skip


def may_act(person: str, act: str, told: Mapping[str, Any]) -> bool:
    """Whether the person's posts let them do the act to the order at all; its state may still forbid it."""
    roles, how = ACTS[act]
    return any(
        post.role in roles and any(_stands(one, person, post, told) for one in how.split(" or "))
        for post in PEOPLE[person]
    )


def stands(person: str, act: str, told: Mapping[str, Any]) -> bool:
    """Whether any of the person's posts, whatever its role, stands to the order as the act asks."""
    ways = ACTS[act][1].split(" or ")
    return any(_stands(one, person, post, told) for post in PEOPLE[person] for one in ways)


def _stands(how: str, person: str, post: Post, told: Mapping[str, Any]) -> bool:
    if how == "resumes":
        hows = ("call centre",) if told["suspended"] else ("holds", "task")
        return any(_stands(one, person, post, told) for one in hows)
    if how == "reviews":
        own = {person, *(one.of for one in PEOPLE[person])}
        return any(_works(post, place) and by not in own for place, by in told["reviews"])
    at_home = post.reach != "own" and _works(post, told["home"])
    alone = {
        "sees": True, "supervises": post.department.endswith("SUPER"), "at home": at_home,
        "call centre": at_home and post.department.endswith("CALL"),
    }  # fmt: skip
    if how in alone:
        return alone[how]
    places = {"holds": [told["at"]], "sent": [told["from"]], "task": told["tasks"]}[how]
    return any(
        place and _works(post, place) and (post.reach != "own" or whose == (post.of or person))
        for place, whose in places
    )


def _works(post: Post, department: str) -> bool:
    """Whether the post is one of the department, or reaches down to it."""
    city = {"TL": TONGLING, "WH": WUHU, "NJ": NANJING}.get(department[:2], "")
    province = {TONGLING: ANHUI, WUHU: ANHUI, NANJING: JIANGSU}.get(city, ANHUI if department[:2] == "AH" else "")
    return post.department == department or _in_reach(post, {"city": city, "province": province})


TOLD_BY_THE_AUDIT = frozenset({"delegation"})  # why a post is lent stands in the line of it
_SEES = {
    "person": _person, "hold": _person, "request": _person, "retention": sees_all,
    "view": _view, "bulk": _own, "run": _own, "data": _loads, "draft": lambda person, told: person == told["person"],
    "order": _order, "act": _order, "attachment": _order, "interaction": _interaction,
    "customer": _customer, "contact": _customer, "phone": _customer, "point": _point,
    "device": _point, "tenure": _point, "element": sees_all, "pair": _pair, "merge": _pair,
    "staff": _colleague, "post": _colleague, "token": _colleague, "away": _colleague, "delegation": _delegation,
    "colleague": _same_unit,
    "unit": sees_all, "place": sees_all, "set": sees_all, "code": sees_all, "flow": sees_all, "own_field": sees_all,
    "role": sees_all, "entry": sees_all, "message": sees_all, "type": sees_all, "type step": sees_all,
    "type act": sees_all, "type for act": sees_all, "type changed": sees_all, "nowhere": sees_all, "": sees_all,
}  # fmt: skip
_CHANGES = {
    "view": _changes_view,
    "customer": _changes_customer, "contact": _changes_customer, "phone": _changes_customer, "point": _changes_point,
    "device": _changes_point, "tenure": _changes_point, "pair": _changes_pair, "merge": _changes_pair,
    "unit": _changes_element, "place": _changes_element, "element": _changes_element,
    "act": lambda person, told: may_act(person, told["act"], told),
    "away": _lends_for, "staff": _changes_colleague, "post": _changes_colleague, "token": _changes_colleague,
}  # fmt: skip
