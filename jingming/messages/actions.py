"""Change texts: every change is a version of its own, and the texts of the box are never far."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.audit.actions import record
from jingming.base.errors import Stale, Unfit

from . import queries
from .models import Version
from .rendering import faults_of, tidy
from .rules import LANGUAGES, Channel, Purpose, Text, Texts, shipped


@transaction.atomic
def save(purpose: Purpose, channel: Channel, texts: Texts, *, seen: int, by: Staff, at: datetime) -> None:
    """Let these texts hold from now on; `seen` is the version that the person has changed.

    Raises Unfit with a sentence beside each text that cannot be meant ("body_zh"), Stale where somebody was quicker.
    What is the same as before makes no version.
    """
    given = {language: Text(tidy(texts[language].subject), tidy(texts[language].body)) for language in LANGUAGES}
    faults = {
        f"{name}_{language}": sentence
        for language, text in given.items()
        for name, sentence in faults_of(text, purpose, channel, language).items()
    }
    if faults:
        raise Unfit(fields=faults)
    _one_at_a_time(purpose, channel)
    before = queries.in_force(purpose, channel)
    if before.number != seen:
        raise Stale(_("Somebody else has changed these texts meanwhile. Look at theirs, then change them again."))
    if given == dict(before.texts):
        return
    as_shipped = given == dict(shipped()[purpose, channel])
    made = _add(purpose, channel, None if as_shipped else given, before.number + 1, by=by, at=at)
    changed = [language for language in LANGUAGES if given[language] != before.texts[language]]
    record("messaging.changed", made, by=by, at=at, purpose=purpose, channel=channel, version=made.number,
           languages=changed)  # fmt: skip


@transaction.atomic
def back_to_shipped(purpose: Purpose, channel: Channel, *, by: Staff, at: datetime) -> None:
    """Let the texts of the box hold again, and with them what later versions of Jingming ship."""
    _one_at_a_time(purpose, channel)
    before = queries.in_force(purpose, channel)
    if before.as_shipped:
        return
    made = _add(purpose, channel, None, before.number + 1, by=by, at=at)
    record("messaging.reset", made, by=by, at=at, purpose=purpose, channel=channel, version=made.number)


def _add(
    purpose: Purpose, channel: Channel, texts: Texts | None, number: int, *, by: Staff, at: datetime
) -> Version:  # fmt: skip
    kept = None if texts is None else {language: text.kept() for language, text in texts.items()}
    return Version.objects.create(purpose=purpose, channel=channel, number=number, texts=kept, by=by, at=at)


def _one_at_a_time(purpose: Purpose, channel: Channel) -> None:
    """Others who change the same texts wait for the end of this transaction; there may be no row yet to be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"messaging {purpose} {channel}"])
