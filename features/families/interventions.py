"""What was already done in a grid, so that its effect is not taken for calm, nor its cause for its effect."""

from __future__ import annotations

from collections.abc import Iterator

from features.families.declaration import Declared, Family
from features.transforms.amounts import DaysSince, Holding, Within
from features.transforms.cases import HoursSpent, UnderWay
from features.transforms.ratios import Tenths
from features.transforms.selections import Recorded
from features.windows import PERIOD_EN, PERIOD_ZH, SHORT_AND_LONG, YEAR
from riskwarn.periods import Period

INTERVENTIONS = Family("interventions", theme="interventions")

SOURCE = "interventions"


def interventions(period: Period) -> Iterator[Declared]:
    """Visits, mediations and repairs begun lately, the hours they took, those under way, and the days since the last."""
    zh, en = PERIOD_ZH[period], PERIOD_EN[period]
    for window in (*SHORT_AND_LONG[period], YEAR[period]):
        yield INTERVENTIONS.declare(
            SOURCE,
            f"interventions_count_{window}",
            Within(Recorded(SOURCE), window),
            f"近{window}{zh}服务介入次数",
            f"interventions begun in the last {window} {en}",
        )
    long = SHORT_AND_LONG[period][1]
    yield INTERVENTIONS.declare(
        SOURCE,
        f"interventions_hours_{long}",
        Tenths(Within(HoursSpent(SOURCE), long), "hours"),
        f"近{long}{zh}服务介入时长（小时）",
        f"hours of interventions that ended in the last {long} {en}",
    )
    yield INTERVENTIONS.declare(
        SOURCE, "interventions_open", Holding(UnderWay(SOURCE)), "正在进行的服务介入数", "interventions under way"
    )
    yield INTERVENTIONS.declare(
        SOURCE,
        "interventions_recency",
        DaysSince(Recorded(SOURCE)),
        "距最近一次服务介入的天数",
        "days since the latest intervention",
    )
