"""A message about a notice, as whoever raises or changes it hands it over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from riskwarn.words import Unit

Kind = Literal["Alert", "Update", "Cancel", "Outcome"]

#: As CAP 1.2 has it: what is not Actual is told to receivers of exercises alone.
Status = Literal["Actual", "Exercise", "Test"]

#: How a kind is called where names are small.
EVENTS: dict[Kind, str] = {"Alert": "raised", "Update": "updated", "Cancel": "cancelled", "Outcome": "outcome"}

#: What is told to those alone who were told of a notice: that it ended, and what became of it.
TO_THE_TOLD: tuple[Kind, ...] = ("Cancel", "Outcome")

#: What became of a notice is told so many days after that was due at most: later nobody wants to know.
LATE_DAYS = 28

#: Where nobody has anything to do with a notice any more.
NOTHING_TO_DO = ("closed", "expired", "withdrawn")

#: What lies above a unit, from the highest down, as the last of its `units` are.
_ABOVE = (Unit.DISTRICT, Unit.TOWN, Unit.COMMUNITY)


@dataclass(frozen=True)
class Message:
    """One message: the raising of a notice, a change of it, or what became of it.

    Parameters
    ----------
    id : unique, "<alert id>.<version>", of what became of it "<alert id>.<version>.outcome", without blanks and commas.
    units : codes of the unit itself and of everything above it, upwards: (community,) town, district.
    sent_at, expires_at : aware.
    references : (id, sent_at) of the messages that it replaces.
    body : the notice as the API gives it.
    """

    id: str
    kind: Kind
    alert_id: str
    version: int
    team_id: str | None
    target: str
    level: str
    units: tuple[str, ...]
    sent_at: datetime
    expires_at: datetime | None
    references: tuple[tuple[str, datetime], ...]
    body: Mapping[str, object]
    status: Status = "Actual"

    @property
    def members(self) -> Sequence[Mapping[str, Any]]:
        """The grids among others that it tells of, each with its level."""
        members = self.body.get("members")
        return members if isinstance(members, (list, tuple)) else ()

    @property
    def teams(self) -> frozenset[str]:
        """Whose matter it is: the team's, and theirs who stand beside it, were asked to join, or are told because nobody answered."""
        beside = self.body.get("co_teams")
        own = () if self.team_id is None else (self.team_id,)
        return frozenset((*own, *(beside if isinstance(beside, (list, tuple)) else ())))

    @property
    def unit(self) -> tuple[str, str]:
        """(kind, code) of what it is about."""
        return str(self.body["unit"]), str(self.body["code"])

    def places(self) -> frozenset[tuple[str, str]]:
        """(kind, code) of the unit and of each above it: codes of different kinds may be the same.

        Where the body does not tell the units above by their kinds, they are those of `units`, the district last.
        """
        told = self.body.get("above")
        if isinstance(told, list):
            return frozenset([self.unit, *((str(one["unit"]), str(one["code"])) for one in told)])
        own = Unit(str(self.body["unit"]))
        above = self.units[1:]
        kinds = [unit for unit in _ABOVE if list(Unit).index(unit) > list(Unit).index(own)]
        return frozenset([self.unit, *((unit.value, code) for unit, code in zip(kinds, reversed(above), strict=False))])

    def lies_in(self, area: tuple[tuple[str, str], ...]) -> bool:
        """Whether it is about something inside one of some units."""
        return not self.places().isdisjoint(area)

    def expired(self, now: datetime) -> bool:
        """Whether it wakes nobody any more; that something ended is told for ever."""
        return self.kind != "Cancel" and self.expires_at is not None and self.expires_at <= now


def as_kept(message: Message) -> dict[str, Any]:
    """The columns of a message."""
    return {
        **{name: getattr(message, name) for name in ("id", "kind", "alert_id", "version", "team_id", "target", "level")},
        "units": list(message.units),
        "sent_at": message.sent_at,
        "expires_at": message.expires_at,
        "cites": [[identity, at.isoformat()] for identity, at in message.references],
        "body": dict(message.body),
        "status": message.status,
    }  # fmt: skip


def from_kept(row: Mapping[str, Any]) -> Message:
    """The message of a row."""
    fields = {name: row[name] for name in _SAME}
    cites = tuple((identity, datetime.fromisoformat(at)) for identity, at in row["cites"])
    return Message(units=tuple(row["units"]), references=cites, **fields)


_SAME = (
    "id", "kind", "alert_id", "version", "team_id", "target", "level", "sent_at", "expires_at", "body", "status",
)  # fmt: skip
