"""Drafts of forms that are not sent yet."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingming.accounts.models import Staff
from jingming.privacy.fields import SealedJSONField


class Draft(models.Model):
    """A form that somebody has begun: private, and gone when the form is sent, thrown away or forgotten.

    Not business data: nothing has happened to any customer or order yet, nobody but its writer ever sees it, and it
    leaves no trace. That is why it is written and removed without an audit line.
    """

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="+", db_index=False)
    place = models.CharField(max_length=20, help_text="which form it is of")
    key = models.CharField(max_length=64, help_text="drawn with the form")
    content = SealedJSONField(help_text="{field: [values as typed]}")
    rev = models.PositiveIntegerField(default=1, help_text="rises with every save; one with an old value is stale")
    began_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        indexes: ClassVar = [models.Index("updated_at", name="draft_by_age")]
        constraints: ClassVar = [
            models.UniqueConstraint("staff", "place", "key", name="a_form_has_one_draft"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.began_at:%Y-%m-%d %H:%M}"

    def value(self, name: str) -> str:
        """What was typed into a field; "" if nothing was."""
        return next(iter(self.content.get(name, [])), "")
