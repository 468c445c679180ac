"""What is still open: its number, age and severity, and how long closing takes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.encoding.records import Records
from features.engine.ages import Ages, ages
from features.engine.spans import Parted, Spans
from features.engine.sums import log_ratio, ratio, summed_ages, visible_rows
from features.families.counts import count
from features.families.declaration import Declared, Family, Subject
from features.panel.panel import Array, Panel
from features.windows import SHORT_AND_LONG
from riskwarn.words import Quantity

BACKLOG = Family("backlog", theme="waiting")
CLOSING = Family("closing", theme="waiting")

#: Ages over which an open record is counted apart, in days.
AGES = (28, 84, 182)

#: Places in the order of ages, from the youngest up.
QUANTILES = {"median": (0.5, "中位", "median"), "p90": (0.9, "九成位", "90 % quantile of")}


def open_records(panel: Panel, source: str) -> tuple[Records, Spans]:
    """The records that any column sees open, and their spans while neither a closing nor an outcome is known."""

    def make() -> tuple[Records, Spans]:
        rows = panel.records(source)
        spans = panel.spans(source)
        spans = spans.between(spans.start, np.minimum(rows["closed_at"], rows["outcome"]))
        seen = visible_rows(panel.frame, spans)
        return rows.choose(seen), spans.rows(seen)

    return panel.keep((source, "open records"), make)


def open_spans(panel: Panel, source: str, *, severe: bool = False) -> Spans:
    """The spans of open records, weighted by severity if asked."""
    rows, spans = open_records(panel, source)
    return spans.weighing(rows["severity"].astype(np.int32)) if severe else spans


def open_of_category(panel: Panel, source: str, category: int) -> Spans:
    """The spans of open records of one category, by its code."""

    def make() -> Parted:
        rows, spans = open_records(panel, source)
        return spans.parted(rows["category"])

    return panel.keep((source, "open by category"), make).of(category)


def older_than(panel: Panel, spans: Spans, days: int) -> Spans:
    """The spans from the first column on that sees the record at least `days` old."""
    return spans.between(panel.column_on(spans.day + days), spans.stop)


def summed_age(panel: Panel, spans: Spans) -> Array:
    """(columns, cells) weighted days since the event, of the spans that hold."""
    if spans.weight.dtype.kind == "f":
        return panel.days[:, None] * panel.holding(spans) - panel.holding(spans.weighing(spans.day))
    return summed_ages(panel.frame, spans, panel.days)


def number_open(panel: Panel, source: str) -> Array:
    """(columns, cells) open records."""
    return panel.keep((source, "open"), lambda: panel.holding(open_spans(panel, source)))


def open_ages(panel: Panel, source: str) -> Ages:
    """The ages of open records, for order statistics."""
    return panel.keep((source, "ages"), lambda: ages(panel.frame, open_spans(panel, source), panel.days))


def backlog(subject: Subject) -> Iterator[Declared]:
    """Open records: number, severity, ages, and number above each age."""
    source, zh, en = subject.source, subject.zh, subject.en

    def mean_age(panel: Panel) -> Array:
        return ratio(summed_age(panel, open_spans(panel, source)), number_open(panel, source))

    yield BACKLOG.feature(
        source, f"{source}_open", f"未办结{zh}数", f"{en} still open", lambda panel: number_open(panel, source)
    )
    yield BACKLOG.feature(
        source,
        f"{source}_open_severity",
        f"未办结{zh}按级别加权之和",
        f"{en} still open, weighted by severity",
        lambda panel: panel.holding(open_spans(panel, source, severe=True)),
        unit="severity points",
    )
    yield BACKLOG.feature(
        source,
        f"{source}_open_age",
        f"未办结{zh}平均天数",
        f"mean age in days of {en} still open",
        mean_age,
        quantity=Quantity.INTENSIVE,
        transform="mean",
        unit="days",
    )
    yield BACKLOG.feature(
        source,
        f"{source}_open_age_max",
        f"未办结{zh}最长天数",
        f"age in days of the oldest of {en} still open",
        lambda panel: open_ages(panel, source).oldest(),
        quantity=Quantity.INTENSIVE,
        transform="maximum",
        unit="days",
    )
    for name, (quantile, word_zh, word_en) in QUANTILES.items():
        yield BACKLOG.feature(
            source,
            f"{source}_open_age_{name}",
            f"未办结{zh}天数{word_zh}数",
            f"{word_en} age in days of {en} still open",
            lambda panel, quantile=quantile: open_ages(panel, source).quantile(quantile),  # type: ignore[misc]
            quantity=Quantity.INTENSIVE,
            transform="quantile",
            unit="days",
        )
    yield BACKLOG.feature(
        source,
        f"{source}_open_days_severity",
        f"未办结{zh}天数合计（按级别加权）",
        f"days for which {en} have been open, in all, weighted by severity",
        lambda panel: summed_age(panel, open_spans(panel, source, severe=True)),
        unit="days",
    )
    for age in AGES:
        yield BACKLOG.feature(
            source,
            f"{source}_open_over_{age}",
            f"超过{age}天未办结的{zh}数",
            f"{en} open for {age} days or more",
            lambda panel, age=age: panel.holding(older_than(panel, open_spans(panel, source), age)),  # type: ignore[misc]
        )
        yield BACKLOG.feature(
            source,
            f"{source}_open_over_{age}_severity",
            f"超过{age}天未办结的{zh}按级别加权之和",
            f"{en} open for {age} days or more, weighted by severity",
            lambda panel, age=age: panel.holding(  # type: ignore[misc]
                older_than(panel, open_spans(panel, source, severe=True), age)
            ),
            unit="severity points",
        )


def open_by_category(subject: Subject) -> Iterator[Declared]:
    """Open records of each category."""
    source = subject.source
    for code, (name, zh, en) in enumerate(subject.categories):
        yield BACKLOG.feature(
            source,
            f"{source}_{name}_open",
            f"未办结{subject.zh}数：{zh}",
            f"{subject.en} ({en}) still open",
            lambda panel, code=code: panel.holding(open_of_category(panel, source, code)),  # type: ignore[misc]
        )


def closing(subject: Subject) -> Iterator[Declared]:
    """How long it took to close what was closed lately, whether that grew, and how much was closed of what came in."""
    source, zh, en = subject.source, subject.zh, subject.en
    short, long = SHORT_AND_LONG[subject.period]

    def closed(panel: Panel) -> Spans:
        return panel.told(source, long, "closed_at")[1]

    def took(panel: Panel) -> Spans:
        rows, spans = panel.told(source, long, "closed_at")
        return spans.weighing(np.maximum(0, rows["closed_at_day"] - rows["day"]))

    def mean_days(panel: Panel, window: int) -> Array:
        def make() -> Array:
            number = panel.lately((source, "closed"), lambda: closed(panel), window)
            return ratio(panel.lately((source, "took"), lambda: took(panel), window), number)

        return panel.keep((source, "days to close", window), make)

    def change(panel: Panel) -> Array:
        grown = mean_days(panel, short) + 1
        grown /= mean_days(panel, long) + 1
        return np.asarray(np.log(grown, out=grown))

    for window in (short, long):
        yield CLOSING.feature(
            source,
            f"{source}_days_to_close_{window}",
            f"{subject.zh_last(window)}办结的{zh}平均用时（天）",
            f"mean days taken by {en} closed {subject.en_last(window)}",
            lambda panel, window=window: mean_days(panel, window),  # type: ignore[misc]
            quantity=Quantity.INTENSIVE,
            transform="mean",
            unit="days",
            window=window,
        )
    yield CLOSING.feature(
        source,
        f"{source}_days_to_close_change",
        f"{zh}办结用时的变化（{subject.zh_last(short)}相对{subject.zh_last(long)}）",
        f"change of the time to close {en}: the last {subject.en_time(short)} against {long}",
        change,
        quantity=Quantity.INTENSIVE,
        transform="log ratio",
        unit="",
        window=long,
    )
    yield CLOSING.feature(
        source,
        f"{source}_closed_share_{long}",
        f"{subject.zh_last(long)}{zh}办结数与新增数之比（对数）",
        f"{en} closed {subject.en_last(long)} against those that came in, as a log ratio",
        lambda panel: log_ratio(
            panel.lately((source, "closed"), lambda: closed(panel), long), count(panel, source, long)
        ),
        quantity=Quantity.INTENSIVE,
        transform="log ratio",
        unit="",
        window=long,
    )
