"""Who did what to which record: append-only, partitioned by month, written by the actions themselves; and its seals."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Func, Value
from django.utils.translation import gettext_lazy as _

from jingming.privacy.fields import WrittenJSONField


def family() -> Func:
    """The part of a line's key before the dot: what its index holds, and what a search asks for."""
    return Func(F("key"), Value("."), Value(1), function="split_part", output_field=models.CharField())


class Entry(models.Model):
    """One line of the audit. Nothing refers to it; the application role can neither change nor remove it."""

    append_only: ClassVar[bool] = True

    pk = models.CompositePrimaryKey("id", "at")
    id = models.BigIntegerField(db_default=Func(Value("audit_entry_id_seq"), function="nextval"), editable=False)
    at = models.DateTimeField()
    key = models.CharField(max_length=60, help_text="slice.verb, for example workorders.closed")
    target_kind = models.CharField(max_length=60, help_text="app_label.Model of the record")
    target_id = models.BigIntegerField()
    by_id = models.BigIntegerField(null=True, help_text="the person; null for the system itself")
    by_name = models.CharField(max_length=150, blank=True)
    facts = WrittenJSONField(default=dict)

    class Meta:
        verbose_name = _("audit entry")
        indexes: ClassVar = [
            models.Index("target_kind", "target_id", "at", name="audit_by_target"),
            models.Index("at", "id", name="audit_by_time"),
            models.Index("by_id", "at", "id", name="audit_by_person"),
            models.Index(family(), "at", "id", name="audit_by_family"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.key} {self.target_kind} {self.target_id}"


class Block(models.Model):
    """A seal over all lines whose id is above `after` and at most `upto`. Blocks follow one another without a gap."""

    append_only: ClassVar[bool] = True

    number = models.BigIntegerField(primary_key=True, help_text="1, 2, 3 …")
    after = models.BigIntegerField()
    upto = models.BigIntegerField()
    count = models.PositiveIntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    sealed_at = models.DateTimeField()
    lines = models.BinaryField(help_text="id, time and digest of each line, see rules.pack")
    previous = models.CharField(max_length=64, blank=True, help_text="the seal of the block before")
    seal = models.CharField(max_length=64, help_text="HMAC, see rules.seal; the key is not in the database")

    class Meta:
        verbose_name = _("block of the audit")

    def __str__(self) -> str:
        return f"{self.number} ({self.first_id}-{self.last_id})"
