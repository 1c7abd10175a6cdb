"""What has come in by the bulk door: one row for each batch; and the files of master data on their way in or out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jingming.accounts.models import Staff
from jingming.privacy.fields import (
    SealedJSONField,
    SealedTextField,
    WrittenJSONField,
    WrittenLineField,
    WrittenTextField,
)

from .rules import BUSY, State, Way


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


class Run(models.Model):
    """One file of master data on its way in or out: what it is, how it is read, how far it is, what came of it.

    The bytes (`store_key`, `result_key`) are gone a day later; the figures and sentences stay.
    """

    never_deleted: ClassVar[bool] = True

    kind = models.CharField(max_length=20, help_text="a key of loading.sheets.kinds.KINDS")
    way = models.CharField(max_length=6, choices=Way.choices)
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices)
    began_at = models.DateTimeField()
    language = models.CharField(max_length=10, help_text="of the page on which it began; the worker writes in it")
    taken_at = models.DateTimeField(null=True, help_text="when the worker took it up; null while it waits")
    ended_at = models.DateTimeField(null=True)
    # The file, and how it is read
    file_name = WrittenLineField(max_length=400)
    store_key = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0, help_text="bytes")
    sheet = SealedTextField(blank=True, help_text="name of the sheet of the workbook; the first if empty")
    sheets = SealedJSONField(default=list, help_text="names of all sheets of the workbook")
    # A file without a heading begins with somebody's data.
    heading = SealedJSONField(default=list, help_text="names of the file's columns, from the left")
    mapping = models.JSONField(default=dict, help_text="{our column: its place in the heading, from 0}")
    skip_bad = models.BooleanField(default=False, help_text="load the others if some rows cannot be loaded")
    empty_clears = models.BooleanField(default=False, help_text="an empty cell empties what is kept")
    filter = models.JSONField(default=dict, help_text="which rows an export is of")
    # How far it is, and what came of it
    cancelling = models.BooleanField(default=False)
    stage = models.CharField(max_length=80, blank=True, help_text="what the worker does now, in words")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    notes = WrittenJSONField(default=list, help_text="what was noticed in the file: sentences")
    sentence = WrittenTextField(blank=True, help_text="why it was refused or broke off")
    counts = models.JSONField(default=dict, help_text="{new, changed, same, bad}")
    details = WrittenJSONField(default=list, help_text="the first rows that are new or changed, with their facts")
    problems = WrittenJSONField(default=list, help_text="the first rows that cannot be loaded, with the way out")
    result_key = models.CharField(max_length=64, blank=True, help_text="the file of errors, or the export")
    result_name = WrittenLineField(max_length=400, blank=True)

    class Meta:
        verbose_name = _("run")
        indexes: ClassVar = [models.Index("by", "id", name="run_by_person")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="run_is_in_a_known_state"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def busy(self) -> bool:
        return State(self.state) in BUSY


class Matching(models.Model):
    """How somebody has matched the columns of such files before: offered again when the same heading comes."""

    kind = models.CharField(max_length=20)
    heading = models.CharField(max_length=64, help_text="sha256 of the names, hexadecimal")
    by = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    department_id = models.BigIntegerField(help_text="whose colleagues are offered it too")
    mapping = models.JSONField(help_text="{our column: its place in the heading, from 0}")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("matching of columns")
        constraints: ClassVar = [
            models.UniqueConstraint("kind", "heading", "by", name="a_heading_is_matched_once_by_each_person"),
        ]

    def __str__(self) -> str:
        return self.kind


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
