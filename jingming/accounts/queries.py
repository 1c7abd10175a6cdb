"""Find people: by the token that a program shows, by sign-in name or employee number, and for the staff pages."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext, pgettext

from jingming.base.initials import as_initials, begin_with
from jingming.base.paging import PAGE
from jingming.organisation.queries import departments, units

from .access import duties_of
from .models import ApiToken, Delegation, Post, Role, Session, Staff
from .policy import policy
from .rules import SHIPPED_ROLES, Authority, Scope, by_business, device_in_words, stands_as
from .tokens import PREFIX, digest_of

KEPT_SECONDS = 5.0
KEPT_TOKENS = 2_000
PAGE_OF_HOLDERS = 100
TOTP = "totp"  # what allauth calls a second factor that shows codes by the clock
MOST_LENDINGS = 50
MOST_SESSIONS = 100  # shown on one's own page; all others are ended with “all others”


@dataclass(frozen=True)
class _Known:
    person: Staff
    expires_at: datetime | None
    until: float


_known: dict[str, _Known] = {}


def forget_tokens() -> None:
    """Ask the database at the next use of every token; actions that switch people or tokens off call this."""
    _known.clear()


def person_by_token(token: str, at: datetime) -> Staff | None:
    """The active person a token stands for, with posts and roles read; None for any other word.

    Two queries, and none for KEPT_SECONDS after them: a person or token that is switched off stops working at once in
    the process that does it, and within 5 seconds in every other.
    """
    if not token.startswith(PREFIX):
        return None
    digest = digest_of(token)
    known = _known.get(digest)
    if known is None or time.monotonic() >= known.until:
        known = _look_up(digest)
        if known is None:
            _known.pop(digest, None)
            return None
        if len(_known) >= KEPT_TOKENS:
            _known.clear()
        _known[digest] = known
    if known.expires_at is not None and known.expires_at <= at:
        return None
    return copy.copy(known.person)  # a request may set attributes on its person


def _look_up(digest: str) -> _Known | None:
    """The person, and in a second query the posts and roles."""
    token = ApiToken.objects.filter(digest=digest, revoked_at=None, staff__is_active=True)
    found = token.select_related("staff").first()
    if found is None:
        return None
    with_duties([found.staff])
    return _Known(found.staff, found.expires_at, time.monotonic() + KEPT_SECONDS)


def with_duties(people: Iterable[Staff]) -> None:
    """Have the posts of all these people read: one query for those who lack them."""
    lacking = {person.pk: person for person in people if "duties" not in vars(person)}
    if not lacking:
        return
    posts: dict[int, list[Post]] = {pk: [] for pk in lacking}
    for post in Post.objects.held_by(lacking):
        posts[post.holder].append(post)
    for pk, person in lacking.items():
        person.duties = posts[pk]


def zone_of(person: Staff | object) -> ZoneInfo | None:
    """The time zone of the place where somebody works; None, which is the installation's, for anybody else."""
    department = departments().get(person.department_id) if isinstance(person, Staff) else None
    return units()[department.unit_id].zone if department else None


def by_login(login: str) -> Staff | None:
    """Whoever signs in with this word: a username (in any case) or an employee number. One query, whosever it is."""
    username = login.lower()
    meant = list(Staff.objects.filter(Q(username=username) | Q(employee_number=login)))
    return next((person for person in meant if person.username == username), meant[0] if meant else None)


def password_is_too_old(person: Staff, at: datetime) -> bool:
    """Whether the policy asks for a new password now."""
    days = policy().password_days
    return days is not None and (person.password_set_at or person.created_at) < at - timedelta(days=days)


def has_second_factor(person: Staff) -> bool:
    """Whether the person is asked for a code at sign-in."""
    return person.authenticator_set.filter(type=TOTP).exists()


def must_have_second_factor(person: Staff) -> bool:
    """Whether a role of the person's may do nothing without a second factor."""
    return any(asks_second_factor(post.role) for post in duties_of(person))


def asks_second_factor(role: Role) -> bool:
    """Whether the policy asks whoever holds the role for a second factor. A role with the authorities of an
    administration is asked like the shipped one."""
    return not stands_as(role.code, role.works_as, role.authorities).isdisjoint(policy().second_factor_roles)


def lacks_second_factor(person: Staff) -> bool:
    """Whether the person may do nothing before they switch on a second factor; no query where the policy asks none."""
    return bool(lacking_second_factor([person]))


def lacking_second_factor(people: Iterable[object]) -> set[int]:
    """The pks of those of the people who may do nothing before they switch on a second factor; at most two queries."""
    if not policy().second_factor_roles:
        return set()
    staff = [person for person in people if isinstance(person, Staff)]
    with_duties(staff)
    held = {person.pk for person in staff if must_have_second_factor(person)}
    return held - set(Staff.objects.filter(pk__in=held, authenticator__type=TOTP).values_list("pk", flat=True))


@dataclass(frozen=True)
class OpenSession:
    """One browser in which a person is signed in. `device` is in words, "" where nobody knows it."""

    number: str
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    here: bool


def open_sessions(person: Staff, *, here: str | None, at: datetime) -> list[OpenSession]:
    """Where the person is signed in, the session with the key `here` first, then by last activity."""
    rows = Session.objects.filter(staff=person, expire_date__gt=at).order_by("-seen_at")[:MOST_SESSIONS]
    shown = [
        OpenSession(
            number=row.number,
            device=device_in_words(row.device),
            address=row.address,
            began_at=row.began_at or row.seen_at,
            seen_at=row.seen_at,
            here=row.session_key == here,
        )
        for row in rows
    ]
    return sorted(shown, key=lambda one: not one.here)


