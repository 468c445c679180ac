"""What a grid remembers: the days since the last event, and counts that fade, by category."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.engine.sums import Reals, decayed_by
from features.families.declaration import Declared, Family, Subject
from features.panel.panel import Panel
from features.windows import HALF_LIVES
from riskwarn.words import Quantity

RECENCY = Family("recency", theme="volume")
DECAYED = Family("decayed", theme="volume")


def recency(subject: Subject) -> Iterator[Declared]:
    """Days since the latest event that is known."""
    yield RECENCY.feature(
        subject.source,
        f"{subject.source}_recency",
        f"距最近一次{subject.zh}的天数",
        f"days since the latest of {subject.en}",
        lambda panel: panel.days_since(panel.spans(subject.source)),
        quantity=Quantity.INTENSIVE,
        transform="days since",
        unit="days",
    )


def decayed(subject: Subject) -> Iterator[Declared]:
    """Counts that halve every few periods, of all records."""
    for half_life in HALF_LIVES[subject.period]:
        yield DECAYED.feature(
            subject.source,
            f"{subject.source}_decayed_{half_life:g}",
            f"{subject.zh}累积（半衰期{half_life:g}{subject.zh_period}）",
            f"{subject.en}, fading by half every {half_life:g} {subject.en_period}",
            lambda panel, half_life=half_life: panel.decayed(panel.spans(subject.source), half_life),  # type: ignore[misc]
            transform="decayed sum",
        )


def _fading(panel: Panel, subject: Subject, category: int, half_life: float) -> Reals:
    """(columns, cells) the fading counts of a category, by its code."""
    spans, codes = panel.spans(subject.source), panel.records(subject.source)["category"]

    def of(wanted: range) -> Reals:
        return decayed_by(panel.frame, spans, codes, wanted, half_life)

    if panel.columns > 1:
        return np.asarray(of(range(category, category + 1))[0])
    # A single column of all categories stays near a core, and the records are gone through once.
    every = panel.keep(("fading", subject.source, half_life), lambda: of(range(len(subject.categories))))
    return np.asarray(every[category])


def decayed_by_category(subject: Subject) -> Iterator[Declared]:
    """Counts that fade with the long half-life, of each category of the vocabulary."""
    half_lives = HALF_LIVES[subject.period]
    for half_life in half_lives if subject.contract.long_memory else half_lives[-1:]:
        for code, (name, zh, en) in enumerate(subject.categories):
            yield DECAYED.feature(
                subject.source,
                f"{subject.source}_{name}_decayed_{half_life:g}",
                f"{subject.zh}累积：{zh}（半衰期{half_life:g}{subject.zh_period}）",
                f"{subject.en} ({en}), fading by half every {half_life:g} {subject.en_period}",
                lambda panel, code=code, half_life=half_life: _fading(panel, subject, code, half_life),  # type: ignore[misc]
                transform="decayed sum",
            )
