"""Levels, slopes and spread of forecasts whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import log_loss

from riskwarn.words import Unit
from tests.training.evaluation.forecasts import judged, of_chance, of_mean, places
from training.evaluation import calibration, losses, spread

OBSERVED = np.array([[2.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]])


def drawn(dispersion: float = 0.0, grids: int = 600) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    mean = np.exp(rng.normal(-0.5, 1.0, (30, grids)))
    return mean, rng.poisson(mean * (rng.gamma(1 / dispersion, dispersion, mean.shape) if dispersion else 1)).astype(
        float
    )


def test_log_loss_agrees_with_scikit_learn_and_is_clipped() -> None:
    probability = [[0.9, 0.5, 0.1, 0.2], [0.3, 0.2, 0.1, 0.05]]
    found = losses.log_loss(judged(of_chance(probability), OBSERVED))
    assert found[0] == pytest.approx(log_loss([1, 0, 1, 0], probability[0]))
    certain = losses.log_loss(judged(of_chance(OBSERVED * 0), OBSERVED))
    assert certain[0] == pytest.approx(-np.log(1e-6) / 2, rel=1e-5)


def test_deviance_is_zero_for_the_truth_and_floors_its_mean() -> None:
    exact = losses.poisson_deviance(judged(of_mean(np.maximum(OBSERVED, 1e-3)), OBSERVED))
    assert exact[0] == pytest.approx(2 * 2e-3 / 4), "two floored means"
    zero = losses.poisson_deviance(judged(of_mean(OBSERVED * 0), OBSERVED))
    assert zero[0] == pytest.approx(2 * ((2 * np.log(2000) - 2 + 1e-3) + (np.log(1000) - 1 + 1e-3) + 2e-3) / 4)


def test_crps_of_a_certain_forecast_is_its_distance() -> None:
    assert losses.crps(judged(of_mean(OBSERVED * 0), OBSERVED)).tolist() == pytest.approx([0.75, 0.0], abs=1e-6)


def test_a_loss_leaves_out_what_is_not_known() -> None:
    observed = OBSERVED.copy()
    observed[0, 0] = np.nan
    found = losses.log_loss(judged(of_chance([[0.9, 0.5, 0.1, 0.2]] * 2), observed))
    assert found[0] == pytest.approx(log_loss([0, 1, 0], [0.5, 0.1, 0.2]))


def test_a_level_is_the_quotient_of_sums_and_not_the_mean_of_quotients() -> None:
    found = judged(of_mean([[1, 1], [3, 5]]), [[4, 0], [1, 0]])
    assert calibration.calibration_level(found).mean() == pytest.approx(5 / 10)
    assert calibration.calibration(judged(of_chance([[0.5, 0.1], [0.3, 0.1]]), [[4, 0], [1, 0]])).mean() == 2.0


@pytest.mark.parametrize("slope", [0.7, 1.0, 1.4])
def test_the_slope_is_that_of_a_poisson_regression_on_the_log_mean(slope: float) -> None:
    mean, observed = drawn()
    told = mean ** (1 / slope)
    found = calibration.calibration_slope(judged(of_mean(told), observed))
    fitted = PoissonRegressor(alpha=0, tol=1e-8, max_iter=500).fit(np.log(told).reshape(-1, 1), observed.ravel())
    assert found.mean() == pytest.approx(fitted.coef_[0], rel=1e-4)
    assert found.mean() == pytest.approx(slope, abs=0.05)
    assert found.std() > 0, "each origin has its part in the error"


def test_a_forecast_that_tells_no_grids_apart_has_no_slope() -> None:
    _, observed = drawn(grids=20)
    by_origin = 0.4 + np.arange(len(observed))[:, None] * np.full(20, 1e-4)
    for made in (np.full_like(observed, 0.4), np.zeros_like(observed), by_origin):
        assert np.isnan(calibration.calibration_slope(judged(of_mean(made), observed))).all()


def test_transforms_of_a_sound_forecast_are_uniform_at_every_level() -> None:
    mean, observed = drawn(0.5)
    town = np.arange(600) // 20
    there = places(np.arange(600) // 5, town, town // 6)
    sound = judged(of_mean(mean, 0.5), observed, places=there)
    narrow = judged(of_mean(mean), observed, places=there)
    low = judged(of_mean(mean * 0.7, 0.5), observed, places=there)
    for level in (Unit.GRID, Unit.TOWN, Unit.DISTRICT):
        assert spread.inside(sound, level).mean() == pytest.approx(0.8, abs=0.06)
        assert spread.below(sound, level).mean() == pytest.approx(0.1, abs=0.05)
        assert spread.inside(narrow, level).mean() < spread.inside(sound, level).mean() - 0.04
        assert spread.above(low, level).mean() > 0.1 > spread.below(low, level).mean()
    assert spread.coverage(sound, Unit.GRID).mean() > 0.8, "bounds of small counts hold more than is nominal"


def test_coverage_is_the_share_between_the_bounds_that_are_published() -> None:
    mean, observed = drawn(0.5, 80)
    made = of_mean(mean, 0.5)
    expected = ((observed >= made.lower) & (observed <= made.upper)).mean(axis=1)
    assert spread.coverage(judged(made, observed), Unit.GRID).tolist() == pytest.approx(expected.tolist())


def test_a_unit_with_an_unknown_part_is_not_judged() -> None:
    observed = np.array([[1.0, np.nan, 2.0, 0.0]])
    found = judged(of_mean(np.ones((1, 4))), observed, places=places([0, 1, 2, 3], [0, 0, 1, 1], [0, 0, 0, 0]))
    counts, seen = spread.at_level(found, Unit.TOWN)
    assert np.isnan(seen[0, 0]) and seen[0, 1] == 2 and counts.mean[0].tolist() == [2, 2]
    assert np.isnan(spread.inside(found, Unit.DISTRICT)).all()


def test_the_slope_of_many_cells_is_that_of_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    mean, observed = drawn()
    observed[:, 500:] = np.nan
    whole = calibration.calibration_slope(judged(of_mean(mean**1.3), observed))
    monkeypatch.setattr(calibration, "_FEW", 3000)
    monkeypatch.setattr(calibration, "_BLOCK", 1000)
    assert calibration.calibration_slope(judged(of_mean(mean**1.3), observed)) == pytest.approx(whole, rel=1e-12)
