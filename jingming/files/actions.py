"""Attach a file to a record. Its bytes are on disk before its row; bytes whose row was rolled back are swept later."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import datetime
from functools import partial
from mmap import mmap

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction

from jingming.audit import actions as audit
from jingming.privacy.erased import MARK

from . import rules, store
from .models import Attachment

DAY = 24 * 60 * 60


def attach(
    owner: models.Model,
    upload: UploadedFile[bytes],
    *,
    by: audit.Person | None,
    at: datetime,
    purpose: str = "other",
    retention: str = "standard",
) -> Attachment:
    """Keep the upload as an attachment of `owner`; the caller has checked that `by` may change the owner.

    Raises Unfit, with the sentence under "file", for a name or content that may not be attached.
    """
    name, limit = rules.shown_name(upload.name or ""), settings.UPLOAD_LIMIT
    if upload.size is not None and upload.size > limit:
        raise rules.too_large(name, limit)

    def proof(content: bytes | mmap) -> rules.FileKind:
        return rules.recognise(name, content)

    try:
        kept, kind = store.keep(upload.chunks(), limit=limit, proof=proof)
    except store.TooLarge:
        raise rules.too_large(name, limit) from None
    with transaction.atomic():
        attachment = Attachment.objects.create(
            owner_kind=owner._meta.label,
            owner_id=owner.pk,
            name=name,
            media_type=kind.media_type,
            size=kept.size,
            sha256=kept.sha256,
            store_key=kept.key,
            purpose=purpose,
            retention=retention,
            by_id=by.pk if by else None,
            by_name=by.get_full_name() if by else "",
            at=at,
        )
        audit.record(
            "files.attached", attachment, by=by, at=at, owner=f"{owner._meta.label} {owner.pk}", sha256=kept.sha256
        )
    return attachment


@transaction.atomic
def remove_files_of(owner: type[models.Model], ids: Collection[int], *, by: audit.Person | None, at: datetime) -> int:
    """Remove the bytes and the names of all that was attached to these rows; says how many. Rows stay, as gaps."""
    return remove_files(Attachment.objects.filter(owner_kind=owner._meta.label, owner_id__in=ids), by=by, at=at)


@transaction.atomic
def remove_files(attachments: models.QuerySet[Attachment], *, by: audit.Person | None, at: datetime) -> int:
    """The same for these attachments."""
    found = list(attachments.filter(removed_at=None))
    for attachment in found:
        attachment.name, attachment.sha256, attachment.removed_at = MARK, "", at
        attachment.save(update_fields=["name", "sha256", "removed_at"])
        audit.record("files.removed", attachment, by=by, at=at)
        transaction.on_commit(partial(store.remove, attachment.store_key))
    return len(found)


def note_download(attachment: Attachment, *, by: audit.Person, at: datetime, shown: bool = False) -> None:
    """Write down that `by` fetched the attachment (`shown`: looked at it in the page)."""
    audit.record("files.shown" if shown else "files.downloaded", attachment, by=by, at=at)


def sweep_orphans(*, older_than: float = DAY) -> int:
    """Remove bytes that no row names and that are older than `older_than` seconds; says how many. Safe to run twice."""
    swept = 0
    batch: list[str] = []
    for key in store.keys_older_than(time.time() - older_than):
        batch.append(key)
        if len(batch) == 1000:
            swept, batch = swept + _sweep(batch), []
    return swept + _sweep(batch)


def _sweep(keys: list[str]) -> int:
    named = set(Attachment.objects.filter(store_key__in=keys).values_list("store_key", flat=True))
    orphans = [key for key in keys if key not in named]
    for key in orphans:
        store.remove(key)
    return len(orphans)
