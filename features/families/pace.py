"""Whether it is more than usual: trend, burst, and surprise against the grid's own past and against its peers.

Surprise is minus the decimal logarithm of the chance of so many or more: 2 says that one in a hundred quiet windows
would look like this. The means are plain rates, the grid's own with a year of its town mixed in; peers are spread with a fixed
dispersion of one half (a negative binomial of size 2), for grids of one town are not alike. Nothing is fitted.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import special

from features.declaration import SHORT_AND_LONG, YEAR, Declared, Family, Subject
from features.families.counts import count
from features.panel import Array, Panel
from features.sums import Reals, log_of
from riskwarn.words import Quantity, Unit

PACE = Family("pace", theme="pace")

#: Terms of the Poisson tail's series. The rest is below 1e-9 of the sum while the mean is below a sixth of (n + terms).
_TERMS = 14

#: Nothing is more surprising than this.
_MOST = 12.0


def pace(subject: Subject) -> Iterator[Declared]:
    """Trend, burst and surprise of a source."""
    source = subject.source
    short, long = SHORT_AND_LONG[subject.period]
    year = YEAR[subject.period]

    def log_ratio(panel: Panel, new: int, old: int) -> Array:
        return log_of(count(panel, source, new)) - log_of(count(panel, source, old), new / old)

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
        return surprise(lately, usual, peers=False)

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
            count(panel, source, short), _mean_of_town(panel, source, year) * (short / year), peers=True
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

    def means() -> Reals:
        return np.asarray(panel.summed(Unit.TOWN, lambda seen: count(seen, source, window)) / level.sizes)

    return panel.keep(("mean of town", source, window), means)[:, level.of_core]


def surprise(seen: Array, usual: Reals, *, peers: bool) -> Reals:
    """−log10 P(N ≥ seen) for a Poisson N of this mean, or (peers) a negative binomial one; 0 where nothing was seen."""
    found = np.zeros(seen.size)
    place = np.flatnonzero(seen > 0)
    number, mean = seen.reshape(-1)[place].astype(np.float64), np.maximum(usual.reshape(-1)[place], 1e-6)
    tail = _tail_of_peers(number, mean) if peers else _log_tail(number, mean)
    found[place] = np.clip(tail / -np.log(10.0), 0.0, _MOST)
    return found.reshape(seen.shape)


def _tail_of_peers(number: Reals, mean: Reals) -> Reals:
    """log P(N ≥ n) of a negative binomial of size 2: at most one success in n + 1 trials."""
    success = 2 / (mean + 2)
    failure = 1 - success
    return np.asarray(number * np.log(failure) + np.log(failure + (number + 1) * success))


def _log_tail(number: Reals, mean: Reals) -> Reals:
    """log P(N ≥ n) of a Poisson: the series above n, which converges fast while the mean is not far above n."""
    series = np.ones_like(mean)
    term = np.ones_like(mean)
    for step in range(1, _TERMS):
        term *= mean / (number + step)
        series += term
    logarithm = number * np.log(mean) - mean - special.gammaln(number + 1) + np.log(series)
    slow = np.flatnonzero(mean > (number + _TERMS) / 6)
    logarithm[slow] = np.log(special.gammainc(number[slow], mean[slow]))
    return np.asarray(logarithm)
