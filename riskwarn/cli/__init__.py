"""The command line: the only room of ``riskwarn`` that opens the other packages, inside its functions.

Each command lives in a module of its own that imports nothing heavy at its top, so that ``riskwarn --help`` answers
at once. Results go to stdout, progress and errors to stderr; exit 0 done, 1 a clear error, 2 wrong usage.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from riskwarn.cli.session import Session

#: Command -> module of this package that defines `command`.
COMMANDS = {
    "init": "init",
    "simulate": "simulate",
    "template": "template",
    "map": "map",
    "diff": "diff",
    "load": "load",
    "ingest": "ingest",
    "loads": "loads",
    "quarantine": "quarantine",
    "health": "health",
    "erase": "erase",
    "features": "features",
    "train": "train",
    "retrain": "retrain",
    "backtest": "backtest",
    "promote": "promote",
    "score": "score",
    "serve": "serve",
    "demo": "demo",
}

_DISK_FULL = "the disk is full: make room, then run the command again"


class _Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"riskwarn.cli.{COMMANDS[name]}").command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help="The home directory (else RISKWARN_HOME, else ./riskwarn-home).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
@click.version_option(package_name="riskwarn")
@click.pass_context
def riskwarn(context: click.Context, home: str | None, as_json: bool) -> None:
    """Early warning for grassroots governance: where trouble may turn to harm in the coming weeks, and why."""
    from riskwarn.settings import Settings

    settings = Settings.from_environment(os.environ)
    context.obj = Session(Path(home or settings.home), as_json, settings)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    from riskwarn.errors import RiskwarnError
    from riskwarn.settings import silence_telemetry

    silence_telemetry()
    try:
        code: Any = riskwarn.main(
            args=global_options_first(sys.argv[1:] if arguments is None else arguments),
            prog_name="riskwarn",
            standalone_mode=False,
        )
    except RiskwarnError as error:
        click.echo(f"riskwarn: {error}", err=True)
        code = 1
    except click.exceptions.Abort:
        click.echo("riskwarn: stopped.", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; that is no fault of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        told = _DISK_FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else f"{error.strerror or error}"
        click.echo(f"riskwarn: {where}{told}; what was being written is not kept.", err=True)
        code = 1
    except Exception as error:
        click.echo(f"riskwarn: {_unforeseen(error)}", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _unforeseen(error: Exception) -> str:
    """What is said of an error that is not of the domain. Its own message may quote a cell, and is left out."""
    import re
    import traceback

    if type(error).__module__ == "sqlalchemy.exc" and hasattr(error, "orig"):
        if "disk is full" in str(error.orig):
            return f"{_DISK_FULL}; what was being written is not kept."
        told = (str(error.orig).strip() or type(error.orig).__name__).splitlines()[0]
        if type(error).__name__ in ("DataError", "IntegrityError", "StatementError"):
            told = re.sub(r"\"[^\"]*\"|'[^']*'|\(.*\)", "…", told)
        return f"the database cannot be used ({told}); check RISKWARN_DATABASE_URL, the disk and its rights."
    steps = "".join(traceback.format_tb(error.__traceback__))
    kind = type(error).__name__
    return (
        f"a fault of the program ({kind}; its message is left out, for it may quote a record). Please report:\n{steps}"
    )


def global_options_first(arguments: list[str]) -> list[str]:
    """Move --json and --home before the command: people write them where they think of them."""
    first: list[str] = []
    rest: list[str] = []
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word == "--":
            return [*first, *rest, word, *left]
        if word == "--json" or word.startswith("--home="):
            first.append(word)
        elif word == "--home" and left:
            first += [word, left.pop(0)]
        else:
            rest.append(word)
    return [*first, *rest]
