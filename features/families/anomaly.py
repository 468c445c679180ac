"""Whether it is more than usual: trend, burst, and surprise against the grid's own past and against its peers."""

from __future__ import annotations

from collections.abc import Iterator

from features.families.declaration import Declared, Family, Subject
from features.transforms.amounts import Count
from features.transforms.ratios import LogRatio
from features.transforms.surprise import Burst, Surprise, SurpriseAmongPeers
from features.windows import SHORT_AND_LONG, YEAR

PACE = Family("pace", theme="pace")


def pace(subject: Subject) -> Iterator[Declared]:
    """Trend, burst and surprise of a source."""
    source = subject.source
    short, long = SHORT_AND_LONG[subject.period]
    year = YEAR[subject.period]
    yield PACE.declare(
        source,
        f"{source}_trend",
        LogRatio(Count(source, short), Count(source, long), short / long),
        f"{subject.zh}{subject.zh_last(short)}相对{subject.zh_last(long)}的增减",
        f"{subject.en}: the last {subject.en_time(short)} against the last {long}",
    )
    yield PACE.declare(
        source,
        f"{source}_trend_year",
        LogRatio(Count(source, long), Count(source, year), long / year),
        f"{subject.zh}{subject.zh_last(long)}相对{subject.zh_last(year)}的增减",
        f"{subject.en}: the last {subject.en_time(long)} against the last {year}",
    )
    yield PACE.declare(
        source,
        f"{source}_burst",
        Burst(source, long),
        f"{subject.zh}最近一{subject.zh_period}超出{subject.zh_last(long)}平均水平的程度",
        f"{subject.en}: how far the last {subject.en_time(1)} exceeds the mean of {long}",
    )
    yield PACE.declare(
        source,
        f"{source}_surprise",
        Surprise(source, short, year),
        f"{subject.zh_last(short)}{subject.zh}较本网格全年水平的异常程度",
        f"surprise of {subject.en} {subject.en_last(short)} against the grid's own year",
    )
    yield PACE.declare(
        source,
        f"{source}_surprise_peers",
        SurpriseAmongPeers(source, short, year),
        f"{subject.zh_last(short)}{subject.zh}较本镇街同类网格水平的异常程度",
        f"surprise of {subject.en} {subject.en_last(short)} against the grids of its town",
    )
