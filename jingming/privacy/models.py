"""The numbers of people that stand in texts, sealed; and what the database remembers of the keys: never a key."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .retention import MOST, Kept
from .rules import CODE_LENGTH, Kind


class KeyInUse(models.Model):
    """A data key of this installation, so that a machine that was given another one notices before it seals with it."""

    append_only = True

    number = models.PositiveIntegerField(primary_key=True)
    fingerprint = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(fingerprint__regex=r"^[0-9a-f]{32}$"), name="a_key_has_a_print")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.fingerprint}"


class Number(models.Model):
    """A phone or identity number that somebody has written into a text. Its token, and so its code, stands in every
    text in its place; when it is forgotten, the row stays and the number is gone (written by vault.py alone). Two who
    write a new number at once do not wait for each other, so a number may have several rows."""

    never_deleted: ClassVar[bool] = True

    code = models.CharField(max_length=CODE_LENGTH, unique=True, help_text="drawn: what stands in the token")
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    sealed = models.CharField(  # noqa: DJ001  # "" is no sealed number, null is a forgotten one
        max_length=120, db_index=True, null=True, help_text="as sealing.seal_number does; null: forgotten"
    )
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(sealed__isnull=True, forgotten_at__isnull=False)
                | models.Q(sealed__startswith="sealed:", forgotten_at__isnull=True),
                name="a_number_is_kept_or_forgotten",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class RetentionRule(models.Model):
    """For how many days a kind of data is kept, and who says so. One row for each kind, written by a migration."""

    never_deleted: ClassVar[bool] = True

    kind = models.CharField(max_length=20, unique=True, choices=Kept.choices)
    days = models.PositiveIntegerField()
    least = models.PositiveIntegerField(help_text="days under which nobody may go")
    source = models.CharField(max_length=120, help_text="law and article")
    since = models.DateField(help_text="the law is in force")
    by_law = models.BooleanField(help_text="the least is the law's, not ours")
    changed_at = models.DateTimeField(null=True)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("retention rule")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(days__gte=models.F("least"), days__lte=MOST), name="kept_as_long_as_the_law_asks"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.days}"
