"""What has come in by the bulk door: one row for each batch."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Batch(models.Model):
    """One load, all or nothing. The orders in it carry `imported`; their contacts name the source."""

    append_only: ClassVar[bool] = True

    source = models.CharField(max_length=40, help_text="which system or file, for example incident_events")
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True, help_text="the person; null for the system itself")
    orders = models.PositiveIntegerField(default=0)
    events = models.PositiveIntegerField(default=0)
    odd_rows = models.PositiveIntegerField(default=0)
    already_present = models.PositiveIntegerField(default=0)
    customers = models.PositiveIntegerField(default=0)
    service_points = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("load")

    def __str__(self) -> str:
        return f"{self.source} {self.at:%Y-%m-%d %H:%M}"


class DemoCity(models.Model):
    """The demo that this installation shows: what it was to be from its founding on, and that all of it is there."""

    never_deleted: ClassVar[bool] = True

    scale = models.FloatField(help_text="share of the whole company")
    seed = models.BigIntegerField()
    orders = models.PositiveBigIntegerField(null=True, help_text="asked for by number; null for a year as it would be")
    at = models.DateTimeField(help_text="the present of its stories")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("demo city")

    def __str__(self) -> str:
        return f"{self.scale:g} {self.seed}"
