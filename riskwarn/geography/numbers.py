"""Numbers about grids (residents, buildings, area) carried to the grids in force at the as-of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from riskwarn.arrays import Reals
from riskwarn.geography.lineage import Lineage, Redrawing
from riskwarn.periods import ALWAYS

#: Numbers that are split by weight and added up, and what each of the others is weighed by when grids are merged.
EXTENSIVE = (
    "population",
    "households",
    "registered_population",
    "migrant_population",
    "living_alone_over_65",
    "buildings",
    "rental_units",
    "area_km2",
)
WEIGHED_BY = {
    "share_over_65": "population",
    "share_under_15": "population",
    "density": "area_km2",
    "housing_age": "buildings",
}


@dataclass(frozen=True)
class _Part:
    """The history of one grid before a re-drawing, and the share of it that goes to a successor."""

    rows: pd.DataFrame  # sorted by _at
    weight: float


def carried_numbers(rows: pd.DataFrame, lineage: Lineage, born: Mapping[str, date]) -> pd.DataFrame:
    """Carry rows of grid, `valid_from` and numbers along the lineage; the rows of grids that nothing touched stay as they are.

    Extensive numbers are split by weight and added, so that their totals stay; the others are kept in a split and become
    a weighted mean in a merger (by the lineage's weights where their measure is unknown). What was counted in a
    new grid replaces what is carried there from its date on. `born` is the first day of each grid that has one.
    """
    if not lineage.past or rows.empty:
        return rows
    table = rows.assign(_at=pd.to_datetime(rows["valid_from"]).fillna(pd.Timestamp(ALWAYS)))
    for step in lineage.past:
        table = _through(table, step, born)
    return table.drop(columns="_at")


def _through(table: pd.DataFrame, step: Redrawing, born: Mapping[str, date]) -> pd.DataFrame:
    """One re-drawing."""
    sources: dict[str, list[tuple[str, float]]] = {}
    for old, heirs in step.heirs.items():
        for heir, weight in heirs:
            sources.setdefault(heir, []).append((old, weight))
    new = {heir for heir in sources if heir in born and born[heir] >= step.day}
    for heir in sources:
        if heir not in step.heirs and heir not in new:  # a grid that goes on and gains ground keeps what it had
            sources[heir].append((heir, 1.0))
    named = {old for parts in sources.values() for old, _ in parts}
    early = table["_at"] < pd.Timestamp(step.day)
    before = table[early & table["grid_id"].isin(list(named))]
    if before.empty:
        return table
    history = {str(grid): part.sort_values("_at", kind="stable") for grid, part in before.groupby("grid_id")}
    made = [table.drop(before.index)]
    for heir, olds in sorted(sources.items()):
        parts = [_Part(history[old], weight) for old, weight in olds if old in history]
        if not parts:
            continue
        carried = _merged(parts) if len(parts) > 1 else _split(parts[0])
        own = table.loc[early & table["grid_id"].eq(heir), "_at"] if heir in new else table["_at"].iloc[:0]
        made.append(carried[~(carried["_at"] >= own.min())].assign(grid_id=heir))
    together: pd.DataFrame = pd.concat(made, ignore_index=True)
    return together


def _split(part: _Part) -> pd.DataFrame:
    rows: pd.DataFrame = part.rows.copy()
    rows[list(EXTENSIVE)] *= part.weight
    return rows


def _merged(parts: list[_Part]) -> pd.DataFrame:
    """A row for every date on which a part was counted, out of what was then known of all parts."""
    together = pd.concat([part.rows for part in parts], ignore_index=True)
    first = np.cumsum([0, *(len(part.rows) for part in parts[:-1])])
    dates = np.unique(together["_at"].to_numpy())
    place = np.array([np.searchsorted(part.rows["_at"].to_numpy(), dates, side="right") - 1 for part in parts])
    known = place >= 0
    place = np.where(known, place + first[:, None], 0)
    # What is no number comes from the part that was counted last.
    counted = np.where(known, together["_at"].to_numpy()[place], np.datetime64("1600-01-01"))
    frame: pd.DataFrame = together.iloc[np.take_along_axis(place, counted.argmax(axis=0)[None], axis=0)[0]].reset_index(
        drop=True
    )
    weight = np.array([part.weight for part in parts])[:, None]

    def values(name: str) -> Reals:
        column = together[name].to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(known, column[place], np.nan)

    for name in EXTENSIVE:
        frame[name] = _total(values(name), weight)
    for name, measure in WEIGHED_BY.items():
        told = values(name)
        mass = values(measure) * weight
        missing = (np.isfinite(told) & ~(mass > 0)).any(axis=0)
        mass = np.where(np.isfinite(told), np.where(missing, weight, mass), 0.0)
        frame[name] = _total(told, mass) / np.where(mass.sum(axis=0) > 0, mass.sum(axis=0), np.nan)
    return frame


def _total(values: Reals, weight: Reals) -> Reals:
    """(dates,) the weighted sum over the parts of which the number is known, NaN where of none."""
    known = np.isfinite(values)
    return np.where(known.any(axis=0), np.where(known, values * weight, 0.0).sum(axis=0), np.nan)
