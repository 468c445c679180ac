"""Whether it is more than usual: trend, burst, and surprise against the grid's own past and against its peers.

Surprise is minus the decimal logarithm of the chance of so many or more: 2 says that one in a hundred quiet windows
would look like this. The means are plain rates, the grid's own with a year of its town mixed in; peers are spread with a fixed
dispersion of one half (a negative binomial of size 2), for grids of one town are not alike. Nothing is fitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from features.engine import cellwise, sums
from features.engine.sums import Reals
from features.families.counts import count
from features.families.declaration import Declared, Family, Subject
from features.panel.panel import Array, Panel
from features.windows import SHORT_AND_LONG, YEAR
from riskwarn.words import Quantity, Unit

PACE = Family("pace", theme="pace")


@dataclass(frozen=True)
class Usual:
    """The mean that a window is held against: a year of the town's grids, and with it the grid's own year before the window."""

    year: int  # periods
    past: int  # how much the grid's own year counts: 0 or 1
    scale: float  # from so long a time to the window


def pace(subject: Subject) -> Iterator[Declared]:
    """Trend, burst and surprise of a source."""
    source = subject.source
    short, long = SHORT_AND_LONG[subject.period]
    year = YEAR[subject.period]

    def log_ratio(panel: Panel, new: int, old: int) -> Array:
        return sums.log_ratio(count(panel, source, new), count(panel, source, old), new / old)

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
        return sums.burst(count(panel, source, 1), count(panel, source, long), long)

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

    # What the grid had before and a year of its town, over the time of both.
    own = Usual(year, past=1, scale=short / (2 * year - short))
    # A year of its town, over a year.
    peers = Usual(year, past=0, scale=short / year)

    yield PACE.feature(
        source,
        f"{source}_surprise",
        f"{subject.zh_last(short)}{subject.zh}较本网格全年水平的异常程度",
        f"surprise of {subject.en} {subject.en_last(short)} against the grid's own year",
        lambda panel: surprise(panel, source, short, own),
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
        lambda panel: surprise(panel, source, short, peers, spread=True),
        quantity=Quantity.INTENSIVE,
        transform="negative binomial tail",
        unit="decades",
        window=year,
    )


def surprise(panel: Panel, source: str, window: int, usual: Usual, *, spread: bool = False) -> Array:
    """(columns, grids) −log10 P(N ≥ seen) for a Poisson N of the usual mean, or (spread) a negative binomial one.

    0 where nothing was seen.
    """
    seen, year = count(panel, source, window), count(panel, source, usual.year)
    if seen.dtype != year.dtype:
        seen, year = seen.astype(np.int64), year.astype(np.int64)
    found = np.empty(seen.shape, dtype=np.float32)
    town, of_grid = means_of_town(panel, source, usual.year), panel.piece.levels[Unit.TOWN].of_core
    slow = cellwise.surprise(found, seen, year, town, of_grid, usual.past, usual.scale, spread)
    if slow:
        # The series converges slowly where the mean is far above what was seen.
        column, grid = np.nonzero(np.isnan(found))
        number, before = seen[column, grid], (year - seen)[column, grid]
        mean = (usual.past * before + town[column, of_grid[grid]]) * usual.scale
        found[column, grid] = np.minimum(-np.log10(special.gammainc(number, mean)), cellwise.MOST_SURPRISING)
    return found


def means_of_town(panel: Panel, source: str, window: int) -> Reals:
    """(columns, towns) mean count of the grids of each town."""
    if panel.lens != "grid":
        raise ValueError("a grid's peers are grids: there is no surprise of a unit")

    def means() -> Reals:
        sizes = panel.piece.levels[Unit.TOWN].sizes
        return np.asarray(panel.summed(Unit.TOWN, lambda seen: count(seen, source, window)) / sizes)

    return panel.keep(("means of town", source, window), means)
