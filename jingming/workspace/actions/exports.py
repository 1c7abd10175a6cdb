"""Lines of the audit that leave the house leave a line themselves, before the first of them has left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jingming.accounts.models import Staff
from jingming.audit.actions import record


def note_audit_export(*, asked: Mapping[str, str], reason: str, by: Staff, at: datetime) -> None:
    """Write down who exports which lines of the audit, and why."""
    record("audit.exported", by, by=by, at=at, reason=reason, asked=dict(asked))
