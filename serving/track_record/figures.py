"""Pure figures: what was published beside what came, level by level."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np

from riskwarn.arrays import Reals
from riskwarn.words import Unit
from serving.columns.places import Places
from serving.columns.scores import Scores
from serving.scoring.ranks import order_by, per_10000
from serving.track_record.shown import CAPTURES, LEAST_EVENTS, LEAST_UNITS, band, between_told, events_told
from training.evaluation.calibration import calibration, calibration_level
from training.evaluation.judged import Judged
from training.evaluation.losses import brier, log_loss, poisson_deviance
from training.evaluation.outcomes import plain_outcomes
from training.evaluation.ranking import capture
from training.models.forecast import Forecast
from training.models.members import ranks_of

#: The units that are named as missed, or warned of in vain.
NAMED = 3

#: A community of fewer grids would name a grid.
LEAST_GRIDS = 2


@dataclass(frozen=True)
class Told:
    """What was said of the units of a level before anything came; `rank` counts from 1."""

    rank: Reals
    expected: Reals
    score: Reals | None = None  # P(N >= 1), of grids
    lower: Reals | None = None
    upper: Reals | None = None

    @classmethod
    def of(cls, scores: Scores, unit: Unit) -> Told:
        """What a snapshot published."""
        score = scores.score if unit is Unit.GRID else None
        return cls(
            scores.rank.astype(np.float64),
            scores.expected_count,
            score,
            scores.lower.astype(np.float64),
            scores.upper.astype(np.float64),
        )


@dataclass(frozen=True)
class _Said:
    """What the measures read of a forecast."""

    probability: Reals
    expected_count: Reals


def figures(told: Told, observed: Reals) -> dict[str, float | int | None]:
    """How a level went; `observed` is what came as it is told, NaN where nobody knows, and such units are not judged."""
    probability = told.score if told.score is not None else np.zeros_like(told.expected)
    said, ordered = _judged(probability, told.expected, observed), _ranked(told.rank, observed)
    found: dict[str, Callable[[], float]] = {
        "poisson_deviance": lambda: poisson_deviance(said)[0],
        "calibration_level": lambda: calibration_level(said)[0],
    }
    if told.score is not None:
        found["log_loss"] = lambda: log_loss(said)[0]
        found["brier"] = lambda: brier(said)[0]
        found["calibration"] = lambda: calibration(said)[0]
    for name, share in CAPTURES.items():
        found[name] = lambda share=share: capture(ordered, share)[0]  # type: ignore[misc]
    if told.lower is not None and told.upper is not None:
        lower, upper = told.lower, told.upper
        whole = np.rint(observed)
        found["inside"] = lambda: said.means(((whole >= lower) & (whole <= upper)).astype(np.float64)[None])[0]
    known = ~np.isnan(observed)
    return {
        "units": int(known.sum()),
        "expected": _told(float(told.expected[known].sum())),
        **{name: _told(make()) for name, make in found.items()},
    }


def captured(told: Told, observed: Reals, name: str = "capture_5") -> float | None:
    """The share of some events that lie in the units that came first."""
    return _told(capture(_ranked(told.rank, observed), CAPTURES[name])[0])


def by_level(places: Places, grids: Reals) -> dict[Unit, Reals]:
    """(units,) the sum of a number of the grids at each level; NaN where a part is not known."""
    found, number = {Unit.GRID: grids}, grids
    for lower, upper in pairwise(Unit):
        number = np.bincount(places[lower].parents, number, len(places[upper])).astype(np.float64)
        found[upper] = number
    return found


def baseline_told(places: Places, probability: Reals, expected: Reals) -> Iterator[tuple[Unit, Told]]:
    """What a baseline would have said of each level, ranked by the rules of what is published."""
    for unit, count in by_level(places, expected).items():
        level = places[unit]
        by = probability if unit is Unit.GRID else order_by(count, per_10000(count, level.residents))
        score = probability if unit is Unit.GRID else None
        yield unit, Told(ranks_of(by, level.codes).astype(np.float64), count, score)


def misses(places: Places, told: Mapping[Unit, Told], observed: Mapping[Unit, Reals]) -> dict[str, list[Any]]:
    """`{misses, false_alarms}`: the units with the most events beyond, and the fewest below, what was expected.

    Never a single grid, no unit whose details are withheld, and none of a level that has few units. A miss has three events or more,
    and numbers are bands: what was expected is known, so that an exact number, or the order of the list, would tell of one or two.
    """
    found: dict[str, list[Any]] = {"misses": [], "false_alarms": []}
    grids = by_level(places, np.ones(len(places[Unit.GRID])))
    for unit in (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT):
        level, came, expected = places[unit], observed[unit], told[unit].expected
        may = ~np.isnan(came) & ~level.suppressed & (grids[unit] >= LEAST_GRIDS)
        if may.sum() < LEAST_UNITS:
            continue
        over = np.where(may, came - expected, np.nan)
        for name, by in (("misses", np.where(came >= LEAST_EVENTS, over, np.nan)), ("false_alarms", -over)):
            order = np.argsort(np.where(np.isnan(by), np.inf, -by), kind="stable")[:NAMED]
            chosen = [row for row in order.tolist() if by[row] > 0]
            found[name] += [
                {
                    "unit": unit.value,
                    "code": level.codes[row],
                    "name": level.names[row],
                    "expected": round(float(expected[row]), 3),
                    "observed": band(int(np.rint(came[row]))),
                }
                for row in sorted(chosen, key=lambda row: -expected[row])
            ]
    return found


def by_district(places: Places, told: Mapping[Unit, Told], observed: Mapping[Unit, Reals]) -> list[dict[str, Any]]:
    """What was expected of each district and what came, in bands, by code: of none with a single grid or whose details are withheld.

    The order is that of the codes: it tells nothing of what came.
    """
    level, came, expected = places[Unit.DISTRICT], observed[Unit.DISTRICT], told[Unit.DISTRICT].expected
    grids = by_level(places, np.ones(len(places[Unit.GRID])))[Unit.DISTRICT]
    may = ~np.isnan(came) & ~level.suppressed & (grids >= LEAST_GRIDS)
    return [
        {
            "code": level.codes[row],
            "name": level.names[row],
            "expected": round(float(expected[row]), 3),
            "observed": events_told(int(np.rint(came[row]))),
            "between": list(between_told(int(np.rint(came[row])))),
        }
        for row in sorted(np.flatnonzero(may).tolist(), key=lambda row: level.codes[row])
    ]


def _judged(probability: Reals, expected: Reals, observed: Reals) -> Judged:
    # The measures read nothing of a forecast but these two, and what was published is no distribution any more.
    said = cast(Forecast, _Said(probability[None], expected[None]))
    return Judged(said, plain_outcomes(observed[None], 1))


def _ranked(rank: Reals, observed: Reals) -> Judged:
    """A forecast whose order is that of the published ranks, whatever they were made from."""
    return _judged(1 - rank / (len(rank) + 1), np.ones_like(rank), observed)


def _told(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)
