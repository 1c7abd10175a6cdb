"""Write the audit: one line for every act, in the transaction of the act."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.db import connection, models

from .models import Entry
from .rules import LOOKS, SAME_LOOK


class Person(Protocol):
    """Whoever acts: a member of staff."""

    pk: int

    def get_full_name(self) -> str: ...


def record(key: str, target: models.Model, *, by: Person | None, at: datetime, **facts: object) -> Entry:
    """Note that `by` (None: the system) did `key` to `target`; `facts` are plain JSON values. Where only a post that
    somebody has lent gives `by` the right, the line says for whom they acted."""
    if whose := getattr(by, "acting_for", ""):
        facts = {"acting_for": whose, **facts}
    return Entry.objects.create(
        at=at,
        key=key,
        target_kind=target._meta.label,
        target_id=target.pk,
        by_id=by.pk if by else None,
        by_name=by.get_full_name() if by else "",
        facts=facts,
    )


_LOOKED = """
    INSERT INTO audit_entry (at, key, target_kind, target_id, by_id, by_name, facts)
    SELECT %(at)s, %(key)s, %(kind)s, %(target)s, %(by)s, %(name)s, %(facts)s::jsonb
    WHERE NOT EXISTS (
        SELECT FROM audit_entry
        WHERE target_kind = %(kind)s AND target_id = %(target)s AND at > %(since)s AND key = %(key)s AND by_id = %(by)s
    )
"""


def looked(at_what: str, target: models.Model, *, by: Person, at: datetime) -> None:
    """Note that `by` looked at personal data of `target` (key `looks.<at_what>`). Whoever opens the same record again
    within ten minutes, as pages that renew themselves do, is still looking and leaves no second line."""
    whose = getattr(by, "acting_for", "")
    facts = json.dumps({"acting_for": whose} if whose else {})
    said = {"facts": facts, "at": at, "since": at - SAME_LOOK, "key": f"{LOOKS}.{at_what}", "kind": target._meta.label,
            "target": target.pk, "by": by.pk, "name": by.get_full_name()}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED, said)


def was_shown(where: str, ids: Sequence[int], *, to: models.Model, by: Person, at: datetime) -> None:
    """Note which records a search showed `by` (key `looks.<where>`); nothing where it found none. The words that were
    searched for are not kept: they may be somebody's telephone number."""
    if ids:
        record(f"{LOOKS}.{where}", to, by=by, at=at, found=list(ids))
