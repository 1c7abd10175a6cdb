"""Read the audit."""

from __future__ import annotations

from django.db import models

from jingming.base.paging import Page, newest_first

from .models import Entry


def latest(cursor: str = "") -> Page[Entry]:
    """A page of the audit, newest first."""
    return newest_first(Entry.objects.all(), cursor, by="at", tie="id")


def entries_for(target: models.Model) -> models.QuerySet[Entry]:
    """All lines about one record, oldest first."""
    return Entry.objects.filter(target_kind=target._meta.label, target_id=target.pk).order_by("at", "id")


def keys_for(target: models.Model) -> list[str]:
    """What has been done to one record, oldest first, as keys."""
    return list(entries_for(target).values_list("key", flat=True))
