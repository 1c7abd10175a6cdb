"""The first start: where nobody has an account yet, a token printed on the server makes the first one, once.

The first person is the security administrator, who engages everybody else. There is no default account.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from jingming.audit.actions import record
from jingming.base.errors import Refusal, Unfit
from jingming.organisation.actions import add_department, add_unit
from jingming.organisation.models import Department, Unit
from jingming.organisation.rules import Kind, Level

from . import actions
from .models import Role, SetupToken, Staff
from .rules import Scope
from .tokens import digest_of, new_token

LIVES = timedelta(hours=24)
LOCK = 7_346_021  # of those who would be first at the same time; a number of our own


class AlreadySetUp(Refusal):
    """Somebody has an account, so others are engaged by the security administrator."""

    kind = "already-set-up"


def is_set_up() -> bool:
    """Whether anybody has an account, were it switched off."""
    return Staff.objects.exists()


@transaction.atomic
def make_token(*, at: datetime) -> str:
    """A new token for the first account. Those made before live on to their own end: each machine prints one."""
    if is_set_up():
        raise AlreadySetUp(
            _("There are accounts already. The security administrator engages others; see: jingming user")
        )
    SetupToken.objects.filter(expires_at__lte=at).delete()
    token = new_token()
    SetupToken.objects.create(digest=digest_of(token), expires_at=at + LIVES)
    return token


@transaction.atomic
def begin(*, token: str, username: str, employee_number: str, name: str, password: str, at: datetime) -> Staff:
    """Make the first account; afterwards every token is worthless. Of many at once one is first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    living = SetupToken.objects.filter(digest=digest_of(token.strip()), expires_at__gt=at).exists()
    if is_set_up() or not living:
        raise Unfit(fields={"token": _("This token does not work. Print another on the server: jingming setup-token")})
    department = first_department("HQ", at=at)
    person = actions.engage(
        username=username,
        employee_number=employee_number,
        name=name,
        department=department,
        password=password,
        by=None,
        at=at,
    )
    role = Role.objects.get(code="secadmin")
    actions.post(person, role=role, department=department, scope=Scope.ALL, by=None, at=at)
    SetupToken.objects.all().delete()
    record("accounts.set_up", person, by=person, at=at)
    return person


def first_department(code: str, *, at: datetime) -> Department:
    """The department of the first person: made, at a head office that is made too, where there is none."""
    if found := Department.objects.filter(code=code).first():
        return found
    office = Unit.objects.filter(level=Level.HQ).first() or add_unit(
        level=Level.HQ, parent=None, code="HQ", label={"zh": "总部", "en": "Head office"}, by=None, at=at
    )
    label = {"zh": "管理部", "en": "Management"}
    return add_department(unit=office, kind=Kind.MANAGEMENT, code=code, label=label, by=None, at=at)
