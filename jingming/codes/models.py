"""The code dictionary 代码: concise, stable, extensible; every list that a form offers comes from here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jingming.ui.labels import in_language


class Code(models.Model):
    """One value of one set. Its code never changes; it may stop being valid, but is never deleted."""

    never_deleted: ClassVar[bool] = True

    set = models.CharField(max_length=30, help_text="which list, for example repair_kind")
    code = models.CharField(max_length=40)
    label = models.JSONField(help_text="{zh, en}")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    position = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True, help_text="last day on which it may be chosen")
    extra = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("code")
        ordering: ClassVar = ["set", "position", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint("set", "code", name="a_code_stands_once_in_its_set"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="a_code_begins_before_it_ends",
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.label)
