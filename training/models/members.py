"""How sure a ranking is: the regression as it would have come out of other records, and the ranks that follow.

A member is the regression after one Newton step on resampled blocks: each block, a community during half a year, counts as often
as a Poisson draw says (the bootstrap of Chamandy et al. 2012), since what happens in one place and season hangs together. The
draws are those of (half-year, community, member) and of nothing else: the spans of a family, two runs and any number of threads
meet the same. Trees stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.stats import norm
from threadpoolctl import threadpool_limits

from riskwarn.periods import Period
from riskwarn.words import Unit
from training.intervals.counts import INTERVAL_LEVEL, CountDistribution, Reals
from training.labels.task import ForecastInputs, ForecastTask
from training.models.blocks import sums_by_unit
from training.models.design import Design, design
from training.models.ensemble import Ensemble, SpanModel
from training.models.forecast import DIGITS, Forecaster
from training.models.linear import Linear
from training.models.poisson import LEAST_MARGIN, MOST_MARGIN, Flags, Outcome, curvature, free_columns, margins_of

Ints = npt.NDArray[np.int64]

#: Members of a model.
MEMBERS = 50

#: Periods of a block.
_STRETCH = {Period.DAY: 182, Period.WEEK: 26, Period.MONTH: 6}

_SEED = 20260


def deviations(
    task: ForecastTask,
    columns: Design,
    outcome: Outcome,
    linear: Linear,
    penalty: float,
    rising: Flags,
    curve: Reals | None = None,
) -> Reals:
    """(members, 1 + columns) what each member's intercept and standardised coefficients differ by from the regression's.

    A column that may only raise a forecast does so in every member. `curve` is the mean curvature near the regression where the fit
    has taken it of all rows; else it is taken at the regression.
    """
    if outcome.events == 0:
        return np.zeros((MEMBERS, 1 + len(columns.features)))
    unit = task.units.get(Unit.COMMUNITY, np.arange(columns.grids))
    stretch = columns.places_of(outcome.origins) // _STRETCH[task.calendar.period]
    draws = _draws(int(stretch.max()) + 1, int(unit.max()) + 1)
    with threadpool_limits(1):
        slope = _slopes(columns, outcome, linear, draws, stretch, unit)
        curve = curvature(columns, outcome, linear) / outcome.rows if curve is None else curve
        free = np.concatenate([[True], free_columns(linear, rising)])
        curve = curve + np.diag(np.concatenate([[0.0], np.full(len(linear.coefficients), penalty)]) + 1e-12)
        step = np.zeros_like(slope)
        step[free] = -np.linalg.solve(curve[np.ix_(free, free)], slope[free] / outcome.rows)
    step[1:][rising] = np.maximum(step[1:][rising], -linear.coefficients[rising, None])
    # So many digits are kept with the model, too: what is judged is what is published.
    return np.ascontiguousarray(np.round(step.T, DIGITS))


def _draws(stretches: int, units: int) -> npt.NDArray[np.float32]:
    """(stretches, units, members) by how much more often than once a block counts."""
    drawn = np.random.default_rng(_SEED).poisson(1.0, (stretches, units, MEMBERS))
    return (drawn - 1).astype(np.float32)


def _slopes(
    columns: Design,
    outcome: Outcome,
    linear: Linear,
    draws: npt.NDArray[np.float32],
    stretch: Ints,
    unit: Ints,
) -> Reals:
    """(1 + columns, members) the slope of the loss at the regression, in standardised columns, over resampled blocks.

    A draw is one of a block: what is multiplied by it is the block's sum, so that rows are gone through once for all members.
    """
    grids, size = len(unit), len(columns.features)
    order = np.argsort(unit, kind="stable")
    starts = np.searchsorted(unit[order], np.arange(draws.shape[1] + 1))
    found, held = np.zeros((1 + size, MEMBERS)), np.zeros((1 + size, draws.shape[1]))
    at = int(stretch[0])
    for block in columns.blocks(outcome.origins):
        known = outcome.weight[block.origins].ravel()
        counts = outcome.counts[block.origins].ravel().astype(np.float32)
        margin = np.clip(margins_of(block.columns, linear), LEAST_MARGIN, MOST_MARGIN).astype(np.float32)
        residual = (np.exp(margin) - counts) * known
        within = stretch[block.origins]
        cuts = [0, *(np.flatnonzero(np.diff(within)) + 1).tolist(), len(within)]
        for first, last in pairwise(cuts):
            if within[first] != at:
                found += held @ draws[at]
                held[:], at = 0.0, int(within[first])
            rows = slice(first * grids, last * grids)
            sums_by_unit(block.columns[:, rows], residual[rows], order, starts, held[1:])
            held[0] += np.bincount(unit, residual[rows].reshape(-1, grids).sum(axis=0, dtype=np.float64), len(held[0]))
    found += held @ draws[at]
    total, slope = found[:1], found[1:]
    return np.concatenate([total, (slope - linear.mean[:, None] * total) / linear.scale[:, None]])


def resampled(forecaster: Forecaster, inputs: ForecastInputs, origin: date) -> CountDistribution | None:
    """(members, grids) what a model would forecast had it learnt from other records; None for a baseline, whose rule learns next to
    nothing."""
    if not isinstance(forecaster, Ensemble) or any(span.deviations is None for span in forecaster.spans):
        return None
    columns = design(inputs.matrix, [origin], forecaster.names).only([origin])
    with threadpool_limits(1):
        rates = (np.exp(_margins(span, columns, origin, forecaster.threads)) for span in forecaster.spans)
        # One span at a time: each is a city times the members.
        rate = next(rates)
        for one in rates:
            rate += one
    return forecaster.dispersion.around(forecaster.calibration.of(rate))


def _margins(span: SpanModel, columns: Design, origin: date, threads: int) -> Reals:
    """(members, grids) log means of a span."""
    own = span.margin(lambda: columns, [origin], threads)[0]
    assert span.linear is not None and span.deviations is not None
    weights = span.deviations[:, 1:] / span.linear.scale
    moved = weights @ columns.rows([origin]).T.astype(np.float64)
    moved += (span.deviations[:, 0] - weights @ span.linear.mean)[:, None]
    # The margin is the mean of those of its parts, of which the regression is one.
    moved /= 1 if span.alone is None else 2
    moved += own
    return np.clip(moved, LEAST_MARGIN, MOST_MARGIN, out=moved)


def difference_of_two(members: Reals, level: float = INTERVAL_LEVEL) -> Reals:
    """(units,) the size that a difference of two members (members, units) does not exceed, `level` of the times: what a forecast may
    differ by for no other reason than that its model was learnt twice, from records that are as likely.

    By the deviation of the members, as of two normal draws: fifty give that better than they give the quantile itself.
    """
    return np.asarray(norm.ppf((1 + level) / 2) * np.sqrt(2) * np.std(members, axis=0, ddof=1))


def ranks_of(order_by: Reals, codes: Sequence[str]) -> npt.NDArray[np.int32]:
    """Ranks from 1, highest first, ties by code."""
    order = np.lexsort((np.array(codes, dtype=str), -np.round(order_by, DIGITS)))
    ranks = np.empty(len(order), dtype=np.int32)
    ranks[order] = np.arange(1, len(order) + 1)
    return ranks


def rank_bounds(published: Reals, members: Reals, level: float = INTERVAL_LEVEL) -> tuple[Ints, Ints]:
    """(lower, upper) ranks of units, from 1 for the highest, of the `published` (units,) numbers by which they are ranked and those
    of the members (members, units).

    Of equal numbers each has the mean of their ranks, so that equal units have equal intervals; an interval holds that of the
    published numbers.
    """
    own = mean_ranks(-np.round(published, DIGITS))
    drawn = np.stack([mean_ranks(-np.round(one, DIGITS)) for one in members])
    lower, upper = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return (
        np.floor(np.minimum(lower, own)).astype(np.int64),
        np.ceil(np.maximum(upper, own)).astype(np.int64),
    )


def mean_ranks(numbers: Reals) -> Reals:
    """(units,) ranks from 1 for the least; equal numbers have the mean of theirs. ``scipy.stats.rankdata``, a sixth of its time:
    which of equal numbers comes first does not matter, so that the sort need not be a stable one."""
    order = np.argsort(numbers)
    ordered = numbers[order]
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(ordered)])
    many = np.diff(np.append(first, len(ordered)))
    found = np.empty(len(numbers))
    found[order] = np.repeat(first + (many + 1) / 2, many)
    return found
