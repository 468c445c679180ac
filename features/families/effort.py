"""How much is looked at and how soon it is written down: observer features, which an audit can leave out.

They say something of the recording, and nothing of the life in a grid: a grid where more is found may only be looked at
more. Effort is per grid and period, never of a person.
"""

from __future__ import annotations

from collections.abc import Iterator

from features.encoding.encode import DISCOVERED_BY
from features.families.counts import found, recent
from features.families.declaration import Declared, Family, Subject
from features.transforms.amounts import ActivePeriods, Count, DaysSince, Windowed
from features.transforms.ratios import Mean, Ratio
from features.transforms.selections import Delayed, Recorded, Where
from features.windows import SHORT_AND_LONG

EFFORT = Family("effort", theme="recording")


def effort(subject: Subject) -> Iterator[Declared]:
    """The share found on patrol, the days since anything was recorded, active periods, and the delay of recording."""
    source, zh, en = subject.source, subject.zh, subject.en
    _, long = SHORT_AND_LONG[subject.period]
    yield EFFORT.declare(
        source,
        f"{source}_patrol_share_{long}",
        Ratio(Windowed(found(subject, "patrol"), long), Count(source, long)),
        f"{subject.zh_last(long)}{zh}中巡查发现占比",
        f"share of {en} found on patrol {subject.en_last(long)}",
        observer=True,
    )
    yield EFFORT.declare(
        source,
        f"{source}_patrol_recency",
        DaysSince(Where(Recorded(source), "discovered", DISCOVERED_BY.index("patrol"))),
        f"距最近一次巡查发现{zh}的天数",
        f"days since a patrol last found {en}",
        observer=True,
    )
    yield EFFORT.declare(
        source,
        f"{source}_active_{long}",
        ActivePeriods(Recorded(source), long, subject.en_period),
        f"{subject.zh_last(long)}有{zh}记录的{subject.zh_period}数",
        f"{subject.en_period} with any {en} {subject.en_last(long)}",
        observer=True,
    )
    yield EFFORT.declare(
        source,
        f"{source}_delay_{long}",
        Mean(Windowed(Delayed(recent(subject)), long), Count(source, long)),
        f"{subject.zh_last(long)}{zh}从发生到登记的平均天数",
        f"mean days from event to registration of {en} {subject.en_last(long)}",
        observer=True,
    )
