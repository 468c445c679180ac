"""Whether a feed delivers as much as it should: counts of the newest weeks against the feed's own past and noise.

A feed that loses a part of its records still looks sound: it comes on time and every row is valid. So its counts are
compared with what its own past leads to expect: a quasi-Poisson regression with yearly seasons, a cautious trend and the
long holidays, in which past outliers weigh little (Farrington et al. 1996; Noufaily et al. 2013). What is allowed as
noise is measured, not assumed: the dispersion of sums over one to four periods, so that weeks that hang together count
less than independent ones. The tail is the wider of a negative binomial's and a Student's t.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from riskwarn.arrays import Reals

#: How many of the newest periods may be judged together.
NEWEST = 4

#: A feed is short where its newest counts would be this rare in its own noise. With it a quiet feed of the simulated
#: kinds is flagged on fewer than 1 look in 300 (tests/riskwarn/health/test_volume.py measures it).
RARE = 5e-4

#: A shortfall smaller than this share is left alone, however certain it is.
SMALLEST_SHORTFALL = 0.05

#: Years of the past that are looked at.
MOST_YEARS = 3.2

#: A past too short to know its seasons is looked at this far back, with a trend of its own.
SHORT_PAST_YEARS = 0.55

_SEASON_FROM_YEARS, _SECOND_SEASON_FROM_YEARS = 1.4, 2.4
_TREND_SD, _SHORT_TREND_SD, _SEASON_SD, _HOLIDAY_SD = 0.15, 0.5, 0.4, 1.0
_OUTLIER = 2.58  # Farrington's bound for an Anscombe residual


@dataclass(frozen=True)
class Expected:
    """A regression of a feed's counts on its past; `mean` for every period that was given."""

    mean: Reals  # (periods,)
    error: Reals  # (periods,) relative standard error of the mean
    dispersion: Reals  # (NEWEST,) variance of sums over 1 … NEWEST periods, in units of their mean
    residuals: Reals  # (periods used,) what was counted less what was expected, outliers drawn in
    step: float = 0.0  # log of the factor of the step, where one was fitted
    step_error: float = np.inf


@dataclass(frozen=True)
class Volume:
    """The newest counts of a feed against what was expected; of the windows that may be judged the most telling one."""

    periods: int
    observed: int
    expected: float
    lowest: float  # the feed's own noise reaches down to here
    rarity: float  # probability of so few, were the feed as it was
    short: bool

    @property
    def ratio(self) -> float:
        """Observed in units of the expected."""
        return self.observed / self.expected if self.expected > 0 else 1.0


def expectation(
    counts: Reals, years: Reals, holidays: Reals, used: npt.NDArray[np.bool_], *, trend: bool = True, step: int = 0
) -> Expected | None:
    """Fit the periods that are `used`; None where they are too few or hold nothing.

    Parameters
    ----------
    counts : (periods,) records of each period, oldest first.
    years : (periods,) the middle of each period in years.
    holidays : (periods, kinds) share of its days in each kind of long holiday.
    used : (periods,) which periods are learnt from.
    trend : whether the level may drift.
    step : the first period of another level, if one is to be fitted.
    """
    count, span = int(used.sum()), float(np.ptp(years[used])) if used.any() else 0.0
    if count < 3 * NEWEST or counts[used].sum() == 0:
        return None
    design, precision = _design(years, holidays, used, span)
    if not trend:
        design, precision = np.delete(design, 1, axis=1), np.delete(precision, 1)
    if step:
        design = np.column_stack([design, np.arange(len(years)) >= step])
        precision = np.append(precision, 0.0)
    own, y = design[used], counts[used]
    weights = np.ones(count)
    slope = np.zeros(design.shape[1])
    slope[0] = np.log(max(np.median(y), y.mean() / 2, 0.1))
    dispersion = 1.0
    for _ in range(8):
        slope = _fit(own, y, weights, slope, precision * dispersion)
        mean = np.exp(own @ slope)
        leverage = np.minimum(1 - 1e-6, _leverage(own, weights * mean, precision * dispersion))
        freedom = max(weights.sum() - own.shape[1], 1.0)
        dispersion = max(1.0, float((weights * (y - mean) ** 2 / np.maximum(mean, 0.05)).sum() / freedom))
        scale = np.sqrt(dispersion * (1 - leverage))
        residual = 1.5 * (y ** (2 / 3) - mean ** (2 / 3)) / (np.maximum(mean, 0.05) ** (1 / 6) * scale)
        again = np.where(np.abs(residual) > _OUTLIER, (_OUTLIER / np.maximum(np.abs(residual), _OUTLIER)) ** 2, 1.0)
        if np.abs(again - weights).max() < 0.01:
            break
        weights = again
    mean_all = np.exp(np.minimum(design @ slope, 20))
    residuals = np.sqrt(weights) * (y - mean)
    dispersions = _dispersions(residuals, mean, max(count - own.shape[1], 1) / count)
    information = own.T @ (own * (weights * mean)[:, None]) / dispersions[-1] + np.diag(precision + 1e-9)
    covariance = np.linalg.inv(information)
    error = np.sqrt(np.maximum(0, np.einsum("ij,jk,ik->i", design, covariance, design)))
    if not step:
        return Expected(mean_all, error, dispersions, residuals)
    return Expected(mean_all, error, dispersions, residuals, float(slope[-1]), float(np.sqrt(covariance[-1, -1])))


