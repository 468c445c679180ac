"""What is still open: its number, age and severity, and how long closing takes."""

from __future__ import annotations

from collections.abc import Iterator

from features.families.counts import recent
from features.families.declaration import Declared, Family, Subject
from features.transforms.amounts import AgeQuantile, Count, Holding, OldestAge, SummedAge, Windowed
from features.transforms.cases import Open
from features.transforms.categories import OfCategory
from features.transforms.ratios import LogChange, LogRatio, Mean
from features.transforms.selections import OfAge, OfSeverity, Older, Severe, TimeTaken
from features.transforms.transform import Once
from features.windows import SHORT_AND_LONG

BACKLOG = Family("backlog", theme="waiting")
CLOSING = Family("closing", theme="waiting")

#: Ages over which an open record is counted apart, in days.
AGES = (28, 84, 182)

#: Bands of age in days, each with its first day and the first that is no more in it.
AGE_BANDS: tuple[tuple[int, int | None], ...] = ((0, 14), (14, 35), (35, 63), (63, None))

#: Word of severity -> its Chinese name; what bears none counts as the least.
SEVERITIES = {"general": "一般", "larger": "较大", "major": "重大", "extraordinary": "特别重大"}

#: Places in the order of ages, from the youngest up.
QUANTILES = {"median": (0.5, "中位", "median"), "p90": (0.9, "九成位", "90 % quantile of")}


def number_open(subject: Subject) -> Declared:
    """Open records."""
    source, zh, en = subject.source, subject.zh, subject.en
    return BACKLOG.declare(source, f"{source}_open", Once(Holding(Open(source))), f"未办结{zh}数", f"{en} still open")


def backlog(subject: Subject) -> Iterator[Declared]:
    """Open records: number, severity, ages, and number above each age."""
    source, zh, en = subject.source, subject.zh, subject.en
    number, still_open = number_open(subject), Open(source)
    yield number
    yield BACKLOG.declare(
        source,
        f"{source}_open_severity",
        Holding(Severe(still_open)),
        f"未办结{zh}按级别加权之和",
        f"{en} still open, weighted by severity",
    )
    yield BACKLOG.declare(
        source,
        f"{source}_open_age",
        Mean(SummedAge(still_open), number.transform),
        f"未办结{zh}平均天数",
        f"mean age in days of {en} still open",
    )
    yield BACKLOG.declare(
        source,
        f"{source}_open_age_max",
        OldestAge(still_open),
        f"未办结{zh}最长天数",
        f"age in days of the oldest of {en} still open",
    )
    for name, (quantile, word_zh, word_en) in QUANTILES.items():
        yield BACKLOG.declare(
            source,
            f"{source}_open_age_{name}",
            AgeQuantile(still_open, quantile),
            f"未办结{zh}天数{word_zh}数",
            f"{word_en} age in days of {en} still open",
        )
    yield BACKLOG.declare(
        source,
        f"{source}_open_days_severity",
        SummedAge(Severe(still_open)),
        f"未办结{zh}天数合计（按级别加权）",
        f"days for which {en} have been open, in all, weighted by severity",
    )
    for age in AGES:
        yield BACKLOG.declare(
            source,
            f"{source}_open_over_{age}",
            Holding(Older(still_open, age)),
            f"超过{age}天未办结的{zh}数",
            f"{en} open for {age} days or more",
        )
        yield BACKLOG.declare(
            source,
            f"{source}_open_over_{age}_severity",
            Holding(Older(Severe(still_open), age)),
            f"超过{age}天未办结的{zh}按级别加权之和",
            f"{en} open for {age} days or more, weighted by severity",
        )


def band_name(band: tuple[int, int | None]) -> str:
    """`14_to_35`, `over_63`."""
    low, high = band
    return f"over_{low}" if high is None else f"{low}_to_{high}"


def open_by_severity_and_age(subject: Subject) -> Iterator[Declared]:
    """Open records of each severity and band of age: every one is in just one of these."""
    source, zh, en = subject.source, subject.zh, subject.en
    for weight, (severity, severity_zh) in enumerate(SEVERITIES.items(), start=1):
        for low, high in AGE_BANDS:
            zh_age = f"超过{low}天" if high is None else f"{low}至{high}天"
            en_age = f"for {low} days or more" if high is None else f"for {low} to {high} days"
            yield BACKLOG.declare(
                source,
                f"{source}_open_{severity}_{band_name((low, high))}",
                Holding(OfAge(OfSeverity(Open(source), weight), low, high)),
                f"未办结{zh}数：{severity_zh}，{zh_age}",
                f"{en} still open, {severity}, {en_age}",
            )


def open_by_category(subject: Subject) -> Iterator[Declared]:
    """Open records of each category."""
    source = subject.source
    for category, (name, zh, en) in zip(subject.coded, subject.categories, strict=True):
        yield BACKLOG.declare(
            source,
            f"{source}_{name}_open",
            Holding(OfCategory(Open(source), category)),
            f"未办结{subject.zh}数：{zh}",
            f"{subject.en} ({en}) still open",
        )


def closing(subject: Subject) -> Iterator[Declared]:
    """How long it took to close what was closed lately, whether that grew, and how much was closed of what came in."""
    source, zh, en = subject.source, subject.zh, subject.en
    short, long = SHORT_AND_LONG[subject.period]
    closed = recent(subject, "closed_at")
    took = TimeTaken(closed, "closed_at_day")
    mean_days = {window: Once(Mean(Windowed(took, window), Windowed(closed, window))) for window in (short, long)}
    for window, mean in mean_days.items():
        yield CLOSING.declare(
            source,
            f"{source}_days_to_close_{window}",
            mean,
            f"{subject.zh_last(window)}办结的{zh}平均用时（天）",
            f"mean days taken by {en} closed {subject.en_last(window)}",
        )
    yield CLOSING.declare(
        source,
        f"{source}_days_to_close_change",
        LogChange(mean_days[short], mean_days[long]),
        f"{zh}办结用时的变化（{subject.zh_last(short)}相对{subject.zh_last(long)}）",
        f"change of the time to close {en}: the last {subject.en_time(short)} against {long}",
    )
    yield CLOSING.declare(
        source,
        f"{source}_closed_share_{long}",
        LogRatio(Windowed(closed, long), Count(source, long)),
        f"{subject.zh_last(long)}{zh}办结数与新增数之比（对数）",
        f"{en} closed {subject.en_last(long)} against those that came in, as a log ratio",
    )
