"""How much was recorded lately: windowed counts, their severity, by category and by who found it."""

from __future__ import annotations

from collections.abc import Iterator

from features.encoding.encode import DISCOVERED_BY
from features.families.declaration import Declared, Family, Subject
from features.panel.panel import Array, Panel
from features.transforms.amounts import Count, Windowed
from features.transforms.categories import OfCategory
from features.transforms.selections import Recent, Severe, Where
from features.windows import SHORT_AND_LONG, WINDOWS

COUNTS = Family("counts", theme="volume")
FOUND_BY = Family("found_by", theme="volume")

_WAYS = {
    "reported": ("群众反映的", "reported by residents"),
    "patrol": ("巡查发现的", "found on patrol"),
    "transferred": ("其他部门转来的", "transferred by others"),
}


def count(panel: Panel, source: str, window: int) -> Array:
    """(columns, cells) records of `source` that became known in the last `window` periods."""
    return Count(source, window).compute(panel)


def counts(subject: Subject) -> Iterator[Declared]:
    """Records in each window."""
    source = subject.source
    for window in WINDOWS[subject.period]:
        yield COUNTS.declare(
            source,
            f"{source}_count_{window}",
            Count(source, window),
            f"{subject.zh_last(window)}{subject.zh}数",
            f"{subject.en} {subject.en_last(window)}",
        )


def severity_sums(subject: Subject) -> Iterator[Declared]:
    """Records weighted by severity (1 to 4)."""
    source = subject.source
    for window in SHORT_AND_LONG[subject.period]:
        yield COUNTS.declare(
            source,
            f"{source}_severity_{window}",
            Windowed(Severe(recent(subject)), window),
            f"{subject.zh_last(window)}{subject.zh}按级别加权之和",
            f"{subject.en} {subject.en_last(window)}, weighted by severity",
        )


def by_category(subject: Subject) -> Iterator[Declared]:
    """Records of each category of the vocabulary, in the long window."""
    source = subject.source
    _, window = SHORT_AND_LONG[subject.period]
    for category, (name, zh, en) in zip(subject.coded, subject.categories, strict=True):
        yield COUNTS.declare(
            source,
            f"{source}_{name}_count_{window}",
            Windowed(OfCategory(recent(subject), category), window),
            f"{subject.zh_last(window)}{subject.zh}数：{zh}",
            f"{subject.en} ({en}) {subject.en_last(window)}",
        )


def discovered_by(subject: Subject) -> Iterator[Declared]:
    """Records by who found them. What patrols find says first of all where people patrol."""
    source = subject.source
    for way, (zh, en) in _WAYS.items():
        for window in SHORT_AND_LONG[subject.period]:
            yield FOUND_BY.declare(
                source,
                f"{source}_{way}_{window}",
                Windowed(found(subject, way), window),
                f"{subject.zh_last(window)}{zh}{subject.zh}数",
                f"{subject.en} {en} {subject.en_last(window)}",
                observer=way == "patrol",
            )


def recent(subject: Subject, field: str | None = None) -> Recent:
    """The records that became known, or whose field did, within the long window of any column."""
    return Recent(subject.source, SHORT_AND_LONG[subject.period][1], field)


def found(subject: Subject, way: str) -> Where:
    """The recent records that were found in this way."""
    return Where(recent(subject), "discovered", DISCOVERED_BY.index(way))
