"""What the records of a simulated city said on a Monday: open cases, rates, and how much oftener than expected a target came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from experiments.skill.exported import Exports, Weekly


@dataclass(frozen=True)
class Open:
    """Cases that were known and not known to have ended: rows of the table, their age in weeks, their grid and weight."""

    rows: pd.DataFrame
    age: np.ndarray

    def by(self, classes: np.ndarray, number: int, grids: int) -> np.ndarray:
        """(grids, number) weighted counts by class."""
        flat = self.rows["grid"].to_numpy() * number + classes
        return np.bincount(flat, self.rows["weight"].to_numpy(), minlength=grids * number).reshape(grids, number)


@dataclass(frozen=True)
class Known:
    """What was known on a Monday of the past."""

    exports: Exports
    counts: Weekly
    _sums: dict[str, list[np.ndarray]] = field(default_factory=dict)

    def monday(self, week: int) -> np.datetime64:
        """Its midnight."""
        return np.datetime64(self.counts.mondays[week], "s")

    def open(self, source: str, week: int) -> Open:
        """The open cases of a source."""
        table, now = self.exports.tables[source], self.monday(week)
        rows = table[(table["known"] < now) & ~(table["ended"] < now)]
        return Open(rows, ((now - rows["began"].to_numpy()) / np.timedelta64(7, "D")).astype(int))

    def faded(self, week: int, memory: float, lag: int = 0) -> np.ndarray:
        """(grids,) target events known by then, each week's worth `memory` of the next's."""
        recent = np.diff(self.counts.known[max(0, week - 30) : week + 1 - lag], axis=0)
        return (recent * memory ** np.arange(len(recent) - 1, -1, -1)[:, None]).sum(axis=0)

    @cached_property
    def arrivals(self) -> dict[str, np.ndarray]:
        """(weeks, grids) of each source: records that became known in a week."""
        start, weeks, found = self.monday(0), len(self.counts.happened), {}
        for source, table in self.exports.tables.items():
            week = ((table["known"].to_numpy() - start) // np.timedelta64(7, "D")).astype(int)
            inside = (week >= 0) & (week < weeks)
            flat = week[inside] * self.exports.grids + table["grid"].to_numpy()[inside]
            counted = np.bincount(flat, table["weight"].to_numpy()[inside], minlength=weeks * self.exports.grids)
            found[source] = counted.reshape(weeks, self.exports.grids)
        return found

    def rate(self, source: str, week: int, weeks: int) -> np.ndarray:
        """(grids,) records a week over the last `weeks`, shrunk from unit to unit."""
        some = self.arrivals[source][max(0, week - weeks) : week]
        alive = np.flatnonzero(self.arrivals[source][:week].sum(axis=1))
        periods = min(len(some), week - alive[0]) if len(alive) else 0
        return self.shrunk(some.sum(axis=0), np.full(self.exports.grids, float(periods)), 12.0)

    def running(self, name: str, exposure: Callable[[int], np.ndarray], week: int) -> np.ndarray:
        """(grids,) the sum of a weekly exposure over the weeks in which the target's feed was alive, before `week`."""
        sums = self._sums.setdefault(name, [np.zeros(self.exports.grids)])
        while len(sums) <= week:
            past = len(sums) - 1
            sums.append(sums[-1] + exposure(past) * (self.counts.alive[past + 1] > self.counts.alive[past]))
        return sums[week]

    def effect(self, week: int, exposure: np.ndarray, prior: float) -> np.ndarray:
        """(grids,) log of how much oftener the target came than an exposure would say, shrunk from unit to unit."""
        return np.log(self.shrunk(self.counts.known[week], exposure, prior) + 1e-9)

    def shrunk(self, counts: np.ndarray, exposure: np.ndarray, prior: float) -> np.ndarray:
        """(grids,) ratio of counts to exposure; each unit is mixed with `prior` expected events' worth of the one above."""
        mean = np.full(self.exports.grids, counts.sum() / max(exposure.sum(), 1e-9))
        for unit in (self.exports.district, self.exports.town, self.exports.community, np.arange(self.exports.grids)):
            had, stood = np.bincount(unit, counts)[unit], np.bincount(unit, exposure)[unit]
            mean = (had + prior * np.maximum(mean, 1e-12) / max(mean.mean(), 1e-12)) / (
                stood + prior / max(mean.mean(), 1e-12)
            )
        return mean

    @cached_property
    def nearest(self) -> np.ndarray:
        """(grids, 4) the nearest grids."""
        return np.asarray(KDTree(self.exports.spot).query(self.exports.spot, 5)[1])[:, 1:]
