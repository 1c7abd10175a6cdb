"""Bring data in: what another system holds, and the demo company. Bars go to stderr, results to stdout."""

from __future__ import annotations

import json
from pathlib import Path

import click

from jingming.loading import event_log

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


COMMANDS: dict[str, click.Command] = {"import": import_group}
