"""Versions of texts. What is shipped is no row: where there is none, the texts of the box are in force."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jingming.accounts.models import Staff

from .rules import Channel, Purpose, Text, shipped, texts_of


class Version(models.Model):
    """The texts {zh, en} of a purpose and channel from a moment on, until the next; None: those that are shipped."""

    append_only: ClassVar[bool] = True

    purpose = models.CharField(max_length=30, choices=Purpose.choices)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    number = models.PositiveIntegerField()
    texts = models.JSONField(null=True, help_text="{zh: {subject, body}, en: …}; null: as shipped")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("version of a message template")
        ordering: ClassVar = ["purpose", "channel", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint("purpose", "channel", "number", name="a_version_of_a_text_has_its_own_number"),
            models.CheckConstraint(condition=Q(number__gt=0), name="versions_of_texts_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.channel} {self.number}"

    def in_force(self) -> dict[str, Text]:
        """The texts, those of the box where it says so."""
        if self.texts is None:
            return dict(shipped()[Purpose(self.purpose), Channel(self.channel)])
        return texts_of(self.texts)
