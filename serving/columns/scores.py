"""The scores of one target and horizon at one level, as columns in the order of the places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Reals
from riskwarn.words import Level, Unit
from serving.columns.places import DOWNWARDS, Places, Places32

#: The levels by their number; -1 is a unit that has none.
LEVELS = tuple(Level)
LEVEL_NUMBERS = {level.value: number for number, level in enumerate(LEVELS)}


@dataclass(frozen=True)
class Scores:
    """(units of a level,) each; NaN or -1 where there is no number."""

    score: Reals  # P(N >= 1); grids only
    expected_count: Reals
    lower: Places32
    upper: Places32
    per_10000: Reals
    rank: Places32  # from 1
    rank_lower: Places32
    rank_upper: Places32
    level: npt.NDArray[np.int8]  # number among LEVELS; above the grid by those of its grids, the city has none
    known: npt.NDArray[np.int8]  # the level, or where it is unknown the last one that was known; grids only
    change: Reals  # of the score, above the grid of the expected count, against `before`
    change_noise: Reals  # what a change may be for no other reason than that the model was learnt twice
    before: Reals  # the score, above the grid the expected count, that the snapshot before published
    previous_rank: Places32  # the rank that it published
    usual_count: Reals  # the unit's own mean of the same span over the years before; above the grid only
    excess_noise: Reals  # deviation of the expected count less the usual one

    @cached_property
    def compared(self) -> bool:
        """Whether the snapshot before knew any of the units."""
        return bool((self.previous_rank >= 0).any())

    def entered(self, first: int, rows: int | slice = slice(None)) -> Any:
        """Which units stand among the first now, and did not in the snapshot before; none where that did not know any of them."""
        rank, before = self.rank[rows], self.previous_rank[rows]
        return self.compared & (rank <= first) & ((before > first) | (before < 0))

    def stays(self, first: int) -> float | None:
        """The share of the units among the first of the snapshot before that are still among them; None where none was."""
        before = (self.previous_rank >= 1) & (self.previous_rank <= first)
        return round(float((self.rank[before] <= first).mean()), 3) if before.any() else None

    def changed(self, row: int) -> dict[str, float | bool | None]:
        """`{change, change_noise, change_beyond_noise}` of a unit; null where there is nothing to compare with, or its noise is not told."""
        change, noise = float(self.change[row]), float(self.change_noise[row])
        known, told = not np.isnan(change), not np.isnan(change) and not np.isnan(noise)
        return {
            "change": change if known else None,
            "change_noise": noise if told else None,
            "change_beyond_noise": abs(change) > noise if told else None,
        }

    def level_of(self, row: int) -> str | None:
        """The level of a unit; None where it has none."""
        number = self.level[row]
        return None if number < 0 else LEVELS[number].value

    def excess(self, row: int) -> dict[str, float | None] | None:
        """`{difference, ratio, noise}` of the expected count against what is usual of a unit; None where nothing is known of that."""
        usual = float(self.usual_count[row])
        if np.isnan(usual):
            return None
        expected, noise = float(self.expected_count[row]), float(self.excess_noise[row])
        ratio = round(expected / usual, 3) if usual > 0 else None
        return {"difference": round(expected - usual, 6), "ratio": ratio, "noise": round(noise, 6)}

    @cached_property
    def mean_score(self) -> float:
        """The mean of the published scores, with the six digits that they have."""
        return round(float(np.mean(self.score)), 6)

    @cached_property
    def by_rank(self) -> Places32:
        """The rows, the first rank first."""
        return np.argsort(self.rank, kind="stable").astype(np.int32)

    @property
    def nbytes(self) -> int:
        """Bytes that its columns hold."""
        return sum(getattr(self, name).nbytes for name in _NAMES)

    def ranked(self, rows: slice) -> Places32:
        """The rows of a slice, the first rank first."""
        inside = np.argsort(self.rank[rows], kind="stable")
        order: Places32 = (inside + rows.start).astype(np.int32)
        return order


#: Of each (target, horizon): its scores by level.
Block = tuple[str, int]
AllScores = Mapping[Block, Mapping[Unit, Scores]]

_WHOLE = {"lower", "upper", "rank", "rank_lower", "rank_upper", "previous_rank"}
_LEVELS = {"level", "known"}
_NAMES = tuple(field.name for field in fields(Scores))

SCHEMA = pa.schema(
    [("target", pa.string()), ("horizon", pa.int32()), ("unit", pa.string()), ("code", pa.string())]
    + [(name, pa.string() if name in _LEVELS else pa.int32() if name in _WHOLE else pa.float64()) for name in _NAMES]
)


def as_arrow(places: Places, scores: AllScores) -> Iterator[pa.Table]:
    """The canonical table of a snapshot, one row a target, horizon and unit, in a fixed order: a part for each block and level."""
    words = pa.array([level.value for level in LEVELS])
    for (target, horizon), by_unit in scores.items():
        for unit in DOWNWARDS:
            one, size = by_unit[unit], len(places[unit])
            columns: list[Any] = [
                pa.repeat(target, size),
                pa.repeat(pa.scalar(horizon, pa.int32()), size),
                pa.repeat(unit.value, size),
                places[unit].codes,
            ]
            for name in _NAMES:
                column = getattr(one, name)
                if name in _LEVELS:
                    numbers = pa.array(column, pa.int8(), mask=column < 0)
                    columns.append(pa.DictionaryArray.from_arrays(numbers, words).cast(pa.string()))
                elif name in _WHOLE:
                    columns.append(pa.array(column, pa.int32(), mask=column < 0))
                else:
                    columns.append(pa.array(column, pa.float64(), mask=np.isnan(column)))
            yield pa.table(columns, SCHEMA)


#: The columns that :func:`from_arrow` reads.
READ = _NAMES


def from_arrow(part: pa.Table) -> Scores:
    """Read the columns of one part that :func:`as_arrow` made."""
    there = set(part.column_names)
    return Scores(
        **{name: _numpy(name, part[name]) if name in there else _none(name, part.num_rows) for name in _NAMES}
    )


def _none(name: str, size: int) -> Any:
    """A column that a snapshot of an earlier riskwarn does not have."""
    if name in _WHOLE:
        return np.full(size, -1, dtype=np.int32)
    return np.full(size, np.nan)


def _numpy(name: str, column: pa.ChunkedArray) -> Any:
    if name in _LEVELS:
        numbers = pc.index_in(column, pa.array([level.value for level in LEVELS])).combine_chunks()
        return numbers.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int8)
    if name in _WHOLE:
        return column.combine_chunks().fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return column.combine_chunks().to_numpy(zero_copy_only=False).astype(np.float64)
