"""Sessions of browsers, in the database. The row says until when one lives: idle and absolute limit are its
`expire_date`, which pages and stream ask alike; so no request pays a query for it.

Every request asks three things: whether the session lives, whose it is, and what posts they have. One query answers, by
hand: to put it together takes the mapper longer than the database to answer.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from .models import UNDER_WAY, Session, Staff, as_post, as_selected, columns_of, under_way
from .policy import policy

BEGAN = "began"  # keys in a session's data
ADDRESS = "address"
DEVICE = "device"
A_MOMENT = timedelta(minutes=1)  # activity is noted no finer than this


@cache
def _living() -> str:
    """The session with a key, whose it is, their own posts as JSON, and whether others are lent to them, which is rare.

    One statement without those others: to plan it takes PostgreSQL 0.4 ms and with them 2, whoever asks.
    """
    return f"""
        SELECT {columns_of(Session, "session")}, {columns_of(Staff, "person")},
               (SELECT json_agg(json_build_array(to_jsonb(post), to_jsonb(role)))
                  FROM accounts_post post JOIN accounts_role role ON role.id = post.role_id
                 WHERE post.staff_id = session.staff_id)::text,
               EXISTS (SELECT FROM accounts_delegation lent WHERE lent.taker_id = session.staff_id AND {UNDER_WAY})
          FROM accounts_session session LEFT JOIN accounts_staff person ON person.id = session.staff_id
         WHERE session.session_key = %(key)s AND session.expire_date > %(at)s
    """  # noqa: S608  # put together from our own tables


class SessionStore(DatabaseStore):
    """What Django asks of a session engine, ending sessions of people by the policy. `person` is whose it is, mostly
    with their duties; None before the data were asked for, and for nobody's."""

    row: Session | None = None
    person: Staff | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        self.row = self.person = None
        with connection.cursor() as cursor:
            cursor.execute(_living(), {"key": self.session_key, **under_way(timezone.now())})
            found = cursor.fetchone()
        if found is None:
            self._session_key = None  # as the store above does: a new key for whoever brings an unknown one
            return None
        *values, posts, some_are_lent = found
        own = len(Session._meta.concrete_fields)
        self.row = as_selected(Session, values[:own])
        if self.row.staff_id is not None:
            self.person = as_selected(Staff, values[own:])
            if not some_are_lent:
                self.person.duties = [as_post(*columns) for columns in json.loads(posts or "[]")]
        return self.row

    def get_expiry_date(self, **kwargs: Any) -> datetime:  # noqa: ANN401  # as Django declares it
        if BEGAN not in self:
            return super().get_expiry_date(**kwargs)
        figures = policy()
        began = datetime.fromtimestamp(self[BEGAN], UTC)
        return min(timezone.now() + figures.idle, began + figures.absolute)

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        at = timezone.now()
        if SESSION_KEY in data:
            data.setdefault(BEGAN, at.timestamp())
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]  # of get_model_class
        row.seen_at = at
        if SESSION_KEY in data:
            row.staff_id = int(data[SESSION_KEY])
            row.began_at = datetime.fromtimestamp(data[BEGAN], UTC)
            row.address, row.device = data.get(ADDRESS, ""), data.get(DEVICE, "")
        return row

    def touch(self) -> None:
        """Note that the person is active, so that the session goes on; at the most once a minute."""
        if self.row is None or self.row.staff_id is None or timezone.now() - self.row.seen_at < A_MOMENT:
            return
        Session.objects.filter(pk=self.row.pk).update(seen_at=timezone.now(), expire_date=self.get_expiry_date())


def person_of(request: HttpRequest) -> Staff | AnonymousUser:
    """Whom the session of a request signs in, as Django's `get_user` finds them, which decides wherever anything is not
    as usual: another password since, a person switched off, a session that was left half way."""
    session: SessionStore = request.session  # type: ignore[assignment]  # SESSION_ENGINE
    signed_in = session.get(SESSION_KEY)
    person = session.person
    if (
        hasattr(request, "_cached_user")
        or person is None
        or not person.is_active
        or signed_in != str(person.pk)
        or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS
        or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    ):
        return get_user(request)
    request._cached_user = person  # type: ignore[attr-defined]  # noqa: SLF001  # where Django keeps and looks for it
    return person
