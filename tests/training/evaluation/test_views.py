"""What a page shows beside metrics: reliability, the capture curve, towns, and what a model leans on."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.evaluation.forecasts import judged, of_chance, of_mean, places
from tests.training.tasks import noisy_task
from training.evaluation.metrics import METRICS, measure
from training.evaluation.ranking import capture
from training.evaluation.reliability import FEWEST, PARTED, quantiles, reliability
from training.evaluation.towns import by_town
from training.evaluation.views import SHARES, view
from training.evaluation.weights import weights_of
from training.intervals.counts import CountDistribution
from training.models.baselines import Rate, fit_baselines
from training.models.baselines.regression import PoissonRegression
from training.models.family import fit_family
from training.models.forecast import Forecast

RNG = np.random.default_rng(3)
MEAN = RNG.gamma(0.5, 0.3, (30, 200))
OBSERVED = RNG.poisson(MEAN).astype(float)


def test_bins_of_a_true_forecast_hold_what_came_and_those_of_a_doubled_one_say_twice_as_much() -> None:
    bins = reliability(judged(of_mean(MEAN), OBSERVED))
    assert [one.expected for one in bins] == sorted(one.expected for one in bins)
    assert sum(one.cells for one in bins) == MEAN.size
    held = [one.lower <= one.expected <= one.upper for one in bins if one.lower is not None and one.upper is not None]
    assert len(held) == len(bins) and np.mean(held) > 0.8
    assert bins[-1].observed > 5 * bins[0].observed
    whole = reliability(judged(of_chance(np.full((30, 200), 0.5)), np.where(OBSERVED > 0, 1.0, np.nan)))
    assert [(one.expected, one.observed) for one in whole] == [(pytest.approx(0.5), 1.0)]


@pytest.mark.parametrize("digits", [16, 2])
def test_bins_are_parted_where_numpy_parts_all_probabilities(digits: int) -> None:
    rng = np.random.default_rng(5)
    made = of_chance(np.round(rng.beta(1, 8, (7, 90)), digits))
    hidden = np.where(rng.random((7, 90)) < 0.3, np.nan, 1.0)
    for observed in (np.ones((7, 90)), hidden):
        told = made.probability[~np.isnan(observed)]
        assert quantiles(judged(made, observed), PARTED) == pytest.approx(np.quantile(told, PARTED), rel=1e-15)


def test_no_bin_is_of_fewer_grids_than_may_be_told() -> None:
    chance = np.full((30, 200), 0.01)
    chance[:, :4] = 0.9  # four grids would have a bin of their own
    bins = reliability(judged(of_chance(chance), OBSERVED))
    assert len(bins) == 1 and bins[0].expected == pytest.approx((4 * 0.9 + 196 * 0.01) / 200)
    chance[:, : FEWEST + 1] = 0.9
    assert [one.expected for one in reliability(judged(of_chance(chance), OBSERVED))][-1] == pytest.approx(0.9)


def test_the_capture_curve_goes_through_the_metric_and_ends_with_all() -> None:
    made = judged(of_mean(MEAN), OBSERVED)
    curve = dict(zip(SHARES, view(made).capture, strict=True))
    for share in (0.01, 0.05, 0.1):
        assert curve[share] == pytest.approx(np.nanmean(capture(made, share)))
    assert (curve[0.0], curve[1.0]) == (0.0, 1.0)
    assert view(judged(of_mean(MEAN), np.zeros_like(OBSERVED))).capture[1:] == (None,) * (len(SHARES) - 1)


def test_a_town_that_is_forecast_too_low_is_found_and_few_grids_or_events_are_not_told() -> None:
    town = np.concatenate([np.zeros(90), np.ones(91), np.full(FEWEST, 2), np.full(FEWEST - 1, 3)]).astype(int)
    mean, came = MEAN.copy(), OBSERVED.copy()
    mean[:, town == 1] /= 3
    came[:, town == 2] = 0
    came[0, np.flatnonzero(town == 2)[0]] = 2
    right, low, few, small = by_town(judged(of_mean(mean), came, places=places(town, town, np.zeros(200, int))))
    assert right.level == pytest.approx(1, abs=0.15) and not right.told
    assert low.level == pytest.approx(3, rel=0.1) and low.told
    assert (low.missed or 0) > (right.missed or 1)
    assert (few.events, few.level, few.missed, few.grids) == (None, None, None, FEWEST)
    assert (small.events, small.level, small.missed) == (None, None, None)
    # What the towns say of their events is a band: the towns that are kept back cannot be had as the rest.
    assert right.events is not None and right.events <= came[:, town == 0].sum() and right.events in (500, 200)


def test_a_forecast_is_judged_alike_however_it_lies_in_memory() -> None:
    """Forecasts of a whole city are put together by their columns; loops go along the rows."""
    rng = np.random.default_rng(4)
    mean = rng.gamma(1, 0.2, (30, 200))
    came = rng.poisson(mean)
    told = []
    for lies in (np.ascontiguousarray, np.asfortranarray):
        forecast = Forecast(CountDistribution(lies(mean), lies(np.full_like(mean, 0.3))))
        one = judged(forecast, came, places=places(np.arange(200) // 5, np.arange(200) // 20, np.zeros(200, dtype=int)))
        found = measure(one, list(METRICS))
        told.append((view(one), {name: series.tolist() for name, series in found.by_origin.items()}))
    assert told[0][0] == told[1][0]
    assert told[0][1].keys() == told[1][1].keys()
    for name, series in told[0][1].items():
        np.testing.assert_allclose(series, told[1][1][name], rtol=1e-12, err_msg=name)


def test_a_model_leans_on_what_makes_events_and_a_baseline_on_no_column() -> None:
    task = noisy_task(grids=60, periods=100)
    model = fit_family(task, [1], task.as_of).served(1)
    found = weights_of(model, task.inputs, task.origins[-2:])
    assert found.columns[0][0].name == "a"
    assert [name for name, _ in found.families] == ["made"]
    # A family's columns may cancel each other in a grid: the family weighs no more than they do together.
    assert 0 < found.families[0][1] <= sum(weight for _, weight in found.columns)
    told = model.contributions(task.inputs, task.as_of).effects.sum(axis=1)
    assert np.allclose(
        np.diff(told), np.diff(np.log(model.predict(task.inputs, [task.as_of]).expected_count[0])), atol=1e-6
    )
    assert weights_of(Rate("climatology", 1, 0.1), task.inputs, task.origins[-1:]).columns == ()


def test_a_baseline_that_reads_columns_names_its_terms() -> None:
    task = noisy_task(grids=60, periods=100)
    at = task.as_of
    regression = next(one for one in fit_baselines(task, at, task.mature(at)) if isinstance(one, PoissonRegression))
    found = weights_of(regression, task.inputs, [at])
    assert found.families == ()
    assert {"petitions_unanswered"} < {feature.name for feature, _ in found.columns} <= {
        "petitions_unanswered",
        "baseline_shrunk_history", "baseline_rate_12", "baseline_last_value", "baseline_near_repeat", "baseline_season_sin",
        "baseline_season_cos",
    }  # fmt: skip
    weights = [weight for _, weight in found.columns]
    assert weights == sorted(weights, reverse=True) and weights[-1] > 0
    own = np.abs(regression.linear.contributions(regression.terms(task.inputs, [at]))).mean(axis=0)
    assert weights[0] == pytest.approx(own.max())
