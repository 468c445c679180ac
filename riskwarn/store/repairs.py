"""Refused rows that come again: repaired, or refused once more. A refused row stays open until a later load settles it.

A row is known again by its record (the keyed digest of its id, in a table of what makes two rows one), or, where it has none,
by its place in the same file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from riskwarn.home import Home
from riskwarn.store.ledger import in_force
from riskwarn.store.tables import LOADS, QUARANTINE

if TYPE_CHECKING:
    import pandas as pd

#: Refused by rule: nobody is asked to repair it.
NOT_LOADED = "not_loaded"

REPAIRED = "repaired"
REFUSED_AGAIN = "refused_again"

_AT_ONCE = 5000


@dataclass(frozen=True)
class Settled:
    """How many open rows a load settled."""

    repaired: int = 0
    refused_again: int = 0


def open_rows(version: int | None = None) -> ColumnElement[bool]:
    """The condition that a refused row is not dismissed, and settled by no load that counts at a version of the store."""
    unsettled = or_(QUARANTINE.c.settled_by.is_(None), ~in_force(QUARANTINE.c.settled_by, version))
    return and_(QUARANTINE.c.dismissed_by.is_(None), unsettled)


def in_sheet(file_name: str, sheet: str) -> str:
    """The name under which refused rows of a sheet are kept; the file's own where it is one table."""
    return f"{file_name} [{sheet}]" if sheet else file_name


def file_and_sheet(kept: str) -> tuple[str, str]:
    """The name of a file and the title of its sheet ("" where it is one table), of the name under which refused rows are kept."""
    file, found, sheet = kept.partition(" [")
    return (file, sheet.removesuffix("]")) if found and kept.endswith("]") else (kept, "")


def refused_rows(home: Home, source: str | None = None, version: int | None = None) -> list[dict[str, Any]]:
    """The refused rows: where, why and of what class; never their content.

    Of a row that was refused again only the newest refusal is given; `repaired` says that its record is loaded. Rows that
    were dismissed are not given.
    """
    settled = QUARANTINE.c.settled_by.is_not(None) & in_force(QUARANTINE.c.settled_by, version)
    repaired = case((settled & (QUARANTINE.c.settlement == REPAIRED), True), else_=False).label("repaired")
    rows = select(QUARANTINE, repaired).where(in_force(QUARANTINE.c.load_id, version))
    rows = rows.where(~settled | (QUARANTINE.c.settlement == REPAIRED)).order_by(QUARANTINE.c.id)
    rows = rows.where(QUARANTINE.c.dismissed_by.is_(None))
    if source is not None:
        rows = rows.where(QUARANTINE.c.source == source)
    with home.database.connect() as connection:
        return [dict(row) for row in connection.execute(rows).mappings()]


def settle(home: Home, load_id: int, good: pd.Series, *, by_name: bool = False) -> Settled:
    """Settle the open rows of earlier loads that a load carried again.

    Parameters
    ----------
    good : (rows,) the record ids (in tables: the keys) of the rows that were sound.
    by_name : rows without a record are known by their number also in another file of the same name, if it has as many
        rows as the first (a file from which rows were taken has other numbers).
    """
    with home.database.begin() as connection:
        load = connection.execute(select(LOADS).where(LOADS.c.load_id == load_id)).mappings().one()
        _dismiss_again(connection, load)
        before = _open(connection, load["source"], load_id)
        if not before:
            return Settled()
        came = select(QUARANTINE).where(QUARANTINE.c.load_id == load_id)
        again = connection.execute(came).mappings().all()
        refused_records = {row["record"] for row in again if row["record"] is not None}
        refused_places = {_place(row, load["file_name"]) for row in again}
        sheets = {in_sheet("", sheet) for sheet in load["account"].get("sheets", ())} or {""}
        wanted = [row["record"] for row in before if row["record"] is not None]
        came_ids = good.to_numpy(dtype=np.int64)
        sound = set(came_ids[np.isin(came_ids, wanted)].tolist()) if wanted else set()
        same = _same_files(connection, load, by_name)
        told: dict[str, list[int]] = {REPAIRED: [], REFUSED_AGAIN: []}
        for row in before:
            if row["record"] is not None:
                if row["record"] in refused_records:
                    told[REFUSED_AGAIN].append(row["id"])
                elif row["record"] in sound:
                    told[REPAIRED].append(row["id"])
            elif row["load_id"] in same and (place := _place(row, same[row["load_id"]]))[0] in sheets:
                told[REFUSED_AGAIN if place in refused_places else REPAIRED].append(row["id"])
        for settlement, ids in told.items():
            _mark(connection, ids, load_id, settlement)
    return Settled(len(told[REPAIRED]), len(told[REFUSED_AGAIN]))


def settle_by_rule(home: Home, load_id: int) -> None:
    """Let the rows that a repaired file brings again, and that are by rule not loaded, stand for those of the loads it repairs.

    Nothing is kept by which such a row is known again: of each rule as many are settled as came.
    """
    rows = QUARANTINE.c
    with home.database.begin() as connection:
        load = connection.execute(select(LOADS).where(LOADS.c.load_id == load_id)).mappings().one()
        repaired = set(connection.scalars(select(rows.load_id).where(rows.settled_by == load_id)))
        named = select(LOADS.c.load_id).where(LOADS.c.source == load["source"], LOADS.c.file_name == load["file_name"])
        repaired |= set(connection.scalars(named.where(LOADS.c.load_id < load_id)))
        by_rule = select(rows.value_class, func.count()).where(rows.load_id == load_id, rows.reason == NOT_LOADED)
        for rule, came in connection.execute(by_rule.group_by(rows.value_class)).all():
            open_before = select(rows.id).where(
                rows.load_id.in_(repaired), rows.reason == NOT_LOADED, rows.value_class == rule, open_rows()
            )
            done = select(func.count()).where(
                rows.settled_by == load_id, rows.reason == NOT_LOADED, rows.value_class == rule
            )
            left = int(came) - int(connection.scalar(done) or 0)
            ids = list(connection.scalars(open_before.order_by(rows.id).limit(max(left, 0))))
            _mark(connection, ids, load_id, REFUSED_AGAIN)


