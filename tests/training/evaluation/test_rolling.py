"""What is back-tested is what is published, of units too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from riskwarn.words import Unit
from tests.training.tasks import AS_OF, noisy_task
from training.evaluation.rolling import Fold, RollingForecasts
from training.models.family import fit_family


def test_units_of_a_back_test_scatter_as_those_of_each_fit() -> None:
    task = noisy_task()
    fitted = fit_family(task, [1], AS_OF).served(1)
    fits = [replace(fitted, together=together) for together in ({Unit.TOWN: 0.3}, {})]
    origins, unit = task.origins[-6:], np.arange(task.grids) % 3
    folds = (Fold(tuple(origins[:4]), {"model": fits[0]}), Fold(tuple(origins[4:]), {"model": fits[1]}))
    whole = RollingForecasts(task.inputs, folds)["model"].summed(Unit.TOWN, unit)
    parts = [
        fit.predict(task.inputs, fold.origins).summed(Unit.TOWN, unit) for fit, fold in zip(fits, folds, strict=True)
    ]
    np.testing.assert_array_equal(whole.dispersion, np.concatenate([part.dispersion for part in parts]))
    assert (whole.dispersion[:4] > 0.3).all()
    assert (whole.dispersion[4:] < 0.3).all()
