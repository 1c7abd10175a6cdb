"""Accounts from the command line: for setting an installation up, and for the day on which nobody can sign in."""

from __future__ import annotations

import sys

import click
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from jingming.accounts import actions, queries, setup
from jingming.accounts.models import Role, Staff
from jingming.accounts.rules import Scope
from jingming.base.clock import now
from jingming.base.errors import Refusal, Unfit
from jingming.organisation.models import Department

FROM_STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")


@click.group()
def user() -> None:
    """Keep the accounts of the people who work here."""


@user.command("list")
@click.option("--all", "everybody", is_flag=True, help="Also those who are switched off.")
def list_people(*, everybody: bool) -> None:
    """Print username, employee number, name, department and roles."""
    table = Table(_("Username"), _("Employee number"), _("Name"), _("Department"), _("Roles"), box=None, pad_edge=False)
    people = Staff.objects.select_related("department").prefetch_related("posts__role").order_by("username")
    for person in people if everybody else people.filter(is_active=True):
        roles = ", ".join(sorted({post.role.code for post in person.posts.all()}))
        state = "" if person.is_active else " " + _("(switched off)")
        table.add_row(person.username + state, person.employee_number, person.name, person.department.code, roles)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@user.command()
@click.argument("username")
@click.option("--name", required=True, help="Name shown to colleagues.")
@click.option("--number", required=True, help="Employee number, told to callers.")
@click.option("--department", "department_code", required=True, help="Code of the home department.")
@click.option("--role", "role_code", help="Code of a role to hold there, for example sysadmin.")
@click.option("--scope", type=click.Choice(Scope.values), default=Scope.DEPARTMENT.value, show_default=True)
@FROM_STDIN
def add(
    *,
    username: str,
    name: str,
    number: str,
    department_code: str,
    role_code: str | None,
    scope: str,
    password_stdin: bool,
) -> None:
    """Add a person, with one role if named.

    In an installation without any department the first person's is made, at a head office.
    """
    person = Staff(username=username.lower(), employee_number=number, name=name)
    password = _fit_password(_read_password(from_stdin=password_stdin), of=person)
    with transaction.atomic():
        role = _role(role_code) if role_code else None
        department = _department(department_code)
        person = actions.engage(
            username=username,
            employee_number=number,
            name=name,
            department=department,
            password=password,
            by=None,
            at=now(),
        )
        if role is not None:
            actions.post(person, role=role, department=department, scope=scope, by=None, at=now())
    click.echo(_("%(username)s can sign in.") % {"username": person.username})


@user.command()
@click.argument("username")
def disable(username: str) -> None:
    """Switch a person off: sessions and tokens end, history keeps the name."""
    person = find(username)
    actions.switch_off(person, by=None, at=now())
    click.echo(_("%(username)s is switched off.") % {"username": person.username})


@user.command()
@click.argument("username")
@FROM_STDIN
def password(username: str, *, password_stdin: bool) -> None:
    """Give a person a new password; sessions that rest on the old one end."""
    person = find(username)
    fresh = _fit_password(_read_password(from_stdin=password_stdin), of=person)
    actions.set_password(person, fresh, by=None, at=now())
    click.echo(_("%(username)s has a new password.") % {"username": person.username})


@click.command()
@click.argument("username")
@click.option("--label", default="command line", show_default=True, help="What the token is for.")
def token(username: str, label: str) -> None:
    """Print a new API token of a person, and nothing else."""
    person = find(username)
    if not person.is_active:
        raise Refusal(_("%(username)s is switched off; a token would not work.") % {"username": person.username})
    click.echo(actions.make_token(person, label=label, by=None, at=now()))


@click.command("setup-token")
def setup_token() -> None:
    """Print a token with which the first account is made, once and within 24 hours, on the page accounts/setup/."""
    click.echo(setup.make_token(at=now()))


def find(username: str) -> Staff:
    """The person who signs in with this word; raises Refusal for nobody."""
    person = queries.by_login(username)
    if person is None:
        sentence = _("Nobody signs in as %(username)s. See: jingming user list --all")
        raise Refusal(sentence % {"username": username})
    return person


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt(_("Password"), hide_input=True, confirmation_prompt=True, err=True))


def _fit_password(text: str, *, of: Staff | None = None) -> str:
    try:
        validate_password(text, of)
    except ValidationError as error:
        raise Unfit(" ".join(error.messages)) from None
    return text


def _role(code: str) -> Role:
    if found := Role.objects.filter(code=code).first():
        return found
    known = ", ".join(Role.objects.order_by("code").values_list("code", flat=True))
    raise Unfit(_("There is no role %(code)s. There are: %(known)s") % {"code": code, "known": known})


def _department(code: str) -> Department:
    if found := Department.objects.filter(code=code).first():
        return found
    if Department.objects.exists():
        known = ", ".join(Department.objects.order_by("code").values_list("code", flat=True)[:20])
        raise Unfit(_("There is no department %(code)s. There are: %(known)s") % {"code": code, "known": known})
    return setup.first_department(code, at=now())


COMMANDS = {"user": user, "token": token, "setup-token": setup_token}
