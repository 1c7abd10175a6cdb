"""Whose drafts somebody may see: their own, nobody else's."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from jingming.accounts.models import Staff
from jingming.workspace.models import Draft


def drafts_of(person: Staff, place: str) -> QuerySet[Draft]:
    """The person's own drafts of a form, the one worked on last first."""
    return Draft.objects.filter(staff=person, place=place).order_by("-updated_at", "-id")


def get_draft(person: Staff, place: str, key: str) -> Draft:
    """The person's own draft; unknown and somebody else's give the same Http404."""
    draft = drafts_of(person, place).filter(key=key).first()
    if draft is None:
        raise Http404
    return draft
