"""The long holidays, in which offices record little."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskwarn.holidays import national_day, spring_festival
from riskwarn.periods import day_number, day_of

#: Days of the Spring Festival around the first day of the lunar year, and of the National Day holiday around 1 October.
_SPRING_FESTIVAL = range(-1, 7)
_NATIONAL_DAY = range(7)


def holiday_shares(edges: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """(periods, 2) share of the days of each period in the Spring Festival and the National Day holiday.

    `edges` (periods + 1,) are local dates in days since 1970.
    """
    years = range(day_of(int(edges[0])).year - 1, day_of(int(edges[-1])).year + 2)
    days = [
        np.array([day_number(first(year)) + offset for year in years for offset in offsets])
        for first, offsets in ((spring_festival, _SPRING_FESTIVAL), (national_day, _NATIONAL_DAY))
    ]
    lengths = np.diff(edges)
    counts = [np.bincount(np.searchsorted(edges, kind, side="right"), minlength=len(edges) + 1)[1:-1] for kind in days]
    return np.column_stack(counts) / lengths[:, None]
