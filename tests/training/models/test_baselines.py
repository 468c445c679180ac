"""Baselines on pasts whose law is known: what they shrink to, how widely they scatter, which columns they read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import PoissonRegressor

from tests.training.models.past import task_of, without_columns
from training.evaluation.judged import Judged
from training.evaluation.losses import crps, log_loss
from training.evaluation.outcomes import plain_outcomes
from training.evaluation.rolling import Fold, RollingForecasts, best_baseline
from training.intervals.counts import CountDistribution
from training.labels.task import ForecastTask
from training.models.baselines import Baseline, fit_baselines, load_baseline, plain_rate
from training.models.baselines.conflictology import Conflictology
from training.models.baselines.dispersion import fit_dispersion
from training.models.baselines.regression import PoissonRegression, chosen_columns
from training.models.baselines.shrunk import ShrunkHistory, fit_shrunk
from training.models.forecast import Forecast

WEEKS, GRIDS = 120, 300


def gamma_city(periods: float = 40.0, rate: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Rates that are a Gamma worth so many periods, and the counts that follow."""
    rng = np.random.default_rng(11)
    rates = rng.gamma(rate * periods, 1 / periods, GRIDS)
    return rates, rng.poisson(rates, (WEEKS, GRIDS))


def fitted(task: ForecastTask, week: int) -> dict[str, Baseline]:
    at = task.origins[week]
    return {one.name: one for one in fit_baselines(task, at, task.mature(at))}


def test_shrinkage_is_learnt_from_how_much_grids_differ() -> None:
    rates, counts = gamma_city()
    task = task_of(counts)
    history, at = task.inputs.history, task.origins[-1]
    found = fit_shrunk(history, 1, at)
    assert found.periods == pytest.approx(40, rel=0.4)
    assert found.shape / found.periods == pytest.approx(counts.mean(), rel=1e-6)
    mean = found.predict(task.inputs, [at]).expected_count[0]
    expected = (found.shape + counts.sum(axis=0)) / (found.periods + WEEKS)
    assert mean.tolist() == pytest.approx(expected.tolist())
    error = [np.mean((one - rates) ** 2) for one in (mean, counts.mean(axis=0), np.full(GRIDS, rates.mean()))]
    assert error[0] < min(error[1:]), "nearer to the truth than the grid's own rate and the city's"
    alike = np.random.default_rng(1).poisson(0.05, (WEEKS, GRIDS))
    assert fit_shrunk(task_of(alike).inputs.history, 1, at).periods > 400, "grids that do not differ are the city"


def test_shrunk_history_beats_the_plain_rate_and_the_city_on_log_loss() -> None:
    """All history with one window at the city's mean lost to climatology: it needs many."""
    _, counts = gamma_city(periods=60, rate=0.03)
    task = task_of(counts)
    origins = task.origins[30:70]
    forecasts = RollingForecasts(task.inputs, (Fold(origins, fitted(task, 30)),))
    outcomes = plain_outcomes(task.labels(origins, task.as_of), 1)
    loss = {name: log_loss(Judged(forecasts[name], outcomes)).mean() for name in forecasts}
    assert loss["shrunk_history"] < min(loss["all_history"], loss["climatology"], loss["rate_12"])


def test_conflictology_is_the_distribution_of_the_last_twelve_windows() -> None:
    counts = np.zeros((WEEKS, 2), dtype=int)
    counts[-24:-12:2, 0] = 3  # six of the windows of two weeks before the last six hold three
    task = task_of(counts, horizon=2)
    made = Conflictology(2, 0.4).predict(task.inputs, [task.as_of])
    first, second = (6 * 3 + 0.4) / 13, (6 * 9 + 0.4 + 0.16) / 13
    assert made.expected_count[0].tolist() == pytest.approx([first, 0.4 / 13])
    variance = made.expected_count + made.counts.dispersion * made.expected_count**2
    assert variance[0, 0] == pytest.approx(second - first**2)
    early = Conflictology(2, 0.4).predict(task.inputs, [task.origins[3]]).expected_count
    assert early[0].tolist() == pytest.approx([0.2, 0.2]), "one whole window lies before, with nothing in it"


