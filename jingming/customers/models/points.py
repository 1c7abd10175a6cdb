"""The places that are served: who holds them and held them, what hangs there, what the contract and the bill say."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingming.base.tokens import tokens_at
from jingming.organisation.models import Department, Placed, ServiceArea
from jingming.privacy.fields import WrittenJSONField, WrittenLineField

from .archive import Customer
from .network import NetworkElement


class ServicePoint(Placed):
    """A place that is served under an account number 户号. Its `customer` is the one who holds it now (see Tenure)."""

    never_deleted: ClassVar[bool] = True

    account_number = models.CharField(max_length=30)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="service_points")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+", db_index=False)
    address = WrittenLineField(max_length=400)
    area = models.ForeignKey(ServiceArea, models.PROTECT, null=True, blank=True, related_name="service_points")
    element = models.ForeignKey(
        NetworkElement, models.PROTECT, null=True, blank=True, related_name="service_points", help_text="what feeds it"
    )
    contract_number = models.CharField(max_length=40, blank=True)
    contract_until = models.DateField(null=True, blank=True, help_text="last day; empty: without an end")
    arrears = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, help_text="in CNY; null: never heard; 0: none"
    )
    arrears_at = models.DateField(null=True, blank=True, help_text="the day for which the billing system said so")
    active = models.BooleanField(default=True)
    extra = WrittenJSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField(help_text="served since")
    recorded_at = models.DateTimeField()
    imported = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("service point")
        indexes: ClassVar = [
            models.Index("province", "city", "district", "account_number", name="service_point_by_place"),
            models.Index(fields=["account_number"], name="service_point_by_account", opclasses=["varchar_pattern_ops"]),
            GinIndex(tokens_at("address"), name="service_point_by_fragment"),
            models.Index(
                "contract_until", name="contract_by_its_end", condition=Q(contract_until__isnull=False, active=True)
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("account_number", name="an_account_number_is_given_once"),
            models.CheckConstraint(condition=~Q(account_number=""), name="a_service_point_has_an_account_number"),
            models.CheckConstraint(
                condition=Q(arrears__isnull=True) | Q(arrears__gte=0, arrears_at__isnull=False),
                name="arrears_say_as_of_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_number} {self.address}"


class Relation(models.TextChoices):
    """What a customer is to a service point."""

    HOLDER = "holder", pgettext_lazy("relation to a service point", "Account holder")
    TENANT = "tenant", pgettext_lazy("relation to a service point", "Tenant")
    PAYER = "payer", pgettext_lazy("relation to a service point", "Payer")
    KEEPER = "keeper", pgettext_lazy("relation to a service point", "Keeper")


class Tenure(Placed):
    """For how long a customer is, or was, something to a service point 用户关系. Rows are ended, never removed.

    A point has one open holder: its `customer`. The place is the point's, so that rights need no join.
    """

    never_deleted: ClassVar[bool] = True

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="tenures", db_index=False)
    service_point = models.ForeignKey(ServicePoint, models.PROTECT, related_name="tenures", db_index=False)
    relation = models.CharField(max_length=10, choices=Relation.choices, default=Relation.HOLDER)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("tenure")
        indexes: ClassVar = [
            models.Index("customer", "service_point", name="tenure_by_customer"),
            models.Index("service_point", "since", name="tenure_by_point"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "service_point", name="a_point_has_one_holder", condition=Q(until__isnull=True, relation="holder")
            ),
            models.UniqueConstraint(
                "customer", "service_point", "relation", name="a_relation_is_open_once", condition=Q(until__isnull=True)
            ),
            models.CheckConstraint(condition=Q(relation__in=Relation.values), name="a_relation_is_known"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="a_tenure_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.relation} {self.customer_id} {self.service_point_id}"


class Device(models.Model):
    """A meter, set-top box, alarm or regulator at a service point; when it was installed, and when its life is over."""

    never_deleted: ClassVar[bool] = True

    service_point = models.ForeignKey(ServicePoint, models.PROTECT, related_name="devices", db_index=False)
    kind = models.CharField(max_length=40, help_text="code of the set `device_kind`")
    number = models.CharField(max_length=40, blank=True)
    model = models.CharField(max_length=60, blank=True)
    installed_on = models.DateField(null=True, blank=True)
    design_life = models.PositiveSmallIntegerField(null=True, blank=True, help_text="years")
    ends_on = models.GeneratedField(
        expression=Func(
            F("installed_on"),
            F("design_life"),
            template="(%(expressions)s::integer))::date",
            arg_joiner=" + make_interval(years => ",
        ),
        output_field=models.DateField(null=True),
        db_persist=True,
    )
    removed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("device")
        indexes: ClassVar = [
            models.Index("service_point", name="device_by_point"),
            models.Index(fields=["number"], name="device_by_number", opclasses=["varchar_pattern_ops"]),
            models.Index(
                "ends_on", name="device_by_its_end", condition=Q(removed_on__isnull=True, ends_on__isnull=False)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(design_life__isnull=True) | Q(design_life__gte=1, design_life__lte=200),
                name="a_design_life_is_1_to_200_years",
            ),
            models.CheckConstraint(
                condition=Q(removed_on__isnull=True)
                | Q(installed_on__isnull=True)
                | Q(removed_on__gte=F("installed_on")),
                name="a_device_is_removed_after_it_was_installed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
