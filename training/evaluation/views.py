"""What a page shows of how a forecaster does, beside its metrics: curves and places, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.evaluation.judged import Judged, over
from training.evaluation.ranking import places
from training.evaluation.reliability import Bin, reliability
from training.evaluation.towns import Town, by_town

#: Shares of grids at which the capture curve is told.
SHARES = (0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)  # fmt: skip


@dataclass(frozen=True)
class View:
    """One forecaster on the judged origins."""

    reliability: tuple[Bin, ...]
    capture: tuple[
        float | None, ...
    ]  # at each of SHARES: the share of events in the first grids, mean over origins with events
    towns: tuple[Town, ...]


def view(judged: Judged) -> View:
    """Look at a forecast from all sides that are shown."""
    return View(reliability(judged), capture_curve(judged), by_town(judged))


def capture_curve(judged: Judged) -> tuple[float | None, ...]:
    """The share of events that lie in each share of the grids, by the published order."""
    whole = judged.counts.sum(axis=1)
    found: list[float | None] = []
    for share in SHARES:
        if share == 0:
            found.append(0.0)
            continue
        held = over(np.take_along_axis(judged.caught, places(judged, share)[:, None] - 1, axis=1)[:, 0], whole)
        found.append(float(np.nanmean(held)) if not np.isnan(held).all() else None)
    return tuple(found)