def _mark(connection: Connection, ids: Sequence[int], load_id: int, settlement: str) -> None:
    """Note of refused rows by which load they are settled, and how."""
    for start in range(0, len(ids), _AT_ONCE):
        chosen = QUARANTINE.c.id.in_(ids[start : start + _AT_ONCE])
        connection.execute(update(QUARANTINE).where(chosen).values(settled_by=load_id, settlement=settlement))


def counts(home: Home, source: str | None = None, version: int | None = None) -> dict[str, int]:
    """How many refused rows are `open` (somebody can repair them), `not_loaded` (by rule) and `repaired`."""
    kind = case(
        (and_(~open_rows(version), QUARANTINE.c.settlement == REPAIRED), "repaired"),
        (~open_rows(version), "refused_again"),
        (QUARANTINE.c.reason == NOT_LOADED, "not_loaded"),
        else_="open",
    )
    rows = select(kind, func.count()).where(in_force(QUARANTINE.c.load_id, version)).group_by(kind)
    if source is not None:
        rows = rows.where(QUARANTINE.c.source == source)
    with home.database.connect() as connection:
        found = {str(name): int(count) for name, count in connection.execute(rows)}
    return {name: found.get(name, 0) for name in ("open", "not_loaded", "repaired")}


def rules_of_open(home: Home, source: str, file_name: str) -> dict[str, Any] | None:
    """The mapping by which the newest load of a source with open rows was read; of a load of this file name, if there is one."""
    with home.database.connect() as connection:
        loads = select(LOADS.c.file_name, LOADS.c.account).order_by(LOADS.c.load_id.desc())
        waiting = select(QUARANTINE.c.load_id).where(
            QUARANTINE.c.source == source, in_force(QUARANTINE.c.load_id, None)
        )
        waiting = waiting.where(open_rows(), QUARANTINE.c.reason != NOT_LOADED)
        found = connection.execute(loads.where(LOADS.c.load_id.in_(waiting))).all()
    chosen = next((row for row in found if row.file_name == file_name), found[0] if found else None)
    return None if chosen is None else chosen.account.get("rules")


def _dismiss_again(connection: Connection, load: Any) -> None:
    """What was dismissed for good stays so: the same record refused for the same reason, the same row of the same bytes."""
    dismissed = select(QUARANTINE).where(
        QUARANTINE.c.source == load["source"],
        QUARANTINE.c.load_id < load["load_id"],
        QUARANTINE.c.dismissed_by.is_not(None),
    )
    found = connection.execute(dismissed).mappings().all()
    same, known = _same_files(connection, load, by_name=False) if found else {}, {}
    for row in found:
        if row["record"] is not None:
            known[row["record"], row["reason"]] = row["dismissed_by"]
        elif row["load_id"] in same:
            known[_place(row, same[row["load_id"]]), row["reason"]] = row["dismissed_by"]
    if known:
        came = select(QUARANTINE).where(QUARANTINE.c.load_id == load["load_id"], QUARANTINE.c.dismissed_by.is_(None))
        for row in connection.execute(came).mappings().all():
            key = row["record"] if row["record"] is not None else _place(row, load["file_name"])
            if (key, row["reason"]) in known:
                chosen = update(QUARANTINE).where(QUARANTINE.c.id == row["id"])
                connection.execute(chosen.values(dismissed_by=known[key, row["reason"]]))


def _open(connection: Connection, source: str, before: int) -> Sequence[Any]:
    rows = (
        select(QUARANTINE)
        .where(QUARANTINE.c.source == source, QUARANTINE.c.load_id < before)
        .where(in_force(QUARANTINE.c.load_id, None), open_rows())
        .order_by(QUARANTINE.c.id)
    )
    return connection.execute(rows).mappings().all()


def _place(row: Any, file_name: str) -> tuple[str, int]:
    """Where in its file a refused row stood: the sheet, as the end of the kept name, and the number."""
    return row["file_name"].removeprefix(file_name), row["row"]


def _same_files(connection: Connection, load: Any, by_name: bool) -> dict[int, str]:
    """The earlier loads of the same file and its name: of the same bytes, or by name of a file with as many rows."""
    earlier = select(LOADS).where(LOADS.c.source == load["source"], LOADS.c.load_id < load["load_id"])
    earlier = earlier.where(LOADS.c.undoes.is_(None), LOADS.c.erases.is_(None))
    # Of a folder of many files their accounts are not read.
    same, named = LOADS.c.file_sha256 == load["file_sha256"], LOADS.c.file_name == load["file_name"]
    return {
        row["load_id"]: row["file_name"]
        for row in connection.execute(earlier.where(or_(same, named) if by_name else same)).mappings()
        if row["file_sha256"] == load["file_sha256"] or row["account"]["read"] == load["account"]["read"]
    }
