"""What may be shown of how a forecast went, small numbers kept.

Everybody knows what was expected of each unit. So a figure over a few units, told to many digits, would tell what came in each: no
figure is shown of a row with one or two events, of a level with few units, or of fewer than three units that came first; and each has
three digits. Units are named in bands, where the level has many more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np

from riskwarn.disclosure import RULE, few
from riskwarn.words import Unit

#: With fewer events the figures of one row would tell how many they were.
LEAST_EVENTS = 3
#: A level of fewer units is not judged by itself, and none of its units is named; the whole city may be.
LEAST_UNITS = 10
#: Fewer units that came first are no group.
LEAST_FIRST = 3
#: Digits of a figure.
DIGITS = 3

#: Shares of units that are visited, by the name of their figure.
CAPTURES = {"capture_1": 0.01, "capture_5": 0.05, "capture_10": 0.10}

#: Numbers of events of one unit, as they are told: bands of the ladder, of none and the first together.
BANDS = ((0, 2), (3, 5), (6, 10), (11, 19), (20, None))

_PRIVATE = ("events",)
#: Of a baseline its expected total would tell the events of the periods that it is made of.
_PRIVATE_OF_BASELINES = ("expected", "calibration_level")
#: … and all that the counts of but one window make would tell these.
_BASELINES_OF_ONE_WINDOW = ("last_value",)
#: What hangs on how many events came, and not only on where any came.
_OF_COUNTS = ("poisson_deviance", "calibration_level", "inside", *CAPTURES)

Figures = Mapping[str, Any]


def content_told(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says, as far as it may be shown to anybody: of one that was judged by exact counts nothing that hangs on them."""
    own = content.get("disclosure") == RULE
    hidden = () if own else _OF_COUNTS
    found = {**content, "levels": _without(content["levels"], hidden)}
    found["baselines"] = {
        name: _without(levels, (*hidden, *_PRIVATE_OF_BASELINES))
        for name, levels in content["baselines"].items()
        if name not in _BASELINES_OF_ONE_WINDOW
    }
    if not own:
        found |= {"events": None, "events_before_publication": None, "capture_5_after_publication": None}
        found |= {"misses": [], "false_alarms": []}
    return found


def _without(levels: Mapping[str, Figures], names: Collection[str]) -> dict[str, dict[str, Any]]:
    return {
        unit: {name: None if name in names else value for name, value in figures.items()}
        for unit, figures in levels.items()
    }


def levels_shown(levels: Mapping[str, Figures], events: int) -> dict[str, dict[str, Any]]:
    """Level -> its figures, as far as they may be shown; the number of `events` is told once, of the city."""
    return {
        unit: figures_shown(figures, events) for unit, figures in levels.items() if level_shown(unit, figures["units"])
    }


def level_shown(unit: str, units: int) -> bool:
    """Whether a level of so many units is judged by itself."""
    return unit in (Unit.CITY.value, Unit.GRID.value) or units >= LEAST_UNITS


def figures_shown(figures: Figures, events: int) -> dict[str, Any]:
    """Figures with three digits, without those of a handful of units, and those that tell where one or two of the `events` came."""
    units, telling = figures["units"], set(_telling(figures, events))
    return {
        name: units if name == "units" else digits(value) if _may(name, units) and name not in telling else None
        for name, value in figures.items()
        if name not in _PRIVATE
    }


def _telling(figures: Figures, events: int) -> Iterator[str]:
    """The captures that tell of one or two events: in the first units, in the others, or beyond those of the capture before."""
    before = 0
    for name in CAPTURES:
        value = figures.get(name)
        if value is None or np.isnan(value):
            continue
        caught = round(value * events)
        if few(caught) or few(events - caught) or few(caught - before):
            yield name
        else:
            before = caught


def digits(value: float | None) -> float | None:
    """A figure with as many digits as are shown."""
    if value is None or np.isnan(value):
        return None
    return float(f"{value:.{DIGITS}g}")


def band(events: int) -> str:
    """The band of a number of events of one unit.

    >>> [band(events) for events in (0, 2, 4, 30)]
    ['0–2', '0–2', '3–5', '20+']
    """
    least, most = next((least, most) for least, most in BANDS if most is None or events <= most)
    return f"{least}+" if most is None else f"{least}–{most}"


def _may(name: str, units: int) -> bool:
    return name not in CAPTURES or captured_units(name, units) >= LEAST_FIRST


def captured_units(name: str, units: int) -> int:
    """How many units a capture looks at."""
    return max(1, int(np.ceil(CAPTURES[name] * units - 1e-9)))
