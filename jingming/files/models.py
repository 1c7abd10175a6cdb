"""Attachments: what was handed in, kept outside the web root, given out only through access."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingming.privacy.fields import WrittenLineField


class Attachment(models.Model):
    """A stored file and what it belongs to. The bytes lie under its `store_key`; its name is only ever shown."""

    never_deleted: ClassVar[bool] = True

    owner_kind = models.CharField(max_length=60, help_text="app_label.Model of what it belongs to")
    owner_id = models.BigIntegerField()
    name = WrittenLineField(max_length=400)
    media_type = models.CharField(max_length=100, help_text="as sniffed from the bytes, never as claimed")
    size = models.BigIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    store_key = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=40, help_text="code of the set `attachment_purpose`")
    retention = models.CharField(max_length=40, help_text="code of the set `retention_class`")
    scan = models.CharField(
        max_length=10,
        default="unscanned",
        choices=[("unscanned", _("Not scanned")), ("clean", _("Clean")), ("infected", _("Infected"))],
    )
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, help_text="its bytes and its name are gone; the row says that it was")

    class Meta:
        verbose_name = _("attachment")
        indexes: ClassVar = [models.Index("owner_kind", "owner_id", "at", name="attachment_by_owner")]

    def __str__(self) -> str:
        return self.name
