"""The register: what people have asked for, and what is held."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jingming.accounts.models import Staff
from jingming.customers.models import Customer
from jingming.organisation.models import Placed
from jingming.privacy.fields import SealedNumberField, WrittenLineField

from .rules import Basis, Ground, Kind, State

LONGEST_REASON = 300


class Hold(models.Model):
    """A legal hold 法定保留: the person's data is not erased until it is lifted or its last day is over."""

    never_deleted: ClassVar[bool] = True

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="holds")
    ground = models.CharField(max_length=20, choices=Ground.choices)
    source = WrittenLineField(max_length=240, help_text="number of the file, the court, the law")
    reason = WrittenLineField(max_length=2 * LONGEST_REASON)
    placed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    placed_at = models.DateTimeField()
    until = models.DateField(null=True, blank=True, help_text="last day; empty: until it is lifted")
    lifted_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    lifted_at = models.DateTimeField(null=True)
    why_lifted = WrittenLineField(max_length=2 * LONGEST_REASON, blank=True)

    class Meta:
        verbose_name = _("legal hold")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, why_lifted="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(why_lifted="")),
                name="a_lifted_hold_says_by_whom_and_why",
            ),
            models.CheckConstraint(condition=Q(ground__in=Ground.values), name="a_hold_has_a_known_ground"),
        ]

    def __str__(self) -> str:
        return f"{self.ground} {self.customer_id}"


class Request(Placed):
    """Something that a person has asked for, or somebody for them. `customer` or, without an archive, `number`; the
    number goes when it has been erased."""

    never_deleted: ClassVar[bool] = True

    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="requests")
    number = SealedNumberField(max_length=80, blank=True)
    basis = models.CharField(max_length=20, choices=Basis.choices, blank=True, help_text="of an erasing")
    reason = WrittenLineField(
        max_length=2 * LONGEST_REASON, help_text="what the person asked for, and how it was checked"
    )
    asked_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    remark = WrittenLineField(max_length=2 * LONGEST_REASON, blank=True)
    orders = ArrayField(models.BigIntegerField(), default=list, help_text="of which the history is erased")
    figures = models.JSONField(default=dict, help_text="how many rows of each kind it came to")

    class Meta:
        verbose_name = _("request about personal data")
        indexes: ClassVar = [models.Index("asked_at", "id", name="request_by_time")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(kind="erase", state__in=["approved", "done"])
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="nobody_approves_the_erasing_they_asked_for",
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | ~Q(number="") | Q(state__in=["done", "refused"]),
                name="a_request_is_about_somebody",
            ),
            models.UniqueConstraint("customer", name="one_erasing_waits", condition=Q(kind="erase", state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.asked_at:%F}"

    @property
    def waits(self) -> bool:
        """Whether a second person has still to decide."""
        return self.state == State.WAITING

    @property
    def last_at(self) -> datetime:
        return self.decided_at or self.asked_at
