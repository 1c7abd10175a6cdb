"""Where the enterprise is and who is responsible there: HQ → province → city → district, departments, service areas."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from jingming.ui.labels import in_language

from .rules import Kind, Level


class Unit(models.Model):
    """A place in the tree. `province`, `city` and `district` repeat the ancestors, itself included."""

    level = models.CharField(max_length=8, choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    code = models.CharField(max_length=12, unique=True, help_text="administrative division, for example 340702")
    label = models.JSONField(help_text="{zh, en}")
    number_code = models.CharField(
        max_length=6, blank=True, help_text="dialling code in order numbers, for example 0562"
    )
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    province = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    city = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    district = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("unit")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(level__in=Level.values), name="unit_stands_on_a_known_level"),
            models.CheckConstraint(
                condition=Q(level="hq", parent__isnull=True) | (~Q(level="hq") & Q(parent__isnull=False)),
                name="only_headquarters_has_no_parent",
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="unit_is_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return in_language(self.label)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Placed(models.Model):
    """The place keys by which rights and reports filter: copied from a unit when the row is written.

    The foreign keys carry no index of their own (the composite ones of each table begin with them) and no constraint:
    they are always copies of a department's or a unit's own keys, and intake must not pay three look-ups to hear so.
    """

    province = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    city = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    district = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)

    class Meta:
        abstract = True

    def stand_where(self, other: Unit | Placed) -> None:
        """Take over the place keys of a unit, a department or another placed row."""
        self.province_id, self.city_id, self.district_id = other.province_id, other.city_id, other.district_id


class Department(Placed):
    """A department of a unit: the queue that an order stands in, and the people who answer for it."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="departments")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    code = models.CharField(max_length=30, unique=True)
    label = models.JSONField(help_text="{zh, en}")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("department")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="department_is_of_a_known_kind"),
        ]

    def __str__(self) -> str:
        return in_language(self.label)


class ServiceArea(Placed):
    """A stretch of the served land: station or quarter, estate, building; a tree inside a district or city."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="areas")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    code = models.CharField(max_length=30, unique=True)
    label = models.JSONField(help_text="{zh, en}")
    path = models.CharField(max_length=200, unique=True, help_text="codes from the root, each followed by a slash")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("service area")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(path__endswith=Concat("code", Value("/"))), name="area_path_ends_with_its_code"
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.label)
