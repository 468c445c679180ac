"""Rank intervals: they hold the true rank as often as they say, are the same for equal units, and need no luck."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from tests.training.tasks import AS_OF, made_task, noisy_task
from training.intervals.dispersion import Dispersion
from training.labels.task import ForecastTask
from training.models import members
from training.models.baselines import fit_baselines
from training.models.choosing import outcome
from training.models.design import design, rising
from training.models.ensemble import Calibration, Ensemble, SpanModel, load_ensemble
from training.models.family import Family, fit_family
from training.models.members import MEMBERS, deviations, mean_ranks, rank_bounds, resampled
from training.models.poisson import fit_from_part, fit_poisson_regression


@pytest.fixture(scope="module")
def family() -> Family:
    return fit_family(noisy_task(), [1, 4, 12], AS_OF)


def regression(task: ForecastTask, penalty: float = 1e-4) -> Ensemble:
    """The regression of a task with its members."""
    columns, origins = design(task.inputs.matrix), task.mature(AS_OF)
    learnt, flags = outcome(task, origins, 0, 1, AS_OF), rising(columns.features)
    [linear] = fit_poisson_regression(columns, learnt, [penalty], flags)
    moved = deviations(task, columns, learnt, linear, penalty, flags)
    return Ensemble(columns.names, 1, (SpanModel(0, 1, linear, None, None, moved),), Dispersion(), Calibration())


def drawn(seed: int, grids: int = 60, periods: int = 80, columns: int = 12) -> tuple[ForecastTask, np.ndarray]:
    """A task whose counts follow all of its columns, and the true margin of each grid at its as-of."""
    rng = np.random.default_rng(seed)
    table = {f"x{index}": rng.gamma(1.0, 2.0, (periods + 1, grids)) for index in range(columns)}
    effects = rng.normal(0, 0.3, columns)
    margin = -2.5 + sum(effect * np.log1p(values) for effect, values in zip(effects, table.values(), strict=True))
    return made_task(table, rng.poisson(np.exp(margin[:-1])).astype(np.float64)), margin[-1]


def test_the_true_rank_lies_within_as_often_as_the_interval_says() -> None:
    """Eight in ten, over cities whose order is known; and the intervals are no wider than they have to be."""
    within, width = [], []
    for seed in range(12):
        task, truth = drawn(seed)
        model = regression(task)
        members = resampled(model, task.inputs, AS_OF)
        assert members is not None
        lower, upper = rank_bounds(model.predict(task.inputs, [AS_OF]).probability[0], members.probability)
        ranks = rankdata(-truth)
        within.append(((ranks >= lower) & (ranks <= upper)).mean())
        width.append((upper - lower).mean())
    assert 0.72 <= np.mean(within) <= 0.92
    assert np.mean(width) < 20


def test_more_records_leave_less_doubt() -> None:
    widths = []
    for periods in (40, 400):
        task, _ = drawn(1, periods=periods)
        members = resampled(regression(task), task.inputs, AS_OF)
        assert members is not None
        widths.append(members.mean.std(axis=0).mean() / members.mean.mean())
    assert widths[1] < 0.6 * widths[0]


def test_equal_units_have_equal_intervals_and_every_interval_holds_the_rank() -> None:
    rng = np.random.default_rng(0)
    published = np.round(rng.gamma(1, 1, 40), 1)
    published[[3, 17, 30]] = 0.5
    members = np.maximum(published + rng.normal(0, 0.2, (MEMBERS, 40)), 0)
    members[:, [17, 30]] = members[:, [3]]
    lower, upper = rank_bounds(published, members)
    assert len(set(zip(lower[[3, 17, 30]], upper[[3, 17, 30]], strict=True))) == 1
    own = rankdata(-published)
    assert ((lower <= own) & (own <= upper) & (lower >= 1) & (upper <= 40)).all()
    assert [one.tolist() for one in rank_bounds(np.zeros(4), np.zeros((MEMBERS, 4)))] == [[2] * 4, [3] * 4]
    assert [one.tolist() for one in rank_bounds(np.ones(1), np.ones((MEMBERS, 1)))] == [[1], [1]]


@given(st.lists(st.integers(-3, 3) | st.floats(-1, 1), max_size=60))
def test_mean_ranks_are_those_of_scipy(numbers: list[float]) -> None:
    assert mean_ranks(np.array(numbers, dtype=np.float64)).tolist() == rankdata(numbers).tolist()


def test_a_city_of_one_grid_has_one_rank() -> None:
    task, _ = drawn(1, grids=1, periods=300, columns=2)
    members = resampled(regression(task), task.inputs, AS_OF)
    assert members is not None and members.mean.shape == (MEMBERS, 1)


def test_members_are_the_same_in_every_bit_on_any_number_of_threads_and_after_saving(
    family: Family, tmp_path: Path
) -> None:
    task = noisy_task()
    again = fit_family(noisy_task(), [1, 4, 12], AS_OF, threads=2)
    model = family.served(4)
    one, two = (resampled(each, task.inputs, AS_OF) for each in (model, again.served(4)))
    model.save(tmp_path)
    loaded = load_ensemble(tmp_path, json.loads((tmp_path / "model.json").read_text(encoding="utf-8")))
    three = resampled(loaded, task.inputs, AS_OF)
    assert one is not None and two is not None and three is not None
    assert np.array_equal(one.mean, two.mean) and np.array_equal(one.mean, three.mean)


def test_members_lie_around_the_model_and_agree_over_horizons(family: Family) -> None:
    task = noisy_task()
    made = [resampled(family.served(horizon), task.inputs, AS_OF) for horizon in (1, 4, 12)]
    means = [one.mean for one in made if one is not None]
    assert (means[0] <= means[1]).all() and (means[1] <= means[2]).all()
    own = family.served(4).predict(task.inputs, [AS_OF]).expected_count[0]
    assert np.abs(np.log(np.median(means[1], axis=0) / own)).mean() < 0.1


def test_no_member_holds_a_petition_against_anybody(family: Family) -> None:
    place = list(family.served(1).names).index("petitions_unanswered")
    for span in family.served(12).spans:
        assert span.linear is not None and span.deviations is not None
        assert (span.linear.coefficients[place] + span.deviations[:, 1 + place] >= -1e-6).all()


def test_a_baseline_and_trees_alone_have_no_members(family: Family) -> None:
    task = noisy_task()
    assert resampled(family.members(1)[2], task.inputs, AS_OF) is None
    assert all(resampled(one, task.inputs, AS_OF) is None for one in fit_baselines(task, AS_OF, task.mature(AS_OF)))


def test_a_member_meets_each_block_as_often_as_was_drawn() -> None:
    """Its slope is the sum over rows, each counted as often as its community and half-year; some communities have no grid."""
    task, _ = drawn(3, grids=23)
    columns, learnt = design(task.inputs.matrix), outcome(task, task.mature(AS_OF), 0, 1, AS_OF)
    [linear] = fit_poisson_regression(columns, learnt, [1e-3])
    unit = np.random.default_rng(1).choice([0, 1, 3, 4, 7], 23)
    stretch = columns.places_of(learnt.origins) // 26
    draws = members._draws(int(stretch.max()) + 1, 8)
    rows = columns.rows(learnt.origins).astype(np.float64)
    residual = (np.exp(linear.margin(rows)) - learnt.counts.ravel()) * learnt.weight.ravel()
    counted = draws[stretch][:, unit].reshape(len(rows), -1) * residual[:, None]
    standard = np.column_stack([np.ones(len(rows)), (rows - linear.mean) / linear.scale])
    assert members._slopes(columns, learnt, linear, draws, stretch, unit) == pytest.approx(
        standard.T @ counted, abs=1e-5 * np.abs(counted).sum(axis=0).mean()
    )


def test_a_curvature_that_the_fit_has_taken_serves_its_members() -> None:
    task, _ = drawn(5, grids=400, periods=200)
    columns, learnt = design(task.inputs.matrix), outcome(task, task.mature(AS_OF), 0, 1, AS_OF)
    flags = rising(columns.features)
    [linear], curve = fit_from_part(columns, learnt, learnt.every(10), [1e-4], flags)
    own = deviations(task, columns, learnt, linear, 1e-4, flags)
    near = deviations(task, columns, learnt, linear, 1e-4, flags, curve)
    assert near.std(axis=0) == pytest.approx(own.std(axis=0), rel=0.05)
