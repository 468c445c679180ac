"""Silences: of a unit nobody is told for a while, because somebody said so with a reason and an end. No state of a notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert, select, update

from riskwarn.audit import LOCAL, Action, Caller, Entry, recorded
from riskwarn.audit.chain import hold
from riskwarn.contracts.because import check_note
from riskwarn.errors import QueryInvalid, UnknownSilence
from riskwarn.home import Home
from riskwarn.messages import Message
from serving.alerts.alert import Lineage
from serving.alerts.tables import SILENCES, new_id

#: Days that one may last: whoever still means it then says so again.
MOST_DAYS = 92


@dataclass(frozen=True)
class Silence:
    """One."""

    id: str
    unit: str
    code: str
    target: str | None
    reason: str
    author: str
    created_at: datetime
    ends_at: datetime
    ended_by: str | None = None

    def as_dict(self, by: bool = True) -> dict[str, Any]:
        """The shape that is listed; `by` says whether it is told who said so, and who ended it."""
        instants = {name: getattr(self, name).isoformat() for name in ("created_at", "ends_at")}
        nobody = {} if by else {"author": None, "ended_by": None}
        return {**asdict(self), **instants, **nobody}


@dataclass(frozen=True)
class Silences:
    """Those in force at one moment."""

    all: tuple[Silence, ...] = ()

    def over(self, target: str, lineage: Lineage) -> bool:
        """Whether a unit, or one above it, is silent for a target."""
        units = {(unit, code) for unit, code, _ in lineage}
        return any((one.unit, one.code) in units and one.target in (None, target) for one in self.all)


def silence(
    home: Home, unit: str, code: str, target: str | None, reason: str, ends_at: datetime, *, now: datetime, by: Caller = LOCAL
) -> Silence:  # fmt: skip
    """Silence a unit. Raises QueryInvalid (an end that has passed, or lies too far ahead), and what a reason may not hold."""
    check_note(reason, "reason")
    if not now < ends_at or (ends_at - now).days >= MOST_DAYS:
        raise QueryInvalid(
            parameter="ends_at", problem=Message("it must lie within the next {days} days", days=MOST_DAYS)
        )
    made = Silence(new_id(), unit, code, target, reason, by.actor, now, ends_at)
    entry = Entry(Action.ALERT_CHANGED, made.id, by, "silenced", reason)
    with recorded(home) as change:
        change.connection.execute(insert(SILENCES).values(asdict(made)))
        change.append(entry, at=now)
    return made


def end_silence(home: Home, identity: str, *, now: datetime, by: Caller = LOCAL) -> Silence:
    """End a silence before its time. Raises UnknownSilence."""
    with recorded(home) as change:
        hold(change.connection)
        one = named_silence(change.connection, identity, now)
        row = update(SILENCES).where(SILENCES.c.id == identity)
        change.connection.execute(row.values(ends_at=now, ended_by=by.actor))
        change.append(Entry(Action.ALERT_CHANGED, identity, by, "heard"), at=now)
    return Silence(**{**asdict(one), "ends_at": now, "ended_by": by.actor})


def named_silence(
    connection: Connection, identity: str, now: datetime, sees: Callable[[Silence], bool] = lambda _silence: True
) -> Silence:
    """A silence in force by its id. Raises UnknownSilence, in the same words where the caller does not see it."""
    found = next((one for one in silences_at(connection, now).all if one.id == identity), None)
    if found is None or not sees(found):
        raise UnknownSilence(id=identity[:32])
    return found


def silences_at(connection: Connection, now: datetime) -> Silences:
    """The silences that are in force."""
    rows = select(SILENCES).where(SILENCES.c.ends_at > now).order_by(SILENCES.c.created_at)
    return Silences(tuple(Silence(**row) for row in connection.execute(rows).mappings()))


def listed_silences(connection: Connection, seen: Callable[[Silence], bool], limit: int) -> list[Silence]:
    """The silences that somebody sees, the newest first."""
    rows = connection.execute(select(SILENCES).order_by(SILENCES.c.created_at.desc(), SILENCES.c.id)).mappings()
    return list(islice(filter(seen, (Silence(**row) for row in rows)), limit))
