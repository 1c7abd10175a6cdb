"""The network that serves a place: from the gate station or substation down to the element that feeds it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from jingming.organisation.models import Placed

PATH_LENGTH = 400


class NetworkElement(Placed):
    """A node of the network 网络节点: pressure station, feeder, optical node. A tree; service points hang on it."""

    never_deleted: ClassVar[bool] = True

    code = models.CharField(max_length=30)
    kind = models.CharField(max_length=40, help_text="code of the set `element_kind`")
    name = models.CharField(max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=PATH_LENGTH, help_text="codes from the root, each followed by a slash")
    active = models.BooleanField(default=True)
    extra = models.JSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField(help_text="in service since")
    recorded_at = models.DateTimeField()
    imported = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("network element")
        indexes: ClassVar = [
            # Everything below an element is found by the beginning of its path.
            models.Index(fields=["path"], name="element_by_path", opclasses=["varchar_pattern_ops"]),
            models.Index("province", "city", "district", "code", name="element_by_place"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("code", name="an_element_code_is_given_once"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="an_element_has_code_and_name"),
            models.CheckConstraint(
                condition=Q(path__endswith=Concat("code", Value("/"))), name="element_path_ends_with_its_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
