"""The model: exact, coherent over horizons, the same on any number of threads, kind to those who petition."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import PoissonRegressor

from riskwarn.errors import TargetEverywhere, TargetWithoutEvents
from tests.training.tasks import AS_OF, made_task, noisy_task
from training.intervals.counts import CountDistribution
from training.intervals.dispersion import Dispersion, fit_dispersion
from training.models.choosing import outcome
from training.models.design import LONG_AGO_DAYS, design
from training.models.ensemble import KnownSpan, SpanModel, load_ensemble
from training.models.family import Family, fit_family
from training.models.poisson import fit_poisson_regression, margins
from training.models.trees import thinned


@pytest.fixture(scope="module")
def family() -> Family:
    return fit_family(noisy_task(), [1, 4, 12], AS_OF)


def test_sums_over_blocks_fit_what_scikit_learn_fits_on_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.models.design.ROWS", 300)
    task = noisy_task()
    columns, origins = design(task.inputs.matrix), task.mature(AS_OF)
    learnt = outcome(task, origins, 0, 1, AS_OF)
    strong, weak = fit_poisson_regression(columns, learnt, [1e-1, 1e-3])
    rows = columns.rows(origins).astype(float)
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    for linear, penalty in ((strong, 1e-1), (weak, 1e-3)):
        theirs = PoissonRegressor(alpha=penalty, solver="newton-cholesky", tol=1e-9).fit(scaled, learnt.counts.ravel())
        assert linear.coefficients == pytest.approx(theirs.coef_, abs=2e-5)
        assert linear.intercept == pytest.approx(theirs.intercept_, abs=2e-5)
    assert margins(columns, origins, weak).ravel() == pytest.approx(weak.margin(rows), abs=1e-4)


def test_rows_without_weight_teach_nothing() -> None:
    task = noisy_task()
    columns, origins = design(task.inputs.matrix), task.mature(AS_OF)
    learnt = outcome(task, origins, 0, 1, AS_OF)
    weight, counts = learnt.weight.copy(), learnt.counts.copy()
    weight[:40], counts[:40] = 0, 99
    [spoilt] = fit_poisson_regression(columns, replace(learnt, counts=counts, weight=weight), [1e-3])
    [without] = fit_poisson_regression(
        columns, replace(learnt, origins=learnt.origins[40:], counts=learnt.counts[40:], weight=weight[40:]), [1e-3]
    )
    assert spoilt.coefficients == pytest.approx(without.coefficients, abs=1e-5)


def test_neither_score_nor_count_falls_with_the_horizon(family: Family) -> None:
    task = noisy_task()
    made = [family.served(horizon).predict(task.inputs, task.origins[-3:]) for horizon in (1, 4, 12)]
    for shorter, longer in ((0, 1), (1, 2)):
        assert (made[shorter].probability <= made[longer].probability).all()
        assert (made[shorter].expected_count <= made[longer].expected_count).all()
    for one in made:
        assert (one.probability <= one.expected_count).all()
        assert one.probability == pytest.approx(1 - one.counts.cdf(np.zeros_like(one.probability)), abs=1e-3)


def test_levels_are_those_of_what_came(family: Family) -> None:
    task = noisy_task().at_horizon(4)
    origins = task.mature(AS_OF)
    made = family.served(4).predict(task.inputs, origins)
    assert task.labels(origins, AS_OF).sum() / made.expected_count.sum() == pytest.approx(1, abs=0.03)


def test_reasons_move_the_citys_mean_score_to_each_grids_own(family: Family) -> None:
    task = noisy_task()
    for member in [*family.members(4), family.served(12)]:
        reasons = member.explain(task.inputs, AS_OF)
        probability = member.predict(task.inputs, [AS_OF]).probability[0]
        assert np.abs(probability - probability.mean() - reasons.effects.sum(axis=1)).max() < 1e-6, member.name
        strongest = np.abs(reasons.effects).mean(axis=0).argmax()
        assert reasons.features[strongest].name == "a"


def test_spans_that_horizons_share_are_explained_once(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    task, made = noisy_task(), list[int]()
    apart = [family.served(horizon).explain(task.inputs, AS_OF).effects for horizon in (1, 4, 12)]
    own = SpanModel.explained
    monkeypatch.setattr(SpanModel, "explained", lambda span, *rest: made.append(span.stop) or own(span, *rest))
    known: list[KnownSpan] = []
    for horizon, effects in zip((1, 4, 12), apart, strict=True):
        assert np.array_equal(family.served(horizon).explained(task.inputs, AS_OF, known).effects, effects)
    assert made == [1, 4, 12]


def test_what_is_saved_forecasts_the_same_and_holds_the_same_bits_for_any_number_of_threads(tmp_path: Path) -> None:
    task = noisy_task()
    made = []
    for threads in (1, 2):
        folder = tmp_path / str(threads)
        folder.mkdir()
        fitted = fit_family(task, [1, 4], AS_OF, threads).served(4)
        fitted.save(folder)
        loaded = load_ensemble(folder, json.loads((folder / "model.json").read_text(encoding="utf-8")))
        own, again = (one.predict(task.inputs, [AS_OF]) for one in (fitted, loaded))
        assert np.array_equal(own.probability, again.probability)
        made.append({file.name: file.read_bytes() for file in sorted(folder.iterdir())})
    assert made[0] == made[1]
    assert set(made[0]) >= {"model.json", "trees-0-1.txt", "trees-1-4.txt"}


def test_an_unanswered_petition_never_lowers_a_score() -> None:
    """Even where those who petition are safer: what is asked for is never held against those who ask."""
    rng = np.random.default_rng(7)
    columns = {name: rng.gamma(1.0, 2.0, (131, 80)) for name in ("a", "petitions_unanswered")}
    margin = -2 + 0.5 * np.log1p(columns["a"][:-1]) - 0.8 * np.log1p(columns["petitions_unanswered"][:-1])
    task = made_task(columns, rng.poisson(np.exp(margin)).astype(float))
    more = {**columns, "petitions_unanswered": columns["petitions_unanswered"] + 1}
    asked = made_task(more, np.zeros((130, 80)))
    family = fit_family(task, [1, 4], AS_OF)
    for member in family.members(4):
        before, after = (member.predict(one.inputs, one.origins[-20:]).probability for one in (task, asked))
        assert (after >= before).all(), member.name


def test_a_penalty_is_weaker_where_more_can_be_learnt() -> None:
    told = [fit_family(noisy_task(effect=effect), [1], AS_OF).choices.penalty for effect in (0.0, 1.0)]
    assert told[1] < told[0]


def test_what_never_happened_lies_long_ago_and_unknown_amounts_are_nothing() -> None:
    task = noisy_task()
    matrix = task.inputs.matrix
    since = replace(matrix.features[0], transform="days since")
    values = matrix.values.copy()
    values[:2, 0, 0] = np.nan
    made = design(replace(matrix, features=(since, *matrix.features[1:]), values=values))
    assert made.values[0, 0, 0] == pytest.approx(np.log1p(LONG_AGO_DAYS))
    assert made.values[1, 0, 0] == 0


@pytest.mark.parametrize("transform", ["log rate", "logit", "log ratio"])
def test_a_logarithm_is_not_drawn_in_once_more(transform: str) -> None:
    task = noisy_task()
    matrix = task.inputs.matrix
    values = matrix.values.copy()
    values[0], values[0, 0, 0] = np.log(values[0] + 1e-4), np.nan
    known = replace(matrix.features[0], transform=transform)
    made = design(replace(matrix, features=(known, *matrix.features[1:]), values=values))
    np.testing.assert_array_equal(made.values[0], np.nan_to_num(values[0]))


def test_rows_without_events_are_thinned_and_stand_for_the_rest() -> None:
    task = noisy_task()
    learnt = outcome(task, task.mature(AS_OF), 0, 1, AS_OF)
    kept, weight = thinned(learnt, most=5000)
    assert len(kept) <= 5000
    assert weight.sum() == pytest.approx(learnt.counts.size, rel=1e-6)
    assert learnt.counts.ravel()[kept].sum() == learnt.counts.sum(), "every event stays"


@pytest.mark.parametrize("power", [0.0, -1.0])
def test_dispersion_is_found_again(power: float) -> None:
    rng = np.random.default_rng(2)
    mean = rng.gamma(0.5, 2.0, 40_000) + 0.02
    around = Dispersion(0.8, power).around(mean)
    size = 1 / around.dispersion
    found = fit_dispersion(mean, rng.negative_binomial(size, size / (size + mean)).astype(float))
    assert found.power == power
    assert found.scale == pytest.approx(0.8, rel=0.1)
    assert fit_dispersion(mean, rng.poisson(mean).astype(float)).scale < 0.02


def test_scattering_lowers_the_chance_of_any_but_not_the_count() -> None:
    mean = np.array([0.5])
    assert Dispersion(1.0).around(mean).probability < CountDistribution.poisson(mean).probability


def test_an_event_counts_once_however_many_windows_hold_it() -> None:
    """Of nineteen each lies in four windows of four weeks: they are nineteen, and of a district without a feed none."""
    counts = np.zeros((130, 10))
    counts[range(20, 115, 5), np.arange(19) % 10] = 1
    columns = {"a": np.random.default_rng(1).normal(size=(131, 10))}
    task = made_task(columns, counts, horizon=4)
    origins = task.mature(AS_OF)
    assert (np.nansum(task.labels(origins, AS_OF)), task.distinct_events(origins, AS_OF)) == (76, 19)
    assert task.distinct_events(origins[::4], AS_OF) == task.distinct_events(origins, AS_OF, start=2) == 19
    with pytest.raises(TargetWithoutEvents, match="has 19 mature events"):
        fit_family(task, [4], AS_OF)
    feed = np.full((3, 130), 1000.0)
    feed[2] = 0
    halved = made_task(columns, counts, horizon=4, feed=feed, district_of_grid=[0] * 5 + [1] * 5)
    assert halved.distinct_events(origins, AS_OF) == counts[:, :5].sum() == 10


def test_too_little_and_too_much_to_learn_from_are_told() -> None:
    quiet, loud = np.zeros((130, 10)), np.ones((130, 10))
    columns = {"a": np.random.default_rng(1).normal(size=(131, 10))}
    with pytest.raises(TargetWithoutEvents):
        fit_family(made_task(columns, quiet), [1], AS_OF)
    with pytest.raises(TargetEverywhere):
        fit_family(made_task(columns, loud), [1], AS_OF)
