"""Whether the few places that can be visited are the right ones, by the published order: probability, ties by the order of grids."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from riskwarn.arrays import Flags, Indices
from training.evaluation.judged import Judged, over
from training.evaluation.orders import precisions, ranks
from training.intervals.counts import Reals


def places(judged: Judged, share: float) -> Indices:
    """(origins,) how many grids a share of them is, at least one."""
    return np.asarray(np.maximum(1, np.ceil(share * judged.cells - 1e-9)), dtype=np.int64)


def capture(judged: Judged, share: float) -> Reals:
    """The share of events that lie in the first grids; NaN where an origin has none."""
    return over(_caught(judged, share), judged.counts.sum(axis=1))


def pai(judged: Judged, share: float) -> Reals:
    """Predictive accuracy index (Chainey et al. 2008): capture by the share of grids."""
    return capture(judged, share) / over(places(judged, share).astype(float), judged.cells.astype(float))


def pei(judged: Judged, share: float) -> Reals:
    """Predictive efficiency index (Hunt 2016): capture by the most that so many grids can hold."""
    most = judged.outcomes.most_first
    best = [held[min(first, len(held) - 1)] for held, first in zip(most, places(judged, share), strict=True)]
    return over(_caught(judged, share), np.array(best, dtype=np.float64))


def precision(judged: Judged, share: float) -> Reals:
    """The share of the first grids, as many as can be visited, in which anything comes."""
    first = places(judged, share)
    hit = [int((row[:last] > 0).sum()) for row, last in zip(judged.ordered_counts, first, strict=True)]
    return np.where(judged.cells > 0, np.array(hit, dtype=np.float64) / first, np.nan)


def average_precision(judged: Judged) -> Reals:
    """Area under precision by recall; grids of one published score are one step (as in scikit-learn)."""
    return precisions(judged.keys, judged.order, judged.happened, judged.cells)


def capture_by_residents(judged: Judged, share: float) -> Reals:
    """Capture where a share of residents is visited, the last grid in part."""
    return _capture_by(judged, "residents", judged.outcomes.places.residents, share)


def capture_by_area(judged: Judged, share: float) -> Reals:
    """Capture where a share of the area is visited, the last grid in part."""
    return _capture_by(judged, "area", judged.outcomes.places.area_km2, share)


def _capture_by(judged: Judged, called: str, size: Reals, share: float) -> Reals:
    """The share of events in the first grids that hold together this share of a size (residents, km²)."""
    if np.isnan(size).all():
        return np.full(len(judged.observed), np.nan)

    def make() -> Reals:
        held = np.nan_to_num(size)[judged.order]
        if not judged.outcomes.complete:  # what is not judged comes last
            held[np.arange(held.shape[1]) >= judged.cells[:, None]] = 0.0
        return np.asarray(held.cumsum(axis=1))

    along = judged.once(("along", called), make)
    found = [_between(share * own[-1], own, events) for own, events in zip(along, judged.caught, strict=True)]
    return over(np.array(found), judged.counts.sum(axis=1))


def _between(at: float, along: Reals, events: Reals) -> float:
    """What lies before a point on the way, which begins with nothing at nothing: between two grids in proportion."""
    place = int(np.searchsorted(along, at, side="right"))  # the first grid that ends beyond it
    if place == len(along):
        return float(events[-1])
    before, had = (float(along[place - 1]), float(events[place - 1])) if place > 0 else (0.0, 0.0)
    return had + (float(events[place]) - had) / (float(along[place]) - before) * (at - before)


def rank_stability(judged: Judged) -> Reals:
    """Rank correlation of the scores with those of the origin before; NaN at the first and where all grids have one score."""
    place = ranks(judged.keys, judged.every)
    place -= place.mean(axis=1, keepdims=True)
    size = np.sqrt((place**2).sum(axis=1))
    found = np.full(len(place), np.nan)
    for index, (before, after) in enumerate(pairwise(range(len(place))), 1):
        if size[before] > 0 and size[after] > 0:
            found[index] = place[before] @ place[after] / size[before] / size[after]
    return found


def listed(judged: Judged, share: float) -> Flags:
    """(origins, grids) whether a grid is among the first."""
    found = np.zeros(judged.observed.shape, dtype=bool)
    for row, order, first in zip(found, judged.order, places(judged, share), strict=True):
        row[order[:first]] = True
    return found


def _caught(judged: Judged, share: float) -> Reals:
    """(origins,) the events in the first grids of each ranking."""
    first = np.minimum(places(judged, share), judged.observed.shape[1])
    return np.asarray(np.take_along_axis(judged.caught, first[:, None] - 1, axis=1)[:, 0])
