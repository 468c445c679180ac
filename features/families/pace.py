"""Whether it is more than usual: trend, burst, and surprise against the grid's own past and against its peers.

Surprise is minus the decimal logarithm of the chance of so many or more: 2 says that one in a hundred quiet windows
would look like this. The means are plain rates with one event of the city's rate mixed in: constants, nothing is fitted.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import special

from features.declaration import SHORT_AND_LONG, YEAR, Declared, Family, Subject
from features.families.counts import count
from features.panel import Array, Panel
from features.sums import Reals
from riskwarn.words import Quantity, Unit

PACE = Family("pace", theme="pace")

#: Variance of the peers' rates over the square of their mean: neighbours of one town are not alike.
PEERS_DISPERSION = 0.5

#: Nothing is more surprising than this.
_MOST = 12.0


def pace(subject: Subject) -> Iterator[Declared]:
    """Trend, burst and surprise of a source."""
    source = subject.source
    short, long = SHORT_AND_LONG[subject.period]
    year = YEAR[subject.period]

    def log_ratio(panel: Panel, new: int, old: int) -> Array:
        return np.log((count(panel, source, new) + 1.0) / (count(panel, source, old) * (new / old) + 1.0))

    yield PACE.feature(
        source,
        f"{source}_trend",
        f"{subject.zh}{subject.zh_last(short)}相对{subject.zh_last(long)}的增减",
        f"{subject.en}: the last {subject.en_time(short)} against the last {long}",
        lambda panel: log_ratio(panel, short, long),
        quantity=Quantity.INTENSIVE,
        transform="log ratio",
        unit="",
        window=long,
    )
    yield PACE.feature(
        source,
        f"{source}_trend_year",
        f"{subject.zh}{subject.zh_last(long)}相对{subject.zh_last(year)}的增减",
        f"{subject.en}: the last {subject.en_time(long)} against the last {year}",
        lambda panel: log_ratio(panel, long, year),
        quantity=Quantity.INTENSIVE,
        transform="log ratio",
        unit="",
        window=year,
    )

    def burst(panel: Panel) -> Array:
        usual = count(panel, source, long) / long
        return (count(panel, source, 1) - usual) / np.sqrt(usual + 1.0)

    yield PACE.feature(
        source,
        f"{source}_burst",
        f"{subject.zh}最近一{subject.zh_period}超出{subject.zh_last(long)}平均水平的程度",
        f"{subject.en}: how far the last {subject.en_time(1)} exceeds the mean of {long}",
        burst,
        quantity=Quantity.INTENSIVE,
        transform="standardised difference",
        unit="",
        window=long,
    )

    def against_own_year(panel: Panel) -> Array:
        lately = count(panel, source, short)
        before = count(panel, source, year) - lately
        usual = (before + _mean_of_town(panel, source, year)) * short / (2 * year - short)
        return surprise(lately, usual, 0.0)

    yield PACE.feature(
        source,
        f"{source}_surprise",
        f"{subject.zh_last(short)}{subject.zh}较本网格全年水平的异常程度",
        f"surprise of {subject.en} {subject.en_last(short)} against the grid's own year",
        against_own_year,
        quantity=Quantity.INTENSIVE,
        transform="Poisson tail",
        unit="decades",
        window=year,
    )
    yield PACE.feature(
        source,
        f"{source}_surprise_peers",
        f"{subject.zh_last(short)}{subject.zh}较本镇街同类网格水平的异常程度",
        f"surprise of {subject.en} {subject.en_last(short)} against the grids of its town",
        lambda panel: surprise(
            count(panel, source, short), _mean_of_town(panel, source, year) * (short / year), PEERS_DISPERSION
        ),
        quantity=Quantity.INTENSIVE,
        transform="negative binomial tail",
        unit="decades",
        window=year,
    )


def _mean_of_town(panel: Panel, source: str, window: int) -> Reals:
    """(columns, grids) mean count of the grids of the town in which each lies."""
    level = panel.piece.levels[Unit.TOWN]
    if panel.lens != "grid":
        raise ValueError("a grid's peers are grids: there is no surprise of a unit")
    means = count(panel.through(Unit.TOWN.value), source, window) / level.sizes
    return np.asarray(means[:, level.of_core])


def surprise(seen: Array, usual: Reals, dispersion: float) -> Reals:
    """−log10 P(N ≥ seen) for a Poisson (dispersion 0) or negative binomial N of this mean; 0 where nothing was seen."""
    found = np.zeros(np.broadcast_shapes(seen.shape, usual.shape))
    place = np.nonzero(seen)
    number, mean = seen[place].astype(np.float64), np.maximum(usual[place], 1e-6)
    if dispersion == 0.0:
        tail = special.gammainc(number, mean)
    else:
        size = 1 / dispersion
        tail = special.betainc(number, size, mean / (mean + size))
    found[place] = np.minimum(-np.log10(np.maximum(tail, 10**-_MOST)), _MOST)
    return found
