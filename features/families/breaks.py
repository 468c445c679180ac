"""Changes of recording: after one, a rise or a fall says nothing of life in the grid."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.engine.spans import Spans
from features.families.declaration import Declared, Family, Subject
from features.panel.panel import Panel, breaks_of
from features.windows import YEAR
from riskwarn.words import Quantity

BREAKS = Family("breaks", theme="recording")


def breaks(subject: Subject) -> Iterator[Declared]:
    """Days since the recording of a source last changed, and whether it changed within a year."""
    source, zh, en = subject.source, subject.zh, subject.en
    year = YEAR[subject.period]

    def changes(panel: Panel) -> Spans:
        return panel.spans(breaks_of(source))

    yield BREAKS.feature(
        source,
        f"{source}_break_recency",
        f"距{zh}登记口径上次变化的天数",
        f"days since the recording of {en} last changed",
        lambda panel: panel.days_since(changes(panel)),
        quantity=Quantity.INTENSIVE,
        transform="days since",
        unit="days",
        observer=True,
    )
    yield BREAKS.feature(
        source,
        f"{source}_break_{year}",
        f"近{year}{subject.zh_period}{zh}登记口径是否变化",
        f"whether the recording of {en} changed {subject.en_last(year)}",
        lambda panel: np.minimum(panel.within(changes(panel), year), 1),
        quantity=Quantity.INTENSIVE,
        transform="whether",
        unit="",
        window=year,
        observer=True,
    )
