"""Attention levels: a rank and a size, both, for each rule of the configuration."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskwarn.configuration import Levels
from riskwarn.words import RANKED_LEVELS, Level

#: Entering one of these raises an alert.
ALERTING = (Level.RED.value, Level.ORANGE.value)


def levels(
    score: npt.NDArray[np.float64], rank: npt.NDArray[np.int64], rules: Levels, gap: bool
) -> npt.NDArray[np.object_]:
    """The level of each grid; all unknown where the target's own source has a gap. `rank` counts from 1."""
    found = np.full(len(score), Level.NONE.value, dtype=object)
    if gap:
        found[:] = Level.UNKNOWN.value
        return found
    mean = score.mean()
    for level in reversed(RANKED_LEVELS):
        rule = getattr(rules, level.value)
        top = rank <= max(1, int(np.ceil(rule.top * len(score))))
        found[top & (score > 0) & (score >= rule.times * mean)] = level.value
    return found
