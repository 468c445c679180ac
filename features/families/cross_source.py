"""Sources against each other: demand that follows a dispute in the same grid and category, and ratios between sources."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.engine.sums import add_where_any, log_ratio
from features.families.counts import count, count_of, flow_of, of_category
from features.families.declaration import Declared, Family, Subject
from features.panel.panel import Array, Panel
from features.windows import SHORT_AND_LONG
from riskwarn.words import Quantity

CROSSING = Family("crossing", theme="crossing")

#: (what came first, what follows): demand after a dispute is a dispute that goes on.
FOLLOWS = (("disputes", "hotline"), ("hotline", "disputes"), ("hazards", "hotline"), ("grid_reports", "disputes"))


def crossing(first: Subject, then: Subject) -> Iterator[Declared]:
    """What came lately to grids and categories that had the other source before, and the two sources' ratio."""
    short, long = SHORT_AND_LONG[first.period]
    codes = {name: code for code, (name, _, _) in enumerate(first.categories)}
    shared = [(codes[name], code) for code, (name, _, _) in enumerate(then.categories) if name in codes]
    common = [(one, other) for one, other in shared if first.categories[one][0] != "other"]

    def following(panel: Panel) -> Array:
        found = np.zeros((panel.columns, panel.grids), dtype=np.int64)
        for earlier, later in common:
            before = count_of(panel, first.source, earlier, long)
            add_where_any(found, panel.frame, of_category(panel, then.source, later, short), short, before)
        return found

    if common:
        yield CROSSING.feature(
            then.source,
            f"{then.source}_after_{first.source}_{short}",
            f"{then.zh_last(short)}{then.zh}数（同网格同类别{first.zh_last(long)}有过{first.zh}）",
            f"{then.en} {then.en_last(short)} in categories that had {first.en} in the grid {first.en_last(long)}",
            following,
            # What is chosen by the grid's own past is no amount of a unit.
            quantity=Quantity.INTENSIVE,
            transform="sum over shared categories",
            window=long,
        )
    yield CROSSING.feature(
        then.source,
        f"{then.source}_per_{first.source}_{long}",
        f"{first.zh_last(long)}{then.zh}与{first.zh}之比（对数）",
        f"{then.en} against {first.en} {first.en_last(long)}, as a log ratio",
        lambda panel: log_ratio(count(panel, then.source, long), count(panel, first.source, long)),
        quantity=Quantity.INTENSIVE,
        transform="log ratio",
        unit="",
        window=long,
    )


def recurring(subject: Subject) -> Iterator[Declared]:
    """Categories that came again: records of the short window in categories which the grid already had before it."""
    source = subject.source
    short, long = SHORT_AND_LONG[subject.period]

    def again(panel: Panel) -> Array:
        found = np.zeros((panel.columns, panel.grids), dtype=np.int64)
        for code in range(len(subject.categories)):
            before = flow_of(panel, source, code, long).within(long, short)
            add_where_any(found, panel.frame, of_category(panel, source, code, short), short, before)
        return found

    def variety(panel: Panel) -> Array:
        kinds = np.zeros((panel.columns, panel.grids), dtype=np.int8)
        for code in range(len(subject.categories)):
            kinds += count_of(panel, source, code, long) > 0
        return kinds

    yield CROSSING.feature(
        source,
        f"{source}_recurring_{short}",
        f"{subject.zh_last(short)}{subject.zh}中同类再发数",
        f"{subject.en} {subject.en_last(short)} of a category that the grid already had",
        again,
        quantity=Quantity.INTENSIVE,
        transform="sum over categories",
        window=long,
    )
    yield CROSSING.feature(
        source,
        f"{source}_variety_{long}",
        f"{subject.zh_last(long)}{subject.zh}涉及类别数",
        f"categories of {subject.en} {subject.en_last(long)}",
        variety,
        quantity=Quantity.INTENSIVE,
        transform="number of categories",
        unit="categories",
        window=long,
    )


def pairs(subjects: dict[str, Subject]) -> Iterator[Declared]:
    """The crossings of sources that a city has."""
    for earlier, later in FOLLOWS:
        if earlier in subjects and later in subjects:
            yield from crossing(subjects[earlier], subjects[later])
