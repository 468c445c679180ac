"""Which grids a publication raises a notice for."""

from __future__ import annotations

from typing import Any

import numpy as np

from riskwarn.words import Level, Unit
from serving.columns.scores import LEVEL_NUMBERS, LEVELS
from serving.scoring.city import Before, Scored

REASONS_TOLD = 3

#: Notices that a first publication raises for a town at most: with nothing to compare with, every high grid is new.
FIRST_OF_A_TOWN = 3

#: How far up each level stands, by its number; what is unknown, or never was known (-1), is at no height.
_HEIGHT = np.zeros(len(LEVELS) + 1, dtype=np.int8)
for _height, _level in enumerate((Level.NONE, Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED)):
    _HEIGHT[LEVEL_NUMBERS[_level.value]] = _height


def entering(scored: Scored, horizon: int, before: Before) -> list[dict[str, Any]]:
    """The grids that enter orange or red at a horizon; each level is an entry of its own, compared with the last that was known."""
    grids = scored.places[Unit.GRID]
    least = _HEIGHT[LEVEL_NUMBERS[Level.ORANGE.value]]
    alerts: list[dict[str, Any]] = []
    for block, by_unit in scored.scores.items():
        if block[1] != horizon:
            continue
        now = by_unit[Unit.GRID]
        height, was = _HEIGHT[now.level], _HEIGHT[before.known_levels(block, scored.places)]
        rows = np.flatnonzero((height >= least) & (height > was))
        if before.places is None or block not in before.scores:
            rows = _first_of_towns(scored, rows, now.rank)
        alerts += [
            {
                "target": block[0],
                "horizon": horizon,
                "code": grids.codes[row],
                "level": LEVELS[now.level[row]].value,
                "score": float(now.score[row]),
                "reasons": scored.reasons.of(block, row, REASONS_TOLD),
            }
            for row in rows[np.argsort(now.rank[rows], kind="stable")].tolist()
        ]
    return alerts


def _first_of_towns(scored: Scored, rows: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Of some grids those that come first in their town."""
    places = scored.places
    town = places[Unit.COMMUNITY].parents[places[Unit.GRID].parents[rows]]
    order = np.lexsort((rank[rows], town))
    first = np.searchsorted(town[order], town[order])
    return np.asarray(rows[order[np.arange(len(order)) - first < FIRST_OF_A_TOWN]])
