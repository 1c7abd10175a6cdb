"""The command line: `jingming --help`. Mistakes are answered with one sentence, never with a traceback.

The table below says where each command stands and whether it needs Django; a command is loaded when it is called.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

import click

from jingming.base.environment import BadConfiguration, read_environment
from jingming.base.errors import Refusal

from .words import in_words, set_up_django


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    stands_in: str
    meaning: str
    needs_django: bool = True


MENU: Mapping[str, Entry] = {
    "serve": Entry("serving", "Serve the desk: web, stream and worker.", needs_django=False),
    "migrate": Entry("installation", "Bring the database to this version."),
    "check": Entry("installation", "Say what is wrong with this installation."),
    "config": Entry("configuration", "Print the environment variables, their values and meanings.", needs_django=False),
    "new-data-key": Entry("configuration", "Print the data keys with a new one behind them.", needs_django=False),
    "user": Entry("people", "Keep the accounts of the people who work here."),
    "token": Entry("people", "Print a new API token of a person."),
    "setup-token": Entry("people", "Print the token with which the first account is made."),
    "import": Entry("data", "Bring in what another system holds, and master data from files."),
    "export": Entry("data", "Write master data into a file."),
    "demo": Entry("data", "Load the demo city."),
    "audit": Entry("audit", "Seal the audit, find what was changed, drop old months."),
}


class Menu(click.Group):
    """Loads a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(MENU)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = MENU.get(cmd_name)
        if entry is None:
            return None
        if entry.needs_django:
            set_up_django()
        command: click.Command = import_module(f".{entry.stands_in}", __package__).COMMANDS[cmd_name]
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.meaning) for name, entry in MENU.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        read_environment(os.environ)  # loud before anything else happens
        return super().resolve_command(ctx, args)


@click.group(cls=Menu, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="jingming", message="%(version)s")
def commands() -> None:
    """Customer service for whole cities. The environment configures it: see `jingming config`."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 refused or failed, 2 asked wrongly. The reason is one sentence on stderr."""
    try:
        commands.main(args=None if arguments is None else list(arguments), prog_name="jingming", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        _fail("Stopped.", 130)
    except BadConfiguration as error:
        _fail(str(error), 2)
    except Refusal as refusal:
        _fail(refusal.message, 1)
    except Exception as error:
        sentence = in_words(error)
        if sentence is None:
            raise
        _fail(sentence, 1)


def _fail(sentence: str, code: int) -> None:
    click.echo(f"jingming: {sentence}", err=True)
    sys.exit(code)
