"""Where gaps of data hide risk: from the health of sources, and what a forecast rests on, to grids whose level is unknown.

A gap hides risk and never shows less of it. Where a source that a forecast rests on is silent, its level is unknown;
where such a source is short, a level that is raised in spite of it stands, and whatever is not raised is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features import City
from riskwarn.arrays import Flags
from riskwarn.health import SourceHealth
from riskwarn.words import Gap, Unit
from serving.columns.gaps import DataGaps, SourceGap
from training import Reasons

#: A forecast rests on a source from this share of all that moves it.
RELIED_SHARE = 0.2


def failed_grids(gaps: DataGaps, city: City, sources: set[str], kind: Gap) -> Flags:
    """(grids,) where one of the sources has a gap of this kind, in the order of the city's geography."""
    districts = city.geography.units[Unit.DISTRICT]
    failed = {row.district for row in gaps.rows if row.source in sources and row.kind is kind}
    if None in failed:
        return np.ones(len(city.geography), dtype=bool)
    return np.array([code in failed for code in districts.codes], dtype=bool)[districts.of_grid]


def data_gaps(health: Sequence[SourceHealth]) -> DataGaps:
    """The gaps that an examination found; one of the whole city stands for those of its districts."""
    rows = []
    for one in health:
        if one.gap is not None:
            rows.append(SourceGap(one.source, one.gap, None))
        rows += [
            SourceGap(one.source, part.gap, part.code)
            for part in one.districts
            if part.gap is not None and part.gap is not one.gap
        ]
    return DataGaps(tuple(rows))


def relied_on(reasons: Reasons, own: str) -> set[str]:
    """The sources that a forecast rests on: the target's own, and those that make a fair part of all that moves it."""
    weight: dict[str, float] = {}
    for feature, size in zip(reasons.features, np.abs(reasons.effects).sum(axis=0), strict=True):
        weight[feature.source] = weight.get(feature.source, 0.0) + float(size)
    total = sum(weight.values())
    return {own, *(source for source, part in weight.items() if total > 0 and part >= RELIED_SHARE * total)}
