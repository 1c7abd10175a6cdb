"""Who did what to which record: append-only, partitioned by month, written by the actions themselves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Func, Value
from django.utils.translation import gettext_lazy as _


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
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("audit entry")
        indexes: ClassVar = [models.Index("target_kind", "target_id", "at", name="audit_by_target")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.key} {self.target_kind} {self.target_id}"
