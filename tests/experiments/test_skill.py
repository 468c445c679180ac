"""How much of what can be known a forecast knows: the measure by hand, and the form that the ceilings are fitted to."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from experiments.skill.form import Terms, fit_form
from experiments.skill.gap import calibration_slope, expected_loss, oracle_loss, shrunk_history, skill
from experiments.skill.points import blocked, cells_of, ratio, tied_capture
from experiments.skill.run import forecasters, rank_held


def test_the_loss_is_averaged_over_the_oracles_outcomes() -> None:
    oracle, forecast = np.array([0.25, 1.0]), np.array([0.5, 0.5])
    assert expected_loss(oracle, forecast) == pytest.approx(math.log(2))
    assert expected_loss(np.array([0.25]), np.array([0.75])) == pytest.approx(
        -0.25 * math.log(0.75) - 0.75 * math.log(0.25)
    )
    assert math.isfinite(expected_loss(np.array([0.5]), np.array([0.0])))


def test_the_noise_of_the_futures_is_taken_out_of_the_oracles_entropy() -> None:
    rng = np.random.default_rng(0)
    true, futures = rng.uniform(0.05, 0.9, 20_000), 200
    drawn = rng.binomial(futures, true) / futures
    exact = expected_loss(true, true)
    assert oracle_loss(drawn, futures) == pytest.approx(exact, abs=1e-3)
    assert oracle_loss(drawn, futures) - 1 / (2 * futures) < exact - 1.5e-3
    assert oracle_loss(np.array([0.0, 1.0]), 100) == pytest.approx(0.005)


def test_history_closes_nothing_and_the_oracle_everything() -> None:
    true, futures = np.array([0.1, 0.2, 0.4, 0.8]), 10**9
    history = np.full(4, 0.375)
    assert skill(true, futures, history, history).share_closed == 0
    best = skill(true, futures, history, true)
    assert best.share_closed == pytest.approx(1, abs=1e-6)
    assert best.slope == pytest.approx(1, abs=1e-6) and best.level == pytest.approx(1)
    # Half of the way in nats: (H - L) / (H - O) by hand.
    forecast = np.array([0.2, 0.2, 0.5, 0.6])
    closed = (expected_loss(true, history) - expected_loss(true, forecast)) / (
        expected_loss(true, history) - expected_loss(true, true)
    )
    assert skill(true, futures, history, forecast).share_closed == pytest.approx(closed, abs=1e-6)
    assert 0 < closed < 1
    assert skill(true, futures, history, 1 - true).share_closed < 0
    assert skill(true, futures, history, true / 2).level == pytest.approx(2)


def test_a_forecast_that_is_too_sharp_has_a_slope_below_one() -> None:
    margin = np.linspace(-3, 3, 101)
    true = 1 / (1 + np.exp(-0.5 * margin - 0.2))
    assert calibration_slope(true, 1 / (1 + np.exp(-margin))) == pytest.approx(0.5)
    assert calibration_slope(true, 1 / (1 + np.exp(-margin / 4 + 6))) == pytest.approx(2.0)
    assert calibration_slope(true, 1 / (1 + np.exp(margin / 25))) == pytest.approx(-12.5)
    assert math.isnan(calibration_slope(true, np.full(101, 0.3)))


def test_history_is_shrunk_to_the_mean_of_the_city() -> None:
    counts, periods = np.array([0.0, 30.0, 0.0]), np.array([100.0, 100.0, 0.0])
    mean = 30 / 200
    expected = 1 - np.exp(-4 * np.array([20 * mean / 120, (30 + 20 * mean) / 120, mean]))
    np.testing.assert_allclose(shrunk_history(counts, periods, 4), expected)


def test_the_form_finds_the_weights_of_causes_and_the_slope_of_a_scale() -> None:
    rng = np.random.default_rng(1)
    terms = Terms(rng.poisson(0.5, (40_000, 2)).astype(float), rng.standard_normal((40_000, 1)))
    mean = terms.causes @ [0.05, 0.4] * np.exp(0.7 * terms.scales[:, 0])
    form = fit_form(terms, rng.random(40_000) < 1 - np.exp(-mean))
    weights = np.exp(form.log_weights - form.slopes @ form.centre)
    assert weights == pytest.approx([0.05, 0.4], rel=0.12)
    assert form.slopes == pytest.approx([0.7], abs=0.05)
    assert form.probability(terms).mean() == pytest.approx((1 - np.exp(-mean)).mean(), rel=0.03)


def test_every_forecaster_of_the_predictions_is_judged() -> None:
    origins = [date(2026, 1, 5), date(2026, 1, 12)]
    rows = [(day, grid) for day in origins for grid in ("b", "a")]
    table = pd.DataFrame(rows, columns=["as_of", "grid_id"]).assign(
        probability=[0.1, 0.2, 0.3, 0.4], baseline_zero=0.0, baseline_zero_count=9.0, observed=1
    )
    found = forecasters(table, ["a", "b"], origins[1:])
    assert set(found) == {"model", "zero"}
    np.testing.assert_allclose(found["model"], [[0.4, 0.3]])


def test_ties_are_broken_in_every_way_and_averaged() -> None:
    counts = np.array([4.0, 1.0, 0.0, 3.0])
    assert tied_capture(np.array([9.0, 5.0, 5.0, 5.0]), counts, 0.5) == pytest.approx((4 + 4 / 3) / 8)
    assert tied_capture(np.zeros(4), counts, 0.25) == pytest.approx(0.25)
    assert tied_capture(np.array([9.0, 5.0, 1.0, 7.0]), counts, 0.5) == pytest.approx(7 / 8)
    assert math.isnan(tied_capture(np.zeros(4), np.zeros(4), 0.5))


def test_an_interval_is_over_blocks_of_weeks() -> None:
    values = np.repeat([1.0, 2.0, 3.0], 4)
    half = 4.302653 * 1.0 / math.sqrt(3)
    found = blocked(values)
    assert (found.mean, found.upper - found.mean) == pytest.approx((2.0, half), rel=1e-6)
    same = ratio(values * 1.1, values)
    assert (same.mean, same.lower, same.upper) == pytest.approx((1.1, 1.1, 1.1))


def test_cells_know_nothing_of_the_judged_year() -> None:
    points = pd.DataFrame(
        {
            "at": pd.to_datetime(["2024-01-01", "2024-02-01", "2026-01-01"]),
            "longitude": [-114.0, -113.9, -113.5],
            "latitude": [51.0, 51.0, 51.2],
        }
    )
    cells = cells_of(points, pd.Timestamp("2025-01-01"), 400)
    assert len(cells.grid_ids) == len(set(cells.grid_ids)) == 18
    of = cells.of(points)
    assert of[0] >= 0 and of[1] >= 0 and of[2] == -1
    table = cells.table()
    centre = table.iloc[of[0]]
    assert abs(centre["longitude"] + 114.0) < 0.003 and abs(centre["latitude"] - 51.0) < 0.002


def test_the_true_rank_is_looked_for_within_the_published_interval() -> None:
    day = date(2026, 1, 5)
    published = pd.DataFrame(
        {"as_of": [day] * 3, "grid_id": ["B", "A", "C"], "rank_lower": [1, 2, 3], "rank_upper": [1, 3, 3]}
    )
    assert rank_held(published, ["A", "B", "C"], {day: np.array([0.2, 0.9, 0.1])}) == 1
    assert rank_held(published, ["A", "B", "C"], {day: np.array([0.9, 0.2, 0.1])}) == pytest.approx(1 / 3)
    assert math.isnan(rank_held(published.drop(columns="rank_lower"), ["A"], {}))