def test_the_spread_of_counts_is_found_and_none_is_invented() -> None:
    rng = np.random.default_rng(3)
    mean = rng.uniform(0.05, 3, 40_000)
    wide = rng.poisson(mean * rng.gamma(2, 0.5, mean.shape)).astype(float)
    assert fit_dispersion(mean, wide) == pytest.approx(0.5, rel=0.1)
    assert fit_dispersion(mean, rng.poisson(mean).astype(float)) < 0.02
    wide[::2] = np.nan
    assert fit_dispersion(mean, wide) == pytest.approx(0.5, rel=0.15), "what is not known is left out"
    assert fit_dispersion(mean, np.zeros_like(mean)) == 0


def test_baselines_are_as_wide_as_what_they_forecast() -> None:
    """With Poisson intervals they lost on CRPS for their width alone."""
    rng = np.random.default_rng(4)
    counts = rng.poisson(rng.gamma(0.5, 2, (WEEKS, GRIDS)))
    task = task_of(counts)
    origins = task.origins[80:110]
    found = fitted(task, 80)
    outcomes = plain_outcomes(task.labels(origins, task.as_of), 1)
    for name in ("climatology", "all_history", "near_repeat", "poisson_regression"):
        made = found[name].predict(task.inputs, origins)
        narrow = Forecast(CountDistribution.poisson(made.expected_count))
        assert (made.counts.dispersion > 1).all()
        assert crps(Judged(made, outcomes)).mean() < crps(Judged(narrow, outcomes)).mean()
        assert (made.probability <= made.expected_count).all()


def with_columns(petitions: float = 0.4) -> ForecastTask:
    rng = np.random.default_rng(8)
    names = ("disputes_open", "disputes_escalated_decayed_26", "petitions_unanswered", "something_else")
    columns = {name: rng.poisson(2.0, (WEEKS + 1, GRIDS)) for name in names}
    log = -2.5 + 0.8 * np.log1p(columns["disputes_open"]) + petitions * np.log1p(columns["petitions_unanswered"])
    sources = {"petitions_unanswered": "petitions"}
    return task_of(rng.poisson(np.exp(log[:-1])), 1, columns, sources)


def test_the_regression_reads_the_columns_that_are_there_and_learns_what_they_do() -> None:
    task = with_columns()
    found = fitted(task, 110)["poisson_regression"]
    assert isinstance(found, PoissonRegression)
    assert found.names == ("disputes_open", "disputes_escalated_decayed_26", "petitions_unanswered")
    slopes = dict(zip(found.names, found.linear.coefficients[-3:] / found.linear.scale[-3:], strict=True))
    assert slopes["disputes_open"] == pytest.approx(0.8, abs=0.06)
    assert slopes["petitions_unanswered"] == pytest.approx(0.4, abs=0.06)
    assert slopes["disputes_escalated_decayed_26"] == pytest.approx(0, abs=0.05)
    plain = fitted(without_columns(task), 110)["poisson_regression"]
    assert plain.names == () == chosen_columns(without_columns(task).inputs.matrix)
    reasons = found.explain(task.inputs, task.as_of)
    made = found.predict(task.inputs, [task.as_of]).probability[0]
    assert np.abs(made - made.mean() - reasons.effects.sum(axis=1)).max() < 1e-6
    assert reasons.features[-1].source == "petitions"


def test_the_regression_is_that_of_scikit_learn_whatever_its_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    task = with_columns()
    at = task.origins[100]
    found = fitted(task, 100)["poisson_regression"]
    assert isinstance(found, PoissonRegression)
    learnt = task.mature(at)
    rows = found.terms(task.inputs, learnt)
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    model = PoissonRegressor(alpha=1e-6, solver="newton-cholesky", tol=1e-9).fit(
        scaled, task.labels(learnt, at).ravel()
    )
    expected = np.log(model.predict(scaled))
    assert found.linear.margin(rows) == pytest.approx(expected, abs=1e-3)
    monkeypatch.setattr("training.models.baselines.regression.ROWS", 1000)
    apart = fitted(task, 100)["poisson_regression"]
    assert isinstance(apart, PoissonRegression)
    assert apart.linear.margin(rows) == pytest.approx(found.linear.margin(rows), abs=1e-6)


