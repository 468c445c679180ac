"""What is still open: its number, age and severity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.declaration import Declared, Subject
from features.families.counts import severe
from features.matrix import Feature
from features.panel import Array, Panel, Spans, column
from riskwarn.periods import period_index
from riskwarn.words import Quantity

#: Ages over which an open record is counted apart, in days.
AGES = (28, 84)


def open_spans(panel: Panel, source: str, spans: Spans) -> Spans:
    """The spans while neither a closing nor an outcome of the record is known."""
    rows = panel.rows(source)
    ends = [period_index(panel.edges, column(rows, name)) for name in ("closed_at_known", "outcome_known")]
    return spans.between(spans.start, np.minimum(*ends))


def older_than(panel: Panel, spans: Spans, days: int) -> Spans:
    """The spans from the first column on that sees the record at least `days` old."""
    return spans.between(np.searchsorted(panel.days, spans.day + days).astype(np.int64), spans.stop)


def backlog(subject: Subject) -> Iterator[Declared]:
    """Open records: number, severity, mean age, and number above each age."""
    source = subject.source

    def number(panel: Panel) -> Array:
        return panel.keep(("open", source), lambda: panel.holding(open_spans(panel, source, panel.spans(source))))

    def mean_age(panel: Panel) -> Array:
        spans = open_spans(panel, source, panel.spans(source))
        days = panel.holding(spans.weighing(spans.day.astype(np.float64)))
        with np.errstate(invalid="ignore", divide="ignore"):
            return panel.days[:, None] - days / number(panel)

    def weighted_days(panel: Panel) -> Array:
        spans = open_spans(panel, source, severe(panel, source))
        return panel.days[:, None] * panel.holding(spans) - panel.holding(spans.weighing(spans.day.astype(np.float64)))

    def declared(name: str, zh: str, en: str, quantity: Quantity) -> Feature:
        return Feature(f"{source}_{name}", "backlog", source, zh, en, quantity)

    yield Declared(declared("open", f"未办结{subject.zh}数", f"{subject.en} still open", Quantity.EXTENSIVE), number)
    yield Declared(
        declared(
            "open_severity",
            f"未办结{subject.zh}按级别加权之和",
            f"{subject.en} still open, weighted by severity",
            Quantity.EXTENSIVE,
        ),
        lambda panel: panel.holding(open_spans(panel, source, severe(panel, source))),
    )
    yield Declared(
        declared(
            "open_age",
            f"未办结{subject.zh}平均天数",
            f"mean age in days of {subject.en} still open",
            Quantity.INTENSIVE,
        ),
        mean_age,
    )
    yield Declared(
        declared(
            "open_days_severity",
            f"未办结{subject.zh}天数合计（按级别加权）",
            f"days for which {subject.en} have been open, in all, weighted by severity",
            Quantity.EXTENSIVE,
        ),
        weighted_days,
    )
    for age in AGES:
        yield Declared(
            declared(
                f"open_over_{age}",
                f"超过{age}天未办结的{subject.zh}数",
                f"{subject.en} open for {age} days or more",
                Quantity.EXTENSIVE,
            ),
            lambda panel, age=age: panel.holding(  # type: ignore[misc]
                older_than(panel, open_spans(panel, source, panel.spans(source)), age)
            ),
        )
        yield Declared(
            declared(
                f"open_over_{age}_severity",
                f"超过{age}天未办结的{subject.zh}按级别加权之和",
                f"{subject.en} open for {age} days or more, weighted by severity",
                Quantity.EXTENSIVE,
            ),
            lambda panel, age=age: panel.holding(  # type: ignore[misc]
                older_than(panel, open_spans(panel, source, severe(panel, source)), age)
            ),
        )
