"""Drafts: saved from the first keystroke, removed when the form is sent. The desk's own memory, not business data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.base.errors import Refusal, Stale, Unfit
from jingming.privacy.erased import says
from jingming.workspace.access import drafts_of
from jingming.workspace.models import Draft

LONGEST = 64 * 1024  # characters of all that was typed
MOST = 50  # drafts of one person and place; nobody puts aside more calls than that


class DraftGone(Refusal):
    """The draft was sent or thrown away meanwhile, in another window."""

    kind = "draft-gone"
    status = 410


@transaction.atomic
def save_draft(
    place: str, key: str, content: Mapping[str, list[str]], *, by: Staff, at: datetime, rev: int, force: bool = False
) -> Draft:
    """Keep what has been typed so far. `rev` is that of the save before, 0 for the first; another one means that the
    same draft was changed in another window: Stale, unless `force` takes it over. DraftGone if it is no more."""
    if sum(len(name) + sum(map(len, values)) for name, values in content.items()) > LONGEST:
        raise Unfit(_("This is too long to be kept as a draft."))
    own = drafts_of(by, place).filter(key=key)
    saved = (own if force else own.filter(rev=rev)).update(content=dict(content), updated_at=at, rev=F("rev") + 1)
    if not saved and (now := own.first()) is not None:
        raise Stale(_("This draft was changed in another window."), at=now.updated_at.isoformat())
    if not saved and rev and not force:
        raise DraftGone(_("This draft was sent or thrown away in another window."))
    if not saved:
        _begin(place, key, content, by=by, at=at)
    return own.get()


def _begin(place: str, key: str, content: Mapping[str, list[str]], *, by: Staff, at: datetime) -> None:
    if len(drafts_of(by, place)[:MOST]) == MOST:
        raise Refusal(_("You have put aside too many. Go on with one of them, or throw some away."))
    try:
        with transaction.atomic():
            Draft.objects.create(staff=by, place=place, key=key, content=dict(content), began_at=at, updated_at=at)
    except IntegrityError:  # two windows saved for the first time at once
        raise Stale(_("This draft was changed in another window."), at=at.isoformat()) from None


def throw_away_draft(place: str, key: str, *, by: Staff) -> None:
    """Remove a draft if there is one: its form was sent, or nobody wants it any more."""
    drafts_of(by, place).filter(key=key).delete()


def forget_drafts(*, before: datetime) -> int:
    """Remove the drafts that nobody has touched since then; returns how many."""
    return Draft.objects.filter(updated_at__lt=before).delete()[0]


def forget_drafts_with(words: Collection[str]) -> int:
    """Remove the drafts, of whomever, in which one of these words stands; returns how many."""
    found = [draft.pk for draft in Draft.objects.only("pk", "content").iterator() if says(draft.content, words)]
    return Draft.objects.filter(pk__in=found).delete()[0]
