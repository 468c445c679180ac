"""Memory of escalations: conflicts that turned to harm in the grid before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.declaration import HALF_LIVES, SHORT_AND_LONG, Declared, Subject
from features.matrix import Feature
from features.panel import Array, Panel, Spans, column
from riskwarn.periods import period_index
from riskwarn.words import Quantity


def escalations(panel: Panel, source: str) -> Spans:
    """Escalated records, counted when the escalation became known, until they prove to have been referred."""
    rows = panel.rows(source)
    spans = panel.spans(source, known="escalated_at_known", date="escalated_at") if len(rows) else panel.spans(source)
    if len(rows) == 0:
        return spans
    rows = rows[rows["escalated_at_known"].notna()]
    referred = period_index(panel.edges, column(rows, "outcome_known"))
    end = np.where(rows["outcome"].eq("referred").to_numpy(dtype=bool), referred, spans.stop)
    return spans.between(spans.start, end)


def escalation(subject: Subject) -> Iterator[Declared]:
    """Windowed and fading counts of escalations, and the days since the latest."""
    source = subject.source

    def recency(panel: Panel) -> Array:
        since = panel.days[:, None] - panel.latest(escalations(panel, source))
        return np.where(np.isfinite(since), since, np.nan)

    def declared(name: str, zh: str, en: str, quantity: Quantity = Quantity.EXTENSIVE) -> Feature:
        return Feature(f"{source}_escalated_{name}", "escalation", source, zh, en, quantity)

    for window in SHORT_AND_LONG[subject.period]:
        yield Declared(
            declared(
                f"{window}",
                f"近{window}{subject.zh_period}{subject.zh}升级数",
                f"escalations of {subject.en} in the last {subject.en_time(window)}",
            ),
            lambda panel, window=window: panel.keep(  # type: ignore[misc]
                ("escalated", source, window), lambda: panel.within(escalations(panel, source), window)
            ),
        )
    for half_life in HALF_LIVES[subject.period]:
        yield Declared(
            declared(
                f"decayed_{half_life:g}",
                f"{subject.zh}升级累积（半衰期{half_life:g}{subject.zh_period}）",
                f"escalations of {subject.en}, fading by half every {half_life:g} {subject.en_period}",
            ),
            lambda panel, half_life=half_life: panel.decayed(escalations(panel, source), half_life),  # type: ignore[misc]
        )
    yield Declared(
        declared(
            "recency",
            f"距最近一次{subject.zh}升级的天数",
            f"days since the latest escalation of {subject.en}",
            Quantity.INTENSIVE,
        ),
        recency,
    )
