"""Posts lent for an absence 代理授权: given for a time, ended by the clock or before.

Nothing is done at the beginning or the end: what somebody may do asks `access.duties_of`, which knows what time it is.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from jingming.audit.actions import Person, record
from jingming.base.errors import NotAllowed, Refusal, Unfit

from . import access, queries
from .models import Delegation, Post, Staff
from .policy import policy


class LentAlready(Refusal):
    """Somebody acts in this post during a part of the time already."""

    kind = "lent-already"


class Over(Refusal):
    """The delegation has ended."""

    kind = "delegation-over"


@transaction.atomic
def lend(
    posts: Collection[Post],
    *,
    giver: Staff,
    taker: Staff,
    since: datetime,
    until: datetime,
    reason: str,
    by: Staff,
    at: datetime,
) -> list[Delegation]:
    """Lend posts of the giver to a colleague of the same unit, from `since` (now, if that has passed) until `until`.

    The giver lends own posts; for somebody who is away their head or the security administrator does, never to
    themselves. Own posts only, so nothing is lent on, and none of the three administrations."""
    since = max(since, at)
    _check_time(since, until, at)
    # Of two that lend the same post at once the second waits here, and then sees the first.
    Staff.objects.select_for_update(no_key=True).get(pk=giver.pk)
    _check_people(giver, taker, by)
    able = set(access.lendable(giver, by=by).values_list("pk", flat=True))
    if not posts or not {post.pk for post in posts} <= able:
        raise Unfit(fields={"posts": _("Choose among the posts on offer.")})
    made = []
    for post in posts:
        _check_free(giver, post, since, until)
        one = Delegation.objects.create(
            giver=giver, taker=taker, role=post.role, department=post.department, since=since, until=until,
            reason=reason, made_by=by, made_at=at,
        )  # fmt: skip
        record("accounts.lent", taker, by=by, at=at, **_facts(one), reason=reason)
        made.append(one)
    transaction.on_commit(queries.forget_tokens)
    return made


def _check_time(since: datetime, until: datetime, at: datetime) -> None:
    days = policy().lending_days
    if until <= since:
        raise Unfit(fields={"until": _("The end lies behind the beginning, and in the future.")})
    if until - since > timedelta(days=days):
        raise Unfit(fields={"until": _("A post is lent for %(days)d days at the most.") % {"days": days}})
    if since - at > timedelta(days=days):
        raise Unfit(fields={"since": _("Lending begins within the next %(days)d days.") % {"days": days}})


def _check_people(giver: Staff, taker: Staff, by: Staff) -> None:
    if by.pk != giver.pk and not access.may_lend_for(by, giver):
        raise NotAllowed(_("Posts of others are lent by their head or by the security administrator."))
    if by.pk == taker.pk:
        raise NotAllowed(_("Nobody gives rights to themselves. Ask another security administrator."))
    if not giver.is_active or not access.takers_for(giver).filter(pk=taker.pk).exists():
        raise Unfit(fields={"taker": _("Choose an active colleague of the same unit.")})


def _check_free(giver: Staff, post: Post, since: datetime, until: datetime) -> None:
    same = Delegation.objects.filter(giver=giver, role=post.role, department=post.department, ended_at=None)
    there = same.filter(since__lt=until, until__gt=since).select_related("taker").first()
    if there:
        raise LentAlready(
            _("%(name)s acts as %(role)s from %(since)s until %(until)s already. End that first.")
            % {"name": there.taker, "role": post.role, "since": _moment(there.since), "until": _moment(there.until)}
        )


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "Y-m-d H:i")


@transaction.atomic
def end(delegation: Delegation, *, by: Person | None, at: datetime) -> None:
    """End a delegation before its time, or before it has begun; whoever has it may refuse it like this."""
    locked = Delegation.objects.select_for_update(no_key=True).get(pk=delegation.pk)
    if locked.over(at):
        raise Over(_("It has ended already."))
    _end(locked, by, at)


def end_all(which: Q, *, by: Person | None, at: datetime) -> None:
    """End whatever is lent or to be lent and meets the condition: a post was ended, somebody was switched off."""
    rows = Delegation.objects.filter(which, ended_at=None, until__gt=at).order_by("pk")
    for one in rows.select_for_update(no_key=True):
        _end(one, by, at)


def _end(one: Delegation, by: Person | None, at: datetime) -> None:
    Delegation.objects.filter(pk=one.pk).update(ended_at=at, ended_by=by.pk if by else None)
    record("accounts.lending_ended", one.taker, by=by, at=at, **_facts(one))
    transaction.on_commit(queries.forget_tokens)


def _facts(one: Delegation) -> dict[str, object]:
    return {
        "giver": one.giver.name, "role": one.role.code, "department": one.department.code,
        "since": one.since.isoformat(), "until": one.until.isoformat(),
    }  # fmt: skip
