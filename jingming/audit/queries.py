"""Read the audit."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from jingming.base.paging import Page, newest_first

from .models import Entry, family
from .rules import LOOKS

AT_ONCE = 500  # lines that an export holds in memory


@dataclass(frozen=True)
class Search:
    """What is looked for; what is None or empty does not matter. `people`: acts of one of these ids."""

    people: Collection[int] | None = None
    family: str = ""
    kind: str = ""
    record: int | None = None
    line: int | None = None  # one line by its own number, as a file names it
    since: datetime | None = None
    until: datetime | None = None  # the first moment that does not belong to it any more


def matching(entries: models.QuerySet[Entry], search: Search) -> models.QuerySet[Entry]:
    """The lines among `entries` that a search asks for; each way has its index, which ends with the time."""
    if search.people is not None:
        entries = entries.filter(by_id__in=search.people)
    if search.family:
        entries = entries.alias(family=family()).filter(family=search.family)
    if search.kind:
        entries = entries.filter(target_kind=search.kind)
    if search.record is not None:
        entries = entries.filter(target_id=search.record)
    if search.line is not None:
        entries = entries.filter(id=search.line)
    if search.since:
        entries = entries.filter(at__gte=search.since)
    if search.until:
        entries = entries.filter(at__lt=search.until)
    return entries


def latest(entries: models.QuerySet[Entry], cursor: str = "", *, size: int = 50) -> Page[Entry]:
    """A page of these lines, newest first."""
    return newest_first(entries, cursor, by="at", tie="id", size=size)


def all_of(entries: models.QuerySet[Entry]) -> Iterator[list[Entry]]:
    """All of these lines, newest first, some hundred at a time: memory does not grow with their number."""
    cursor: str | None = ""
    while cursor is not None:
        page = latest(entries, cursor, size=AT_ONCE)
        yield list(page.items)
        cursor = page.next


def entries_for(target: models.Model) -> models.QuerySet[Entry]:
    """All lines about one record, oldest first."""
    return Entry.objects.filter(target_kind=target._meta.label, target_id=target.pk).order_by("at", "id")


def keys_for(target: models.Model) -> list[str]:
    """What has been done to one record, oldest first, as keys; that somebody looked at it did nothing to it."""
    return list(entries_for(target).exclude(key__startswith=f"{LOOKS}.").values_list("key", flat=True))
