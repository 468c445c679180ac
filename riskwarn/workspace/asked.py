"""What is asked for in Python, and what is said where it is something else: dates, names, arguments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from riskwarn.errors import ArgumentInvalid, UnknownTarget
from riskwarn.messages import Listed, Message

#: A date, or the text of one: ``2026-10-01``.
Day = date | str


def chosen_names(what: str, asked: Iterable[str], there: Iterable[str]) -> set[str]:
    """The names that are asked for; raise UnknownTarget where one of them is not there."""
    every = list(dict.fromkeys(there))
    wanted = list(asked)
    for name in wanted:
        if name not in every:
            raise UnknownTarget(name=name, what=what, known=Listed(every if len(every) <= 60 else [*every[:60], "…"]))
    return set(wanted)


def argument_invalid(argument: str, given: object, wanted: Message) -> ArgumentInvalid:
    """The error of an argument that is of another kind."""
    kind = Message("of type {name}", name=type(given).__name__)
    return ArgumentInvalid(argument=argument, given=kind, wanted=wanted)


def day_or_none(told: Day | None) -> date | None:
    """The date that is told, if one is."""
    return None if told is None else day(told)


def day(told: Day) -> date:
    """The date that is told."""
    return date.fromisoformat(told) if isinstance(told, str) else told
