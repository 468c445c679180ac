"""The model on plain arrays keeps scikit-learn's promises."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.inspection import permutation_importance
from sklearn.model_selection import cross_val_predict
from sklearn.utils.estimator_checks import parametrize_with_checks

from training.models.estimator import RiskForecaster

#: What cannot hold, and why.
EXCEPTIONS = {
    "check_sample_weight_equivalence_on_dense_data": "sums of float32 differ in their seventh digit",
    "check_regressors_no_decision_function": "a count has a chance of none and of any: predict_proba is what is asked for",
}


@parametrize_with_checks([RiskForecaster(rounds=5)], expected_failed_checks=lambda estimator: EXCEPTIONS)
def test_it_is_an_estimator(estimator, check) -> None:  # type: ignore[no-untyped-def]
    check(estimator)


def test_tools_that_know_nothing_of_cities_apply() -> None:
    rng = np.random.default_rng(1)
    rows = rng.gamma(1.0, 2.0, (1500, 3))
    counts = rng.poisson(np.exp(-2 + 0.9 * np.log1p(rows[:, 0])))
    made = cross_val_predict(RiskForecaster(), rows, counts, cv=3)
    assert np.corrcoef(made, rows[:, 0])[0, 1] > 0.8
    fitted = RiskForecaster(rising=[1]).fit(rows, counts)
    assert permutation_importance(fitted, rows, counts, n_repeats=3, random_state=0).importances_mean.argmax() == 0
    chance = fitted.predict_proba(rows)
    assert chance.sum(axis=1) == pytest.approx(1)
    assert (chance[:, 1] <= fitted.predict(rows)).all()


def test_unknown_values_and_bare_columns_are_fitted() -> None:
    rows = np.array([[np.nan, 1.0], [2.0, 1.0], [3.0, 1.0], [0.0, 1.0]] * 20)
    assert np.isfinite(RiskForecaster().fit(rows, [0, 1, 2, 0] * 20).predict(rows)).all()
    with pytest.raises(ValueError, match="none is negative"):
        RiskForecaster().fit(rows, [-1, 1, 2, 0] * 20)