def test_petitions_never_lower_a_forecast() -> None:
    task = with_columns(petitions=-0.4)
    found = fitted(task, 110)["poisson_regression"]
    assert found.names == ("disputes_open", "disputes_escalated_decayed_26")


def test_every_baseline_is_read_as_it_was_written(tmp_path: Path) -> None:
    task = with_columns()
    for name, one in fitted(task, 100).items():
        (tmp_path / name).mkdir()
        one.save(tmp_path / name)
        again = load_baseline(json.loads((tmp_path / name / "model.json").read_text()))
        assert (again.name, again.names, again.horizon) == (name, one.names, 1)
        made, same = (kind.predict(task.inputs, [task.as_of]).counts for kind in (one, again))
        assert np.array_equal(made.mean, same.mean) and np.array_equal(made.dispersion, same.dispersion)
        effects = again.explain(task.inputs, task.as_of).effects.sum(axis=1)
        score = one.predict(task.inputs, [task.as_of]).probability[0]
        assert np.abs(score - score.mean() - effects).max() < 1e-6, name


def test_a_city_without_events_has_baselines_too() -> None:
    task = task_of(np.zeros((60, 20), dtype=int))
    for name, one in fitted(task, 40).items():
        made = one.predict(task.inputs, task.origins[40:])
        assert (made.probability <= 1e-6).all(), name


def test_a_plain_rate_has_nothing_mixed_in() -> None:
    _, counts = gamma_city()
    task = task_of(counts)
    history, origin = task.inputs.history, task.origins[50]
    assert plain_rate("all_history", history, [origin], 1)[0].tolist() == pytest.approx(
        counts[:50].mean(axis=0).tolist()
    )
    assert plain_rate("rate_12", history, [origin], 4)[0].tolist() == pytest.approx(
        (4 * counts[38:50].mean(axis=0)).tolist()
    )


def test_the_best_baseline_is_chosen_on_what_came_before_the_judged_origins() -> None:
    """Hot places move at week 100: from then on the recent past is best, before all of it was."""
    rng = np.random.default_rng(12)
    first, then = (rng.gamma(0.5, 0.4, GRIDS) for _ in range(2))
    counts = rng.poisson(np.where(np.arange(160)[:, None] < 100, first, then))
    task = task_of(counts)
    judged = task.origins[100:150]
    assert best_baseline(task, judged[0]) in ("shrunk_history", "all_history", "poisson_regression")
    forecasts = RollingForecasts(task.inputs, (Fold(judged, fitted(task, 100)),))
    outcomes = plain_outcomes(task.labels(judged, task.as_of), 1)
    afterwards = {name: log_loss(Judged(forecasts[name], outcomes)).mean() for name in forecasts}
    assert min(afterwards, key=lambda name: afterwards[name]) not in ("shrunk_history", "all_history")
    assert best_baseline(task, task.origins[0]) == "climatology", "nothing was mature"


def test_forecasts_are_made_anew_and_are_the_same_for_any_part() -> None:
    _, counts = gamma_city()
    task = task_of(counts)
    folds = tuple(Fold(task.origins[begin : begin + 20], fitted(task, begin)) for begin in (60, 80))
    forecasts = RollingForecasts(task.inputs, folds)
    whole = forecasts["all_history"].expected_count
    assert whole.shape == (40, GRIDS)
    some = task.origins[75:85]
    assert np.array_equal(forecasts.over("all_history", some).expected_count, whole[15:25])
    assert np.array_equal(forecasts.at(some)["all_history"].expected_count, whole[15:25])


def test_shrunk_history_is_the_posterior_of_its_parts() -> None:
    _, counts = gamma_city()
    task = task_of(counts, horizon=4)
    made = ShrunkHistory(4, 2.0, 40.0).predict(task.inputs, [task.origins[60]])
    had = counts[:60].sum(axis=0)
    assert made.expected_count[0].tolist() == pytest.approx((4 * (2 + had) / 100).tolist())
    assert made.counts.dispersion[0].tolist() == pytest.approx((1 / (2 + had)).tolist())
