"""Breaks of recording: days from which a source writes down differently, so that a rise or fall says nothing of life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from riskwarn.arrays import Indices
from riskwarn.contracts.identity import newest_of_each
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.geography.force import Geography
from riskwarn.periods import Calendar
from riskwarn.words import Unit


@dataclass(frozen=True)
class Break:
    """One change of recording."""

    day: date  # first day of the new way
    source: str
    unit: str | None  # code of a district, town, community or grid; None for the whole city
    reason: str | None


@dataclass(frozen=True)
class Breaks:
    """The breaks of a city, oldest first, over the grids in force at an as-of."""

    told: tuple[Break, ...]
    places: Geography

    def of(self, source: str, unit: str | None = None, until: date | None = None) -> list[Break]:
        """The breaks of a source that concern any ground of a unit (None: the city), before a day where one is given.

        `unit` is the code of a district, town, community or grid. A break of the city concerns every unit, one of a town its
        district and its communities.
        """
        asked = set(self._grids(unit).tolist())
        return [
            one
            for one in self.told
            if one.source == source
            and (until is None or one.day < until)
            and not asked.isdisjoint(self._grids(one.unit).tolist())
        ]

    def by_grid(self, calendar: Calendar) -> pd.DataFrame:
        """One row a break and grid: source, grid (int64 index), day (date), known_at (naive UTC datetime64[us])."""
        rows = [(one.source, int(grid), one.day) for one in self.told for grid in self._grids(one.unit)]
        frame = pd.DataFrame(rows, columns=["source", "grid", "day"]).astype({"grid": np.int64})
        instants = {day: calendar.instant(day) for day in frame["day"].unique()}
        return frame.assign(known_at=frame["day"].map(instants).astype("datetime64[us]"))

    def _grids(self, unit: str | None) -> Indices:
        """The grids in force of a unit; those that a former grid or unit became."""
        places = self.places
        if unit is None:
            return np.arange(len(places), dtype=np.int64)
        for level in (Unit.DISTRICT, Unit.TOWN, Unit.COMMUNITY):
            if unit in places.units[level].codes:
                return np.flatnonzero(places.units[level].of_grid == places.units[level].codes.index(unit)).astype(
                    np.int64
                )
        heirs = [heir for heir, _ in places.lineage.heirs(unit, 0)]
        found = places.index.get_indexer(pd.Index([unit, *heirs], dtype=object))
        if (found >= 0).any():
            return np.unique(found[found >= 0]).astype(np.int64)
        place = places.above.names.get_indexer(pd.Index([unit], dtype=object))[0]
        communities = places.above.shares[Unit.COMMUNITY][[place]].indices if place >= 0 else []
        return np.flatnonzero(np.isin(places.units[Unit.COMMUNITY].of_grid, communities)).astype(np.int64)


def breaks(table: pd.DataFrame, places: Geography) -> Breaks:
    """The breaks out of all stored versions of the table, over the grids in force."""
    return Breaks(declared_breaks(table), places)


def declared_breaks(table: pd.DataFrame) -> tuple[Break, ...]:
    """The breaks out of all stored versions of the table, sorted by load and row; the newest version of each holds."""
    newest = newest_of_each(table, TABLE_CONTRACTS["breaks"])
    newest = newest[newest["date"].notna()].sort_values(["date", "source"], kind="stable")
    text = {name: newest[name].astype(object).where(newest[name].notna(), None) for name in ("unit", "reason")}
    rows = zip(pd.to_datetime(newest["date"]), newest["source"], text["unit"], text["reason"], strict=True)
    return tuple(Break(day.date(), source, unit, reason) for day, source, unit, reason in rows)
