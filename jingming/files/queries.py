"""Read attachments."""

from __future__ import annotations

from django.db import models

from .models import Attachment


def attachments_of(owner: models.Model) -> models.QuerySet[Attachment]:
    """What is attached to a record, oldest first; whoever may see the record may see the list."""
    return Attachment.objects.filter(owner_kind=owner._meta.label, owner_id=owner.pk).order_by("at", "pk")
