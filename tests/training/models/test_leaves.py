"""Trees are gone through in a way of our own: what they add is what LightGBM says, in every bit."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest

from tests.training.tasks import noisy_task
from training.models import ensemble, trees
from training.models.design import design
from training.models.ensemble import Alone, SpanModel
from training.models.leaves import ROWS, leaves_of
from training.models.trees import raw_margin


def grown(rows: np.ndarray, leaves: int, categories: bool = False, rounds: int = 12) -> lgb.Booster:
    rng = np.random.default_rng(1)
    counts = rng.poisson(np.exp(0.4 * rows[:, 0] - 0.6 * (rows[:, 1] > 1) + (rows[:, 2] % 2)))
    parameters = {
        "objective": "poisson",
        "num_leaves": leaves,
        "min_data_in_leaf": 5,
        "verbosity": -1,
        "num_threads": 1,
    }
    data = lgb.Dataset(rows, counts, categorical_feature=[2] if categories else "auto", params={"verbosity": -1})
    return lgb.train(parameters, data, rounds)


def table(rows: int) -> np.ndarray:
    """Numbers that repeat, as those of features do, so that many lie at a bound."""
    rng = np.random.default_rng(0)
    return np.asarray(np.round(rng.gamma(1.0, 1.0, (5, rows)), 1), dtype=np.float32).T


@pytest.mark.parametrize("leaves", [2, 4, 12, 32])
def test_what_trees_add_is_what_lightgbm_says(leaves: int) -> None:
    rows = table(2 * ROWS + 7)
    booster = grown(rows, leaves)
    assert leaves_of(booster) is not None
    # Bounds, numbers beside them, and what no tree has seen.
    bounds = [
        float(one)
        for line in booster.model_to_string().split("\n")
        if line.startswith("threshold=")
        for one in line[10:].split()
    ]
    near = np.array(bounds, dtype=np.float32)
    for some in (
        rows,
        np.ascontiguousarray(rows),
        np.stack([np.nextafter(near, np.float32(side)) for side in (-9, 9, near[0], 0, 1)], axis=1),
    ):
        for rounds in (None, 5, 1):
            told = booster.predict(some, raw_score=True, num_iteration=rounds)
            for threads in (1, 2, 3):
                assert np.array_equal(raw_margin(booster, some, threads, rounds), told)


def test_a_span_reads_the_text_of_its_trees_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A publication asks each of them for the forecast and for its members."""
    task = noisy_task()
    columns, origins = design(task.inputs.matrix), task.inputs.matrix.origins[-2:]
    booster = grown(columns.rows(columns.origins), 4)
    span, read = SpanModel(0, 1, None, None, Alone(-1.0, booster)), []
    monkeypatch.setattr(ensemble, "leaves_of", lambda one: read.append(one) or leaves_of(one))
    monkeypatch.setattr(trees, "leaves_of", None)
    told = -1.0 + booster.predict(columns.rows(origins), raw_score=True).reshape(2, -1)
    for _ in range(2):
        assert np.array_equal(span.margin(lambda: columns, origins, 1), told)
    assert read == [booster]


def test_trees_that_never_part_their_rows_add_one_number() -> None:
    rows = np.ones((60, 3), dtype=np.float32)
    booster = grown(rows, 4, rounds=3)
    assert np.array_equal(raw_margin(booster, rows), booster.predict(rows, raw_score=True))
    assert len(raw_margin(booster, rows[:0])) == 0


@pytest.mark.parametrize(("leaves", "categories"), [(33, False), (4, True)])
def test_other_trees_are_asked_of_lightgbm(leaves: int, categories: bool) -> None:
    rows = table(4000)
    rows[:, 2] = np.floor(rows[:, 2] * 3)
    booster = grown(rows, leaves, categories, rounds=30)
    assert leaves_of(booster) is None
    assert np.array_equal(raw_margin(booster, rows), booster.predict(rows, raw_score=True))
