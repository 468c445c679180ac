"""Taking back a load: a new row of the ledger that names it. Nothing is removed, so that an older version still reads it.

A load stores only what was new to it. A later load that carried the same records stored nothing of what it found there,
so that taking back the earlier load alone would lose rows that the later file holds too. Such a load *leans on* the
earlier one; it is taken back together with it, and its file is named so that it can be loaded again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert

from riskwarn.audit import Action, Entry, recorded
from riskwarn.contracts.because import check_because
from riskwarn.contracts.schema import TABLES
from riskwarn.errors import LoadNotUndone, UnknownLoad
from riskwarn.home import Home
from riskwarn.messages import Listed, Message
from riskwarn.store.ledger import LedgerRow, check_erased, ledger
from riskwarn.store.tables import LOADS
from riskwarn.store.writing import writing

#: Tables by which the places of events are found while they are loaded.
_PLACING = ("grids", "places", "service_areas")

#: Sources whose rows need no grid that is known already.
_UNPLACED = ("grids", "grid_lineage", "breaks")


@dataclass(frozen=True)
class Undone:
    """What an undoing did."""

    version: int
    loads: tuple[int, ...]  # the load and those taken back with it
    again: tuple[LedgerRow, ...] = field(default=())  # loads whose files have to be loaded again, in this order


def undo(home: Home, load: int, *, because: str | None = None, with_later: bool = False, now: datetime) -> Undone:
    """Take a load back: from the new version of the store on, nothing of it counts.

    Parameters
    ----------
    because : why, kept in the ledger.
    with_later : take back the later loads that lean on it too.

    Raises UnknownLoad, LoadErased; LoadNotUndone where it was undone already, where it is itself an undoing, or where later loads
    lean on it and `with_later` is not set; RefusedWord, PersonalText, ReasonTooLong (`because`).
    """
    if because is not None:
        check_because(because)
    with writing(home):
        rows = ledger(home)
        chosen = next((row for row in rows if row.load_id == load), None)
        if chosen is None:
            raise UnknownLoad(load=load)
        check_erased(home, load)
        _refuse(chosen)
        later = leaning(rows, chosen)
        if later and not with_later:
            problem = (
                "{loads} leans on it (records that it held were not stored again, or places were found by it); take it back "
                "too with --with-later, then load the file again"
                if len(later) == 1
                else "{loads} lean on it (records that it held were not stored again, or places were found by it); take them "
                "back too with --with-later, then load the files again"
            )
            raise LoadNotUndone(load=load, problem=Message(problem, loads=_named(later)))
        version = load
        with recorded(home) as change:
            for row in (*reversed(later), chosen):
                entry = insert(LOADS).values(
                    source=row.source,
                    file_name=row.file_name,
                    file_sha256="",
                    loaded_at=now,
                    exported_at=row.exported_at,
                    account={},
                    undoes=row.load_id,
                    because=because if row is chosen else f"leans on load {load}",
                )
                version = int(change.connection.execute(entry).inserted_primary_key[0])  # type: ignore[index]
            taken = [f"{row.source}/{row.load_id}" for row in (*reversed(later), chosen)]
            change.append(*(Entry(Action.DATA_UNDONE, one, note=because or "") for one in taken), at=now)
    return Undone(version, (load, *(row.load_id for row in later)), tuple(later))


def leaning(rows: Sequence[LedgerRow], on: LedgerRow) -> list[LedgerRow]:
    """The later loads that would be others if `on` had never been loaded, oldest first."""
    found: dict[int, LedgerRow] = {on.load_id: on}
    for row in rows:
        if row.load_id > on.load_id and row.stands and any(_leans(row, earlier) for earlier in found.values()):
            found[row.load_id] = row
    return [row for row in found.values() if row is not on]


def _leans(row: LedgerRow, on: LedgerRow) -> bool:
    if row.source == on.source:
        if row.file_sha256 == on.file_sha256:
            return True
        if row.leans_on is not None:
            return on.load_id in row.leans_on
        return bool(row.account.get("duplicates") or row.account.get("corrected"))
    # Whatever is loaded after a table of places may have been placed by it, or refused for want of it.
    placed_by_grids = on.source == "grids" and row.source not in _UNPLACED
    return placed_by_grids or (on.source in _PLACING and row.source not in TABLES)


def _refuse(row: LedgerRow) -> None:
    if row.erases is not None:
        raise LoadNotUndone(load=row.load_id, problem="it is an erasure, and those are for good")
    if row.undoes is not None:
        problem = "it is itself the undoing of load {undoes}; to bring that back, load its file {file} again"
        raise LoadNotUndone(load=row.load_id, problem=Message(problem, undoes=row.undoes, file=row.file_name))
    if row.undone_by is not None:
        problem = "{undone_by} undid it already; to bring it back, load its file {file} again"
        raise LoadNotUndone(load=row.load_id, problem=Message(problem, undone_by=row.undone_by, file=row.file_name))


def _named(rows: Sequence[LedgerRow], most: int = 4) -> Message:
    shown = Listed(f"{row.load_id} ({row.file_name})" for row in rows[:most])
    if len(rows) > most:
        return Message("loads {loads} and {more} more", loads=shown, more=len(rows) - most)
    return Message("load {loads}" if len(rows) == 1 else "loads {loads}", loads=shown)
