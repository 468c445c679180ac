"""Metrics by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from training.evaluation.comparison import evaluate
from training.evaluation.metrics import by_origin, overall
from training.intervals.counts import CountDistribution
from training.models.forecast import Forecast


def told(probability: list[list[float]]) -> Forecast:
    """A Poisson count with these probabilities of at least one."""
    return Forecast(CountDistribution.poisson(-np.log1p(-np.minimum(np.array(probability), 1 - 1e-9))))


def of_mean(mean: np.ndarray) -> Forecast:
    return Forecast(CountDistribution.poisson(mean))


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
    exact = of_mean(np.maximum(OBSERVED, 1e-3))
    assert by_origin(exact, OBSERVED)["poisson_deviance"][0] == pytest.approx(2 * 2e-3 / 4), "two floored means"
    zero = of_mean(OBSERVED * 0)
    expected = 2 * ((2 * np.log(2000) - 2 + 1e-3) + (np.log(1000) - 1 + 1e-3) + 2e-3) / 4
    assert by_origin(zero, OBSERVED)["poisson_deviance"][0] == pytest.approx(expected)


def test_crps_of_a_certain_forecast_is_its_distance() -> None:
    sure = of_mean(OBSERVED * 0)
    assert by_origin(sure, OBSERVED)["crps"].tolist() == pytest.approx([0.75, 0.0], abs=1e-6)


def test_brier_skill_of_climatology_against_itself_is_zero() -> None:
    climatology = told([[0.3] * 4, [0.3] * 4])
    assert overall(climatology, OBSERVED, climatology)["brier_skill"] == 0
    assert overall(told([[1, 0, 1, 0], [0, 0, 0, 0]]), OBSERVED, climatology)["brier_skill"] == pytest.approx(
        1, abs=1e-6
    )


def test_a_better_model_wins_and_its_equal_does_not() -> None:
    rng = np.random.default_rng(1)
    chance = rng.uniform(0.02, 0.6, (40, 50))
    observed = (rng.random((40, 50)) < chance).astype(float)
    flat = np.full_like(chance, observed.mean())
    forecasts = {"model": told(chance.tolist()), "climatology": told(flat.tolist())}
    better = evaluate(forecasts, observed, 4)
    gain = better.gains["climatology"]["log_loss"]
    assert better.model_wins and 0 < gain["lower"] < gain["gain"] < gain["upper"]
    assert (better.n_events, better.n_origins, better.effective_origins) == (int(observed.sum()), 40, 10)
    assert not evaluate({**forecasts, "model": forecasts["climatology"]}, observed, 4).model_wins


@given(mean=st.floats(1e-4, 50), dispersion=st.sampled_from([0.0, 0.1, 1.0]), level=st.sampled_from([0.1, 0.5, 0.9]))
def test_quantiles_turn_the_distribution_around(mean: float, dispersion: float, level: float) -> None:
    made = CountDistribution(np.array([mean]), np.array([dispersion]))
    quantile = made.quantile(level)
    assert made.cdf(quantile)[0] >= level - 1e-9
    if quantile[0] >= 1:
        assert made.cdf(quantile - 1)[0] < level


@given(
    mean=st.floats(1e-6, 400),
    dispersion=st.sampled_from([0.0, 2e-4, 0.1, 1.0, 5.0]),
    seen=st.integers(0, 1200),
)
def test_crps_is_the_area_between_the_distribution_and_what_was_seen(mean: float, dispersion: float, seen: int) -> None:
    counts = np.arange(int(20 * mean * (1 + 3 * dispersion)) + 2 * seen + 100, dtype=float)
    spread = np.full_like(counts, dispersion)
    below = CountDistribution(np.full_like(counts, mean), spread).cdf(counts)
    found = CountDistribution(np.array([mean]), np.array([dispersion])).crps(np.array([float(seen)]))[0]
    assert found == pytest.approx(((below - (seen <= counts)) ** 2).sum(), rel=1e-3, abs=1e-6)


@given(mean=st.floats(0, 50), more=st.floats(0, 5), dispersion=st.sampled_from([0.0, 2e-4, 0.1, 1.0, 5.0]))
def test_a_score_is_the_chance_of_any_and_never_above_the_expected_count(
    mean: float, more: float, dispersion: float
) -> None:
    made = CountDistribution(np.array([mean, mean + more]), np.full(2, dispersion))
    assert (made.probability <= made.mean + 1e-12).all()
    assert made.probability[1] >= made.probability[0]
    assert made.probability == pytest.approx(1 - made.cdf(np.zeros(2)), abs=1e-3)
