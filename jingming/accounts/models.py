"""People who work here, what they are posted as, and the keys by which programs act for them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from jingming.base.clock import now
from jingming.organisation.models import Department, Unit
from jingming.privacy.fields import SealedTextField, WrittenLineField
from jingming.ui.labels import in_language

from .rules import ADMINISTRATIVE, Contrast, Density, Scope, Theme

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase


Row = TypeVar("Row", bound=models.Model)


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
    menu = models.JSONField(default=dict, blank=True, help_text="own order, hidden and pinned entries of the menu")
    department = models.ForeignKey(Department, models.PROTECT, related_name="staff", help_text="home department")
    manager = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="engineers", help_text="approval manager 审批经理"
    )
    is_active = models.BooleanField(default=True)
    sign_in_generation = models.PositiveIntegerField(default=0, help_text="raised to end every session of the person")
    password_set_at = models.DateTimeField(null=True, help_text="empty: as old as the account")
    created_at = models.DateTimeField()

    acting_for = ""  # whose lent post alone gives the right to what is being done; the audit says so

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
        """The posts held and lent now or within minutes, with their roles; read once for each person object. Whoever
        asks what somebody may do asks `access.duties_of`, which knows what time it is."""
        return Post.objects.held_by([self.pk])


class Role(models.Model):
    """What somebody is here as; its authorities are data. Never deleted: retired, and not given any more."""

    never_deleted: ClassVar[bool] = True

    code = models.CharField(max_length=30, unique=True)
    label = models.JSONField(help_text="{zh, en}")
    authorities = ArrayField(models.CharField(max_length=40), default=list, blank=True, help_text="see rules.Authority")
    menu = models.JSONField(default=dict, blank=True, help_text="order, hidden entries and names; {} is as shipped")
    active = models.BooleanField(default=True, help_text="a retired role is given to nobody")
    # Flows, queues, menus and first pages ask for this, never for the code. A trigger (0024_works_as_a_role) holds that
    # it names a role that works as itself.
    works_as = models.CharField(
        max_length=30, default="", blank=True, help_text="code of the role whose work it does; empty: rights alone"
    )

    class Meta:
        verbose_name = _("role")

    def __str__(self) -> str:
        return in_language(self.label)


# --- Read by hand: what every request asks, and what takes the mapper several times as long to put together as the
# database to answer ---------------------------------------------------------------------------------------------------
def columns_of(kind: type[models.Model], table: str) -> str:
    """The columns of a record in the order in which `as_selected` takes them, of the table called so in the query."""
    return ", ".join(f"{table}.{field.column}" for field in kind._meta.concrete_fields)


def as_selected(kind: type[Row], values: Sequence[Any]) -> Row:
    """The record whose `columns_of` a query by hand has selected, as the mapper would have read it."""
    fields = kind._meta.concrete_fields
    return kind.from_db(
        DEFAULT_DB_ALIAS,
        [field.attname for field in fields],
        [
            field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
            for field, value in zip(fields, values, strict=True)
        ],
    )


def as_read(kind: type[Row], columns: dict[str, Any]) -> Row:
    """The record that the database has told as an object of JSON; for columns that JSON holds as they are."""
    one = kind(**columns)
    one._state.adding, one._state.db = False, DEFAULT_DB_ALIAS  # noqa: SLF001  # as Model.from_db does it
    return one


AHEAD = timedelta(minutes=10)  # longer than any person object lives: what begins meanwhile is known
# A condition on accounts_delegation `lent`: it counts at %(at)s, or will before %(soon)s.
UNDER_WAY = "lent.ended_at IS NULL AND lent.since <= %(soon)s AND lent.until > %(at)s"


def under_way(at: datetime) -> dict[str, datetime]:
    """What UNDER_WAY takes."""
    return {"at": at, "soon": at + AHEAD}


def as_post(columns: dict[str, Any], of_role: dict[str, Any]) -> Post:
    """A post with its role, as its holder's own, from what the database has told of both as JSON."""
    post = as_read(Post, columns)
    post.role, post.holder = as_read(Role, of_role), post.staff_id
    return post


class PostManager(models.Manager["Post"]):
    """Finds posts."""

    def held_by(self, people: Collection[int]) -> list[Post]:
        """The posts of these staff (pks), own ones first, and those that are lent to them, with `holder` (pk), `since`,
        `until` and `lender` (name; "" for an own post). One query; roles are read with it.

        What is lent has another's `staff_id`, which is how it is told apart. Only own posts are lent, so nothing is
        lent on; those of the three administrations never, whatever the role became since.
        """
        given: dict[str, Any] = {"people": list(people), "administrative": sorted(ADMINISTRATIVE), **under_way(now())}
        posts = []
        with connection.cursor() as cursor:
            cursor.execute(_HELD, given)
            for columns, of_role, holder, since, until, lender in cursor:
                post = as_post(json.loads(columns), json.loads(of_role))
                post.holder, post.since, post.until, post.lender = holder, since, until, lender
                posts.append(post)
        return posts


