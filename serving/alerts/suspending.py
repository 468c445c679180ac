"""Suspending a target: nothing of it is published or served until somebody resumes it, whatever is restarted meanwhile."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from riskwarn.audit import LOCAL, Action, Caller, Entry, recorded
from riskwarn.audit.chain import hold
from riskwarn.errors import NotSuspended, SuspendedBefore, UnknownTarget
from riskwarn.home import Home
from riskwarn.messages import Listed
from serving.alerts.tables import ALERTS
from serving.alerts.withdrawing import withdraw_alerts
from serving.snapshots import published, suspensions


@dataclass(frozen=True)
class Suspended:
    """What was suspended or resumed."""

    target: str
    suspended: bool
    because: str
    alerts: int  # live notices that were withdrawn

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn suspend --json`` and ``riskwarn resume --json`` print."""
        return asdict(self)


def known_targets(home: Home) -> list[str]:
    """The targets that can be suspended: those that are declared, and what the current snapshot has."""
    current = published.newest(home)
    return [
        *dict.fromkeys([*home.configuration.targets, *(current.manifest["targets"] if current is not None else ())])
    ]


def standing(home: Home) -> list[dict[str, Any]]:
    """How each target stands: `{target, zh, en, suspended, at, because}`; it tells no figure of any."""
    held, names = suspensions.suspensions_of(home), home.configuration.target_names
    return [
        {
            "target": target,
            **names.get(target, {"zh": target, "en": target}),
            "suspended": target in held,
            "at": held[target].at.isoformat() if target in held else None,
            "because": held[target].because if target in held else None,
        }
        for target in dict.fromkeys([*known_targets(home), *held])
    ]


def suspend(home: Home, target: str, because: str, *, now: datetime, by: Caller = LOCAL) -> Suspended:
    """Suspend a target and withdraw its live notices; running servers serve nothing of it within a second.

    A scoring that is going on is not waited for: it finds out before it publishes. Raises UnknownTarget, SuspendedBefore, and
    RefusedWord, PersonalText or ReasonTooLong where the reason may not be kept.
    """
    known = known_targets(home)
    if target not in known:
        raise UnknownTarget(name=target, what="target", known=Listed(known))
    entry = Entry(Action.TARGET_SUSPENDED, target, by, note=because)
    with recorded(home) as change:
        connection = change.connection
        before = _before(connection, target)
        if before is not None:
            zone = home.configuration.calendar.timezone
            at = before.at.astimezone(zone).isoformat(timespec="seconds")
            raise SuspendedBefore(target=home.configuration.target_named(target), at=at, because=before.because)
        suspensions.note(connection, target, suspensions.SUSPENDED, because, now)
        withdrawn, entries = withdraw_alerts(change, ALERTS.c.target == target, home.configuration, now)
        change.append(entry, *entries, at=now)
    return Suspended(target, True, because, withdrawn)


def resume(home: Home, target: str, because: str, *, now: datetime, by: Caller = LOCAL) -> Suspended:
    """Let a target be served again: at once out of the snapshots that have it, and published by the next scoring.

    Withdrawn notices stay so: the next scoring raises those of today. Raises NotSuspended, and RefusedWord, PersonalText or
    ReasonTooLong where the reason may not be kept.
    """
    entry = Entry(Action.TARGET_RESUMED, target, by, note=because)
    with recorded(home) as change:
        if _before(change.connection, target) is None:
            raise NotSuspended(target=home.configuration.target_named(target))
        suspensions.note(change.connection, target, suspensions.RESUMED, because, now)
        change.append(entry, at=now)
    return Suspended(target, False, because, 0)


def _before(connection: Connection, target: str) -> suspensions.Suspension | None:
    """How a target stands, and nobody changes it or publishes before the transaction ends."""
    hold(connection)
    return suspensions.suspended(connection).get(target)
