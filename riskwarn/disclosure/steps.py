"""Figures of how forecasts went, told in steps that hide single events.

What was forecast is public. So a figure over few events, told to many digits, tells in which places they came: there are a million ways
for four events to lie in eighty grids, and one of them has just this loss, score and deviance.
"""

from __future__ import annotations

import math

#: Fewer events together show no figure.
LEAST_OF_GROUP = 50
#: So many events are within one step of a figure.
HIDDEN = 3


def step_of(scale: float, events: int) -> float:
    """How far apart the values of a figure are told, of which each event is its share of the scale: 1, 2 or 5 of a power of ten.

    >>> step_of(1.0, 50), step_of(0.08, 50), step_of(0.08, 5000)
    (0.1, 0.005, 5e-05)
    """
    least = scale * HIDDEN / events
    if not least:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return float(f"{next(n * power for n in (1, 2, 5, 10) if n * power >= least * (1 - 1e-9)):.1g}")


def in_steps(value: float | None, width: float) -> float | None:
    """A number as the multiple of a step that is next to it.

    >>> in_steps(0.0837, 0.005), in_steps(0.34, 0.1)
    (0.085, 0.3)
    """
    if value is None or math.isnan(value):
        return None
    return float(f"{round(value / width) * width:.12g}") + 0.0
