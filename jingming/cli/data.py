"""Bring data in: what another system holds, and the demo company."""

from __future__ import annotations

import click

COMMANDS: dict[str, click.Command] = {}
