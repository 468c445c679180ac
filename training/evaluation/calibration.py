"""Whether forecasts have the right level and the right contrast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskwarn.arrays import Flags
from training.evaluation.judged import Judged, ratio
from training.intervals.counts import Reals

_LEAST_MEAN = 1e-9

#: Logarithms of expected counts that are nearer to each other are the same.
_LEAST_APART = 1e-9
_STEPS = 25

#: Cells that are looked at at once, so that they stay near a core; and how many tell nearly what all tell.
_BLOCK, _FEW = 65_536, 400_000


def calibration(judged: Judged) -> Reals:
    """Grids in which anything came over the sum of probabilities; 1 is right."""
    return ratio(judged.happened.sum(axis=1).astype(np.float64), judged.sums(judged.forecast.probability))


def calibration_level(judged: Judged) -> Reals:
    """Events over expected counts; above 1 the forecast is too low."""
    return ratio(judged.counts.sum(axis=1), judged.sums(judged.forecast.expected_count))


def calibration_slope(judged: Judged) -> Reals:
    """Coefficient of a Poisson regression of what came on the log of the expected count (Cox 1958); above 1 it is too flat.

    NaN where the forecast tells no grids apart at any origin.
    """
    nothing = np.full(len(judged.observed), np.nan)
    log = np.log(np.maximum(judged.forecast.expected_count, _LEAST_MEAN))
    if judged.counts.sum() == 0 or not _tells_apart(judged, log):
        return nothing
    log -= float((log if judged.outcomes.complete else log[judged.known]).mean())
    own = log if judged.outcomes.complete else log[judged.known]
    point = np.array([np.log(judged.counts.sum() / np.exp(own).sum()), 1.0])
    blocks = _blocks(judged, log)
    # A part of the blocks tells nearly where it ends.
    near = _newton(blocks[:: -(-log.size // _FEW)], point, 1e-3) if log.size > 2 * _FEW else None
    found = _newton(blocks, point if near is None else near[0], 1e-10)
    if found is None:
        return nothing
    point, curve, scores = found
    influence = np.linalg.solve(curve, scores)[1]
    return np.asarray(point[1] + len(influence) * influence)


def _tells_apart(judged: Judged, log: Reals) -> bool:
    """Whether any origin has grids that are forecast unlike each other."""
    origins = (one[known] for one, known in zip(log, judged.known, strict=True))
    return any(own.size > 0 and np.ptp(own) >= _LEAST_APART for own in origins)


@dataclass(frozen=True)
class _Block:
    """Some origins: (origins, grids) centred logarithms of expected counts, and counts; `hidden` are not judged."""

    log: Reals
    counts: Reals
    hidden: Flags | None


def _blocks(judged: Judged, log: Reals) -> list[_Block]:
    step = max(1, _BLOCK // log.shape[1])
    return [
        _Block(log[some], judged.counts[some], None if judged.outcomes.complete else ~judged.known[some])
        for some in (slice(begin, begin + step) for begin in range(0, len(log), step))
    ]


def _newton(blocks: Sequence[_Block], point: Reals, tolerance: float) -> tuple[Reals, Reals, Reals] | None:
    """(level and slope, curvature, (2, origins) scores) of the blocks; None where they tell no slope."""
    for _ in range(_STEPS):
        parts = [_sums(one, *point) for one in blocks]
        curve = np.sum([part[0] for part in parts], axis=0)
        scores = np.concatenate([part[1] for part in parts], axis=1)
        if np.linalg.det(curve) < 1e-12 * max(1.0, float(curve[1, 1])) ** 2:
            return None
        step = np.linalg.solve(curve, scores.sum(axis=1))
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-30))
        point = point + step
        if np.abs(step).max() < tolerance:
            break
    return point, curve, scores


def _sums(block: _Block, level: float, slope: float) -> tuple[Reals, Reals]:
    """(curvature, (2, origins) scores) of a block."""
    rate = block.log * slope
    np.clip(np.add(rate, level, out=rate), -50, 50, out=rate)
    np.exp(rate, out=rate)
    if block.hidden is not None:
        rate[block.hidden] = 0.0
    error = block.counts - rate
    scores = np.stack([error.sum(axis=1), np.einsum("ij,ij->i", error, block.log)])
    weighed = rate * block.log
    first = float(weighed.sum())
    curve = np.array([[float(rate.sum()), first], [first, float(np.einsum("ij,ij->", weighed, block.log))]])
    return curve, scores
