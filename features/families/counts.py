"""How much was recorded lately: windowed counts, their severity, by category and by who found it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.encoding.encode import DISCOVERED_BY
from features.engine.spans import Parted, Spans
from features.engine.sums import Flow
from features.families.declaration import Declared, Family, Subject
from features.panel.panel import Array, Panel
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
    return panel.flow((source, "count"), lambda: panel.spans(source)).within(window)


def count_of(panel: Panel, source: str, category: int, window: int) -> Array:
    """(columns, cells) records of one category, by its code."""
    return flow_of(panel, source, category, window).within(window)


def flow_of(panel: Panel, source: str, category: int, window: int) -> Flow:
    """The running sums of one category, by its code, for windows up to this or the long one."""
    return panel.recent((source, "category", category), lambda: of_category(panel, source, category, window), window)


def of_category(panel: Panel, source: str, category: int, window: int) -> Spans:
    """The source's spans of one category, by its code, which became known lately enough for the window at any column."""

    def make() -> Parted:
        rows, spans = panel.told(source, window)
        return spans.parted(rows["category"])

    return panel.keep((source, "by category", panel.looking_back(window)), make).of(category)


def severe(panel: Panel, source: str, window: int) -> Spans:
    """The source's spans weighted by severity, for this window."""
    rows, spans = panel.told(source, window)
    return spans.weighing(rows["severity"].astype(np.int32))


def found(panel: Panel, source: str, way: str, window: int) -> Spans:
    """The source's spans found in this way, for this window."""
    rows, spans = panel.told(source, window)
    return spans.where(np.asarray(rows["discovered"] == DISCOVERED_BY.index(way)))


def counts(subject: Subject) -> Iterator[Declared]:
    """Records in each window."""
    source = subject.source
    for window in WINDOWS[subject.period]:
        yield COUNTS.feature(
            source,
            f"{source}_count_{window}",
            f"{subject.zh_last(window)}{subject.zh}数",
            f"{subject.en} {subject.en_last(window)}",
            lambda panel, window=window: count(panel, source, window),  # type: ignore[misc]
            window=window,
        )


def severity_sums(subject: Subject) -> Iterator[Declared]:
    """Records weighted by severity (1 to 4)."""
    source = subject.source
    for window in SHORT_AND_LONG[subject.period]:
        yield COUNTS.feature(
            source,
            f"{source}_severity_{window}",
            f"{subject.zh_last(window)}{subject.zh}按级别加权之和",
            f"{subject.en} {subject.en_last(window)}, weighted by severity",
            lambda panel, window=window: panel.lately(  # type: ignore[misc]
                (source, "severity"), lambda: severe(panel, source, window), window
            ),
            window=window,
            unit="severity points",
        )


def by_category(subject: Subject) -> Iterator[Declared]:
    """Records of each category of the vocabulary, in the long window."""
    source = subject.source
    _, window = SHORT_AND_LONG[subject.period]
    for code, (name, zh, en) in enumerate(subject.categories):
        yield COUNTS.feature(
            source,
            f"{source}_{name}_count_{window}",
            f"{subject.zh_last(window)}{subject.zh}数：{zh}",
            f"{subject.en} ({en}) {subject.en_last(window)}",
            lambda panel, code=code: count_of(panel, source, code, window),  # type: ignore[misc]
            window=window,
        )


def by_finder(subject: Subject) -> Iterator[Declared]:
    """Records by who found them. What patrols find says first of all where people patrol."""
    source = subject.source
    for way, (zh, en) in _WAYS.items():
        for window in SHORT_AND_LONG[subject.period]:
            yield FOUND_BY.feature(
                source,
                f"{source}_{way}_{window}",
                f"{subject.zh_last(window)}{zh}{subject.zh}数",
                f"{subject.en} {en} {subject.en_last(window)}",
                lambda panel, window=window, way=way: panel.lately(  # type: ignore[misc]
                    (source, "found", way), lambda: found(panel, source, way, window), window
                ),
                window=window,
                observer=way == "patrol",
            )
