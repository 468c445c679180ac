"""How high a level of a notice stands, for those who ask for the higher ones alone."""

from __future__ import annotations

from riskwarn.words import RANKED_LEVELS, Level

_HEIGHT = {level.value: place for place, level in enumerate([Level.NONE, *reversed(RANKED_LEVELS)])}


def height(level: str) -> int:
    """0 is none; what is unknown, a data gap, is told whatever is asked for: nobody knows what it hides."""
    return _HEIGHT.get(level, len(_HEIGHT))
