"""The ledger: every load, every undoing and every erasure, in the order of their commitment.

The largest id is the version of the store. A row never goes: an undoing is a row that names the load which it takes
back, so that an older version still reads that load; an erasure is one that names what no version can read any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from riskwarn.errors import LoadErased
from riskwarn.home import Home
from riskwarn.store.tables import ERASURES, LOADS

#: What the account of a load counts: the rows that were read, and where each of them went.
COUNTS = ("read", "accepted", "duplicates", "corrected", "quarantined", "left_out")


@dataclass(frozen=True)
class LedgerRow:
    """One load, or one undoing, as the ledger has it."""

    load_id: int
    source: str
    file_name: str
    file_sha256: str
    loaded_at: datetime
    exported_at: datetime
    account: Mapping[str, Any]
    leans_on: tuple[int, ...] | None
    undoes: int | None
    because: str | None
    undone_by: int | None
    erases: int | None = None

    @property
    def counts(self) -> dict[str, int | None]:
        """The counts of its account; null is what was not counted when it was loaded, and all of what is no load."""
        return {name: self.account.get(name) for name in COUNTS}

    @property
    def stands(self) -> bool:
        """Whether it is a load that was not taken back."""
        return self.undoes is None and self.undone_by is None and self.erases is None


@dataclass(frozen=True)
class Loss:
    """What an erasure took from older versions of the store: all from the first load that it touched up to itself."""

    since: int
    until: int

    def touches(self, version: int) -> bool:
        """Whether a version of the store can no longer be read as it was."""
        return self.since <= version < self.until


def in_force(load_id: ColumnElement[int], version: int | None) -> ColumnElement[bool]:
    """The condition that a row belongs to a load which counts at a version of the store (None: the newest)."""
    undone = select(LOADS.c.undoes).where(LOADS.c.undoes.is_not(None))
    if version is None:
        return load_id.not_in(undone)
    return and_(load_id <= version, load_id.not_in(undone.where(LOADS.c.load_id <= version)))


def ledger(home: Home, source: str | None = None) -> list[LedgerRow]:
    """Every row of the ledger, oldest first."""
    columns = [LOADS.c[name] for name in LedgerRow.__dataclass_fields__ if name != "undone_by"]
    with home.database.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(*columns).order_by(LOADS.c.load_id)).mappings()]
    undone = {row["undoes"]: row["load_id"] for row in rows if row["undoes"] is not None}
    return [
        LedgerRow(
            **{**row, "leans_on": None if row["leans_on"] is None else tuple(row["leans_on"])},
            undone_by=undone.get(row["load_id"]),
        )
        for row in rows
        if source is None or row["source"] == source
    ]


def check_erased(home: Home, load: int) -> None:
    """Raise LoadErased where a load was erased."""
    chosen = select(ERASURES.c.erased_at).where(ERASURES.c.load_id == load, ERASURES.c.kind == "load")
    with home.database.connect() as connection:
        erased_at = connection.scalar(chosen)
    if erased_at is not None:
        day = erased_at.astimezone(home.configuration.calendar.timezone).date()
        raise LoadErased(load=load, day=day)


def losses(home: Home) -> list[Loss]:
    """What erasures took from older versions of the store, oldest first."""
    rows = select(ERASURES.c.load_id, LOADS.c.load_id).join(LOADS, LOADS.c.erases == ERASURES.c.id)
    with home.database.connect() as connection:
        return [Loss(*row) for row in connection.execute(rows.order_by(LOADS.c.load_id))]
