"""Whose the audit is: of whoever may read it, whole; of nobody else a single line."""

from __future__ import annotations

from django.db.models import QuerySet

from jingming.accounts.access import has
from jingming.accounts.models import Staff
from jingming.accounts.rules import Authority
from jingming.audit.models import Entry


def audit_visible_to(user: Staff) -> QuerySet[Entry]:
    """The lines of the audit that the person may read."""
    return Entry.objects.all() if has(user, Authority.SEE_AUDIT) else Entry.objects.none()
