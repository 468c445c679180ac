"""The places of a scoring, in the order of the hierarchy, out of a city's geography."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from features import City
from riskwarn.arrays import Flags, Indices, Reals
from riskwarn.disclosure import RESIDENTS, complemented, rounded, shifts_of
from riskwarn.words import Unit
from serving.columns.places import DOWNWARDS, LevelOfPlaces, Places
from serving.scoring.initials import initials_of

#: Digits of degrees: a metre.
POINT_DIGITS = 5


@dataclass(frozen=True)
class Placed:
    """Places, and where each of their rows stands in the geography."""

    places: Places
    order: dict[Unit, Indices]  # by level: for each row its index in the geography


def placed(city: City, before: Places | None = None) -> Placed:
    """The units of a city: those of one parent side by side, by code. What the places `before` withheld stays withheld where it must."""
    geography = city.geography
    residents = residents_of(city)
    points = np.column_stack([geography.longitude, geography.latitude]).astype(np.float64)
    nothing = np.full(1, -1, dtype=np.int32)
    whole = geography.units[Unit.CITY]
    levels, order = {}, {Unit.CITY: np.zeros(1, dtype=np.int64)}
    levels[Unit.CITY] = LevelOfPlaces(
        whole.codes,
        whole.names,
        nothing,
        np.array([residents.sum()]),
        np.zeros(1, bool),
        initials=initials_of(whole.names),
    )
    for unit, upper in zip(DOWNWARDS[1:], DOWNWARDS[:-1], strict=True):
        rows = levels[upper].rows
        if unit is Unit.GRID:
            codes, names = tuple(geography.grid_ids), tuple(geography.names)
            above = geography.units[upper]
            parents = np.array([rows[code] for code in above.codes], dtype=np.int32)[above.of_grid]
            people, centres = residents, points
        else:
            units = geography.units[unit]
            codes, names = units.codes, units.names
            parents = np.array([rows[code] for code in units.parents], dtype=np.int32)
            people = np.bincount(units.of_grid, residents, len(units.codes)).astype(np.float64)
            centres = _centres(points, units.of_grid, len(units.codes))
        place = np.lexsort((np.array(codes, dtype=str), parents)) if len(codes) else np.zeros(0, dtype=np.int64)
        order[unit] = place
        levels[unit] = LevelOfPlaces(
            tuple(codes[index] for index in place.tolist()),
            tuple(names[index] for index in place.tolist()),
            parents[place],
            people[place],
            np.zeros(len(place), dtype=bool),
            np.round(centres[place], POINT_DIGITS),
            initials_of([names[index] for index in place.tolist()]),
        )
    upwards = list(reversed(DOWNWARDS))
    hidden = complemented(
        [levels[unit].residents for unit in upwards],
        [levels[unit].parents for unit in upwards[:-1]],
        city.configuration.min_residents,
        None if before is None else [_withheld(before[unit], levels[unit]) for unit in upwards],
    )
    levels[Unit.GRID] = replace(levels[Unit.GRID], suppressed=hidden[0])
    told = _told(levels[Unit.GRID])
    for below, unit, flags in zip(upwards, upwards[1:], hidden[1:], strict=False):
        told = np.bincount(levels[below].parents, told, len(levels[unit])).astype(np.float64)
        levels[unit] = replace(levels[unit], suppressed=flags, residents=told)
    return Placed(Places(levels), order)


def _withheld(before: LevelOfPlaces, now: LevelOfPlaces) -> Flags:
    """(units,) which were withheld before."""
    rows = before.rows_of(now.codes)
    return np.where(rows >= 0, before.suppressed[rows], False)


def _told(grids: LevelOfPlaces) -> Reals:
    """(grids,) what the residents of each count for in the units above: those that are withheld in hundreds.

    Which neighbours are withheld beside a small grid changes from week to week; what is left of an exact total beside those that were
    shown some week would be its residents.
    """
    in_hundreds = rounded(grids.residents, shifts_of(grids.codes, RESIDENTS), RESIDENTS)
    return np.where(grids.suppressed, in_hundreds, grids.residents)


def _centres(points: Reals, of_grid: npt.NDArray[np.integer], units: int) -> Reals:
    """The mean of the known centres of each unit's grids; NaN where none is known."""
    known = ~np.isnan(points).any(axis=1)
    number = np.bincount(of_grid[known], minlength=units).astype(np.float64)
    number[number == 0] = np.nan
    sums = [np.bincount(of_grid[known], one, units) for one in points[known].T]
    return np.column_stack(sums) / number[:, None]


def residents_of(city: City) -> Reals:
    """(grids,) the newest population that was known at the as-of; NaN where nobody knows."""
    rows = city.demographics
    known = rows[rows["known_at"].isna() | (rows["known_at"] < pd.Timestamp(city.calendar.instant(city.as_of)))]
    found = np.full(len(city.geography), np.nan)
    found[known["grid"].to_numpy()] = known["population"].to_numpy()
    return found
