"""Refused rows that nobody will repair (totals, signatures, test entries) are taken off the list, with a reason that is kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from riskwarn.audit import Action, Entry, recorded
from riskwarn.contracts.because import check_because
from riskwarn.errors import NothingToDismiss
from riskwarn.home import Home
from riskwarn.store.ledger import in_force
from riskwarn.store.repairs import NOT_LOADED, in_sheet, open_rows
from riskwarn.store.tables import DISMISSALS, QUARANTINE

_AT_ONCE = 5000


@dataclass(frozen=True)
class Chosen:
    """Which refused rows are meant; what is None leaves them open."""

    source: str | None = None
    file: str | None = None  # as the list shows it; a sheet behind it in brackets, or all of its sheets
    reason: str | None = None
    rows: Collection[int] | None = None  # numbers of rows in the file


def dismiss(home: Home, chosen: Chosen, *, because: str, now: datetime) -> int:
    """Take the chosen open rows off the list for good; gives how many. What by rule is not loaded waits for nobody anyway.

    Raises RefusedWord, PersonalText or ReasonTooLong (the reason), NothingToDismiss.
    """
    check_because(because)
    open_ = select(QUARANTINE.c.id, QUARANTINE.c.file_name).where(open_rows(), in_force(QUARANTINE.c.load_id, None))
    open_ = open_.where(QUARANTINE.c.reason != NOT_LOADED)
    for column, value in ((QUARANTINE.c.source, chosen.source), (QUARANTINE.c.reason, chosen.reason)):
        if value is not None:
            open_ = open_.where(column == value)
    if chosen.rows is not None:
        open_ = open_.where(QUARANTINE.c.row.in_(list(chosen.rows)))
    with recorded(home) as change:
        connection = change.connection
        found = [row.id for row in connection.execute(open_) if _is_of(row.file_name, chosen.file)]
        if not found:
            raise NothingToDismiss()
        entry = {"source": chosen.source, "rows": len(found), "because": because, "dismissed_at": now}
        made = connection.execute(insert(DISMISSALS).values(entry)).inserted_primary_key
        assert made is not None
        for start in range(0, len(found), _AT_ONCE):
            some = QUARANTINE.c.id.in_(found[start : start + _AT_ONCE])
            connection.execute(update(QUARANTINE).where(some).values(dismissed_by=made[0]))
        change.append(Entry(Action.QUARANTINE_DISMISSED, chosen.source or "", note=because), at=now)
    return len(found)


def _is_of(kept: str, file: str | None) -> bool:
    """Whether the kept name of a row's file is the one that is meant, or that of one of its sheets."""
    return file is None or kept == file or kept.startswith(in_sheet(file, "\0").split("\0")[0])
