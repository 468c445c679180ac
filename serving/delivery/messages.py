"""What is told to those who asked to be told: a notice, a newer version of one, or that one holds no longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Kind = Literal["Alert", "Update", "Cancel"]


@dataclass(frozen=True)
class Message:
    """One message, never changed once it was written."""

    id: str  # unique: "<alert id>.<version>"
    kind: Kind
    alert_id: str
    version: int
    team_id: str | None
    target: str
    level: str
    units: tuple[str, ...]  # codes of the unit and of everything above it: town, district
    sent_at: datetime  # aware
    expires_at: datetime | None
    references: tuple[tuple[str, datetime], ...]  # ids and sent_at of the messages that it replaces
    body: Mapping[str, object]  # the alert as the API gives it

    def as_dict(self) -> dict[str, Any]:
        """As it is kept: instants in RFC 3339."""
        return {
            **vars(self),
            "units": list(self.units),
            "sent_at": self.sent_at.isoformat(),
            "expires_at": None if self.expires_at is None else self.expires_at.isoformat(),
            "references": [[one, at.isoformat()] for one, at in self.references],
            "body": dict(self.body),
        }
