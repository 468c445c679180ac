"""How much is looked at and how soon it is written down: observer features, which an audit can leave out.

They say something of the recording, and nothing of the life in a grid: a grid where more is found may only be looked at
more. Effort is per grid and period, never of a person.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.encoding.encode import DISCOVERED_BY
from features.engine.spans import Spans
from features.engine.sums import active_periods, ratio
from features.families.counts import count, found
from features.families.declaration import Declared, Family, Subject
from features.panel.panel import Array, Panel
from features.windows import SHORT_AND_LONG
from riskwarn.words import Quantity

EFFORT = Family("effort", theme="recording")


def effort(subject: Subject) -> Iterator[Declared]:
    """The share found on patrol, the days since anything was recorded, active periods, and the delay of recording."""
    source, zh, en = subject.source, subject.zh, subject.en
    _, long = SHORT_AND_LONG[subject.period]

    def patrolled(panel: Panel) -> Spans:
        patrols = np.asarray(panel.records(source)["discovered"] == DISCOVERED_BY.index("patrol"))
        return panel.spans(source).where(patrols)

    def delay(panel: Panel) -> Array:
        def late() -> Spans:
            rows, spans = panel.told(source, long)
            return spans.weighing(rows["delay"].astype(np.int64))

        return ratio(panel.lately((source, "delay"), late, long), count(panel, source, long))

    yield EFFORT.feature(
        source,
        f"{source}_patrol_share_{long}",
        f"{subject.zh_last(long)}{zh}中巡查发现占比",
        f"share of {en} found on patrol {subject.en_last(long)}",
        lambda panel: ratio(
            panel.lately((source, "found", "patrol"), lambda: found(panel, source, "patrol", long), long),
            count(panel, source, long),
        ),
        quantity=Quantity.INTENSIVE,
        transform="share",
        unit="",
        window=long,
        observer=True,
    )
    yield EFFORT.feature(
        source,
        f"{source}_patrol_recency",
        f"距最近一次巡查发现{zh}的天数",
        f"days since a patrol last found {en}",
        lambda panel: panel.days_since(patrolled(panel)),
        quantity=Quantity.INTENSIVE,
        transform="days since",
        unit="days",
        observer=True,
    )
    yield EFFORT.feature(
        source,
        f"{source}_active_{long}",
        f"{subject.zh_last(long)}有{zh}记录的{subject.zh_period}数",
        f"{subject.en_period} with any {en} {subject.en_last(long)}",
        lambda panel: active_periods(panel.frame, panel.spans(source), long),
        quantity=Quantity.INTENSIVE,
        transform="number of periods",
        unit=subject.en_period,
        window=long,
        observer=True,
    )
    yield EFFORT.feature(
        source,
        f"{source}_delay_{long}",
        f"{subject.zh_last(long)}{zh}从发生到登记的平均天数",
        f"mean days from event to registration of {en} {subject.en_last(long)}",
        delay,
        quantity=Quantity.INTENSIVE,
        transform="mean",
        unit="days",
        window=long,
        observer=True,
    )
