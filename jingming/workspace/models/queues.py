"""What people keep at the desk: chosen columns, saved views, and reports of what they did to many orders at once."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jingming.accounts.models import Role, Staff
from jingming.organisation.models import Department, Unit
from jingming.privacy.fields import SealedTextField, WrittenLineField
from jingming.workorders.rules import Act

LONGEST_NAME = 30
LONGEST_QUERY = 2000


class ChosenColumns(models.Model):
    """The columns that a person wants to see in queues, in their order."""

    staff = models.OneToOneField(Staff, models.PROTECT, related_name="+")
    columns = ArrayField(models.CharField(max_length=20))

    class Meta:
        verbose_name = _("choice of columns")

    def __str__(self) -> str:
        return f"{self.staff_id} {','.join(self.columns)}"


class SavedView(models.Model):
    """A queue with its filters, order and columns under a name: one's own, a department's, or that of a role in a
    unit and all below."""

    owner = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    name = WrittenLineField(max_length=2 * LONGEST_NAME)
    query = SealedTextField(help_text="the address of the queue after its ?: at most LONGEST_QUERY long")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    role = models.ForeignKey(Role, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", help_text="where the role is held")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("saved view")
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint("owner", "name", name="a_person_uses_a_name_of_a_view_once"),
            models.CheckConstraint(
                condition=Q(role__isnull=True, unit__isnull=True)
                | Q(role__isnull=False, unit__isnull=False, department__isnull=True),
                name="a_view_is_shared_with_a_department_or_a_role",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BulkAct(models.Model):
    """One act done to many orders at once: what became of each, and what is needed to undo it."""

    never_deleted: ClassVar[bool] = True

    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    act = models.CharField(max_length=20, choices=Act.choices)
    at = models.DateTimeField()
    rows = models.JSONField(help_text="[{order, number, outcome, why, before, version}]")
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    back = SealedTextField(blank=True, help_text="the queue that the person came from")

    class Meta:
        verbose_name = _("bulk act")

    def __str__(self) -> str:
        return f"{self.act} {len(self.rows)}"
