"""The archive itself: who is served, how to reach them, and all that is written down about them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import StartsWith
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingming.accounts.models import Staff
from jingming.base.initials import index_at
from jingming.base.tokens import tokens_at
from jingming.organisation.models import Department, Placed
from jingming.privacy.fields import (
    SealedNumberField,
    WrittenJSONField,
    WrittenLineField,
    WrittenTextField,
    as_kept,
)
from jingming.privacy.sealing import MARK


class Kind(models.TextChoices):
    PERSON = "person", pgettext_lazy("kind of customer", "Person")
    ENTERPRISE = "enterprise", _("Enterprise")


class Customer(Placed):
    """A person or an enterprise that is served. A quick archive (快速建档) is one with little more than a phone."""

    never_deleted: ClassVar[bool] = True

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)
    name = WrittenLineField(max_length=240)
    initials = ArrayField(models.TextField(), default=list, blank=True, help_text="of the name, as it may be read")
    number = models.CharField(max_length=30, blank=True, help_text="the enterprise's own customer number")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+", db_index=False)
    quick = models.BooleanField(default=False, help_text="made during a call, still to be completed")
    note = WrittenTextField(blank=True)
    sensitive = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text="codes of the set `sensitive_flag`"
    )
    key_account = models.BooleanField(default=False)
    manager = models.ForeignKey(
        Staff,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts_kept",
        db_index=False,
        help_text="the account manager",
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_here",
        db_index=False,
        help_text="the archive that goes on",
    )
    extra = WrittenJSONField(default=dict, blank=True)
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
            GinIndex(index_at("initials"), name="customer_by_initials_at"),
            GinIndex(tokens_at("name"), name="customer_by_fragment"),
            models.Index("manager", name="customer_by_manager", condition=Q(manager__isnull=False)),
            models.Index("merged_into", name="customer_by_merged_into", condition=Q(merged_into__isnull=False)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("number", name="a_customer_number_is_given_once", condition=~Q(number="")),
            models.CheckConstraint(condition=~Q(name=""), name="a_customer_has_a_name"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("pk")), name="an_archive_goes_on_in_another"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ContactPerson(models.Model):
    """Somebody who speaks for a customer."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contacts")
    name = WrittenLineField(max_length=120)
    duty = models.CharField(max_length=60, blank=True, help_text="code of the set `contact_duty`")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("contact person")

    def __str__(self) -> str:
        return self.name


class Phone(models.Model):
    """A number under which a customer or a contact person is reached: digits, with a leading + if it lies abroad. It is
    sealed; `grams` are what finds it by a part."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="phones", db_index=False
    )  # the constraint's index begins with it
    contact = models.ForeignKey(ContactPerson, models.PROTECT, null=True, blank=True, related_name="phones")
    number = SealedNumberField(max_length=80, help_text="as rules.phone_number makes it")
    grams = ArrayField(models.IntegerField(), default=list, blank=True, help_text="keyed hashes, see rules.grams")
    label = WrittenLineField(max_length=60, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("phone")
        indexes: ClassVar = [
            models.Index("number", name="phone_by_number"),
            GinIndex(fields=["grams"], name="phone_by_grams"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("customer", "number", name="a_customer_has_a_number_once"),
            # The database cannot see that it is digits: every writer makes it by rules.phone_number. It can see this.
            models.CheckConstraint(condition=StartsWith(as_kept("number"), MARK), name="a_phone_number_is_sealed"),
        ]

    def __str__(self) -> str:
        return self.number


class ConductNote(models.Model):
    """A record of good or bad conduct of a customer 良好/不良记录."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="conduct")
    good = models.BooleanField()
    text = WrittenLineField(max_length=1000)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("conduct note")

    def __str__(self) -> str:
        return self.text


class Purchase(models.Model):
    """What a customer bought: an appliance, a valve, a package of channels, gas in advance."""

    never_deleted: ClassVar[bool] = True

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="purchases", db_index=False)
    service_point = models.ForeignKey("ServicePoint", models.PROTECT, null=True, blank=True, related_name="purchases")
    item = WrittenLineField(max_length=240)
    quantity = models.DecimalField(max_digits=12, decimal_places=3, default=1)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True, help_text="in CNY")
    number = models.CharField(max_length=40, blank=True, help_text="of the receipt or contract")
    bought_on = models.DateField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("purchase")
        indexes: ClassVar = [models.Index("customer", "bought_on", name="purchase_by_customer")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_purchase_is_of_something"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="a_purchase_costs_nothing_or_more"
            ),
        ]

    def __str__(self) -> str:
        return self.item


class NoteKind(models.TextChoices):
    NOTE = "note", pgettext_lazy("kind of note", "Note")
    VISIT = "visit", pgettext_lazy("kind of note", "Visit")


class Note(models.Model):
    """Something that whoever serves the customer next should know 记事, or a visit 走访 and what came of it."""

    append_only: ClassVar[bool] = True

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="notes", db_index=False)
    kind = models.CharField(max_length=10, choices=NoteKind.choices, default=NoteKind.NOTE)
    text = WrittenTextField()
    at = models.DateTimeField(help_text="when it was seen or heard, or the visit took place")
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("note")
        indexes: ClassVar = [models.Index("customer", "at", name="note_by_customer")]

    def __str__(self) -> str:
        return str(self.text)


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
    reason = models.CharField(max_length=40, blank=True, help_text="code of the set `change_reason`")
    why = WrittenLineField(max_length=400, blank=True, help_text="in the writer's words")
    facts = WrittenJSONField(default=dict, help_text="{field: [before, after]}")

    class Meta:
        verbose_name = _("change of an archive")
        indexes: ClassVar = [models.Index("customer_id", "occurred_at", name="change_by_customer")]

    def __str__(self) -> str:
        return f"{self.act} {self.customer_id}"


class Merge(models.Model):
    """Two archives of one customer became one. `moved` says which rows changed hands, so that it can be undone."""

    never_deleted: ClassVar[bool] = True

    kept = models.ForeignKey(Customer, models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Customer, models.PROTECT, related_name="merges_away")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)
    why = WrittenLineField(max_length=400, blank=True)
    moved = models.JSONField(default=dict, help_text="{kind of row: [ids]}")
    facts = WrittenJSONField(default=dict, help_text="{field: [before, after]} of the archive that goes on")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("merge of archives")
        constraints: ClassVar = [
            models.UniqueConstraint(
                "merged", name="an_archive_is_merged_once_at_a_time", condition=Q(undone_at__isnull=True)
            ),
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="two_archives_are_merged"),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"
