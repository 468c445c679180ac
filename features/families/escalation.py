"""Memory of escalations: conflicts that turned to harm in the grid before, and near it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.encoding.target_events import escalations_name
from features.engine.spans import Spans
from features.families.declaration import Declared, Family, Subject
from features.panel.distances import RINGS_M, ring_name
from features.panel.panel import Array, Panel
from features.panel.partition import LOCAL
from features.windows import HALF_LIVES, NEAR_HALF_LIVES, SHORT_AND_LONG, YEAR
from riskwarn.words import Quantity

ESCALATION = Family("escalation", theme="escalation")
NEAR_REPEAT = Family("near_repeat", theme="near_repeat")


def escalations(panel: Panel, source: str) -> Spans:
    """Escalated records, counted when the escalation became known, until they prove to have been referred."""
    return panel.spans(escalations_name(source))


def escalation(subject: Subject) -> Iterator[Declared]:
    """Windowed and fading counts of escalations, the days since the latest, and the share of cases that escalated."""
    source, zh, en = subject.source, subject.zh, subject.en
    short, long = SHORT_AND_LONG[subject.period]
    year = YEAR[subject.period]
    for window in (short, long, 2 * year):
        yield ESCALATION.feature(
            source,
            f"{source}_escalated_{window}",
            f"{subject.zh_last(window)}{zh}升级数",
            f"escalations of {en} {subject.en_last(window)}",
            lambda panel, window=window: panel.within(escalations(panel, source), window),  # type: ignore[misc]
            window=window,
        )
    for half_life in (*HALF_LIVES[subject.period], 2.0 * year):
        yield ESCALATION.feature(
            source,
            f"{source}_escalated_decayed_{half_life:g}",
            f"{zh}升级累积（半衰期{half_life:g}{subject.zh_period}）",
            f"escalations of {en}, fading by half every {half_life:g} {subject.en_period}",
            lambda panel, half_life=half_life: panel.decayed(escalations(panel, source), half_life),  # type: ignore[misc]
            transform="decayed sum",
        )
    yield ESCALATION.feature(
        source,
        f"{source}_escalated_recency",
        f"距最近一次{zh}升级的天数",
        f"days since the latest escalation of {en}",
        lambda panel: panel.days_since(escalations(panel, source)),
        quantity=Quantity.INTENSIVE,
        transform="days since",
        unit="days",
    )
    yield ESCALATION.feature(
        source,
        f"{source}_escalated_share_{year}",
        f"{subject.zh_last(year)}{zh}升级占比",
        f"escalations against {en} {subject.en_last(year)}, each with a little added",
        lambda panel: (
            (panel.within(escalations(panel, source), year) + 0.05) / (panel.within(panel.spans(source), year) + 1.0)
        ),
        quantity=Quantity.INTENSIVE,
        transform="share",
        unit="",
        window=year,
    )


def near_repeat(subject: Subject, *, escalated: bool) -> Iterator[Declared]:
    """Intensity at fixed time decays and distance rings of what happens again nearby (Townsley et al. 2003)."""
    source = subject.source
    zh = f"{subject.zh}升级" if escalated else subject.zh
    en = f"escalations of {subject.en}" if escalated else subject.en

    def fading(panel: Panel, ring: int, half_life: float) -> Array:
        around = panel.through(LOCAL)
        key = (source, "fading", escalated, half_life)
        state = around.keep(
            key, lambda: around.decayed(escalations(around, source) if escalated else around.spans(source), half_life)
        )
        sums = panel.piece.seen(ring_name(ring), state)
        sums[:, ~panel.piece.placed] = np.nan
        return sums

    for ring, (inner, outer) in enumerate(RINGS_M):
        for half_life in NEAR_HALF_LIVES[subject.period]:
            yield NEAR_REPEAT.feature(
                source,
                f"{source}_{'escalated_' if escalated else ''}ring_{outer}_{half_life:g}",
                f"周边{inner}至{outer}米{zh}累积（半衰期{half_life:g}{subject.zh_period}）",
                f"{en} {inner} to {outer} m away, fading by half every {half_life:g} {subject.en_period}",
                lambda panel, ring=ring, half_life=half_life: fading(panel, ring, half_life),  # type: ignore[misc]
                quantity=Quantity.INTENSIVE,  # what is near several grids is counted for each: no sum over grids
                transform="decayed sum",
            )
