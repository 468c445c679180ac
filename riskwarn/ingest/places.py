"""The ladder of places: from what a row says of its place to a grid, or to the unit above it.

Rungs so far: grid id, path or names down to a grid, community, town. Records located above the grid keep the unit's
code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.words import LocatedBy

_ENDINGS = re.compile(r"(社区居委会|社区|居委会|村委会|村|街道办事处|街道|镇|乡)$")
_SEPARATORS = re.compile(r"[/\\>|,、\-]+")


def plain_name(name: str) -> str:
    """A unit's name without the word for its kind, which offices write in several ways."""
    shorter = _ENDINGS.sub("", name.strip())
    return shorter or name.strip()


@dataclass(frozen=True)
class Located:
    """Where each row lies; arrays of objects (rows,)."""

    grid_id: npt.NDArray[np.object_]
    unit: npt.NDArray[np.object_]
    district: npt.NDArray[np.object_]
    located_by: npt.NDArray[np.object_]
    unknown_grid: npt.NDArray[np.bool_]  # a grid id is given, is none of the city, and no lower rung held


class Ladder:
    """Finds places among the grids that are loaded."""

    def __init__(self, grids: pd.DataFrame) -> None:
        newest = grids.drop_duplicates("grid_id", keep="last")
        self._grids = pd.Index(newest["grid_id"])
        self._districts = newest["district"].to_numpy(dtype=object)
        self._units: dict[tuple[str, ...], set[tuple[str, str, str, str]]] = {}
        for row in newest.itertuples(index=False):
            names = [
                plain_name(str(getattr(row, f"{unit}_name") or getattr(row, unit) or ""))
                for unit in ("district", "town", "community")
            ]
            community = ("", str(row.community), str(row.district), LocatedBy.COMMUNITY.value)
            town = ("", str(row.town), str(row.district), LocatedBy.TOWN.value)
            grid = (str(row.grid_id), "", str(row.district), LocatedBy.PATH.value)
            self._offer(grid, *names, plain_name(str(row.name or row.grid_id)))
            self._offer(community, *names)
            self._offer(community, names[1], names[2])
            self._offer(community, names[2])
            self._offer(community, str(row.community))
            self._offer(town, *names[:2])
            self._offer(town, names[1])
            self._offer(town, str(row.town))

    def _offer(self, place: tuple[str, str, str, str], *key: str) -> None:
        self._units.setdefault(key, set()).add(place)

    def locate(self, rows: pd.DataFrame) -> Located:
        """Locate rows by their columns grid_id, path, grid_name, community(_name), town(_name), district(_name)."""
        count = len(rows)
        given = rows["grid_id"] if "grid_id" in rows else pd.Series([None] * count, index=rows.index, dtype="str")
        place_of_row = self._grids.get_indexer(pd.Index(given))
        known = place_of_row >= 0
        grid_id, district, unit, located_by = (np.full(count, None, dtype=object) for _ in range(4))
        grid_id[known] = self._grids.to_numpy(dtype=object)[place_of_row[known]]
        district[known] = self._districts[place_of_row[known]]
        located_by[known] = LocatedBy.GRID_ID.value
        words = [
            name
            for name in (
                "path",
                "district",
                "district_name",
                "town",
                "town_name",
                "community",
                "community_name",
                "grid_name",
            )
            if name in rows
        ]
        if words:
            left = np.flatnonzero(~known)
            told = rows[words].iloc[left].astype(object).where(rows[words].iloc[left].notna(), None)
            groups = told.groupby(words, dropna=False, sort=False).indices
            for key, members in groups.items():
                values = key if isinstance(key, tuple) else (key,)
                place = self._find(dict(zip(words, values, strict=True)))
                if place is not None:
                    at = left[members]
                    grid_id[at] = place[0] or None
                    unit[at] = place[1] or None
                    district[at], located_by[at] = place[2], place[3]
        unknown = given.notna().to_numpy(dtype=bool) & pd.isna(located_by)
        return Located(grid_id, unit, district, located_by, unknown)

    def _find(self, told: dict[str, Any]) -> tuple[str, str, str, str] | None:
        said = {name: str(value) for name, value in told.items() if value is not None and not pd.isna(value)}
        steps = [plain_name(part) for part in _SEPARATORS.split(said.get("path", "")) if part.strip()]
        names = [
            plain_name(said[name])
            for name in ("district_name", "town_name", "community_name", "grid_name")
            if name in said
        ]
        codes = [said[name] for name in ("community", "town") if name in said]
        # The longest tail of the path first; then names from the full path down to the community's alone; then codes.
        tries = [tuple(steps[start : len(steps) - drop]) for drop in range(2) for start in range(len(steps))]
        tries += [tuple(names[start : len(names) - drop]) for drop in range(2) for start in range(len(names))]
        tries = [(code,) for code in codes] + tries
        for key in tries:
            found = self._units.get(key, set())
            if len(found) == 1:
                return next(iter(found))
        return None
