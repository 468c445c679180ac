"""What each rule of levels would have caught and cost, by the rankings that were judged when the champion was trained."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from riskwarn.configuration import Levels
from riskwarn.disclosure import Parts, place_of_counts
from riskwarn.home import Home
from riskwarn.words import RANKED_LEVELS
from training import Champion
from training.evaluation.intervals import Bounds
from training.evaluation.ranked import FILE, Ranked, caught
from training.registry.loading import load_texts

#: Digits of a share.
DIGITS = 3


def levels_caught(rules: Levels, made: Ranked) -> list[dict[str, Any]]:
    """One item a level, the highest first: its rule, grids a period, events caught of all, precision, and what happens elsewhere.

    Events are counted as what those of a grid and window are told as: their total tells of none of them.
    """
    found, made = [], _told_as(made)
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


def _told_as(made: Ranked) -> Ranked:
    counts = np.concatenate([np.empty(0), *(one.events for one in made.origins)])
    told = Parts.of(counts, place_of_counts(counts)).counted
    each = np.split(told, np.cumsum([len(one.events) for one in made.origins], dtype=np.int64)[:-1])
    return replace(made, origins=tuple(replace(one, events=own) for one, own in zip(made.origins, each, strict=False)))


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
