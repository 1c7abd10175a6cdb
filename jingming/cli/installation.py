"""Prepare the installation, and say what is wrong with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click
import psycopg
from django.apps import apps
from django.conf import settings
from django.core import checks
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingming.accounts.actions import load_shipped_roles
from jingming.accounts.models import Role
from jingming.audit.sealing import wrong_with_anchor
from jingming.base.clock import now
from jingming.codes.actions import load_shipped
from jingming.codes.models import Code
from jingming.database.direct import direct
from jingming.database.upgrade import upgrade
from jingming.privacy.actions import remember_keys
from jingming.privacy.queries import strange_keys
from jingming.workorders import indexes
from jingming.workorders.models import OrderType
from jingming.workorders.shipping import load_shipped_types
from jingming.workspace.health import missing_migrations, worker_is_at_work

FORBIDDEN = ("UPDATE", "DELETE", "TRUNCATE")  # what the app role may not do to tables that only grow


@click.command()
def migrate() -> None:
    """Bring the database to this version, and load the codes, roles and types that are shipped."""
    loaded = bring_to_this_version()
    click.echo(_("The database is at this version."))
    if loaded:
        click.echo(
            ngettext("%(count)d shipped entry was loaded.", "%(count)d shipped entries were loaded.", loaded)
            % {"count": loaded}
        )


def bring_to_this_version() -> int:
    """Schema, rights, ids, months and what is shipped; the number of entries loaded now. Tests begin with it too."""
    upgrade(at=now(), verbosity=0)
    remember_keys()
    loaded = load_shipped() + load_shipped_roles() + load_shipped_types(now())
    indexes.keep()
    return loaded


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    good: bool
    sentence: str


@click.command()
def check() -> None:
    """Say what is wrong with this installation. Exit code 1 if something is."""
    wrong = False
    for finding in findings():
        wrong |= not finding.good
        click.secho(f"{'✓' if finding.good else '✗'} {finding.sentence}", fg="green" if finding.good else "red")
    if wrong:
        sys.exit(1)


def findings() -> Iterator[Finding]:
    """Everything that is looked at, in the order in which one would repair it."""
    yield from _of_settings()
    try:
        with direct() as connection:
            yield Finding(good=True, sentence=_("The database answers."))
            missing = missing_migrations(connection)
            if missing:
                yield Finding(good=False, sentence=_("The database is not at this version. Run: jingming migrate"))
                return
            yield Finding(good=True, sentence=_("The database is at this version."))
            yield _of_roles(connection)
            yield _of_worker(connection)
    except psycopg.Error as error:
        reason = (str(error).strip().splitlines() or [""])[0]
        yield Finding(good=False, sentence=_("The database does not answer: %(reason)s") % {"reason": reason})
        return
    yield _of_keys()
    yield _of_audit()
    yield _of_shipped_data()


def _of_settings() -> Iterator[Finding]:
    # Deployment checks ask for HTTPS settings; without HTTPS they would only repeat that there is none.
    found = checks.run_checks(include_deployment_checks=settings.SESSION_COOKIE_SECURE)
    serious = [message for message in found if message.is_serious(checks.WARNING) and not message.is_silenced()]
    yield from (Finding(good=False, sentence=f"{message.msg} ({message.id})") for message in serious)
    if not serious:
        yield Finding(good=True, sentence=_("The settings are sound."))
    if not settings.SESSION_COOKIE_SECURE and settings.BIND not in {"127.0.0.1", "::1", "localhost"}:
        sentence = _("The desk listens to the network without HTTPS. Put it behind a proxy and set JINGMING_HTTPS=yes.")
        yield Finding(good=False, sentence=sentence)
    if settings.SESSION_COOKIE_SECURE and not settings.PROXIES:
        sentence = _(
            "Browsers come by HTTPS, and no proxy is named: all are taken to come from the address of the proxy, and"
            " whoever reaches the port is believed to use HTTPS. Set JINGMING_PROXIES to the proxy's address."
        )
        yield Finding(good=False, sentence=sentence)


def _of_roles(connection: psycopg.Connection) -> Finding:
    tables = [model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)]
    asked = connection.execute(
        "SELECT t, right_ FROM unnest(%s::text[]) t, unnest(%s::text[]) right_"
        " WHERE has_table_privilege(current_user, t, right_)",
        [tables, list(FORBIDDEN)],
    ).fetchall()
    if asked:
        sentence = _("The application may %(right)s %(table)s; history is not safe. Run: jingming migrate")
        return Finding(good=False, sentence=sentence % {"right": asked[0][1], "table": asked[0][0]})
    return Finding(good=True, sentence=_("The application can neither change nor remove history and audit."))


def _of_worker(connection: psycopg.Connection) -> Finding:
    if worker_is_at_work(connection):
        return Finding(good=True, sentence=_("A worker is at work."))
    sentence = _("No worker has been heard of for a minute; events are kept, but nothing reacts to them.")
    return Finding(good=False, sentence=sentence)


def _of_keys() -> Finding:
    if strange := strange_keys():
        sentence = _(
            "Data key %(number)s is missing here or differs from that of the installation: what is sealed under it"
            " does not open. Give this machine the keys of the others."
        )
        return Finding(good=False, sentence=sentence % {"number": strange[0]})
    return Finding(good=True, sentence=_("The data keys are those of the installation."))


def _of_audit() -> Finding:
    """The newest block against the anchor; to compare every line takes longer (jingming audit verify)."""
    wrong = wrong_with_anchor()
    right = _("The newest block of the audit is the one that was sealed last.")
    return Finding(good=not wrong, sentence=wrong or right)


def _of_shipped_data() -> Finding:
    if Code.objects.exists() and Role.objects.exists() and OrderType.objects.exists():
        return Finding(good=True, sentence=_("Codes, roles and types are there."))
    return Finding(good=False, sentence=_("Codes, roles or types are missing. Run: jingming migrate"))


COMMANDS = {"migrate": migrate, "check": check}
