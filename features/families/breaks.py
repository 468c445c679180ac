"""Changes of recording: after one, a rise or a fall says nothing of life in the grid."""

from __future__ import annotations

from collections.abc import Iterator

from features.families.declaration import Declared, Family, Subject
from features.panel.panel import breaks_of
from features.transforms.amounts import DaysSince, Whether, Within
from features.transforms.selections import Recorded
from features.windows import YEAR

BREAKS = Family("breaks", theme="recording")


def breaks(subject: Subject) -> Iterator[Declared]:
    """Days since the recording of a source last changed, and whether it changed within a year."""
    source, zh, en = subject.source, subject.zh, subject.en
    year = YEAR[subject.period]
    changes = Recorded(breaks_of(source))
    yield BREAKS.declare(
        source,
        f"{source}_break_recency",
        DaysSince(changes),
        f"距{zh}登记口径上次变化的天数",
        f"days since the recording of {en} last changed",
        observer=True,
    )
    yield BREAKS.declare(
        source,
        f"{source}_break_{year}",
        Whether(Within(changes, year)),
        f"近{year}{subject.zh_period}{zh}登记口径是否变化",
        f"whether the recording of {en} changed {subject.en_last(year)}",
        observer=True,
    )
