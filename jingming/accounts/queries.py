"""Find people: by the token that a program shows, by sign-in name or employee number, and for the staff pages."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from jingming.base.initials import as_initials, begin_with
from jingming.base.paging import PAGE
from jingming.organisation.queries import departments, units

from .models import ApiToken, Post, Staff
from .tokens import PREFIX, digest_of

KEPT_SECONDS = 5.0
KEPT_TOKENS = 2_000


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

    One query, and none for KEPT_SECONDS after it: a person or token that is switched off stops working at once in
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
    """The person with posts and roles in one query; a second one only for somebody who holds no post."""
    found = list(
        Post.objects.filter(staff__tokens__digest=digest, staff__tokens__revoked_at=None, staff__is_active=True)
        .select_related("role", "staff")
        .annotate(token_expires_at=F("staff__tokens__expires_at"))
    )
    if found:
        person, expires_at = found[0].staff, found[0].token_expires_at
    else:
        token = (
            ApiToken.objects.filter(digest=digest, revoked_at=None, staff__is_active=True)
            .select_related("staff")
            .first()
        )
        if token is None:
            return None
        person, expires_at = token.staff, token.expires_at
    person.duties = list[Post](found)
    return _Known(person, expires_at, time.monotonic() + KEPT_SECONDS)


def with_duties(people: Iterable[Staff]) -> None:
    """Have the posts of all these people read: one query for those who lack them."""
    lacking = {person.pk: person for person in people if "duties" not in vars(person)}
    if not lacking:
        return
    posts: dict[int, list[Post]] = {pk: [] for pk in lacking}
    for post in Post.objects.filter(staff__in=lacking).select_related("role"):
        posts[post.staff_id].append(post)
    for pk, person in lacking.items():
        person.duties = posts[pk]


def zone_of(person: Staff | object) -> ZoneInfo | None:
    """The time zone of the place where somebody works; None, which is the installation's, for anybody else."""
    department = departments().get(person.department_id) if isinstance(person, Staff) else None
    return units()[department.unit_id].zone if department else None


def by_login(login: str) -> Staff | None:
    """Whoever signs in with this word: a username (in any case) or an employee number."""
    named = Staff.objects.filter(username=login.lower()).first()
    return named or Staff.objects.filter(employee_number=login).first()


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
