"""The numbers that reasons are told with, as they stood when the last period of the calendar had passed.

Counts are told by the bands of periods. Counted back from an as-of in the middle of a week, periods would begin on another day of the
week every night: the bands of one night beside those of the next tell one record from two. So what is told is counted in the weeks of
the calendar, those that were whole at the as-of, and is the same for all as-ofs of a week. What models compute with is counted back
from the as-of, and is another matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from features import Catalogue, City, FeatureMatrix, build_features
from features.building.build import chosen_rows
from features.building.executors import Executor
from features.panel.panel import Encoded
from riskwarn.progress import Progress, silent


def with_numbers_told(
    city: City,
    catalogue: Catalogue,
    numbers: Encoded,
    features: Sequence[str],
    told: Sequence[str],
    executor: Executor,
    progress: Progress = silent,
) -> FeatureMatrix:
    """Some features as of the city's as-of, and beside them the plain numbers of these names as they are told. `numbers` is the encoded
    city."""
    whole = city.calendar.whole_before(city.as_of)
    if whole == city.as_of or not told:
        names = [*features, *told]
        return build_features(
            city, [city.as_of], progress, executor=executor, numbers=numbers, names=names, catalogue=catalogue
        )
    made = build_features(
        city, [city.as_of], progress, executor=executor, numbers=numbers, names=features, catalogue=catalogue
    )
    beside = _told_at(replace(city, as_of=whole), catalogue, told, executor, progress)
    return replace(
        made,
        features=(*made.features, *beside.features),
        values=np.concatenate([np.asarray(made.values), np.asarray(beside.values)]),
    )


def _told_at(
    city: City, catalogue: Catalogue, told: Sequence[str], executor: Executor, progress: Progress
) -> FeatureMatrix:
    """The numbers as of the city's as-of, source by source: what is believed of one source of a large city are gigabytes."""
    names: dict[str, list[str]] = {}
    for row in chosen_rows(catalogue, told):
        names.setdefault(row.feature.source, []).append(row.feature.name)

    def of(source: str) -> FeatureMatrix:
        held = {source: city.beliefs[source]} if source in city.beliefs else {}
        one = replace(city, beliefs=held)
        return build_features(one, [city.as_of], progress, executor=executor, names=names[source], catalogue=catalogue)

    parts = [of(source) for source in names]
    whole = replace(
        parts[0],
        features=tuple(feature for part in parts for feature in part.features),
        values=np.concatenate([np.asarray(part.values) for part in parts]),
    )
    return whole.select(list(dict.fromkeys(told)))
