"""Interactions 接触: every call, visit, chat, mail, with the one thing that became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jingming.accounts.models import Staff
from jingming.customers.models import Customer, ServicePoint
from jingming.organisation.models import Department, Placed
from jingming.privacy.fields import SealedNumberField, WrittenLineField, WrittenTextField

from .rules import Direction, Disposition


class Interaction(Placed):
    """One contact with one party. `order_id` points up to the work order it opened or belongs to; the slice of the
    orders adds the database's own constraint to it."""

    never_deleted: ClassVar[bool] = True

    channel = models.CharField(max_length=20, help_text="code of the set `channel`")
    channel_account = models.CharField(max_length=60, blank=True, help_text="which of our numbers or mailboxes")
    external_id = models.CharField(
        max_length=120, blank=True, help_text="the provider's id, unique per channel account"
    )
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.IN)
    party_name = WrittenLineField(max_length=240, blank=True)
    party_phone = SealedNumberField(max_length=80, blank=True)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="interactions", db_index=False)
    service_point = models.ForeignKey(ServicePoint, models.PROTECT, null=True, related_name="+", db_index=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", db_index=False)
    agent = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    occurred_at = models.DateTimeField(help_text="started")
    ended_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    outcome = WrittenTextField(blank=True, help_text="what was said, in a sentence")
    disposition = models.CharField(max_length=10, choices=Disposition.choices, default=Disposition.PENDING)
    reason = models.CharField(max_length=40, blank=True, help_text="code of the set `no_order_reason`")
    order_id = models.BigIntegerField(null=True)
    imported = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("interaction")
        indexes: ClassVar = [
            models.Index("province", "city", "district", "department", "occurred_at", name="interaction_by_place"),
            models.Index("department", "occurred_at", "id", name="interaction_by_department"),
            models.Index(
                "customer", "occurred_at", name="interaction_by_customer", condition=Q(customer__isnull=False)
            ),
            models.Index("order_id", name="interaction_by_order", condition=Q(order_id__isnull=False)),
            models.Index("party_phone", "occurred_at", name="interaction_by_phone", condition=~Q(party_phone="")),
            models.Index("agent", name="interaction_still_pending", condition=Q(disposition="pending")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "channel",
                "channel_account",
                "external_id",
                name="a_contact_is_heard_once",
                condition=~Q(external_id=""),
            ),
            models.CheckConstraint(
                condition=Q(disposition="pending", order_id__isnull=True, reason="")
                | Q(disposition__in=["opened", "attached"], order_id__isnull=False, reason="")
                | (Q(disposition="no_order", order_id__isnull=True) & ~Q(reason="")),
                name="a_contact_has_one_disposition",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("occurred_at")),
                name="a_contact_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.occurred_at:%Y-%m-%d %H:%M}"
