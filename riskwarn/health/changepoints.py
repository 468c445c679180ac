"""Suspected breaks of recording: a level that shifts from one week to the next and stays.

The place of the shift is where the cumulated residuals of a level feed stray furthest (OLS-CUSUM, Ploberger & Krämer
1992); it is believed where a step explains the counts better than a drift does, is large and beyond the feed's noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskwarn.arrays import Reals
from riskwarn.health.volume import NEWEST, expectation

#: Periods that must lie on either side of a shift.
LEAST_BEFORE, LEAST_AFTER = 13, 8

#: A shift is told from this factor on (up or down) …
LEAST_FACTOR = 1.25
#: … and where its logarithm is this many standard errors from zero: its place was chosen among many.
LEAST_ERRORS = 5.0


@dataclass(frozen=True)
class Shift:
    """A suspected break: from this period on the feed has so many times its former level."""

    period: int
    factor: float


def level_shift(counts: Reals, years: Reals, holidays: Reals, start: int = 0) -> Shift | None:
    """The clearest lasting shift of a feed since `start`; None where there is none. Parameters as in `expectation`."""
    used = np.arange(len(counts)) >= start
    if used.sum() < LEAST_BEFORE + LEAST_AFTER:
        return None
    level = expectation(counts, years, holidays, used, trend=False)
    if level is None:
        return None
    stray = np.cumsum(np.where(used, counts - level.mean, 0.0))
    reached = np.cumsum(np.where(used, level.mean, 0.0))
    bridge = np.abs(stray - reached / reached[-1] * stray[-1])
    first, last = start + LEAST_BEFORE, len(counts) - LEAST_AFTER
    place = first + int(np.argmax(bridge[first - 1 : last]))
    stepped = expectation(counts, years, holidays, used, trend=False, step=place)
    if stepped is None or abs(stepped.step) < max(np.log(LEAST_FACTOR), LEAST_ERRORS * stepped.step_error):
        return None
    drifting = expectation(counts, years, holidays, used)
    if drifting is None or _misfit(counts, stepped.mean, used) >= _misfit(counts, drifting.mean, used):
        return None
    return Shift(place, float(np.exp(stepped.step)))


def shifts(counts: Reals, years: Reals, holidays: Reals, start: int = 0) -> list[Shift]:
    """Every shift, oldest first: the feed is looked at again from each that was found."""
    found: list[Shift] = []
    while (shift := level_shift(counts, years, holidays, start)) is not None and len(found) < NEWEST:
        found.append(shift)
        start = shift.period
    return found


def _misfit(counts: Reals, mean: Reals, used: np.ndarray) -> float:
    return float(((counts - mean)[used] ** 2 / np.maximum(mean[used], 0.05)).sum())
