"""Poisson regression with an L2 penalty, fitted exactly by adding Newton's sums over blocks.

The objective is scikit-learn's: mean Poisson deviance halved, plus penalty / 2 times the squared coefficients of standardised
columns. No block is kept, so that a fit takes the memory of one. BLAS runs on one thread and blocks are added in their order, so
that no number of threads changes a bit; what can be fitted apart runs side by side instead (:mod:`training.models.family`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from training.intervals.counts import Reals
from training.models.design import Block, Design
from training.models.linear import Linear

Flags = npt.NDArray[np.bool_]

#: Log means beyond which an exponential is not taken.
LEAST_MARGIN, MOST_MARGIN = -20.0, 8.0

#: Newton steps at most, and the step of a coefficient below which there is no other.
_STEPS = 25
_SMALL = 1e-4
#: Halvings of a step that made things worse, before it is taken for the end.
_HALVINGS = 6

#: Of more rows than these the curvature, nine tenths of the work, is taken once for all steps and penalties.
MOST_CURVED = 500_000

#: One origin in so many, and at least so many of them, tell where a fit of all begins.
_PART, _LEAST_PART = 10, 8


@dataclass(frozen=True)
class Outcome:
    """What is learnt from: origins, and for each (origin, grid) the count and whether it is known."""

    origins: tuple[date, ...]
    counts: Reals  # (origins, grids)
    weight: npt.NDArray[np.float32]  # (origins, grids), 0 where nothing is known

    def every(self, step: int) -> Outcome:
        """Every so many-th origin, the newest among them."""
        some = slice((len(self.origins) - 1) % step, None, step)
        return Outcome(self.origins[some], self.counts[some], self.weight[some])

    @property
    def rows(self) -> float:
        """Summed weights."""
        return float(self.weight.sum(dtype=np.float64))

    @property
    def events(self) -> float:
        """Weighted events."""
        return float((self.counts * self.weight).sum())


@dataclass
class _Sums:
    """Sums over rows of one fit, in the columns as they are."""

    loss: float
    slope: Reals  # (1 + columns,) of the intercept and each column
    curve: Reals  # (1 + columns, 1 + columns)


def moments(columns: Design, outcome: Outcome) -> tuple[Reals, Reals]:
    """(mean, standard deviation) of each column over the rows that are learnt from; 1 where it does not vary."""

    def sums(block: Block) -> tuple[Reals, Reals]:
        weight = outcome.weight[block.origins].ravel()
        squares = np.einsum("ij,ij,j->i", block.columns, block.columns, weight, dtype=np.float64)
        return (block.columns @ weight).astype(np.float64), squares

    first, second = np.zeros(len(columns.features)), np.zeros(len(columns.features))
    for one, two in map(sums, columns.blocks(outcome.origins)):
        first += one
        second += two
    mean = first / max(outcome.rows, 1.0)
    deviation = np.sqrt(np.maximum(second / max(outcome.rows, 1.0) - mean**2, 0))
    return mean, np.where(deviation > 1e-4, deviation, 1.0)


def fit_poisson_regression(
    columns: Design,
    outcome: Outcome,
    penalties: Sequence[float],
    rising: Flags | None = None,
    start: Linear | None = None,
) -> list[Linear]:
    """A regression for each penalty, in the order given; each begins where the one before ended.

    `rising` names columns whose coefficient may not be negative: such a column is left out where it would be. `start` is a fit
    of nearly the same rows.
    """
    mean, scale = moments(columns, outcome)
    size = len(columns.features)
    free = np.ones(size, dtype=bool)
    if outcome.events == 0:
        return [Linear(LEAST_MARGIN, np.zeros(size), mean, scale) for _ in penalties]
    point = np.zeros(size + 1)
    point[0] = np.log(outcome.events / outcome.rows)
    if start is not None:
        point = _restandardised(start, mean, scale)
    found = []
    with threadpool_limits(1):
        for penalty in penalties:
            point = _minimum(columns, outcome, penalty, free, point, mean, scale, rising)
            found.append(Linear(float(point[0]), point[1:].copy(), mean, scale))
    return found


def fit_regressions(
    columns: Design, outcome: Outcome, penalties: Sequence[float], rising: Flags | None = None
) -> list[Linear]:
    """A regression for each penalty: of many rows from a part of them."""
    return fit_curved(columns, outcome, penalties, rising)[0]


def fit_curved(
    columns: Design, outcome: Outcome, penalties: Sequence[float], rising: Flags | None = None
) -> tuple[list[Linear], Reals | None]:
    """The same, and the mean curvature near them where it was taken of all rows once."""
    part = outcome.every(_PART)
    if outcome.weight.size <= MOST_CURVED or len(part.origins) < _LEAST_PART or part.events == 0:
        return fit_poisson_regression(columns, outcome, penalties, rising), None
    return fit_from_part(columns, outcome, part, penalties, rising)


def fit_from_part(
    columns: Design, outcome: Outcome, part: Outcome, penalties: Sequence[float], rising: Flags | None = None
) -> tuple[list[Linear], Reals | None]:
    """The regressions of more rows than can be gone through often, and the mean curvature of all rows near them.

    Fits of some of the origins give where to begin and which rising columns are left out. There the curvature of all rows is taken
    once, and from there each step takes their exact slope, until steps are as small as in any other fit. (The curvature of the part
    will not do: what is the same everywhere, as a season is, it sees a few times.)
    """
    mean, scale = moments(columns, outcome)
    found: list[Linear] = []
    curve: Reals | None = None
    for penalty, near in zip(penalties, fit_poisson_regression(columns, part, penalties, rising), strict=True):
        free, point = free_columns(near, rising), _restandardised(near, mean, scale)
        with threadpool_limits(1):
            if curve is None:
                curve = _sums(columns, outcome, point, mean, scale).curve / max(outcome.rows, 1.0)
            point = _minimum(columns, outcome, penalty, free, point, mean, scale, rising, curve)
        found.append(Linear(float(point[0]), point[1:].copy(), mean, scale))
    return found, curve


def _restandardised(linear: Linear, mean: Reals, scale: Reals) -> Reals:
    """(1 + columns,) intercept and coefficients of the same regression for columns of another mean and scale."""
    intercept = linear.intercept + float(((mean - linear.mean) / linear.scale * linear.coefficients).sum())
    return np.concatenate([[intercept], linear.coefficients / linear.scale * scale])


def fit_without(
    columns: Design,
    outcome: Outcome,
    whole: Linear,
    penalty: float,
    left_out: Sequence[Flags],
    rising: Flags | None = None,
) -> list[Linear]:
    """The same regression without some of the columns, for each of several choices of them.

    `whole` is the fit of these rows with all columns: its curvature, which is most of the work, serves every other.
    """
    held = free_columns(whole, rising)
    best = np.concatenate([[whole.intercept], whole.coefficients])
    found = []
    with threadpool_limits(1):
        curve = curvature(columns, outcome, whole) / max(outcome.rows, 1.0)
        for chosen in left_out:
            free, point = held & ~chosen, best.copy()
            point[1:][~free] = 0.0
            point = _minimum(columns, outcome, penalty, free, point, whole.mean, whole.scale, rising, curve)
            found.append(Linear(float(point[0]), point[1:].copy(), whole.mean, whole.scale))
    return found


def free_columns(linear: Linear, rising: Flags | None) -> Flags:
    """(columns,) which columns of a regression are not left out for they would lower it."""
    if rising is None:
        return np.ones(len(linear.coefficients), dtype=bool)
    return np.asarray(~(rising & (linear.coefficients <= 0)))


def _minimum(
    columns: Design,
    outcome: Outcome,
    penalty: float,
    free: Flags,
    start: Reals,
    mean: Reals,
    scale: Reals,
    rising: Flags | None,
    known_curve: Reals | None = None,
) -> Reals:
    """The minimum at which no rising column lowers the mean: one that would is left out, and no more among the `free` ones."""
    point = _newton(columns, outcome, penalty, free, start, mean, scale, known_curve)
    while rising is not None and (point[1:][rising] < 0).any():
        free &= ~(rising & (point[1:] < 0))
        point[1:][~free] = 0.0
        point = _newton(columns, outcome, penalty, free, point, mean, scale, known_curve)
    return point


def _newton(
    columns: Design,
    outcome: Outcome,
    penalty: float,
    free: Flags,
    start: Reals,
    mean: Reals,
    scale: Reals,
    known_curve: Reals | None = None,
) -> Reals:
    """The minimum, by Newton's method with steps halved where they overshoot; with the mean curvature where it is known nearly."""
    rows = max(outcome.rows, 1.0)
    chosen = np.concatenate([[True], free])
    ridge = np.concatenate([[0.0], np.full(len(free), penalty)])
    point, step, best, halved = start.copy(), np.zeros_like(start), np.inf, 0
    for _ in range(_STEPS):
        sums = _sums(columns, outcome, point, mean, scale, curved=known_curve is None)
        loss = sums.loss / rows + 0.5 * float((ridge * point**2).sum())
        if loss > best + 1e-10 * abs(best) and halved < _HALVINGS:
            halved += 1
            step /= 2
            point = point - step
            continue
        best, halved = loss, 0
        slope = (sums.slope / rows + ridge * point)[chosen]
        bent = sums.curve / rows if known_curve is None else known_curve
        curve = bent[np.ix_(chosen, chosen)] + np.diag(ridge[chosen] + 1e-12)
        step = np.zeros_like(point)
        step[chosen] = -np.linalg.solve(curve, slope)
        # A long first step along columns that say nearly the same would leave the exponential's range.
        step *= min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-30))
        point = point + step
        if np.abs(step).max() < _SMALL:
            break
    return point


