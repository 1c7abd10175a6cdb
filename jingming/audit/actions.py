"""Write the audit: one line for every act, in the transaction of the act."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.db import models

from .models import Entry


class Person(Protocol):
    """Whoever acts: a member of staff."""

    pk: int

    def get_full_name(self) -> str: ...


def record(key: str, target: models.Model, *, by: Person | None, at: datetime, **facts: object) -> None:
    """Note that `by` (None: the system) did `key` to `target`; `facts` are plain JSON values."""
    Entry.objects.create(
        at=at,
        key=key,
        target_kind=target._meta.label,
        target_id=target.pk,
        by_id=by.pk if by else None,
        by_name=by.get_full_name() if by else "",
        facts=facts,
    )
