"""Sessions of browsers, in the database. The row says until when one lives: idle and absolute limit are its
`expire_date`, which pages and stream ask alike; so no request pays a query for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.utils import timezone

from .models import Session, as_read
from .policy import policy

BEGAN = "began"  # keys in a session's data
ADDRESS = "address"
DEVICE = "device"
# By hand, for every request asks it, and the mapper takes longer to put it together than the database to answer.
_LIVING = "SELECT * FROM accounts_session WHERE session_key = %s AND expire_date > %s"
A_MOMENT = timedelta(minutes=1)  # activity is noted no finer than this


class SessionStore(DatabaseStore):
    """What Django asks of a session engine, ending sessions of people by the policy."""

    row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        with connection.cursor() as cursor:
            cursor.execute(_LIVING, [self.session_key, timezone.now()])
            columns, found = [column.name for column in cursor.description], cursor.fetchone()
        self.row = as_read(Session, dict(zip(columns, found, strict=True))) if found else None
        if self.row is None:
            self._session_key = None  # as the store above does: a new key for whoever brings an unknown one
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
