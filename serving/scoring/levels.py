"""Attention levels: of a grid by a rank and a size, both, for each rule of the configuration; of what lies above by those of its grids."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskwarn.arrays import Flags, Reals
from riskwarn.configuration import Levels
from riskwarn.words import RANKED_LEVELS, Level
from serving.columns.scores import LEVEL_NUMBERS

#: Levels that would be taken for low risk.
NOT_RAISED = (Level.NONE.value, Level.BLUE.value)


def levels(
    score: Reals,
    rank: npt.NDArray[np.integer],
    rules: Levels,
    silent: Flags | bool = False,
    short: Flags | bool = False,
) -> npt.NDArray[np.object_]:
    """The level of each grid; `rank` counts from 1.

    Unknown where a source that the forecast rests on is `silent`, and where one is `short` unless the level is raised in
    spite of it: what did not come can only hide risk.
    """
    found = np.full(len(score), Level.NONE.value, dtype=object)
    mean = score.mean()
    for level in reversed(RANKED_LEVELS):
        rule = getattr(rules, level.value)
        top = rank <= max(1, int(np.ceil(rule.top * len(score))))
        found[top & (score > 0) & (score >= rule.times * mean)] = level.value
    hidden = np.asarray(short) & np.isin(found, NOT_RAISED)
    found[np.asarray(silent) | hidden] = Level.UNKNOWN.value
    return found


def levels_above(
    grids: npt.NDArray[np.int8], unit: npt.NDArray[np.integer], units: int, rules: Levels
) -> npt.NDArray[np.int8]:
    """(units,) the level of each unit, as its number, by those of its grids; `unit` is that of each grid.

    A unit has a level where so many of its grids have it or a higher one that they are as many times what they would be were they spread
    evenly as the rule asks: with the rules that are usual, red where 4 in 100 of its grids are red, orange from 9 of orange and red, yellow
    from 20, blue from 30. It compares no unit with another, and knows nothing of their size. A unit with a grid of which nobody knows has
    no level that could be taken for low risk: it is unknown, unless those that are known raise it in spite of that.
    """
    size = np.maximum(np.bincount(unit, minlength=units), 1)
    found = np.full(units, LEVEL_NUMBERS[Level.NONE.value], dtype=np.int8)
    for level in reversed(RANKED_LEVELS):
        rule = getattr(rules, level.value)
        at_least = [LEVEL_NUMBERS[one.value] for one in RANKED_LEVELS[: RANKED_LEVELS.index(level) + 1]]
        held = np.bincount(unit, np.isin(grids, at_least), units)
        # Rounded: a share that is just what the rule asks must not depend on how it is written in binary.
        found[np.round(held / size, 9) >= np.round(min(rule.times * rule.top, 1), 9)] = LEVEL_NUMBERS[level.value]
    unknown = np.bincount(unit, grids == LEVEL_NUMBERS[Level.UNKNOWN.value], units) > 0
    found[unknown & np.isin(found, [LEVEL_NUMBERS[one] for one in NOT_RAISED])] = LEVEL_NUMBERS[Level.UNKNOWN.value]
    return found