@dataclass(frozen=True)
class Colleagues:
    """A page of staff by employee number; `next` is the number after which the following page begins."""

    items: list[Staff]
    next: str | None


def colleagues(visible: QuerySet[Staff], *, text: str = "", after: str = "") -> Colleagues:
    """Those of the visible staff whose name (or its initials), username or employee number holds `text`, after an
    employee number."""
    people = visible.select_related("department", "manager").order_by("employee_number")
    if text:
        typed = as_initials(text)
        people = people.filter(
            Q(name__icontains=text)
            | Q(username__icontains=text)
            | Q(employee_number__startswith=text)
            | (Q(begin_with(typed)) if typed else Q())
        )
    if after:
        people = people.filter(employee_number__gt=after)
    found = list(people[: PAGE + 1])
    return Colleagues(found[:PAGE], found[PAGE - 1].employee_number if len(found) > PAGE else None)


@dataclass(frozen=True)
class Lending:
    """A delegation as a page shows it: its state in words, the tone of that, and whether it can still be ended."""

    row: Delegation
    state: str
    tone: str
    open: bool


def lendings(rows: QuerySet[Delegation], *, at: datetime) -> list[Lending]:
    """The latest of these, what still holds first. One query."""
    people = ("giver", "taker", "made_by", "ended_by", "role", "department")
    found = [_lending(row, at) for row in rows.select_related(*people).order_by("-until", "-pk")[:MOST_LENDINGS]]
    return sorted(found, key=lambda one: not one.open)


def _lending(row: Delegation, at: datetime) -> Lending:
    if row.ended_at is not None:
        return Lending(row, gettext("Ended early"), "", open=False)
    if row.until <= at:
        return Lending(row, pgettext("delegation", "Over"), "", open=False)
    if row.since > at:
        return Lending(row, pgettext("delegation", "Planned"), "soon", open=True)
    return Lending(row, pgettext("delegation", "Under way"), "accent", open=True)


def near_first(people: QuerySet[Staff], person: Staff) -> list[Staff]:
    """With their departments: the person's own department first, then by employee number. One query."""
    found = people.select_related("department")
    return sorted(found, key=lambda one: (one.department_id != person.department_id, one.employee_number))


@dataclass(frozen=True)
class ActingFor:
    """For whom somebody acts now, and until when at the longest."""

    name: str
    until: datetime


def acting_for(person: Staff) -> list[ActingFor]:
    """Everybody in whose place the person stands now. No query but for the posts."""
    found: dict[str, datetime] = {}
    for post in duties_of(person):
        if post.staff_id != person.pk and post.until is not None:
            found[post.lender] = max(post.until, found.get(post.lender, post.until))
    return [ActingFor(name, until) for name, until in found.items()]


@dataclass(frozen=True)
class RoleMatrix:
    """Every authority against every role: `groups` are (business, [(authority, [whether given, by role])]), `scopes`
    are (how far, [posts that reach so far, by role]), `works` say as what each role works, "" of shipped ones."""

    roles: list[Role]
    groups: list[tuple[object, list[tuple[Authority, list[tuple[Role, bool]]]]]]
    scopes: list[tuple[Scope, list[int]]]
    works: list[str]


def matrix_of_roles() -> RoleMatrix:
    """Two queries: the roles, retired ones last, and how many of their posts reach how far."""
    roles = list(Role.objects.order_by("-active", "pk"))
    counted = Post.objects.values_list("role", "scope").annotate(posts=Count("pk"))
    posts = {(role, scope): number for role, scope, number in counted}
    return RoleMatrix(
        roles,
        [
            (label, [(one, [(role, one in role.authorities) for role in roles]) for one in authorities])
            for label, authorities in by_business(Authority)
        ],
        [(scope, [posts.get((role.pk, scope.value), 0) for role in roles]) for scope in Scope],
        ["" if role.code in SHIPPED_ROLES else work_in_words(role, roles) for role in roles],
    )


def work_in_words(role: Role, among: Iterable[Role]) -> str:
    """As what a role that was made here works; `among` are the roles by whose names it is told."""
    if role.works_as in ("", role.code):
        return gettext("Itself") if role.works_as else gettext("Rights alone")
    return next((str(one) for one in among if one.code == role.works_as), role.works_as)


def roles_of_flows() -> QuerySet[Role]:
    """The roles that a flow can name: those that work as themselves."""
    return Role.objects.filter(code=F("works_as")).order_by("pk")


def shipped_roles() -> list[Role]:
    """The roles as which one that is made here can work, as they are called here. One query."""
    return list(Role.objects.filter(code__in=SHIPPED_ROLES).order_by("pk"))


def usual_scope(role: Role) -> str:
    """How far most posts of the role reach; the own department if nobody holds it. One query."""
    counted = Post.objects.filter(role=role).values("scope").annotate(posts=Count("pk")).order_by("-posts", "scope")
    found = counted.first()
    return found["scope"] if found else Scope.DEPARTMENT.value


def holders_of(role: Role) -> list[Post]:
    """The first hundred posts of a role, by employee number."""
    posts = Post.objects.filter(role=role).select_related("staff", "department", "unit")
    return list(posts.order_by("staff__employee_number", "pk")[:PAGE_OF_HOLDERS])
