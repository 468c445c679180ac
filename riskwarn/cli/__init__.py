"""The command line: the only room of ``riskwarn`` that opens the other packages, inside its functions.

Each command lives in a module of its own that imports nothing heavy at its top, so that ``riskwarn --help`` answers
at once. Results go to stdout, progress and errors to stderr; exit 0 done, 1 a clear error, 2 wrong usage.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from riskwarn.cli.options import asked_language, global_options_first, wants_json
from riskwarn.cli.reporter import Reporter
from riskwarn.cli.session import Session
from riskwarn.messages import LANGUAGES, Message, language_of, translated

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
    "audit-data": "audit_data",
    "erase": "erase",
    "features": "features",
    "train": "train",
    "retrain": "retrain",
    "backtest": "backtest",
    "models": "models",
    "report": "report",
    "promote": "promote",
    "rollback": "rollback",
    "score": "score",
    "snapshots": "snapshots",
    "alerts": "alerts",
    "correction": "correction",
    "suspend": "suspend",
    "resume": "resume",
    "track-record": "track_record",
    "audit": "audit",
    "verify": "verify",
    "levels": "levels",
    "whatif": "what_if",
    "update": "update",
    "operators": "operators",
    "keys": "keys",
    "secrets": "secrets",
    "subscriptions": "subscriptions",
    "deliver": "deliver",
    "backup": "backup",
    "restore": "restore",
    "serve": "serve",
    "doctor": "doctor",
    "demo": "demo",
}

#: Long work, which lets whoever answers on the same machine go first.
LONG = frozenset(
    ("load", "ingest", "features", "train", "retrain", "backtest", "score", "update", "backup", "audit-data")
)

#: How far it steps back (see nice(2)), where nobody has said how far.
STEPS_BACK = 10

#: What :func:`main` puts where the session will be: the process is that of the command, and no other's.
_OWN_PROCESS = object()


class _Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        from riskwarn.cli.speaking import in_language

        command: click.Command = importlib.import_module(f"riskwarn.cli.{COMMANDS[name]}").command
        return in_language(command, context.meta.get("riskwarn.language", "en"))

    def resolve_command(self, context: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(_no_command(args[0], context.meta.get("riskwarn.language", "en")), context)
        return super().resolve_command(context, args)

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        # Help is written while the options are read: the language has to be known before.
        context.meta.setdefault("riskwarn.language", chosen_language(args))
        return super().parse_args(context, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help="The home directory (else RISKWARN_HOME, else ./riskwarn-home).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="English or Chinese (else RISKWARN_LANG, else the locale).")
@click.version_option(package_name="riskwarn")
@click.pass_context
def riskwarn(context: click.Context, home: str | None, as_json: bool, lang: str | None) -> None:
    """Early warning for grassroots governance: where trouble may turn to harm in the coming weeks, and why."""
    from riskwarn.settings import Settings

    if context.obj is _OWN_PROCESS and context.invoked_subcommand in LONG and os.getpriority(os.PRIO_PROCESS, 0) == 0:
        os.nice(STEPS_BACK)
    language = lang or context.meta["riskwarn.language"]
    settings = Settings.from_environment(os.environ)
    session = Session(Path(home or settings.home), as_json, settings, language, Reporter(language))
    context.call_on_close(session.close)
    context.obj = session


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    from riskwarn.cli.speaking import in_language, speaking
    from riskwarn.settings import silence_telemetry

    silence_telemetry()
    given = sys.argv[1:] if arguments is None else arguments
    language = chosen_language(given)
    program = in_language(riskwarn, language)
    with speaking(language):
        try:
            code: Any = program.main(
                args=global_options_first(given),
                prog_name="riskwarn",
                standalone_mode=False,
                obj=_OWN_PROCESS if arguments is None else None,
            )
        except BrokenPipeError:
            # The reader of our output (head, less) has gone; that is no fault of ours.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 0
        except Exception as error:
            code = _tell(error, given, language)
    sys.exit(code if isinstance(code, int) else 0)


def chosen_language(arguments: list[str]) -> str:
    """The language of --lang, else of RISKWARN_LANG, else of the locale; a program's JSON does not change by locale."""
    asked = asked_language(arguments) or os.environ.get("RISKWARN_LANG")
    if asked in LANGUAGES:
        return asked
    return "en" if wants_json(arguments) else language_of(os.environ)


def _tell(error: Exception, arguments: list[str], language: str) -> int:
    """Say on stderr what went wrong; gives the exit code."""
    from riskwarn.cli.faults import fault_of

    # Of what click says its own words are in this language already; what we say within them, or instead, is not.
    if type(error) is click.UsageError:
        error = click.UsageError(translated(error.message, language), error.ctx)
    elif type(error) is click.BadParameter and isinstance(error.message, Message):
        error = click.BadParameter(translated(error.message, language), error.ctx, error.param, error.param_hint)
    fault = fault_of(error, _home_path(arguments))
    if wants_json(arguments):
        click.echo(json.dumps(fault.as_dict(language), ensure_ascii=False), err=True)
    elif isinstance(error, click.ClickException):
        error.show()
    else:
        click.echo(f"riskwarn: {translated(fault.message, language)}", err=True)
        click.echo(fault.steps, err=True, nl=False)
    return fault.exit_code


def _home_path(arguments: list[str]) -> Path:
    """The home that was meant, to name it where an error names nothing."""
    first = global_options_first(arguments)
    for place, option in enumerate(first):
        if option.startswith("--home="):
            return Path(option.removeprefix("--home="))
        if option == "--home" and place + 1 < len(first):
            return Path(first[place + 1])
    return Path(os.environ.get("RISKWARN_HOME") or "riskwarn-home")


def _no_command(name: str, language: str) -> str:
    close = get_close_matches(name.lower(), COMMANDS, 1, 0.6)
    meant = Message(" Did you mean {name}?", name=close[0]) if close else ""
    return translated(Message("No such command {name!r}.{meant}", name=name, meant=meant), language)
