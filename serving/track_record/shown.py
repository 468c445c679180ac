"""What may be shown of how a forecast went, small numbers kept.

Everybody knows what was expected of each unit. So a figure over few events, told to many digits, tells in which units they came, those
too whose details are withheld. A figure is shown of groups of rows that have :data:`~riskwarn.disclosure.steps.LEAST_OF_GROUP` events together, and in steps that
three events span: one event more or less, here or there, is seen in none. A row of so many events is a group by itself. Neither is
anything shown of a level with few units, or of fewer than three units that came first. Units are named in bands, where the level
has many more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from riskwarn.disclosure import ROUND, RULE, banded, bounds
from riskwarn.disclosure.steps import LEAST_OF_GROUP, in_steps, step_of
from riskwarn.words import Unit

#: A unit with fewer events is not named as missed.
LEAST_EVENTS = 3
#: A level of fewer units is not judged by itself, and none of its units is named; the whole city may be.
LEAST_UNITS = 10
#: Fewer units that came first are no group.
LEAST_FIRST = 3

#: Shares of units that are visited, by the name of their figure.
CAPTURES = {"capture_1": 0.01, "capture_5": 0.05, "capture_10": 0.10}

#: Numbers of events of one unit, as they are told: bands of the ladder, of none and the first together.
BANDS = ((0, 2), (3, 5), (6, 10), (11, 19), (20, None))

#: What is public of a level whatever came.
_PUBLIC = ("units", "expected")
#: Shares of one: one event changes them by its share of all.
_SHARES = (*CAPTURES, "inside")
#: A single unit's deviance is another word for what came there.
_OF_MANY = ("poisson_deviance", "inside", *CAPTURES)
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
        found |= {"misses": [], "false_alarms": [], "districts": []}
    return found


def named_told(content: Mapping[str, Any], withheld: Callable[[Collection[tuple[str, str]]], bool]) -> dict[str, Any]:
    """Of the units that a row names those of which nothing is `withheld` today; the rule may have become stricter since it was judged."""
    return {
        name: [
            one for one in content.get(name, []) if not withheld([(one.get("unit", Unit.DISTRICT.value), one["code"])])
        ]
        for name in ("misses", "false_alarms", "districts")
    }


def _without(levels: Mapping[str, Figures], names: Collection[str]) -> dict[str, dict[str, Any]]:
    return {
        unit: {name: None if name in names else value for name, value in figures.items()}
        for unit, figures in levels.items()
    }


def levels_shown(levels: Mapping[str, Figures], events: int | None) -> dict[str, dict[str, Any]]:
    """Level -> its figures, as far as they may be shown where so many `events` came."""
    return {
        unit: figures_shown(unit, figures, events)
        for unit, figures in levels.items()
        if level_shown(unit, figures["units"])
    }


def level_shown(unit: str, units: int) -> bool:
    """Whether a level of so many units is judged by itself."""
    return unit in (Unit.CITY.value, Unit.GRID.value) or units >= LEAST_UNITS


def figures_shown(unit: str, figures: Figures, events: int | None) -> dict[str, Any]:
    """Figures in steps; of few events nothing but what was said before they came."""
    units, told = figures["units"], events is not None and events >= LEAST_OF_GROUP
    found: dict[str, Any] = {}
    for name, value in figures.items():
        if name == "events":
            continue
        if name in _PUBLIC:
            found[name] = value if name == "units" else digits(value)
        else:
            may = told and value is not None and figure_shown(unit, name, units)
            found[name] = in_steps(value, step(name, value, events)) if may and events is not None else None
    return found


def figure_shown(unit: str, name: str, units: int) -> bool:
    """Whether a figure of a level of so many units may be shown, where enough events came."""
    if name in _OF_MANY and units < LEAST_UNITS:
        return False
    return name not in CAPTURES or captured_units(name, units) >= LEAST_FIRST


def step(name: str, value: float, events: int) -> float:
    """How far apart the values of a figure are told, where so many events came.

    Of losses and ratios each event is at most a few times its share of all of it; of shares of events just that.

    >>> step("capture_5", 0.3, 50), step("log_loss", 0.08, 50)
    (0.1, 0.005)
    """
    return step_of(1.0 if name in _SHARES else abs(value), events)


def digits(value: float | None) -> float | None:
    """A number that is published in each snapshot, with three digits."""
    return None if value is None or np.isnan(value) else float(f"{value:.3g}")


def events_told(events: int | None) -> int | str | None:
    """Events of a city: none, a band, or from 20 on the number that it is about.

    >>> [events_told(events) for events in (None, 0, 2, 4, 8, 19, 24, 30, 288)]
    [None, 0, '1–2', '3–5', '6–10', '11–19', 20, 30, 300]
    """
    if not events:
        return events
    least, most = between_told(events)
    return f"{least}–{most}" if events < ROUND else int(banded(np.array([events], dtype=np.float64))[0])


def between_told(events: int) -> tuple[int, int]:
    """The least and the most that it may be by what is told.

    >>> [between_told(events) for events in (0, 2, 24, 140)]
    [(0, 0), (1, 2), (20, 24), (75, 149)]
    """
    least, most = bounds(banded(np.array([events], dtype=np.float64)))
    return int(least[0]), int(most[0])


def least_told(events: int) -> int:
    """The least that it may be by what is told.

    >>> [least_told(events) for events in (0, 2, 5, 24, 74)]
    [0, 1, 3, 20, 40]
    """
    return between_told(events)[0]


def band(events: int) -> str:
    """The band of a number of events of one unit.

    >>> [band(events) for events in (0, 2, 4, 30)]
    ['0–2', '0–2', '3–5', '20+']
    """
    least, most = next((least, most) for least, most in BANDS if most is None or events <= most)
    return f"{least}+" if most is None else f"{least}–{most}"


def captured_units(name: str, units: int) -> int:
    """How many units a capture looks at."""
    return max(1, int(np.ceil(CAPTURES[name] * units - 1e-9)))
