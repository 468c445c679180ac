"""Sources against each other: demand that follows a dispute in the same grid and category, and ratios between sources."""

from __future__ import annotations

from collections.abc import Iterator

from features.families.counts import recent
from features.families.declaration import Declared, Family, Subject
from features.transforms.amounts import Count
from features.transforms.categories import Following, Recurring, Variety
from features.transforms.ratios import LogRatio
from features.windows import SHORT_AND_LONG

CROSSING = Family("crossing", theme="crossing")

#: (what came first, what follows): demand after a dispute is a dispute that goes on.
FOLLOWS = (("disputes", "hotline"), ("hotline", "disputes"), ("hazards", "hotline"), ("grid_reports", "disputes"))


def crossing(first: Subject, then: Subject) -> Iterator[Declared]:
    """What came lately to grids and categories that had the other source before, and the two sources' ratio."""
    short, long = SHORT_AND_LONG[first.period]
    named = {category.word: category for category in first.coded if category.word != "other"}
    common = tuple((named[category.word], category) for category in then.coded if category.word in named)
    if common:
        yield CROSSING.declare(
            then.source,
            f"{then.source}_after_{first.source}_{short}",
            Following(recent(first), recent(then), common, short, long),
            f"{then.zh_last(short)}{then.zh}数（同网格同类别{first.zh_last(long)}有过{first.zh}）",
            f"{then.en} {then.en_last(short)} in categories that had {first.en} in the grid {first.en_last(long)}",
        )
    yield CROSSING.declare(
        then.source,
        f"{then.source}_per_{first.source}_{long}",
        LogRatio(Count(then.source, long), Count(first.source, long)),
        f"{first.zh_last(long)}{then.zh}与{first.zh}之比（对数）",
        f"{then.en} against {first.en} {first.en_last(long)}, as a log ratio",
    )


def recurring(subject: Subject) -> Iterator[Declared]:
    """Categories that came again: records of the short window in categories which the grid already had before it."""
    source = subject.source
    short, long = SHORT_AND_LONG[subject.period]
    yield CROSSING.declare(
        source,
        f"{source}_recurring_{short}",
        Recurring(recent(subject), subject.coded, short, long),
        f"{subject.zh_last(short)}{subject.zh}中同类再发数",
        f"{subject.en} {subject.en_last(short)} of a category that the grid already had",
    )
    yield CROSSING.declare(
        source,
        f"{source}_variety_{long}",
        Variety(recent(subject), subject.coded, long),
        f"{subject.zh_last(long)}{subject.zh}涉及类别数",
        f"categories of {subject.en} {subject.en_last(long)}",
    )


def pairs(subjects: dict[str, Subject]) -> Iterator[Declared]:
    """The crossings of sources that a city has."""
    for earlier, later in FOLLOWS:
        if earlier in subjects and later in subjects:
            yield from crossing(subjects[earlier], subjects[later])
