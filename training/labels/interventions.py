"""Which grids were helped: a window that holds an intervention is no window of what would have come without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.periods import Calendar, Instants
from training.labels.targets import windows

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Interventions:
    """Services that were given in a grid; arrays (interventions,)."""

    grid: npt.NDArray[np.int64]
    started_at: Instants
    known_at: Instants

    def within(
        self, calendar: Calendar, origins: Sequence[date], start: int, stop: int, grids: int, known_before: date
    ) -> Flags:
        """(origins, grids) whether one began in [origin + start periods, origin + stop periods), as known before a date."""
        found = np.zeros((len(origins), grids), dtype=bool)
        seen = (self.grid >= 0) & (self.known_at < calendar.instant(known_before))
        for row, inside in zip(found, windows(self.started_at, seen, calendar, origins, start, stop), strict=True):
            row[self.grid[inside]] = True
        return found


def interventions_of(table: pd.DataFrame) -> Interventions:
    """The interventions of a city's table; those whose beginning nobody knows are left out."""
    table = table[table["started_at"].notna()]
    return Interventions(
        grid=table["grid"].to_numpy(dtype=np.int64),
        started_at=table["started_at"].to_numpy(dtype="datetime64[us]"),
        known_at=table["known_at"].to_numpy(dtype="datetime64[us]"),
    )


def without(observed: Counts, flag: Flags) -> Counts:
    """Counts with NaN where the flag is set: what evaluation leaves out."""
    return np.where(flag, np.nan, observed)