def shortfall(counts: Reals, years: Reals, holidays: Reals, start: int = 0, rare: float = RARE) -> Volume | None:
    """Judge the newest periods of a feed; None where its past is too short or too thin to say anything.

    `start` is the first period that may be learnt from (after a break of recording); `rare` is smaller where many feeds
    are judged at once. Parameters as in :func:`expectation`.
    """
    used = (np.arange(len(counts)) >= start) & (years > years[-1] - MOST_YEARS)
    used[-NEWEST:] = False
    if used.any() and np.ptp(years[used]) < _SEASON_FROM_YEARS:
        used &= years > years[-1] - SHORT_PAST_YEARS
    expected = expectation(counts, years, holidays, used)
    if expected is None:
        return None
    # A long holiday that the past does not hold says nothing of the feed.
    unknown = ((holidays > 0) & (holidays[used].max(axis=0) < 0.2)).any(axis=1)
    found: Volume | None = None
    for window in range(1, NEWEST + 1):
        # The dispersion of sums over several periods was seen so many times.
        freedom = max(float(used.sum()) / window, 4.0)
        chosen = np.zeros(len(counts), dtype=bool)
        chosen[-window:] = True
        chosen &= ~unknown
        mean = float(expected.mean[chosen].sum())
        if mean < 0.5:
            continue
        observed = float(counts[chosen].sum())
        error = float((expected.mean[chosen] * expected.error[chosen]).sum())
        variance = expected.dispersion[window - 1] * mean + error**2
        rarity = max(
            float(special.stdtr(freedom, (observed - mean) / np.sqrt(variance))), _tail(observed, mean, variance)
        )
        if found is None or rarity <= found.rarity:
            lowest = max(0.0, mean + float(special.stdtrit(freedom, rare)) * np.sqrt(variance))
            short = rarity < rare and observed < (1 - SMALLEST_SHORTFALL) * mean
            found = Volume(window, round(observed), mean, lowest, rarity, short)
    return found


def _design(years: Reals, holidays: Reals, used: npt.NDArray[np.bool_], span: float) -> tuple[Reals, Reals]:
    """Columns of the regression and the precision of each coefficient's prior (0: none)."""
    last = years[used][-1]
    # Beyond what was seen the trend stands still: a line that is drawn on turns into a false alarm.
    columns = [np.ones(len(years)), np.minimum(years, last) - last]
    precision = [0.0, 1 / (_TREND_SD if span >= _SEASON_FROM_YEARS else _SHORT_TREND_SD) ** 2]
    for order, least in ((1, _SEASON_FROM_YEARS), (2, _SECOND_SEASON_FROM_YEARS)):
        if span >= least:
            columns += [np.sin(2 * np.pi * order * years), np.cos(2 * np.pi * order * years)]
            precision += [1 / _SEASON_SD**2] * 2
    for kind in holidays.T:
        if kind[used].any():
            columns.append(kind)
            precision.append(1 / _HOLIDAY_SD**2)
    return np.column_stack(columns), np.array(precision)


def _fit(design: Reals, y: Reals, weights: Reals, slope: Reals, precision: Reals) -> Reals:
    """Penalised iteratively re-weighted least squares for a Poisson mean with log link."""
    ridge, transposed = np.diag(precision + 1e-9), design.T
    for _ in range(12):
        linear = np.clip(design @ slope, -10, 20)
        mean = np.exp(linear)
        load = weights * mean
        working = linear + (y - mean) / mean
        following = np.linalg.solve(transposed @ (design * load[:, None]) + ridge, transposed @ (load * working))
        step = np.clip(following - slope, -2, 2)
        slope = slope + step
        if np.abs(step).max() < 1e-6:
            break
    return slope


def _leverage(design: Reals, load: Reals, precision: Reals) -> Reals:
    inverse = np.linalg.inv(design.T @ (design * load[:, None]) + np.diag(precision + 1e-9))
    return np.asarray(load * np.einsum("ij,jk,ik->i", design, inverse, design))


def _dispersions(residuals: Reals, mean: Reals, freedom: float) -> Reals:
    """Dispersion of sums over 1 … NEWEST periods; sums over more periods are never taken for calmer."""
    found = np.ones(NEWEST)
    for window in range(1, NEWEST + 1):
        sums = np.convolve(residuals, np.ones(window), "valid")
        expected = np.convolve(mean, np.ones(window), "valid")
        found[window - 1] = (sums**2).sum() / max(expected.sum(), 1e-9) / freedom
    return np.maximum(1.0, np.maximum.accumulate(found))


def _tail(observed: float, mean: float, variance: float) -> float:
    """P(N <= observed) of a negative binomial with this mean and variance."""
    if variance <= mean * (1 + 1e-9):
        return float(special.pdtr(np.floor(observed), mean))
    return float(special.betainc(mean**2 / (variance - mean), np.floor(observed) + 1, mean / variance))
