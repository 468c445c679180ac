"""Taking a snapshot back: the one before becomes current, and the row stays with who reads it later."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from riskwarn.audit import Action, Entry, recorded
from riskwarn.audit.chain import hold
from riskwarn.contracts.because import check_because
from riskwarn.errors import WithdrawnBefore
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from serving.alerts.borne_out import bear_out
from serving.alerts.remaining import Remaining
from serving.publishing.alerting import kinds_of_grids
from serving.publishing.lock import publications_alone
from serving.snapshots import published


@dataclass(frozen=True)
class Withdrawn:
    """What was taken back."""

    snapshot: str
    because: str
    current: str | None  # what is current from now on
    alerts: int  # live notices that it alone raised, and that went with it

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn snapshots withdraw --json`` prints."""
        return asdict(self)


def withdraw(home: Home, snapshot: str, because: str, *, now: datetime, progress: Progress = silent) -> Withdrawn:
    """Withdraw a snapshot with a reason, and what of live notices no other bears out; running servers switch within a second.

    Its files stay, so that it can be looked into and judged. Raises NoSnapshot, WithdrawnBefore, and RefusedWord, PersonalText or
    ReasonTooLong where the reason may not be kept.
    """
    check_because(because)
    with publications_alone(home, progress):
        row = published.named(home, snapshot)
        before = published.of_fate(home, published.WITHDRAWN).get(snapshot)
        if before is not None:
            raise WithdrawnBefore(snapshot=snapshot, because=before["because"])
        remaining = Remaining(home, row, kinds_of_grids(home))
        with recorded(home) as change:
            connection = change.connection
            published.mark(connection, row.id, published.WITHDRAWN, because, now)
            hold(connection)
            withdrawn, entries = bear_out(connection, remaining, row.id, home.configuration, now)
            change.append(Entry(Action.SNAPSHOT_WITHDRAWN, row.id, note=because), *entries, at=now)
        current = published.newest(home)
        return Withdrawn(row.id, because, current.id if current is not None else None, withdrawn)
