"""Whether the few places that can be visited are the right ones, by the published order: probability, ties by the order of grids."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy import stats

from riskwarn.arrays import Flags, Indices
from training.evaluation.judged import Judged, over
from training.intervals.counts import Reals
from training.models.forecast import DIGITS


def places(judged: Judged, share: float) -> Indices:
    """(origins,) how many grids a share of them is, at least one."""
    return np.asarray(np.maximum(1, np.ceil(share * judged.cells - 1e-9)), dtype=np.int64)


def capture(judged: Judged, share: float) -> Reals:
    """The share of events that lie in the first grids; NaN where an origin has none."""
    return over(_caught(judged, judged.ordered_counts, share), judged.counts.sum(axis=1))


def pai(judged: Judged, share: float) -> Reals:
    """Predictive accuracy index (Chainey et al. 2008): capture by the share of grids."""
    return capture(judged, share) / over(places(judged, share).astype(float), judged.cells.astype(float))


def pei(judged: Judged, share: float) -> Reals:
    """Predictive efficiency index (Hunt 2016): capture by the most that so many grids can hold."""
    best = judged.once("most first", lambda: -np.sort(-judged.counts, axis=1))
    return over(_caught(judged, judged.ordered_counts, share), _caught(judged, best, share))


def precision(judged: Judged, share: float) -> Reals:
    """The share of the first grids, as many as can be visited, in which anything comes."""
    hit = _caught(judged, (judged.ordered_counts > 0).astype(np.float64), share)
    return np.where(judged.cells > 0, hit / places(judged, share), np.nan)


def average_precision(judged: Judged) -> Reals:
    """Area under precision by recall; grids of one published score are one step (as in scikit-learn)."""
    grids = judged.observed.shape[1]
    hit = judged.ordered_counts > 0
    score = np.take_along_axis(np.round(judged.forecast.probability, DIGITS), judged.order, axis=1)
    # Of each place: the last place of the same score.
    ends = np.full(score.shape, grids - 1)
    ends[:, :-1] = np.where(score[:, :-1] != score[:, 1:], np.arange(grids - 1), grids - 1)
    ends = np.minimum(ends, (np.maximum(judged.cells, 1) - 1)[:, None])
    last = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    found = np.take_along_axis(hit.cumsum(axis=1), last, axis=1) / (last + 1)
    return over(np.where(hit, found, 0.0).sum(axis=1), hit.sum(axis=1).astype(np.float64))


def capture_by(judged: Judged, size: Reals, share: float) -> Reals:
    """The share of events in the first grids that hold together this share of a size (residents, km²), the last one in part."""
    if np.isnan(size).all():
        return np.full(len(judged.observed), np.nan)
    held = np.where(judged.known, np.nan_to_num(size)[None, :], 0.0)
    along = np.take_along_axis(held, judged.order, axis=1).cumsum(axis=1)
    caught = judged.ordered_counts.cumsum(axis=1)
    found = [
        np.interp(share * size_of[-1], np.concatenate([[0.0], size_of]), np.concatenate([[0.0], events]))
        for size_of, events in zip(along, caught, strict=True)
    ]
    return over(np.array(found), judged.counts.sum(axis=1))


def capture_by_residents(judged: Judged, share: float) -> Reals:
    """Capture where a share of residents is visited."""
    return capture_by(judged, judged.outcomes.places.residents, share)


def capture_by_area(judged: Judged, share: float) -> Reals:
    """Capture where a share of the area is visited."""
    return capture_by(judged, judged.outcomes.places.area_km2, share)


def rank_stability(judged: Judged) -> Reals:
    """Rank correlation of the scores with those of the origin before; NaN at the first and where all grids have one score."""
    ranks = _ranks(judged)
    ranks -= ranks.mean(axis=1, keepdims=True)
    size = np.sqrt((ranks**2).sum(axis=1))
    found = np.full(len(ranks), np.nan)
    for index, (before, after) in enumerate(pairwise(range(len(ranks))), 1):
        if size[before] > 0 and size[after] > 0:
            found[index] = ranks[before] @ ranks[after] / size[before] / size[after]
    return found


def _ranks(judged: Judged) -> Reals:
    """(origins, grids) ranks of the published scores, of equal ones the mean of theirs."""
    score = np.round(judged.forecast.probability, DIGITS)
    if not judged.known.all():
        return np.asarray(stats.rankdata(score, axis=1))
    found = np.empty_like(score)
    for row, order, own in zip(found, judged.order, score, strict=True):
        # They have been put in order already: each run of equal scores has the mean of its first and last place.
        fallen = own[order]
        ends = np.concatenate([[0], np.flatnonzero(fallen[1:] != fallen[:-1]) + 1, [len(own)]])
        row[order] = np.repeat(len(own) + 1 - (ends[:-1] + 1 + ends[1:]) / 2, np.diff(ends))
    return found


def listed(judged: Judged, share: float) -> Flags:
    """(origins, grids) whether a grid is among the first."""
    grids = judged.observed.shape[1]
    found = np.zeros((len(judged.observed), grids), dtype=bool)
    first = places(judged, share).reshape(-1, 1) > np.arange(grids)
    np.put_along_axis(found, judged.order, first, axis=1)
    return found


def _caught(judged: Judged, values: Reals, share: float) -> Reals:
    """(origins,) the sum of the first values of each row."""
    first = places(judged, share).reshape(-1, 1) > np.arange(values.shape[1])
    return np.asarray(np.where(first, values, 0.0).sum(axis=1))
