"""What each rule of levels would have caught and cost, by the rankings that were judged when the champion was trained."""

from __future__ import annotations

import math
from typing import Any

from riskwarn.configuration import Levels
from riskwarn.home import Home
from riskwarn.words import RANKED_LEVELS
from training import Champion
from training.evaluation.intervals import Bounds
from training.evaluation.ranked import FILE, Ranked, caught
from training.registry.loading import load_texts

#: Digits of a share.
DIGITS = 3


def levels_caught(rules: Levels, made: Ranked) -> list[dict[str, Any]]:
    """One item a level, the highest first: its rule, grids a period, events caught of all, precision, and what happens elsewhere."""
    found = []
    for level in RANKED_LEVELS:
        rule = getattr(rules, level.value)
        one = caught(made, rule.top, rule.times)
        capture = _bounds(one.capture)
        found.append(
            {
                "level": level.value,
                "top": rule.top,
                "times": rule.times,
                "grids": round(one.grids, 1) if one.grids == one.grids else None,
                "share_of_grids": _told(one.share),
                "events": one.events,
                "caught": one.caught,
                "capture": capture,
                "precision": _bounds(one.precision),
                "of_100_listed": None if math.isnan(one.precision.mean) else round(100 * one.precision.mean),
                "outside": None if capture is None else _told(1 - one.capture.mean),
            }
        )
    return found


def champion_levels(home: Home, champion: Champion) -> list[dict[str, Any]] | None:
    """The same of a champion; None where it was registered without its rankings. Raises ModelDamaged."""
    text = load_texts(home, champion.version, FILE).get(FILE)
    return None if text is None else levels_caught(home.configuration.levels, Ranked.from_json(text))


def _bounds(bounds: Bounds) -> dict[str, float | None] | None:
    """A share and its interval, which lies between nothing and all."""
    if math.isnan(bounds.mean):
        return None
    ends = {"lower": max(0.0, bounds.lower), "upper": min(1.0, bounds.upper)} if not math.isnan(bounds.width) else {}
    return {"mean": _told(bounds.mean), "lower": _told(ends.get("lower")), "upper": _told(ends.get("upper"))}


def _told(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else round(value, DIGITS)
