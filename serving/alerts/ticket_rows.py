"""Rows of tickets: since when each says that its ticket stands so, which may tell something, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from riskwarn.contracts.vocabulary import chinese_name
from riskwarn.messages import Message, Named

#: Where a row has its rank, and since when it repeats the one before it.
RANK, AGAIN = "ranks_at", "again_since"

#: How the life of a ticket goes: some apps list its newest row first, and tell no more than the day of each.
_LIFE = ("open", "acknowledged", "in_progress", "overdue", "suspended", "returned", "closed", "withdrawn")

#: So many rows that could not be followed are named.
NAMED = 5

#: Rows that are known to the day alone, and came after it, stand in its last second, in the order of their loads.
_LAST, _MOST_LOADS = timedelta(seconds=1), 999_999


class Why(StrEnum):
    """Why a row changed nothing."""

    SAME = "same"  # it says nothing new
    UNKNOWN = "unknown"
    AHEAD = "ahead"
    OLDER = "older"  # than the row of its ticket that was followed last
    DONE_HERE = "done_here"
    OVER = "over"
    SILENCED = "silenced"
    UNTIMED = "untimed"


#: What is said of each but the first.
_PROBLEMS = {
    Why.UNKNOWN: "there is no such notice",
    Why.AHEAD: "it is of later than now, and is followed then",
    Why.OLDER: "its ticket said something later already",
    Why.DONE_HERE: "more was done with its notice here since",
    Why.OVER: "its notice is over",
    Why.SILENCED: "its place is silenced",
    Why.UNTIMED: "its notice is closed, and only a row with a time of its own opens it again: fill in since when it stands so",
}


@dataclass(frozen=True)
class Left:
    """A row that could not be followed."""

    alert_id: str
    status: str
    why: Why

    def line(self) -> Message:
        """What is said of it."""
        status = Named(self.status, chinese_name("ticket_status", "tickets", self.status))
        return Message("{id} ({status}): {why}", id=self.alert_id, status=status, why=_PROBLEMS[self.why])


@dataclass(frozen=True)
class Followed:
    """What was done."""

    rows: int = 0  # that were followed
    changed: int = 0  # notices
    same: int = 0  # rows that said nothing new
    left: tuple[Left, ...] = ()  # rows that could not be followed

    def as_dict(self) -> dict[str, Any]:
        """The shape that is told."""
        examples = [{name: str(value) for name, value in vars(one).items()} for one in self.left[:NAMED]]
        return {**vars(self), "left": len(self.left), "examples": examples}

    def lines(self) -> list[Message]:
        """What became of the rows, and which of them did nothing; nothing where there were none."""
        if not (self.rows or self.same or self.left):
            return []
        said = "Rows of tickets: {rows} followed, {same} said nothing new, {left} could not be followed."
        lines = [Message(said, rows=self.rows, same=self.same, left=len(self.left))]
        lines += [one.line() for one in self.left[:NAMED]]
        more = len(self.left) - NAMED
        return [*lines, Message("… and {more} more", more=more)] if more > 0 else lines


def stage_of(row: Mapping[str, Any]) -> int:
    """How far a ticket has come in its life by a row."""
    return _LIFE.index(row["status"]) if row["status"] in _LIFE else 0


def time_of(row: Mapping[str, Any]) -> datetime:
    """Since when a ticket stands as a row says; of one that is known to the day alone its midnight."""
    at = _instant(row["updated_at"])
    assert at is not None
    return at


def ranked(rows: Sequence[Mapping[str, Any]], zone: tzinfo) -> list[Mapping[str, Any]]:
    """Rows in the order in which they are followed; each has its rank."""
    return sorted(({**row, RANK: _rank(row, zone)} for row in rows), key=lambda row: row[RANK])


def _rank(row: Mapping[str, Any], zone: tzinfo) -> datetime:
    """Where a row stands among all of its ticket, and what is done here.

    One that is known to the day alone stands after what that day said before it was loaded, for good: it was true then, and somebody
    wrote it down last.
    """
    at, loaded = time_of(row), _instant(row.get("exported_at"))
    local = at.astimezone(zone)
    if loaded is None or loaded <= at or local.time() != time():
        return at
    ends = datetime.combine(local.date() + timedelta(days=1), time(), zone).astimezone(UTC)
    return min(loaded, ends - _LAST) + timedelta(microseconds=min(int(row.get("load_id") or 0), _MOST_LOADS))


def is_timed(row: Mapping[str, Any]) -> bool:
    """Whether a row says itself since when its ticket stands so; another has the time of its load."""
    return bool(row.get("exported_at") != row["updated_at"])


def news(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The ranked rows that may tell something.

    One without a time of its own has that of its load: where it says what its ticket said before, it stood so since then, and is left
    out. One with a time of its own that does is marked with the time of the first that said so.
    """
    found: list[Mapping[str, Any]] = []
    before: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        first = before.get(row["alert_id"])
        if first is None or any(row.get(name) != first.get(name) for name in ("status", "outcome", "service")):
            before[row["alert_id"]] = row
            found.append(row)
        elif is_timed(row):
            found.append({**row, AGAIN: first[RANK]})
    return found


def _instant(at: Any) -> datetime | None:
    if at is None:
        return None
    moment: datetime = at.to_pydatetime() if hasattr(at, "to_pydatetime") else at
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
