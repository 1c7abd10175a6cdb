"""Who has which order open right now."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingming.accounts.models import Staff
from jingming.workorders.models import WorkOrder


class Looking(models.Model):
    """One page of one person on one order. Of the moment only: the table is not logged, and a crash empties it."""

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="+", db_index=False)
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="+", db_index=False)
    tab = models.UUIDField(help_text="drawn by the page when it is opened")
    writing = models.BooleanField(default=False, help_text="a form of an act is open")
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("look at an order")
        constraints: ClassVar = [models.UniqueConstraint("order", "staff", "tab", name="a_page_looks_once")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.staff_id}"
