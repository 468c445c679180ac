"""The features of a large city lie in a file: what is learnt from them is what is learnt from the same numbers in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.scratch import Scratch
from tests.training.tasks import AS_OF, noisy_task
from training.labels.task import ForecastTask
from training.models import choosing, design
from training.models.choosing import outcome
from training.models.design import StoredDesign, varying
from training.models.family import fit_family
from training.models.poisson import fit_from_part, fit_poisson_regression
from training.models.trees import thinned


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ForecastTask:
    """A task whose matrix lies in a file, unknown values among it, read in blocks of three origins."""
    monkeypatch.setattr(design, "MOST_HELD", 0)
    monkeypatch.setattr(design, "ROWS", 250)
    task = noisy_task()
    matrix = task.inputs.matrix
    held = matrix.values.copy()
    held[2, 5:9, ::7] = np.nan
    stored = Scratch.within(tmp_path, held.shape)
    odd = np.arange(held.shape[2]) % 2 == 1
    for part in (np.flatnonzero(odd), np.flatnonzero(~odd)):
        stored.put_grids(part, held[:, :, part])
    assert np.array_equal(stored, held, equal_nan=True)
    return task.with_matrix(replace(matrix, values=stored))


def in_memory(task: ForecastTask) -> ForecastTask:
    return task.with_matrix(replace(task.inputs.matrix, values=np.array(task.inputs.matrix.values)))


def test_its_blocks_rows_and_parts_are_those_of_memory(task: ForecastTask) -> None:
    stored, held = design.design(task.inputs.matrix), design.design(in_memory(task).inputs.matrix)
    assert isinstance(stored, StoredDesign)
    origins = task.origins[3:40:2]
    for one, other in zip(stored.blocks(origins), held.blocks(origins), strict=True):
        assert one.origins == other.origins
        assert np.array_equal(one.columns, other.columns)
    kept = np.sort(np.random.default_rng(0).choice(len(origins) * task.grids, 300, replace=False))
    assert np.array_equal(stored.picked(origins, kept), held.rows(origins)[kept])
    assert np.array_equal(held.picked(origins, kept), held.rows(origins)[kept])
    assert np.array_equal(stored.rows(origins), held.rows(origins))
    assert np.array_equal(stored.some_grids(3).values, held.values[:, :, ::3])
    named = design.design(task.inputs.matrix, origins, ["c", "a"])
    assert np.array_equal(named.only(origins[:2]).values, held.values[[2, 0]][:, [3, 5]])


def test_a_column_that_varies_once_is_seen_to_vary(task: ForecastTask) -> None:
    task.inputs.matrix.values[1] = 3.0
    task.inputs.matrix.values[0] = 3.0
    task.inputs.matrix.values[0, 4, 7] = 4.0
    assert varying(design.design(task.inputs.matrix), task.origins).tolist() == [True, False, True, True]


def test_a_fit_that_begins_at_a_part_ends_where_a_fit_of_all_does(task: ForecastTask) -> None:
    columns, origins = design.design(task.inputs.matrix), task.mature(AS_OF)
    learnt = outcome(task, origins, 0, 1, AS_OF)
    part = learnt.every(10)
    assert (len(part.origins), part.origins[-1]) == (13, learnt.origins[-1])
    for rising in (None, np.array([True, True, False, False])):
        near, _ = fit_from_part(columns, learnt, part, [1e-2, 1e-9], rising)
        exact = fit_poisson_regression(columns, learnt, [1e-2, 1e-9], rising)
        for one, other in zip(near, exact, strict=True):
            assert one.coefficients == pytest.approx(other.coefficients, abs=5e-4)


def test_what_is_the_same_in_all_grids_is_fitted_as_exactly_from_a_part() -> None:
    """A tenth of the origins sees a season a few times: its curvature is another."""
    task, rng = noisy_task(), np.random.default_rng(8)
    matrix = task.inputs.matrix
    values = matrix.values.copy()
    values[1:3] = rng.normal(size=(2, len(matrix.origins)))[:, :, None]
    columns, learnt = design.design(replace(matrix, values=values)), outcome(task, task.mature(AS_OF), 0, 1, AS_OF)
    [near], _ = fit_from_part(columns, learnt, learnt.every(10), [1e-4])
    [exact] = fit_poisson_regression(columns, learnt, [1e-4])
    assert near.coefficients == pytest.approx(exact.coefficients, abs=5e-4)


def test_it_forecasts_as_from_memory_and_leaves_no_file(task: ForecastTask, tmp_path: Path) -> None:
    stored = fit_family(task, [1, 4], AS_OF, threads=2).served(4)
    held = fit_family(in_memory(task), [1, 4], AS_OF).served(4)
    origins = task.origins[-30:]
    own = stored.predict(task.inputs, origins).probability
    assert own == pytest.approx(held.predict(in_memory(task).inputs, origins).probability, abs=0.02)
    assert stored.predict(in_memory(task).inputs, origins).probability == pytest.approx(own, abs=1e-7)
    assert list(tmp_path.iterdir()) == []


def test_choices_of_a_large_city_look_at_a_spread_of_its_grids(monkeypatch: pytest.MonkeyPatch) -> None:
    task = noisy_task()
    whole = choosing.choose(task, design.design(task.inputs.matrix), AS_OF)
    monkeypatch.setattr(choosing, "MOST_ROWS", len(task.mature(AS_OF)) * task.grids // 2)
    part = choosing.choose(task, design.design(task.inputs.matrix), AS_OF)
    assert part.told["regression"] == pytest.approx(whole.told["regression"], rel=0.15)
    assert part.told["regression"] != whole.told["regression"]


def test_no_more_rows_are_grown_on_than_may_be_where_events_abound() -> None:
    task = noisy_task(effect=1.6)
    learnt = outcome(task, task.mature(AS_OF), 0, 1, AS_OF)
    kept, weight = thinned(learnt, most=2000)
    counts = learnt.counts.ravel()
    assert len(kept) <= 2000
    assert (counts > 0).sum() > 1000
    assert weight.sum() == pytest.approx(learnt.rows, rel=1e-5)
    assert weight[counts[kept] > 0].sum() == pytest.approx((counts > 0).sum(), rel=1e-5)
