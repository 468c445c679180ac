"""How early a place was on the list before something came."""

from __future__ import annotations

import numpy as np

from training.evaluation.judged import Judged, over
from training.evaluation.ranking import places
from training.intervals.counts import Reals


def lead_time(judged: Judged, share: float) -> Reals:
    """(origins,) mean periods from the first list with a place on it to what came there, 0 where none had it.

    A list holds a fixed share of the grids. Of an event in the first period after an origin the lists of this origin and of those
    before it whose window held the event count: it leads by 1 where only the last list had the place, by the horizon at most.
    NaN where not all of these lists are at hand, or nothing came.
    """
    events, positions = judged.outcomes.next_period, judged.outcomes.positions
    horizon = judged.outcomes.horizon
    found = np.full(len(judged.observed), np.nan)
    if events is None or positions is None:
        return found
    on_list = [own[:first] for own, first in zip(judged.order, places(judged, share), strict=True)]
    row_of = {int(position): row for row, position in enumerate(positions)}
    for row, position in enumerate(positions):
        rows = [row_of[before] for back in range(horizon) if (before := int(position) - back) in row_of]
        if len(rows) < horizon:
            continue
        lead = np.zeros(judged.order.shape[1])
        for periods, one in enumerate(rows, 1):
            lead[on_list[one]] = periods
        came = np.where(judged.known[row], np.nan_to_num(events[row]), 0.0)
        found[row] = over(np.array([came @ lead]), np.array([came.sum()]))[0]
    return found
