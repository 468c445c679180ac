"""Whether counts scatter as the distribution says: the share in the interval, and the randomised probability integral transform.

A sound forecast has .8 of its transforms in (.1, .9) and .1 in each tail (Czado, Gneiting & Held 2009), at every level of units.
"""

from __future__ import annotations

import numpy as np

from riskwarn.arrays import Flags
from riskwarn.words import Unit
from training.evaluation.judged import Judged, over
from training.intervals.counts import INTERVAL_LEVEL, CountDistribution, Reals

LOW, HIGH = (1 - INTERVAL_LEVEL) / 2, (1 + INTERVAL_LEVEL) / 2


def at_level(judged: Judged, level: Unit) -> tuple[CountDistribution, Reals]:
    """The distribution and counts of a level of units; NaN where a part is not known."""
    if level is Unit.GRID:
        return judged.forecast.counts, judged.observed
    return judged.forecast.summed(level, judged.outcomes.places.units[level]), judged.outcomes.by_level[level]


def transforms(judged: Judged, level: Unit) -> Reals:
    """(origins, units) randomised probability integral transforms, NaN where nothing is known."""

    def make() -> Reals:
        below, up_to, known = _bounds(judged, level)
        place = np.random.default_rng(0).random(known.shape)
        return np.where(known, below + place * (up_to - below), np.nan)

    return judged.once(("transforms", level), make)


def coverage(judged: Judged, level: Unit) -> Reals:
    """The share of counts in the interval, bounds included: at least nominal where counts are small."""
    below, up_to, known = _bounds(judged, level)
    number = known.sum(axis=1).astype(np.float64)
    return over(((up_to >= LOW) & (below < HIGH) & known).sum(axis=1).astype(np.float64), number)


def inside(judged: Judged, level: Unit) -> Reals:
    """The share of transforms within the interval."""
    low, high, known = _tails(judged, level)
    return over(known - low - high, known)


def below(judged: Judged, level: Unit) -> Reals:
    """The share of counts that fell below the interval."""
    low, _, known = _tails(judged, level)
    return over(low, known)


def above(judged: Judged, level: Unit) -> Reals:
    """The share of counts that rose above the interval."""
    _, high, known = _tails(judged, level)
    return over(high, known)


def _bounds(judged: Judged, level: Unit) -> tuple[Reals, Reals, Flags]:
    def make() -> tuple[Reals, Reals, Flags]:
        counts, observed = at_level(judged, level)
        if level is Unit.GRID:
            return *counts.beside(judged.counts), judged.known
        return *counts.beside(np.nan_to_num(observed, nan=0.0)), ~np.isnan(observed)

    return judged.once(("bounds", level), make)


def _tails(judged: Judged, level: Unit) -> tuple[Reals, Reals, Reals]:
    """(origins,) how many transforms lie below the interval, how many above it, and how many there are."""

    def make() -> tuple[Reals, Reals, Reals]:
        found, known = transforms(judged, level), _bounds(judged, level)[2]
        low, high, all_of = (one.sum(axis=1).astype(np.float64) for one in (found < LOW, found > HIGH, known))
        return low, high, all_of

    return judged.once(("tails", level), make)
