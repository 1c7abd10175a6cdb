"""What configures the installation, as it stands now and as a page of the documentation."""

from __future__ import annotations

import os
import sys

import click
from rich.console import Console
from rich.table import Table

from jingming.base.environment import KNOBS, Knob, read_environment
from jingming.privacy.keys import kept_keys, new_key, read_keys

SECRETS = {"JINGMING_SECRET_KEY", "JINGMING_DATA_KEYS", "JINGMING_DATABASE_URL", "JINGMING_DATABASE_OWNER_URL"}
PAGE = """\
# Configuration

Everything that differs between installations comes from environment variables. They are read once, at start; an unknown
name that begins with `JINGMING_` or a value that cannot be meant stops the start with a sentence. `jingming config`
prints them as they stand. This page is written by `make docs`.

| variable | without it | meaning |
|---|---|---|
"""


@click.command()
def config() -> None:
    """Print every environment variable, what it is now and what it means."""
    values = read_environment(os.environ)
    table = Table("variable", "value", "meaning", box=None, pad_edge=False)
    for knob in KNOBS:
        value = getattr(values, knob.name.removeprefix("JINGMING_").lower())
        table.add_row(knob.name, "(set)" if value and knob.name in SECRETS else in_text(value), knob.meaning)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def in_text(value: object) -> str:
    """A value as one would write it in the environment; empty where it is not set."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "" if value is None else str(value)


def page() -> str:
    """docs/operations/configuration.md."""
    return PAGE + "".join(map(_row, KNOBS))


def _row(knob: Knob) -> str:
    default = in_text(knob.default)
    return f"| `{knob.name}` | {f'`{default}`' if default else ''} | {knob.meaning} |\n"


@click.command("new-data-key")
def new_data_key() -> None:
    """Print the data keys of the installation with a new one behind them: what is written from then on is sealed by it.

    Put the line into JINGMING_DATA_KEYS, or into the file data-keys of the home, everywhere, and serve anew. The keys
    before it stay, for they open what they sealed.
    """
    values = read_environment(os.environ)
    kept = values.data_keys or kept_keys(values.home)
    click.echo(",".join([*kept.split(), new_key(max(read_keys(kept)) + 1)]))


COMMANDS = {"config": config, "new-data-key": new_data_key}
