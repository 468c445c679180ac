"""Metrics by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from training.evaluation.comparison import evaluate
from training.evaluation.metrics import by_origin, overall
from training.intervals.counts import count_cdf, count_quantile
from training.models.forecast import Forecast, forecast


def told(probability: list[list[float]], dispersion: float = 0.0) -> Forecast:
    values = np.array(probability)
    return forecast(values, values, dispersion)


OBSERVED = np.array([[2.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]])


def test_capture_is_the_share_of_events_in_the_first_places() -> None:
    found = by_origin(told([[0.9, 0.5, 0.1, 0.0], [0.9, 0.5, 0.1, 0.0]]), OBSERVED)
    assert found["capture_10"][0] == pytest.approx(2 / 3), "one place of four holds two of three events"
    assert np.isnan(found["capture_10"][1]), "an origin without events has no share"
    assert found["pai_10"][0] == pytest.approx(2 / 3 / 0.25)
    assert found["pei_10"][0] == 1
    assert found["precision_10"].tolist() == [1, 0]


def test_ties_go_by_the_order_of_grids() -> None:
    same = by_origin(told([[0.2] * 4, [0.2] * 4]), OBSERVED)
    assert same["capture_5"][0] == pytest.approx(2 / 3)


def test_log_loss_agrees_with_scikit_learn_and_is_clipped() -> None:
    probability = [[0.9, 0.5, 0.1, 0.2], [0.3, 0.2, 0.1, 0.05]]
    found = by_origin(told(probability), OBSERVED)["log_loss"]
    assert found[0] == pytest.approx(log_loss([1, 0, 1, 0], probability[0]))
    certain = by_origin(told([[0.0, 0, 0, 0], [0.0, 0, 0, 0]]), OBSERVED)["log_loss"]
    assert certain[0] == pytest.approx(-np.log(1e-6) / 2, rel=1e-5)


def test_deviance_is_zero_for_the_truth_and_floors_its_mean() -> None:
    exact = Forecast(np.clip(OBSERVED, 0, 1), np.maximum(OBSERVED, 1e-3), OBSERVED, OBSERVED, 0.0)
    assert by_origin(exact, OBSERVED)["poisson_deviance"][0] == pytest.approx(2 * 2e-3 / 4), "two floored means"
    zero = Forecast(OBSERVED * 0, OBSERVED * 0, OBSERVED * 0, OBSERVED * 0, 0.0)
    expected = 2 * ((2 * np.log(2000) - 2 + 1e-3) + (np.log(1000) - 1 + 1e-3) + 2e-3) / 4
    assert by_origin(zero, OBSERVED)["poisson_deviance"][0] == pytest.approx(expected)


def test_crps_of_a_certain_forecast_is_its_distance() -> None:
    sure = Forecast(OBSERVED * 0, OBSERVED * 0, OBSERVED * 0, OBSERVED * 0, 0.0)
    assert by_origin(sure, OBSERVED)["crps"].tolist() == pytest.approx([0.75, 0.0], abs=1e-6)


def test_brier_skill_of_climatology_against_itself_is_zero() -> None:
    climatology = told([[0.3] * 4, [0.3] * 4])
    assert overall(climatology, OBSERVED, climatology)["brier_skill"] == 0
    assert overall(told([[1, 0, 1, 0], [0, 0, 0, 0]]), OBSERVED, climatology)["brier_skill"] == 1


def test_a_better_model_wins_and_its_equal_does_not() -> None:
    rng = np.random.default_rng(1)
    chance = rng.uniform(0.02, 0.6, (40, 50))
    observed = (rng.random((40, 50)) < chance).astype(float)
    flat = np.full_like(chance, observed.mean())
    forecasts = {"model": forecast(chance, chance), "climatology": forecast(flat, flat)}
    better = evaluate(forecasts, observed, 4)
    gain = better.gains["climatology"]["log_loss"]
    assert better.model_wins and 0 < gain["lower"] < gain["gain"] < gain["upper"]
    assert (better.n_events, better.n_origins, better.effective_origins) == (int(observed.sum()), 40, 10)
    assert not evaluate({**forecasts, "model": forecasts["climatology"]}, observed, 4).model_wins


@given(mean=st.floats(1e-4, 50), dispersion=st.sampled_from([0.0, 0.1, 1.0]), level=st.sampled_from([0.1, 0.5, 0.9]))
def test_quantiles_turn_the_distribution_around(mean: float, dispersion: float, level: float) -> None:
    at = np.array([mean])
    quantile = count_quantile(at, dispersion, level)
    assert count_cdf(quantile, at, dispersion)[0] >= level - 1e-9
    if quantile[0] >= 1:
        assert count_cdf(quantile - 1, at, dispersion)[0] < level


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 5)), min_size=1, max_size=20))
def test_a_score_is_never_above_its_expected_count(rows: list[tuple[float, float]]) -> None:
    chance, count = np.array(rows).T
    made = forecast(chance[None], count[None])
    assert (made.probability <= made.expected_count).all() and (made.lower <= made.upper).all()
