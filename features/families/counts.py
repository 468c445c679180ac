"""How much was recorded lately: windowed counts, their severity, and the trend of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.declaration import SHORT_AND_LONG, WINDOWS, Declared, Subject
from features.matrix import Feature
from features.panel import Array, Panel, Spans
from riskwarn.words import Quantity, Severity

#: The weight of a word of severity in a sum; no word counts as the least.
SEVERITY = {severity.value: float(weight) for weight, severity in enumerate(Severity, start=1)}


def count(panel: Panel, source: str, window: int) -> Array:
    """(columns, grids) records of `source` that became known in the last `window` periods."""
    return panel.keep(("count", source, window), lambda: panel.within(panel.spans(source), window))


def counts(subject: Subject) -> Iterator[Declared]:
    """Records in each window."""
    for window in WINDOWS[subject.period]:
        yield Declared(
            Feature(
                f"{subject.source}_count_{window}",
                "counts",
                subject.source,
                f"近{window}{subject.zh_period}{subject.zh}数",
                f"{subject.en} in the last {subject.en_time(window)}",
                Quantity.EXTENSIVE,
            ),
            lambda panel, window=window: count(panel, subject.source, window),  # type: ignore[misc]
        )


def severity_sums(subject: Subject) -> Iterator[Declared]:
    """Records weighted by severity (1 to 4)."""
    for window in SHORT_AND_LONG[subject.period]:
        yield Declared(
            Feature(
                f"{subject.source}_severity_{window}",
                "counts",
                subject.source,
                f"近{window}{subject.zh_period}{subject.zh}按级别加权之和",
                f"{subject.en} in the last {subject.en_time(window)}, weighted by severity",
                Quantity.EXTENSIVE,
            ),
            lambda panel, window=window: panel.within(severe(panel, subject.source), window),  # type: ignore[misc]
        )


def trend(subject: Subject) -> Iterator[Declared]:
    """Log ratio of the short window's rate to the long one's, each with one record added."""
    short, long = SHORT_AND_LONG[subject.period]
    yield Declared(
        Feature(
            f"{subject.source}_trend",
            "trend",
            subject.source,
            f"{subject.zh}近{short}{subject.zh_period}相对近{long}{subject.zh_period}的增减",
            f"{subject.en}: the last {subject.en_time(short)} against the last {long}",
            Quantity.INTENSIVE,
        ),
        lambda panel: np.log(
            (count(panel, subject.source, short) + 1) / (count(panel, subject.source, long) * short / long + 1)
        ),
    )


def severe(panel: Panel, source: str) -> Spans:
    """The source's spans weighted by severity."""
    rows = panel.rows(source)
    weight = np.array([SEVERITY.get(word, 1.0) for word in rows["severity"]], dtype=np.float64)
    return panel.spans(source).weighing(weight)
