"""The numbers of a map: one array for each thing that is shown, in the order of the places."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from riskwarn.arrays import Reals
from riskwarn.words import Unit
from serving.api.queries import Measure
from serving.columns.scores import LEVELS, Block, Scores
from serving.snapshots.snapshot import Snapshot

#: By what a number is multiplied before it is told whole: probabilities by more than counts of events.
SCALES = {Measure.SCORE: 10_000, Measure.CHANGE: 10_000, Measure.PER_10000: 1_000, Measure.EXCESS: 1_000}
_COUNTED = 1_000

#: What is withheld of a unit of few residents, as a ranking withholds it.
_WITHHELD = (Measure.PER_10000, Measure.EXCESS)


def values(
    snapshot: Snapshot, now: datetime, block: Block, unit: Unit, measure: Measure, places: str
) -> dict[str, Any]:
    """The levels of the units of a kind, and one number of each; `places` names the list of them. What a ranking withholds is null."""
    one, level = snapshot.scores[block][unit], snapshot.places[unit]
    # A change is one of the score, and above the grid of the expected count.
    scale = _COUNTED if measure is Measure.CHANGE and unit is not Unit.GRID else SCALES[measure]
    told = _number(one, measure)
    if measure in _WITHHELD:
        told = np.where(level.suppressed, np.nan, told)
    numbers = np.round(told * scale)
    return {
        "snapshot": snapshot.head(now, *block),
        "target": block[0],
        "horizon": block[1],
        "unit": unit.value,
        "measure": measure.value,
        "places": places,
        "levels": [one.value for one in LEVELS],
        "level": one.level.tolist(),
        "scale": scale,
        "value": [None if value != value else int(value) for value in numbers.tolist()],
        "gap": _gaps(snapshot, unit),
    }


def _number(one: Scores, measure: Measure) -> Reals:
    if measure is Measure.SCORE:
        return one.score
    if measure is Measure.CHANGE:
        return one.change
    return one.per_10000 if measure is Measure.PER_10000 else one.expected_count - one.usual_count


def _gaps(snapshot: Snapshot, unit: Unit) -> list[int]:
    """1 for each unit of which a source has not reported."""
    level = snapshot.places[unit]
    if not snapshot.gaps.rows:
        return [0] * len(level)
    if unit is Unit.DISTRICT:
        return [int(bool(snapshot.gaps.sources(code))) for code in level.codes]
    # What has one parent lies in one district.
    parents, first, of_row = np.unique(level.parents, return_index=True, return_inverse=True)
    found = np.zeros(len(parents), dtype=np.int8)
    for number, row in enumerate(first.tolist()):
        lineage = snapshot.places.lineage(unit, row)
        found[number] = any(snapshot.gaps.sources(code) for upper, code, _ in lineage if upper is Unit.DISTRICT)
    told: list[int] = found[of_row].tolist()
    return told
