"""The units of a city, level by level, in the order of the hierarchy: what lies inside a unit lies side by side."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from riskwarn.arrays import Flags, Indices, Reals
from riskwarn.words import Unit

Places32 = npt.NDArray[np.int32]

#: Bytes of a code's place in an index, with the number that stands there.
_INDEX_BYTES = 80

#: From the whole down to the parts.
DOWNWARDS = tuple(reversed(Unit))

SCHEMA = pa.schema(
    [
        ("unit", pa.string()),
        ("code", pa.string()),
        ("name", pa.string()),
        ("parent", pa.int32()),  # row among the units of the level above
        ("residents", pa.float64()),
        ("suppressed", pa.bool_()),
        ("longitude", pa.float64()),  # of the centre, in degrees
        ("latitude", pa.float64()),
        ("initials", pa.string()),  # of the name's pinyin
    ]
)


@dataclass(frozen=True)
class LevelOfPlaces:
    """The units of one level, those of one parent side by side."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    parents: Places32  # (units,) rows of the level above, never falling; -1 for the city, and one too many where it is not here
    residents: Reals  # NaN where nobody knows
    suppressed: Flags  # too few residents for details
    points: Reals | None = None  # (units, 2) longitude and latitude in degrees, NaN where nobody knows
    initials: tuple[str, ...] | None = None  # of each name in pinyin; None in a snapshot of an earlier version

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Code -> row."""
        return {code: row for row, code in enumerate(self.codes)}

    @property
    def nbytes(self) -> int:
        """Bytes that its numbers hold, with those of the index by code, about."""
        points = 0 if self.points is None else self.points.nbytes
        return self.parents.nbytes + self.residents.nbytes + self.suppressed.nbytes + points + _INDEX_BYTES * len(self)

    @property
    def words_nbytes(self) -> int:
        """Bytes of its codes, names and initials, which what was cut from it shares."""
        words = (self.codes, self.names, self.initials or ())
        return sum(sys.getsizeof(column) + sum(map(sys.getsizeof, column)) for column in words)

    def rows_of(self, codes: Sequence[str]) -> Indices:
        """The row of each code; -1 where there is no unit of it."""
        return np.array([self.rows.get(code, -1) for code in codes], dtype=np.int64)


@dataclass(frozen=True)
class Places:
    """All levels of a city, or of a part of it."""

    levels: Mapping[Unit, LevelOfPlaces]
    #: Of a unit whose parent is not here: the units above it, as :meth:`lineage` gives them.
    outside: Mapping[tuple[Unit, int], tuple[tuple[Unit, str, str], ...]] = field(default_factory=dict)

    def __getitem__(self, unit: Unit) -> LevelOfPlaces:
        return self.levels[unit]

    def row(self, unit: Unit, code: str) -> int | None:
        """The row of a unit; None where there is none of this code."""
        return self.levels[unit].rows.get(code)

    def find(self, code: str, units: Sequence[Unit] = tuple(Unit)) -> tuple[Unit, int] | None:
        """The first of some levels that has a unit of this code, and its row."""
        for unit in units:
            row = self.row(unit, code)
            if row is not None:
                return unit, row
        return None

    def above(self, unit: Unit, row: int) -> list[tuple[Unit, int]]:
        """The units above one that are here, the nearest first."""
        found, order = [], list(Unit)
        for lower, upper in pairwise(order[order.index(unit) :]):
            row = int(self.levels[lower].parents[row])
            if row == len(self.levels[upper]):
                break
            found.append((upper, row))
        return found

    def lineage(self, unit: Unit, row: int) -> list[tuple[Unit, str, str]]:
        """(kind, code, name) of the units above one, here or not, the nearest first."""
        here = self.above(unit, row)
        found = [(upper, self.levels[upper].codes[place], self.levels[upper].names[place]) for upper, place in here]
        return [*found, *self.outside.get(here[-1] if here else (unit, row), ())]

    def ancestors(self) -> dict[Unit, Places32]:
        """(grids,) the row of the unit of each level that a grid of a whole city lies in, its own among them."""
        above = np.arange(len(self.levels[Unit.GRID]), dtype=np.int32)
        found = {Unit.GRID: above}
        for lower, upper in pairwise(Unit):
            found[upper] = above = self.levels[lower].parents[above]
        return found

    def within(self, unit: Unit, row: int, level: Unit) -> slice:
        """The rows of a lower level that lie inside a unit."""
        starts = self._starts[unit, level]
        return slice(int(starts[row]), int(starts[row + 1]))

    @cached_property
    def _starts(self) -> dict[tuple[Unit, Unit], Places32]:
        """(upper, lower) -> the first row inside each unit of the upper level, and the number of rows at the end."""
        starts: dict[tuple[Unit, Unit], Places32] = {}
        for place, upper in enumerate(DOWNWARDS):
            size = len(self.levels[upper])
            inside = np.arange(size + 1, dtype=np.int32)
            for lower in DOWNWARDS[place + 1 :]:
                # What lies in nothing that is here counts as inside one unit too many.
                inside = np.append(inside[self.levels[lower].parents], np.int32(size))
                starts[upper, lower] = np.searchsorted(inside[:-1], np.arange(size + 1)).astype(np.int32)
        return starts

    def as_arrow(self) -> pa.Table:
        """One row a unit, from the city down."""
        parts = []
        for unit in DOWNWARDS:
            level = self.levels[unit]
            points = level.points if level.points is not None else np.full((len(level), 2), np.nan)
            columns = [
                [unit.value] * len(level),
                level.codes,
                level.names,
                pa.array(level.parents, pa.int32(), mask=level.parents < 0),
                pa.array(level.residents, pa.float64(), mask=np.isnan(level.residents)),
                level.suppressed,
                *(pa.array(one, pa.float64(), mask=np.isnan(one)) for one in points.T),
                [None] * len(level) if level.initials is None else level.initials,
            ]
            parts.append(pa.table(columns, SCHEMA))
        return pa.concat_tables(parts)

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Places:
        """Read what :meth:`as_arrow` made."""
        held: dict[str, Any] = {name: table[name].combine_chunks() for name in table.column_names}
        units = np.array(held["unit"].to_pylist(), dtype=object)
        levels = {}
        for unit in DOWNWARDS:
            rows = np.flatnonzero(units == unit.value)
            first, stop = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, 0)
            part = {name: column.slice(first, stop - first) for name, column in held.items()}
            levels[unit] = LevelOfPlaces(
                tuple(part["code"].to_pylist()),
                tuple(part["name"].to_pylist()),
                part["parent"].fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32),
                part["residents"].to_numpy(zero_copy_only=False).astype(np.float64),
                part["suppressed"].to_numpy(zero_copy_only=False),
                _points(part),
                _initials(part),
            )
        return cls(levels)


def _points(part: dict[str, Any]) -> Reals | None:
    """Longitude and latitude, where any is known."""
    columns = [part[name] for name in ("longitude", "latitude") if name in part]
    if not columns or all(column.null_count == len(column) for column in columns):
        return None
    return np.column_stack([column.to_numpy(zero_copy_only=False).astype(np.float64) for column in columns])


def _initials(part: dict[str, Any]) -> tuple[str, ...] | None:
    """Initials, where they are there."""
    if "initials" not in part or part["initials"].null_count:
        return None
    return tuple(part["initials"].to_pylist())
