"""How a feature is distributed over grids: shares, quantiles, and the bars of a small histogram. Never a grid of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.building.tables import Column

#: Bars of a histogram, at most.
BARS = 24

#: An axis is logarithmic where the largest value is over so many times the usual one that is not zero.
HEAVY = 10


@dataclass(frozen=True)
class Distribution:
    """Numbers over grids. All but `known` are of the grids where the feature is known; None where it is so nowhere."""

    known: float  # share of grids
    zero: float | None  # share of the known
    min: float | None
    median: float | None
    p95: float | None
    max: float | None


@dataclass(frozen=True)
class Histogram:
    """How many grids lie in each of at most `BARS` steps from the smallest to the largest value."""

    counts: tuple[int, ...]
    logarithmic: bool  # steps are equal in asinh(value / usual): even up to the usual value, by ratio beyond
    zero: float | None  # where zero lies between the ends of the axis, 0 to 1; None where it is not inside


def distribution(column: Column) -> Distribution:
    """The distribution of one column, (grids,) with NaN for unknown."""
    known = column[np.isfinite(column)]
    if not len(known):
        return Distribution(0.0, None, None, None, None, None)
    return Distribution(
        known=len(known) / len(column),
        zero=float(np.mean(known == 0)),
        min=float(known.min()),
        median=float(np.median(known)),
        p95=float(np.quantile(known, 0.95)),
        max=float(known.max()),
    )


def histogram(column: Column) -> Histogram:
    """The histogram of one column that has more than one known value.

    A step of whole numbers holds at least one of them and, on an even axis, equally many: else gaps would be drawn that
    are not in the data.
    """
    known = column[np.isfinite(column)]
    low, high = float(known.min()), float(known.max())
    whole = bool(np.all(known == np.floor(known)))
    few = whole and high - low < BARS
    usual = float(np.median(np.abs(known[known != 0])))
    logarithmic = not few and max(-low, high) > HEAVY * usual
    if logarithmic:
        edges = usual * np.sinh(np.linspace(np.arcsinh(low / usual), np.arcsinh(high / usual), BARS + 1))
        edges[[0, -1]] = low, high
        if whole:
            edges = np.unique(np.append(np.ceil(edges[:-1]) - 0.5, high + 0.5))
    elif whole:
        step = np.ceil((high - low + 1) / BARS)
        edges = low - 0.5 + step * np.arange(np.ceil((high - low + 1) / step) + 1)
    else:
        edges = np.linspace(low, high, BARS + 1)
    counts, _ = np.histogram(known, edges)
    zero = float(np.interp(0, edges, np.linspace(0, 1, len(edges)))) if low < 0 < high else None
    return Histogram(tuple(map(int, counts)), logarithmic, zero)
