"""From instants to periods and local days."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.engine.spans import NEVER
from riskwarn.periods import Calendar, Instants


class Clock:
    """Turns instants into periods and local days, fast where the periods are evenly long."""

    def __init__(self, calendar: Calendar, edges: Instants, later: Instants | None = None) -> None:
        self.calendar = calendar
        self.edges = edges
        bounds = edges if later is None else np.concatenate([edges, later])
        self._bounds = bounds.astype("datetime64[us]").view(np.int64)
        steps = np.diff(self._bounds)
        self._step = int(steps[0]) if len(steps) and (steps == steps[0]).all() else None
        offsets = {calendar.timezone.utcoffset(pd.Timestamp(edge).to_pydatetime()) for edge in edges[[0, -1]]}
        fixed = calendar.timezone.key in _WITHOUT_SUMMER_TIME and len(offsets) == 1
        self._offset = int(offsets.pop().total_seconds() * 1e6) if fixed else None  # type: ignore[union-attr]

    def period(self, instants: Instants) -> npt.NDArray[np.int32]:
        """(rows,) int32 p where edges[p] <= instant < edges[p + 1]; -1 before the first edge, NEVER after the last and for NaT."""
        moments = instants.astype("datetime64[us]", copy=False).view(np.int64)
        absent = moments == _NAT
        last = len(self._bounds) - 1
        if self._step is not None:
            found = np.clip((moments - self._bounds[0]) // self._step, -1, last)
        else:
            found = np.searchsorted(self._bounds, moments, side="right") - 1
        periods: npt.NDArray[np.int32] = found.astype(np.int32)
        periods[absent | (found >= last)] = NEVER
        return periods

    def day(self, instants: Instants) -> npt.NDArray[np.int32]:
        """(rows,) int32 local date in days since 1970; 0 for NaT."""
        if self._offset is None:
            return self.calendar.local_days(instants).astype(np.int32)
        moments = instants.astype("datetime64[us]", copy=False).view(np.int64)
        days = ((moments + self._offset) // 86_400_000_000).astype(np.int32)
        days[moments == _NAT] = 0
        return days


_NAT = np.iinfo(np.int64).min


#: Zones whose clocks have not been changed since 1992, in which a local day is plain arithmetic.
_WITHOUT_SUMMER_TIME = frozenset({"Asia/Shanghai", "Asia/Chongqing", "Asia/Urumqi", "UTC", "Etc/UTC"})
