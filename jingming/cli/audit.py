"""The audit from the terminal: seal it, find what was changed since, let months go whose time is over."""

from __future__ import annotations

import sys

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingming.audit import dropping, sealing
from jingming.audit.rules import RETENTION
from jingming.base.clock import now

from .bars import Bars


@click.group("audit")
def audit_group() -> None:
    """Seal the audit, find what was changed after it was sealed, drop months whose time is over."""


@audit_group.command()
@click.option("--accept", metavar="REASON", help="Go on although newest blocks are missing, as after a restore.")
def seal(accept: str | None) -> None:
    """Seal what has been written until now; the worker does so every five minutes."""
    if accept:
        sealing.accept_break(accept, now())
    count = sealing.seal(now())
    click.echo(ngettext("%(count)d entry was sealed.", "%(count)d entries were sealed.", count) % {"count": count})


@audit_group.command()
def verify() -> None:
    """Say which blocks and entries are not as they were sealed. Exit code 1 if there is one."""
    tally = sealing.Tally()
    with Bars() as bars:
        found = 0
        for finding in sealing.verify(tally, bars):
            found += 1
            click.secho(finding.sentence, fg="red")
    if tally.dropped:
        sentence = ngettext(
            "%(count)d sealed entry is gone with a month that was dropped when its time was over.",
            "%(count)d sealed entries are gone with months that were dropped when their time was over.",
            tally.dropped,
        )
        click.echo(sentence % {"count": tally.dropped})
    facts = {"blocks": tally.blocks, "lines": tally.lines, "unsealed": tally.unsealed, "found": found}
    if found:
        sentence = _("%(found)d findings; %(blocks)d blocks, %(lines)d sealed entries, %(unsealed)d not sealed yet.")
        click.secho(sentence % facts, fg="red")
        sys.exit(1)
    sentence = _("All is as it was sealed: %(blocks)d blocks, %(lines)d sealed entries, %(unsealed)d not sealed yet.")
    click.secho(sentence % facts, fg="green")


@audit_group.command("drop-months")
@click.option(
    "--keep",
    type=click.IntRange(min=RETENTION.days),
    default=RETENTION.days,
    show_default=True,
    metavar="DAYS",
    help="How long a month is kept after its end.",
)
def drop_months(keep: int) -> None:
    """Drop the months that have been kept long enough. All is compared with its seals first."""
    with Bars() as bars:
        months = dropping.drop(now(), days=keep, watcher=bars)
    if not months:
        click.echo(_("No month has been kept long enough to be dropped."))
        return
    click.echo(_("Dropped: %(months)s.") % {"months": ", ".join(f"{month:%Y-%m}" for month in months)})


COMMANDS = {"audit": audit_group}