_HELD = f"""
    SELECT to_jsonb(post), to_jsonb(role), post.staff_id, NULL::timestamptz, NULL::timestamptz, ''
      FROM accounts_post post JOIN accounts_role role ON role.id = post.role_id
     WHERE post.staff_id = ANY(%(people)s)
     UNION ALL
    SELECT to_jsonb(post), to_jsonb(role), lent.taker_id, lent.since, lent.until, giver.name
      FROM accounts_delegation lent
      JOIN accounts_staff taker ON taker.id = lent.taker_id AND taker.is_active
      JOIN accounts_staff giver ON giver.id = lent.giver_id AND giver.is_active
      JOIN accounts_post post ON (post.staff_id, post.role_id, post.department_id)
                               = (lent.giver_id, lent.role_id, lent.department_id)
      JOIN accounts_role role ON role.id = post.role_id
     WHERE lent.taker_id = ANY(%(people)s) AND {UNDER_WAY} AND NOT role.authorities && %(administrative)s::varchar[]
"""  # noqa: S608  # the one piece put in stands above


class Post(models.Model):
    """One role of one person in one department, and how far it reaches. A person may hold several."""

    # What held_by says of a post besides: who has it, and of a lent one from when, until when, and by whom.
    holder: int
    since: datetime | None = None
    until: datetime | None = None
    lender: str = ""

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

    objects = PostManager()

    class Meta:
        verbose_name = _("post")
        constraints: ClassVar = [
            models.UniqueConstraint("staff", "role", "department", name="a_post_is_held_once"),
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="post_reaches_a_known_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.role_id}"


class Delegation(models.Model):
    """A post lent for an absence 代理授权: until it ends, by the clock or before, the taker has what the post gives,
    and the giver keeps it. The post is named by its role and department, for rows of posts go away."""

    never_deleted: ClassVar[bool] = True

    giver = models.ForeignKey(Staff, models.PROTECT, related_name="lends")
    taker = models.ForeignKey(Staff, models.PROTECT, related_name="borrows")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(help_text="the first moment at which it does not hold any more")
    reason = WrittenLineField(max_length=400)
    made_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="ended before its time")
    ended_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("delegation")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="a_delegation_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="nobody_acts_for_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.giver_id} {self.taker_id}"

    def over(self, at: datetime) -> bool:
        """Whether it holds no more at this moment."""
        return self.ended_at is not None or self.until <= at


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
    body = SealedTextField(help_text="JSON, character for character as it was sent")
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("given answer")
        constraints: ClassVar = [
            models.UniqueConstraint("staff", "key", name="a_key_is_answered_once"),
        ]

    def __str__(self) -> str:
        return self.key


class Session(AbstractBaseSession):
    """A browser in which somebody has signed in, or might. `expire_date` is its end if nothing more happens."""

    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="sessions")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(help_text="last activity of the person, to the minute")
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=300, blank=True, help_text="what the browser says of itself")

    class Meta(AbstractBaseSession.Meta):
        pass

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from .sessions import SessionStore  # noqa: PLC0415  # which knows this model

        return SessionStore

    @property
    def number(self) -> str:
        """How a page names the session; its key would open it."""
        return salted_hmac("jingming.accounts.session_number", self.session_key, algorithm="sha256").hexdigest()[:16]


class KnownBrowser(models.Model):
    """A browser in which somebody has signed in before: their name may be locked for strangers, not here."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=64, db_index=True, help_text="sha256 of the browser's word, hexadecimal")
    last_at = models.DateTimeField(help_text="last sign-in")

    class Meta:
        verbose_name = _("known browser")
        constraints: ClassVar = [models.UniqueConstraint("staff", "digest", name="a_browser_is_known_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.last_at:%F}"


class Tries(models.Model):
    """How often a name, or any from an address, was tried in vain. Names are kept as digests: people type passwords
    there."""

    key = models.CharField(max_length=64, help_text="keyed digest of a name, a person or an address")
    side = models.CharField(max_length=64, help_text="strangers, an address, or the digest of a known browser")
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True, help_text="last one that counted; those in a lock do not")

    class Meta:
        verbose_name = _("tried name or address")
        constraints: ClassVar = [models.UniqueConstraint("key", "side", name="tries_are_counted_in_one_place")]

    def __str__(self) -> str:
        return f"{self.side} {self.count}"


class RequestCount(models.Model):
    """How many requests somebody made in the while that began at `since`; of the moment, so the table is not logged."""

    key = models.CharField(max_length=64, help_text="keyed digest of a person or an address")
    pace = models.CharField(max_length=10, help_text="what the requests are counted as")
    since = models.BigIntegerField(help_text="seconds since 1970")
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("count of requests")
        constraints: ClassVar = [models.UniqueConstraint("key", "pace", name="requests_are_counted_in_one_place")]

    def __str__(self) -> str:
        return f"{self.pace} {self.count}"


class SetupToken(models.Model):
    """A word by which the first account may be made, where there is none. Only its digest is kept."""

    digest = models.CharField(max_length=64, unique=True, help_text="sha256 of the token, hexadecimal")
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("setup token")

    def __str__(self) -> str:
        return f"{self.expires_at:%F %T}"
