"""Re-drawn grids: which grids of today hold what was recorded in the grids of yesterday (the seventh law).

A re-drawing is a date and, for each grid it touches, the successors with their weights: a split has several, a merger
has one successor for several grids, a shifted border has the grid itself among its successors. A record is carried from
the re-drawings after the day on which its grid was written down to the as-of, step by step. Where it has coordinates it
goes where they lie. Else it goes whole to the successor that its own number picks, with the weights as
probabilities; a count of many is shared out so that every successor gets its quota, rounded down or up. So counts stay
whole numbers and every total is kept exactly.

The share of one row is systematic sampling (Madow 1949, Ann. Math. Stat. 20): with cumulative weights C and a uniform u,
successor k gets ``floor(n C[k] + u) - floor(n C[k-1] + u)``. For n = 1 that is the draw with probabilities; in the
mean every successor gets n times its weight. (Largest remainders keep totals too, but give a successor of 0.1
nothing of any count below five, month after month.) Successors are taken depth first, so that a later re-drawing of one
of them moves only what that one had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.arrays import Indices
from riskwarn.mixing import mixed
from riskwarn.periods import Calendar, Instants

#: Successors of a grid and their weights, which sum to 1.
Heirs = tuple[tuple[str, float], ...]
Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Redrawing:
    """What one day changed."""

    day: date
    instant: np.datetime64  # UTC instant of its local midnight
    heirs: Mapping[str, Heirs]  # successors sorted by id


@dataclass(frozen=True)
class Lineage:
    """The re-drawings of a city up to an as-of, and those that come later."""

    past: tuple[Redrawing, ...] = ()  # oldest first
    later: tuple[Redrawing, ...] = ()  # oldest first
    _kept: dict[tuple[str, int], Heirs] = field(default_factory=dict, compare=False, repr=False)

    def __bool__(self) -> bool:
        """Whether anything was ever re-drawn."""
        return bool(self.past or self.later)

    def steps_passed(self, coded: Instants) -> Indices:
        """How many re-drawings lie at or before each instant; the ones after it are still to be gone through."""
        return np.searchsorted(
            np.array([step.instant for step in self.past], dtype="datetime64[us]"), coded, side="right"
        ).astype(np.int64)

    def replaced(self) -> dict[str, date]:
        """Grids that a re-drawing ended (they are not among their own successors), and the last day on which one did."""
        return {
            grid: step.day
            for step in self.past
            for grid, heirs in step.heirs.items()
            if all(heir != grid for heir, _ in heirs)
        }

    def touched(self) -> dict[str, int]:
        """Grids that are re-drawn, and the number of the last re-drawing that names them as an ancestor."""
        return {grid: number for number, step in enumerate(self.past) for grid in step.heirs}

    def heirs(self, grid: str, passed: int) -> Heirs:
        """What holds at the as-of what was written down as `grid` after `passed` re-drawings, depth first."""
        if (grid, passed) not in self._kept:
            self._kept[grid, passed] = tuple(self._forward(grid, passed))
        return self._kept[grid, passed]

    def _forward(self, grid: str, passed: int) -> Iterator[tuple[str, float]]:
        for number in range(passed, len(self.past)):
            if grid in self.past[number].heirs:
                for heir, weight in self.past[number].heirs[grid]:
                    for last, share in self.heirs(heir, number + 1):
                        yield last, weight * share
                return
        yield grid, 1.0

    def ancestors(self, grid: str) -> Heirs:
        """What held at the as-of what is today written down as `grid`, a grid of a later re-drawing."""
        found = {grid: 1.0}
        for step in reversed(self.later):
            for heir in [name for name in found if name not in step.heirs]:
                came = [
                    (old, weight) for old, heirs in sorted(step.heirs.items()) for to, weight in heirs if to == heir
                ]
                share = found.pop(heir) if came else 0.0
                total = sum(weight for _, weight in came)
                for old, weight in came:
                    found[old] = found.get(old, 0.0) + share * weight / total
        return tuple(sorted(found.items()))


NO_LINEAGE = Lineage()


def lineage(table: pd.DataFrame, as_of: date, calendar: Calendar) -> Lineage:
    """The lineage as of a date out of all stored versions of `grid_lineage`, sorted by load and row.

    The newest load that tells of a grid's re-drawing on a day tells all of it (a statement that changes is stored anew as a
    whole). Weights that are not given are equal.
    """
    table = table[table["effective_at"].notna()]
    if table.empty:
        return NO_LINEAGE
    group = ["from_grid_id", "effective_at"]
    newest = table[table["load_id"].eq(table.groupby(group)["load_id"].transform("max"))]
    newest = newest.drop_duplicates([*group, "to_grid_id"], keep="last").sort_values([*group, "to_grid_id"])
    days: dict[date, dict[str, Heirs]] = {}
    for (grid, day), rows in newest.groupby(group, sort=True):
        weights = rows["weight"].fillna(1.0).to_numpy(dtype=np.float64)
        heirs = zip(rows["to_grid_id"].tolist(), (weights / weights.sum()).tolist(), strict=True)
        days.setdefault(_day(day), {})[str(grid)] = tuple((heir, weight) for heir, weight in heirs if weight > 0)
    steps = [Redrawing(day, calendar.instant(day), heirs) for day, heirs in sorted(days.items())]
    return Lineage(
        tuple(step for step in steps if step.day <= as_of), tuple(step for step in steps if step.day > as_of)
    )


def _day(value: object) -> date:
    return value if type(value) is date else pd.Timestamp(value).date()  # type: ignore[arg-type]


def keys_of(record_ids: pd.Series) -> Keys:
    """64 bits of every record id (a keyed digest: text, or a number)."""
    if pd.api.types.is_integer_dtype(record_ids.dtype):
        return record_ids.to_numpy(dtype=np.int64, na_value=0).view(np.uint64)
    return np.asarray(pd.util.hash_array(record_ids.fillna("").astype(str).to_numpy(dtype=object)), dtype=np.uint64)


def uniform(keys: Keys) -> npt.NDArray[np.float64]:
    """A number in [0, 1) of 32 bits for each key: one step of SplitMix64.

    With 32 bits its sum with any count below two millions is exact.
    """
    bits = mixed(keys + np.uint64(0x9E3779B97F4A7C15))
    return np.asarray((bits >> np.uint64(32)).astype(np.float64) * 2.0**-32)


def shared_out(count: Indices, weights: npt.NDArray[np.float64], draw: npt.NDArray[np.float64]) -> Indices:
    """(rows, heirs) whole parts of each count; every row sums to its count, each part is its quota rounded down or up."""
    cumulative = np.cumsum(weights) / weights.sum()
    cumulative[-1] = 1.0
    upto = np.floor(count[:, None] * cumulative + draw[:, None]).astype(np.int64)
    return np.asarray(np.diff(upto, axis=1, prepend=0))
