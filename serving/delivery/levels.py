"""How high a level of a notice stands, for those who ask for the higher ones alone."""

from __future__ import annotations

from riskwarn.alert_rules import HEIGHTS
from riskwarn.words import Level

_HEIGHT = {level.value: height for level, height in HEIGHTS.items() if level is not Level.UNKNOWN}
_ABOVE_ALL = 1 + max(HEIGHTS.values())


def height(level: str) -> int:
    """0 is none; what is unknown, a data gap, is told whatever is asked for: nobody knows what it hides."""
    return _HEIGHT.get(level, _ABOVE_ALL)
