"""Attention levels: a rank and a size, both, for each rule of the configuration."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskwarn.arrays import Flags, Reals
from riskwarn.configuration import Levels
from riskwarn.words import RANKED_LEVELS, Level

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
