"""Notices as the command line shows them: which columns, and codes by the names that people know them by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from riskwarn.cli.tables import local_time
from riskwarn.messages import Joined, Message, Named
from riskwarn.words import HELD_REASONS, NOTICE_STEPS, NOTICE_WAYS, Level

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from riskwarn.configuration import Configuration

#: The most telling first: what a narrow terminal has no room for is left out from behind.
COLUMNS = ("id", "level", "status", "due", "name", "outcome", "target", "service", "team_id")
STEP_COLUMNS = ("version", "at", "verb", "status", "service", "outcome", "note", "team_id", "source")
HELD_COLUMNS = ("level", "name", "reason", "target", "since", "at", "team_id")
SILENCE_COLUMNS = ("id", "unit", "code", "target", "ends_at", "reason", "author")
LEVEL_COLUMNS = (
    "unit",
    "code",
    "target",
    "level",
    "grids",
    "precision",
    "lower",
    "upper",
    "stated",
    "kept",
    "caught",
    "lead_weeks",
)
REPLAY_COLUMNS = ("target", "level", "grids", "precision", "lower", "upper")
WEEK_COLUMNS = ("week", "unit", "name", "alerts", "acknowledged_within", "missed", "caught", "lead", "budget")
DEMO_COLUMNS = ("id", "name", "level", "raised", "service", "status", "outcome")
LATE_COLUMNS = ("id", "level", "status", "due", "name", "target", "team_id")

#: Where nothing is promised.
NONE_STATED = Message("stated precision: none yet, for it takes 50 grids of a level whose windows have passed")

#: Where a city has no rule, or none that looks at anything.
NOTHING_RAISED = Message("alerts: rules raise no notice, ever")

#: Instants to the minute, those of which the day is enough, and of which year nobody asks.
_INSTANTS = ("at", "since", "ends_at", "created_at")
_DAYS = (("due_at", "due", slice(10)), ("raised_at", "raised", slice(5, 10)))


def level_named(code: str) -> Named:
    """An attention level."""
    return Named(code, Level(code).zh)


def outcome_named(code: str) -> Named:
    """What was found."""
    return _of_tickets("alert_outcome", code)


def target_named(configuration: Configuration, code: str) -> Named:
    """What is forecast, as the city calls it."""
    declared = configuration.targets.get(code)
    return Named(code, (declared.zh if declared is not None else None) or code)


def reason_named(code: str) -> Named:
    """Why something was held back."""
    return Named(code, HELD_REASONS[code])


def service_named(code: str) -> Named:
    """What is done for a place."""
    return _of_tickets("service", code)


def status_named(code: str) -> Named:
    """Where a notice stands."""
    from riskwarn.contracts.vocabulary import standing_named

    return standing_named(code)


def _of_tickets(field: str, code: str) -> Named:
    from riskwarn.contracts.vocabulary import chinese_name

    return Named(code, chinese_name(field, "tickets", code))


#: Column -> how what stands in it is named.
_NAMED: dict[str, Callable[[str], str]] = {
    "status": status_named,
    "level": level_named,
    "outcome": outcome_named,
    "service": service_named,
    "verb": lambda code: Named(code, NOTICE_STEPS.get(code, code)),
    "source": lambda code: Named(code, NOTICE_WAYS.get(code, code)),
    "unit": Message,
}


def shown(configuration: Configuration, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as people read them: times of the city, and codes by their names."""
    zone = configuration.calendar.timezone
    found = []
    for row in rows:
        told: dict[str, Any] = {
            name: local_time(value, zone) if name in _INSTANTS else value for name, value in row.items()
        }
        told |= {day: (local_time(row[name], zone) or "-")[part] for name, day, part in _DAYS if name in row}
        if told.get("co_teams"):
            told["team_id"] = [one for one in (told["team_id"], *told["co_teams"]) if one is not None]
        if told.get("reason") in HELD_REASONS:
            told["reason"] = reason_named(told["reason"])
        for name in told.keys() & _NAMED.keys():
            if isinstance(told[name], str):
                told[name] = _NAMED[name](told[name])
        if isinstance(told.get("target"), str):
            told["target"] = target_named(configuration, told["target"])
        found.append(told)
    return found


def counted(counts: Mapping[str, int], named: Callable[[str], str]) -> Joined:
    """`{code: number}` in words: closed 3, open 1."""
    return Joined(
        ", ", [Message("{what} {number}", what=named(code), number=number) for code, number in counts.items()]
    )


def _every(*_of: object) -> bool:
    return True


def figures_of_all(connection: Connection, limit: int) -> dict[str, Any]:
    """How all notices went, as the owner of the home sees them; without targets that are suspended."""
    from serving.alerts.stats import Asked, figures
    from serving.snapshots.suspensions import suspended

    return figures(connection, Asked(_every, _every, _every, True, limit, datetime.now(UTC), suspended(connection)))
