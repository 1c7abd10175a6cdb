"""Bring data in: what another system holds, and the demo company. Bars go to stderr, results to stdout."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from jingming.base.clock import now
from jingming.base.environment import read_environment
from jingming.loading import event_log
from jingming.organisation.models import Unit

from .bars import Bars

MAPPINGS = Path(event_log.__file__).parent / "mappings"


@click.group("import")
def import_group() -> None:
    """Bring in what another system holds."""


@import_group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", required=True, help="Mapping file, or the name of one that is shipped: incident_events.")
def events(file: Path, mapping: str) -> None:
    """Import the event log FILE of another system.

    What has come in before adds nothing. The last line is JSON: {"orders", "events", "odd_rows", "already_present"}.
    """
    with Bars() as bars:
        figures = event_log.import_events(file, mapping_file(mapping), progress=bars)
    click.echo(json.dumps(figures))


def mapping_file(name: str) -> Path:
    """The file that is meant: a path, or the name of a mapping that is shipped."""
    shipped = MAPPINGS / f"{name}.toml"
    if "/" not in name and shipped.is_file() and not Path(name).exists():
        return shipped
    if not Path(name).is_file():
        known = ", ".join(sorted(path.stem for path in MAPPINGS.glob("*.toml")))
        raise click.BadParameter(f"there is no mapping {name}. Shipped are: {known}", param_hint="--mapping")
    return Path(name)


@click.command("demo")
@click.option("--scale", type=float, help="Share of a city of 159,806 customers; JINGMING_DEMO_SCALE when not given.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same city.")
@click.option("--orders", type=int, help="So many orders instead of a year's, up to 10,000,000, for measuring.")
@click.option("--once", is_flag=True, help="Do nothing where there is a company already, or where the scale is 0.")
@click.option("--part", hidden=True, help="PART/PARTS of the orders of the city under way; started by the demo itself.")
def demo_company(*, scale: float | None, seed: int, orders: int | None, once: bool, part: str | None) -> None:
    """Load the demo city into an empty installation, or finish one whose loading was broken off."""
    meant = read_environment(os.environ).demo_scale if scale is None else scale
    from jingming.loading import demo

    if part is not None:
        number, parts = map(int, part.split("/"))
        demo.load_part(number, parts, told_of=click.echo)
        return
    if once and (meant == 0 or (Unit.objects.exists() and not demo.unfinished())):
        return

    with Bars() as bars:
        try:
            demo.build(meant, seed, now(), progress=bars, orders=orders)
        except demo.CompanyExists as there:  # nothing to do is no failure
            bars.tell(there.message)


COMMANDS: dict[str, click.Command] = {"import": import_group, "demo": demo_company}
