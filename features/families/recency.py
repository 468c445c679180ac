"""What a grid remembers: the days since the last event, and counts that fade, by category."""

from __future__ import annotations

from collections.abc import Iterator

from features.families.declaration import Declared, Family, Subject
from features.transforms.amounts import DaysSince, Decayed
from features.transforms.categories import DecayedOfCategory
from features.transforms.selections import Recorded
from features.windows import HALF_LIVES

RECENCY = Family("recency", theme="volume")
DECAYED = Family("decayed", theme="volume")


def recency(subject: Subject) -> Iterator[Declared]:
    """Days since the latest event that is known."""
    yield RECENCY.declare(
        subject.source,
        f"{subject.source}_recency",
        DaysSince(Recorded(subject.source)),
        f"距最近一次{subject.zh}的天数",
        f"days since the latest of {subject.en}",
    )


def decayed(subject: Subject) -> Iterator[Declared]:
    """Counts that halve every few periods, of all records."""
    for half_life in HALF_LIVES[subject.period]:
        yield fading(subject, half_life)


def fading(subject: Subject, half_life: float) -> Declared:
    """The count of all records that halves every so many periods."""
    return DECAYED.declare(
        subject.source,
        f"{subject.source}_decayed_{half_life:g}",
        Decayed(Recorded(subject.source), half_life),
        f"{subject.zh}累积（半衰期{half_life:g}{subject.zh_period}）",
        f"{subject.en}, fading by half every {half_life:g} {subject.en_period}",
    )


def decayed_by_category(subject: Subject) -> Iterator[Declared]:
    """Counts that fade with the long half-life, of each category of the vocabulary."""
    half_lives = HALF_LIVES[subject.period]
    for half_life in half_lives if subject.contract.long_memory else half_lives[-1:]:
        for category, (name, zh, en) in zip(subject.coded, subject.categories, strict=True):
            yield DECAYED.declare(
                subject.source,
                f"{subject.source}_{name}_decayed_{half_life:g}",
                DecayedOfCategory(category, half_life, len(subject.categories)),
                f"{subject.zh}累积：{zh}（半衰期{half_life:g}{subject.zh_period}）",
                f"{subject.en} ({en}), fading by half every {half_life:g} {subject.en_period}",
            )
