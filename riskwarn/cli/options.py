"""Options that several commands take, and those that may stand anywhere on the line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import click

from riskwarn.days import NotADay, day_of, day_of_a_week
from riskwarn.messages import LANGUAGES, Message

#: For commands that write a file where the user names one.
force = click.option("--force", is_flag=True, help="Replace the file where there is one.")


class _Day(click.ParamType[date]):
    """A day, read as the API reads it."""

    name = "date"

    def __init__(self, read: Callable[[str], date] = day_of) -> None:
        self._read = read

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day that was written."""
        if isinstance(value, date):
            return value
        try:
            return self._read(value)
        except NotADay as error:
            self.fail(Message("{parameter}: {problem}.", parameter=repr(value), problem=error.problem), param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """How it is written, as help shows it."""
        return "YYYY-MM-DD"


DAY = _Day()

as_of = click.option("--as-of", type=DAY, help="Look from this date (default: after the newest record).")

week = click.option("--week", type=_Day(day_of_a_week), help="The week of this day (default: this week).")

#: Options of the program and whether a value follows.
ANYWHERE = {"--json": False, "--home": True, "--lang": True}


def global_options_first(arguments: Sequence[str]) -> list[str]:
    """Move --json, --home and --lang before the command: people write them where they think of them."""
    first: list[str] = []
    rest: list[str] = []
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word == "--":
            return [*first, *rest, word, *left]
        name, equals, _ = word.partition("=")
        if name not in ANYWHERE or (equals and not ANYWHERE[name]):
            rest.append(word)
        elif equals or not ANYWHERE[name]:
            first.append(word)
        elif left:
            first += [word, left.pop(0)]
        else:
            rest.append(word)
    return [*first, *rest]


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether one JSON document was asked for, be the rest of the line right or wrong."""
    before = list(arguments)[: list(arguments).index("--")] if "--" in arguments else arguments
    return "--json" in before


def asked_language(arguments: Sequence[str]) -> str | None:
    """The language of --lang, None where it is not given or is none: then the line itself is wrong."""
    for place, word in enumerate(arguments):
        if word == "--":
            break
        value = word.removeprefix("--lang=") if word.startswith("--lang=") else None
        if word == "--lang" and place + 1 < len(arguments):
            value = arguments[place + 1]
        if value in LANGUAGES:
            return value
    return None


def some_reason(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Refuse a reason of blanks: the callback of `--because`."""
    if not value.strip():
        raise click.UsageError("--because needs a reason.")
    return value
