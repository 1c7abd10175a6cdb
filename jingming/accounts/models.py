"""People who work here, what they are posted as, and the keys by which programs act for them."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from jingming.organisation.models import Department, Unit
from jingming.ui.labels import in_language

from .rules import Authority, Contrast, Density, Scope, Theme


class StaffManager(BaseUserManager["Staff"]):
    """Finds staff for sign-in."""


class Staff(AbstractBaseUser):
    """A member of staff. Never deleted: switched off, so that history keeps its names."""

    never_deleted: ClassVar[bool] = True

    username = models.CharField(max_length=60, unique=True)
    employee_number = models.CharField(max_length=20, unique=True, help_text="told to callers: 工号")
    name = models.CharField(max_length=60)
    initials = ArrayField(models.TextField(), default=list, blank=True, help_text="of the name, as it may be read")
    language = models.CharField(max_length=10, blank=True, help_text="empty until chosen: as the browser asks")
    theme = models.CharField(max_length=12, choices=Theme.choices, default=Theme.AUTO)
    contrast = models.CharField(max_length=12, choices=Contrast.choices, default=Contrast.AUTO)
    density = models.CharField(max_length=12, choices=Density.choices, default=Density.COMFORTABLE)
    department = models.ForeignKey(Department, models.PROTECT, related_name="staff", help_text="home department")
    manager = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="engineers", help_text="approval manager 审批经理"
    )
    is_active = models.BooleanField(default=True)
    sign_in_generation = models.PositiveIntegerField(default=0, help_text="raised to end every session of the person")
    created_at = models.DateTimeField()

    objects = StaffManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["name", "employee_number"]

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(manager=models.F("id")), name="nobody_is_their_own_manager"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Compared with the session's at every request: a new password or a switch-off ends all sessions."""
        stamp = f"{self.password}{self.sign_in_generation}"
        return salted_hmac("jingming.accounts.session", stamp, secret=secret, algorithm="sha256").hexdigest()

    @cached_property
    def duties(self) -> list[Post]:
        """The posts held now, with their roles; read once for each person object."""
        return list(self.posts.select_related("role"))


class Role(models.Model):
    """What somebody is here as; its authorities are data."""

    code = models.CharField(max_length=30, unique=True)
    label = models.JSONField(help_text="{zh, en}")
    authorities = ArrayField(models.CharField(max_length=40, choices=Authority.choices), default=list, blank=True)

    class Meta:
        verbose_name = _("role")

    def __str__(self) -> str:
        return in_language(self.label)


class Post(models.Model):
    """One role of one person in one department, and how far it reaches. A person may hold several."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="posts")
    role = models.ForeignKey(Role, models.PROTECT, related_name="posts")
    department = models.ForeignKey(Department, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="top of the subtree; the department's unit if empty",
    )
    scope = models.CharField(max_length=10, choices=Scope.choices)

    class Meta:
        verbose_name = _("post")
        constraints: ClassVar = [
            models.UniqueConstraint("staff", "role", "department", name="a_post_is_held_once"),
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="post_reaches_a_known_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.role_id}"


class ApiToken(models.Model):
    """A key by which a program acts as a person. Only its digest is kept."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True, help_text="sha256 of the token, hexadecimal")
    label = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("API token")

    def __str__(self) -> str:
        return f"{self.staff_id} {self.label}"


class GivenAnswer(models.Model):
    """The answer once given to a keyed request, so that a retry hears the same and nothing happens twice."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=128)
    digest = models.CharField(max_length=64, help_text="sha256 of method, path and body, hexadecimal")
    status = models.PositiveSmallIntegerField()
    body = models.TextField(help_text="JSON, character for character as it was sent")
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("given answer")
        constraints: ClassVar = [
            models.UniqueConstraint("staff", "key", name="a_key_is_answered_once"),
        ]

    def __str__(self) -> str:
        return self.key
