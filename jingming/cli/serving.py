"""`jingming serve`: everything under one parent, or one part alone. Loads no Django: the parent stays small."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import click

from jingming.base.environment import Environment, read_environment
from jingming.serving import parts
from jingming.serving.family import end_with
from jingming.serving.parent import Parent, attached, our_command, our_environment


@click.command()
@click.argument("part", required=False, type=click.Choice(["web", "stream", "worker"]))
@click.option("--prepare", is_flag=True, help="First migrate, and load the demo city if there is no company yet.")
@click.option("--listener", type=int, hidden=True, help="Inherited listening socket.")
@click.option("--parent", type=int, hidden=True, help="Process to end with.")
def serve(part: str | None, *, prepare: bool, listener: int | None, parent: int | None) -> None:
    """Serve the desk: web, stream and worker under one parent, or one PART alone."""
    environment = read_environment(os.environ)
    if parent is not None:
        end_with(parent)
    if part is None:
        _serve_all(environment, prepare=prepare)
    else:
        _serve_part(part, environment, None if listener is None else socket.socket(fileno=listener))


def _serve_all(environment: Environment, *, prepare: bool) -> None:
    with Parent(environment) as parent, attached(environment):  # a taken port is told before anything is prepared
        for arguments in (["migrate"], ["demo", "--once"]) if prepare else ():
            done = subprocess.run(our_command(*arguments), env=our_environment(environment), check=False)
            if done.returncode:
                sys.exit(done.returncode)
        parent.serve()


def _serve_part(part: str, environment: Environment, listener: socket.socket | None) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    match part:
        case "web":
            parts.web(environment, listener)
        case "stream":
            parts.stream(environment, listener)
        case _:
            parts.worker(environment)


COMMANDS = {"serve": serve}
