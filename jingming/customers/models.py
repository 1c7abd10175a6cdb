"""Customer archives 客户档案: who is served, where, by which account number, and how to reach them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingming.accounts.models import Staff
from jingming.base.initials import index_of
from jingming.base.tokens import tokens_at
from jingming.organisation.models import Department, Placed, ServiceArea


class Kind(models.TextChoices):
    PERSON = "person", pgettext_lazy("kind of customer", "Person")
    ENTERPRISE = "enterprise", _("Enterprise")


class Customer(Placed):
    """A person or an enterprise that is served. A quick archive (快速建档) is one with little more than a phone."""

    never_deleted: ClassVar[bool] = True

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(max_length=120)
    initials = ArrayField(models.TextField(), default=list, blank=True, help_text="of the name, as it may be read")
    number = models.CharField(max_length=30, blank=True, help_text="the enterprise's own customer number")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+", db_index=False)
    quick = models.BooleanField(default=False, help_text="made during a call, still to be completed")
    note = models.TextField(blank=True)
    extra = models.JSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField(help_text="customer since")
    recorded_at = models.DateTimeField()
    imported = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("customer")
        indexes: ClassVar = [
            # Lists are newest first inside a district or a city; whoever sees a province sees most rows of a database.
            models.Index("district", "occurred_at", "id", name="customer_by_district"),
            models.Index("city", "occurred_at", "id", name="customer_by_city"),
            models.Index("occurred_at", "id", name="customer_by_time"),
            models.Index(fields=["name"], name="customer_by_name", opclasses=["varchar_pattern_ops"]),
            GinIndex(index_of("initials"), name="customer_by_initials"),
            GinIndex(tokens_at("name"), name="customer_by_fragment"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("number", name="a_customer_number_is_given_once", condition=~Q(number="")),
            models.CheckConstraint(condition=~Q(name=""), name="a_customer_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ContactPerson(models.Model):
    """Somebody who speaks for a customer."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=60)
    duty = models.CharField(max_length=60, blank=True, help_text="code of the set `contact_duty`")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("contact person")

    def __str__(self) -> str:
        return self.name


class Phone(models.Model):
    """A number under which a customer or a contact person is reached: digits, with a leading + if it lies abroad."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="phones", db_index=False
    )  # the constraint's index begins with it
    contact = models.ForeignKey(ContactPerson, models.PROTECT, null=True, blank=True, related_name="phones")
    number = models.CharField(max_length=20, db_index=True)
    grams = ArrayField(models.IntegerField(), default=list, blank=True, help_text="see rules.grams")
    label = models.CharField(max_length=30, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("phone")
        indexes: ClassVar = [GinIndex(fields=["grams"], name="phone_by_grams")]
        constraints: ClassVar = [
            models.UniqueConstraint("customer", "number", name="a_customer_has_a_number_once"),
            models.CheckConstraint(condition=Q(number__regex=r"^\+?[0-9]{3,19}$"), name="a_phone_number_is_digits"),
        ]

    def __str__(self) -> str:
        return self.number


class ServicePoint(Placed):
    """A place that is served under an account number 户号: its address, meter or set-top box, network element."""

    never_deleted: ClassVar[bool] = True

    account_number = models.CharField(max_length=30)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="service_points")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+", db_index=False)
    address = models.CharField(max_length=200)
    area = models.ForeignKey(ServiceArea, models.PROTECT, null=True, blank=True, related_name="service_points")
    device_number = models.CharField(max_length=40, blank=True, db_index=True, help_text="meter or set-top box")
    network_element = models.CharField(max_length=60, blank=True, help_text="feeder, pressure station, optical node")
    active = models.BooleanField(default=True)
    extra = models.JSONField(default=dict, blank=True)
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
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("account_number", name="an_account_number_is_given_once"),
            models.CheckConstraint(condition=~Q(account_number=""), name="a_service_point_has_an_account_number"),
        ]

    def __str__(self) -> str:
        return f"{self.account_number} {self.address}"


class ConductNote(models.Model):
    """A record of good or bad conduct of a customer 良好/不良记录."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="conduct")
    good = models.BooleanField()
    text = models.CharField(max_length=500)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("conduct note")

    def __str__(self) -> str:
        return self.text


class Change(Placed):
    """One line of an archive's history: what was changed, from what to what. Append-only, partitioned by month."""

    append_only: ClassVar[bool] = True

    pk = models.CompositePrimaryKey("id", "occurred_at")
    id = models.BigIntegerField(db_default=Func(Value("customers_change_id_seq"), function="nextval"), editable=False)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    customer_id = models.BigIntegerField()
    act = models.CharField(max_length=30)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=150, blank=True)
    facts = models.JSONField(default=dict, help_text="{field: [before, after]}")

    class Meta:
        verbose_name = _("change of an archive")
        indexes: ClassVar = [models.Index("customer_id", "occurred_at", name="change_by_customer")]

    def __str__(self) -> str:
        return f"{self.act} {self.customer_id}"
