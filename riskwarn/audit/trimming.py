"""Rows past their time: removed, and one row left for each run of them that carries the hash before it.

So the rows that stay are still bound to each other. All rows that stand for others are bound by the newest row of a trimming,
which bears one hash of them all: who puts such a row in to hide something has to change that one, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select

from riskwarn.audit.actions import KEPT_LONG, Action
from riskwarn.audit.chain import hold
from riskwarn.audit.entries import SYSTEM, Entry, Row
from riskwarn.audit.heads import no_trimming, note_head
from riskwarn.audit.recording import recorded
from riskwarn.audit.tables import AUDIT
from riskwarn.audit.verifying import stored
from riskwarn.audit.walking import digest_of_stubs, first_of, stub_of, told
from riskwarn.home import Home


@dataclass(frozen=True)
class _Run:
    """Rows that follow each other and are past their time."""

    first: Row
    last: Row
    removed: int  # how many of them are not removed already


def trim(home: Home, *, now: datetime) -> int:
    """Remove the rows whose time has passed by the configuration; gives how many. The last row always stays."""
    rules = home.configuration.audit
    short, long = now - timedelta(days=rules.keep_days), now - timedelta(days=rules.keep_exports_days)
    kept_long = AUDIT.c.action.in_([one.value for one in KEPT_LONG])
    past = or_(AUDIT.c.at < long, (AUDIT.c.at < short) & ~kept_long) & (AUDIT.c.action != Action.AUDIT_REMOVED.value)
    with home.database.connect() as connection:
        if connection.scalar(select(AUDIT.c.sequence).where(past).limit(1)) is None:
            return 0
    # The file must name a row that stays.
    note_head(home)
    with no_trimming(home, alone=True), recorded(home) as change:
        connection = change.connection
        head = hold(connection)
        chosen = or_(past & (AUDIT.c.sequence < head.sequence), AUDIT.c.action == Action.AUDIT_REMOVED.value)
        runs = [run for run in _runs(map(told, stored(connection, chosen))) if run.removed]
        for run in runs:
            within = AUDIT.c.sequence.between(first_of(run.first), run.last.sequence)
            connection.execute(delete(AUDIT).where(within))
            connection.execute(insert(AUDIT).values(**asdict(stub_of(run.first, run.last))))
        removed = sum(run.removed for run in runs)
        if removed:
            stubs = stored(connection, AUDIT.c.action == Action.AUDIT_REMOVED.value)
            every = digest_of_stubs(stubs, change.algorithm)
            change.append(Entry(Action.AUDIT_TRIMMED, every, SYSTEM, count=removed), at=now)
    return removed


def _runs(rows: Iterable[Row]) -> list[_Run]:
    """Rows that follow each other, together."""
    runs: list[_Run] = []
    for row in rows:
        new = int(row.action != Action.AUDIT_REMOVED)
        if runs and first_of(row) == runs[-1].last.sequence + 1:
            runs[-1] = _Run(runs[-1].first, row, runs[-1].removed + new)
        else:
            runs.append(_Run(row, row, new))
    return runs
