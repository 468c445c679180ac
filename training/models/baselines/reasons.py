"""The reasons of a baseline."""

from __future__ import annotations

from features import Feature
from riskwarn.words import Quantity
from training.intervals.counts import Reals
from training.models.forecast import Reasons


def one_reason(name: str, target: str, zh: str, en: str, score: Reals) -> Reasons:
    """All that a baseline says of a grid: its score, (grids,), against the city's mean."""
    return Reasons((term(name, target, zh, en),), (score - score.mean())[:, None])


#: The family of the terms that are made of the target's own past and the season.
OWN_PAST = "baseline"


def term(name: str, target: str, zh: str, en: str) -> Feature:
    """A term of a baseline, as a feature of the target's own past."""
    return Feature(f"baseline_{name}", OWN_PAST, target, zh, en, Quantity.INTENSIVE)
