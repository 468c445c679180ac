"""What was already done in a grid, so that its effect is not taken for calm, nor its cause for its effect."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.engine.spans import Spans
from features.families.declaration import Declared, Family
from features.panel.panel import Panel
from features.windows import PERIOD_EN, PERIOD_ZH, SHORT_AND_LONG, YEAR
from riskwarn.periods import Period
from riskwarn.words import Quantity

INTERVENTIONS = Family("interventions", theme="interventions")

SOURCE = "interventions"


def interventions(period: Period) -> Iterator[Declared]:
    """Visits, mediations and repairs begun lately, the hours they took, those under way, and the days since the last."""
    zh, en = PERIOD_ZH[period], PERIOD_EN[period]
    for window in (*SHORT_AND_LONG[period], YEAR[period]):
        yield INTERVENTIONS.feature(
            SOURCE,
            f"interventions_count_{window}",
            f"近{window}{zh}服务介入次数",
            f"interventions begun in the last {window} {en}",
            lambda panel, window=window: panel.within(panel.spans(SOURCE), window),  # type: ignore[misc]
            window=window,
        )
    long = SHORT_AND_LONG[period][1]

    def ended(panel: Panel) -> Spans:
        rows = panel.records(SOURCE)
        # Tenths of an hour, so that sums are whole numbers and the same in any order.
        tenths = np.rint(10 * rows["hours"]).astype(np.int64)
        return panel.spans(SOURCE).counted(rows["ended_at"]).weighing(tenths)

    yield INTERVENTIONS.feature(
        SOURCE,
        f"interventions_hours_{long}",
        f"近{long}{zh}服务介入时长（小时）",
        f"hours of interventions that ended in the last {long} {en}",
        lambda panel: panel.within(ended(panel), long) / 10,
        unit="hours",
        window=long,
    )

    def running(panel: Panel) -> Spans:
        spans = panel.spans(SOURCE)
        return spans.between(spans.start, panel.records(SOURCE)["ended_at"])

    yield INTERVENTIONS.feature(
        SOURCE,
        "interventions_open",
        "正在进行的服务介入数",
        "interventions under way",
        lambda panel: panel.holding(running(panel)),
    )
    yield INTERVENTIONS.feature(
        SOURCE,
        "interventions_recency",
        "距最近一次服务介入的天数",
        "days since the latest intervention",
        lambda panel: panel.days_since(panel.spans(SOURCE)),
        quantity=Quantity.INTENSIVE,
        transform="days since",
        unit="days",
    )
