"""What a model leans on: by how much its columns move the logarithm of the expected count, over the city's grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from features import Feature
from training.labels.task import ForecastInputs
from training.models.baselines.regression import PoissonRegression
from training.models.ensemble import Ensemble
from training.models.forecast import Forecaster

#: Columns that are named.
NAMED = 15

#: Grids that are looked at, at most: a mean over so many is told to three digits, and SHAP values of a large city take minutes.
MOST_GRIDS = 5000


@dataclass(frozen=True)
class Weights:
    """Mean sizes over grids and origins, the largest first; of a baseline nothing but the terms of a regression."""

    families: tuple[tuple[str, float], ...] = ()  # of the sum of a family's columns: what cancels does not count
    columns: tuple[tuple[Feature, float], ...] = ()


def weights_of(forecaster: Forecaster, inputs: ForecastInputs, origins: Sequence[date]) -> Weights:
    """What a fitted forecaster leans on as of some origins."""
    if isinstance(forecaster, PoissonRegression) and origins:
        return _of_terms(forecaster, inputs, origins)
    if not isinstance(forecaster, Ensemble) or not origins:
        return Weights()
    sizes: dict[str, float] = {}
    by_column = np.zeros(len(forecaster.names))
    for origin in origins:
        found = forecaster.contributions(inputs, origin, -(-inputs.grids // MOST_GRIDS))
        by_column += np.abs(found.effects).mean(axis=0) / len(origins)
        family = np.array([feature.family for feature in found.features])
        for name in dict.fromkeys(family.tolist()):
            own = found.effects[:, family == name].sum(axis=1)
            sizes[name] = sizes.get(name, 0.0) + float(np.abs(own).mean()) / len(origins)
    order = np.argsort(-by_column, kind="stable")[:NAMED]
    return Weights(
        tuple(sorted(sizes.items(), key=lambda one: -one[1])),
        tuple((found.features[index], float(by_column[index])) for index in order if by_column[index] > 0),
    )


def _of_terms(regression: PoissonRegression, inputs: ForecastInputs, origins: Sequence[date]) -> Weights:
    terms = np.abs(regression.linear.contributions(regression.terms(inputs, origins))).mean(axis=0)
    named = zip(regression.features(inputs), terms.tolist(), strict=True)
    return Weights(columns=tuple(sorted((one for one in named if one[1] > 0), key=lambda one: -one[1])))