def _sums(columns: Design, outcome: Outcome, point: Reals, mean: Reals, scale: Reals, curved: bool = True) -> _Sums:
    """Loss, slope and curvature at a point, in standardised columns; the curvature, which is most of the work, where asked for."""
    weights = (point[1:] / scale).astype(np.float32)
    intercept = np.float32(point[0] - float((mean * (point[1:] / scale)).sum()))
    size = len(columns.features)

    def sums(block: Block) -> tuple[float, Reals, Reals, float, float, Reals]:
        known = outcome.weight[block.origins].ravel()
        counts = outcome.counts[block.origins].ravel().astype(np.float32)
        margin = np.clip(weights @ block.columns + intercept, LEAST_MARGIN, MOST_MARGIN)
        rate = np.exp(margin)
        loss = float((known * (rate - counts * margin)).sum(dtype=np.float64))
        rate *= known
        residual = rate - counts * known
        if not curved:
            slope = (block.columns @ residual).astype(np.float64)
            return loss, slope, none, float(residual.sum(dtype=np.float64)), 0.0, none[0]
        # A product with its own transpose takes half of the multiplications.
        root = block.columns * np.sqrt(rate)
        curve = root @ root.T
        return (
            loss,
            (block.columns @ residual).astype(np.float64),
            curve.astype(np.float64),
            float(residual.sum(dtype=np.float64)),
            float(rate.sum(dtype=np.float64)),
            (block.columns @ rate).astype(np.float64),
        )

    none = np.zeros((1, 1))
    loss, residual, total = 0.0, 0.0, 0.0
    slope, cross, curve = np.zeros(size), np.zeros(size), np.zeros((size, size))
    for one in map(sums, columns.blocks(outcome.origins)):
        loss += one[0]
        slope += one[1]
        curve += one[2]
        residual += one[3]
        total += one[4]
        cross += one[5]
    # From the columns as they are to standardised ones: shifted by their means, divided by their deviations.
    slope = (slope - mean * residual) / scale
    curve = curve - np.outer(mean, cross) - np.outer(cross, mean) + total * np.outer(mean, mean)
    curve /= np.outer(scale, scale)
    between = (cross - mean * total) / scale
    whole = np.empty((size + 1, size + 1))
    whole[0, 0], whole[0, 1:], whole[1:, 0], whole[1:, 1:] = total, between, between, curve
    return _Sums(loss, np.concatenate([[residual], slope]), whole)


def curvature(columns: Design, outcome: Outcome, linear: Linear) -> Reals:
    """(1 + columns, 1 + columns) the curvature of the loss at a regression, summed over rows, in its standardised columns."""
    point = np.concatenate([[linear.intercept], linear.coefficients])
    return _sums(columns, outcome, point, linear.mean, linear.scale).curve


def margins(columns: Design, origins: Sequence[date], linear: Linear) -> Reals:
    """(origins, grids) log means."""
    found = np.empty((len(origins), columns.grids))
    with threadpool_limits(1):
        for block in columns.blocks(origins):
            found[block.origins] = margins_of(block.columns, linear).reshape(-1, columns.grids)
    return found


def margins_of(columns: npt.NDArray[np.float32], linear: Linear) -> Reals:
    """(rows,) log means of (columns, rows)."""
    weights = (linear.coefficients / linear.scale).astype(np.float32)
    intercept = linear.intercept - float((linear.mean / linear.scale * linear.coefficients).sum())
    return np.asarray(weights @ columns + intercept, dtype=np.float64)
