"""What a grid remembers: the days since the last event, and counts that fade, by category."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.declaration import HALF_LIVES, Declared, Subject
from features.matrix import Feature
from features.panel import Array, Panel
from riskwarn.words import Quantity


def recency(subject: Subject) -> Iterator[Declared]:
    """Days since the latest event that is known; NaN where there never was one."""

    def compute(panel: Panel) -> Array:
        since = panel.days[:, None] - panel.latest(panel.spans(subject.source))
        return np.where(np.isfinite(since), since, np.nan)

    yield Declared(
        Feature(
            f"{subject.source}_recency",
            "recency",
            subject.source,
            f"距最近一次{subject.zh}的天数",
            f"days since the latest of {subject.en}",
            Quantity.INTENSIVE,
        ),
        compute,
    )


def decayed(subject: Subject) -> Iterator[Declared]:
    """Counts that halve every few periods, of all records."""
    for half_life in HALF_LIVES[subject.period]:
        yield Declared(
            Feature(
                f"{subject.source}_decayed_{half_life:g}",
                "decayed",
                subject.source,
                f"{subject.zh}累积（半衰期{half_life:g}{subject.zh_period}）",
                f"{subject.en}, fading by half every {half_life:g} {subject.en_period}",
                Quantity.EXTENSIVE,
            ),
            lambda panel, half_life=half_life: panel.decayed(panel.spans(subject.source), half_life),  # type: ignore[misc]
        )


def decayed_by_category(subject: Subject) -> Iterator[Declared]:
    """Counts that fade with the long half-life, of each category of the vocabulary."""
    half_life = HALF_LIVES[subject.period][-1]

    def compute(panel: Panel, code: str) -> Array:
        rows = panel.rows(subject.source)
        chosen = rows["category"].eq(code).to_numpy(dtype=bool) if len(rows) else np.zeros(0, dtype=bool)
        return panel.decayed(panel.spans(subject.source).where(chosen), half_life)

    for code, zh, en in subject.categories:
        yield Declared(
            Feature(
                f"{subject.source}_{code}_decayed_{half_life:g}",
                "decayed",
                subject.source,
                f"{subject.zh}累积：{zh}（半衰期{half_life:g}{subject.zh_period}）",
                f"{subject.en} ({en}), fading by half every {half_life:g} {subject.en_period}",
                Quantity.EXTENSIVE,
            ),
            lambda panel, code=code: compute(panel, code),  # type: ignore[misc]
        )
