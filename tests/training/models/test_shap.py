"""What each column adds to trees: LightGBM's own SHAP values, looked up instead of gone through."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.models.shap import MOST_SPLITS, ROWS, tables_of


def table(rows: int, seed: int, missing: float) -> np.ndarray:
    """(rows, 5) numbers that repeat, so that many lie at a bound; some nought, some below it, some unknown."""
    rng = np.random.default_rng(seed)
    found = np.round(rng.normal(0.5, 1.0, (rows, 5)), 1).astype(np.float32)
    found[rng.random(found.shape) < missing] = np.nan
    return found


def grown(rows: np.ndarray, seed: int, categories: bool = False, **parameters: object) -> lgb.Booster:
    rng = np.random.default_rng(seed)
    known = np.nan_to_num(rows)
    counts = rng.poisson(
        np.exp(0.5 * known[:, 0] - 0.6 * (known[:, 1] > 1) + 0.3 * known[:, 2] * known[:, 3] + (known[:, 4] % 2 == 1))
    )
    usual = {"objective": "poisson", "min_data_in_leaf": 3, "verbosity": -1, "num_threads": 1}
    data = lgb.Dataset(rows, counts, categorical_feature=[4] if categories else "auto", params={"verbosity": -1})
    return lgb.train({**usual, **parameters}, data, 6)


def told(booster: lgb.Booster, rows: np.ndarray) -> np.ndarray:
    """(rows, columns + 1) as the tables have them, the base last."""
    tables = tables_of(booster)
    assert tables is not None
    found = np.zeros((rows.shape[1], len(rows)))
    tables.added(np.ascontiguousarray(rows.T), found)
    return np.column_stack([found.T, np.full(len(rows), tables.base)])


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**20),
    leaves=st.integers(2, 24),
    missing=st.sampled_from([0.0, 0.2]),
    zero_is_missing=st.booleans(),
    never_missing=st.booleans(),
)
def test_they_equal_lightgbms_for_any_tree_and_any_way_of_missing(
    seed: int, leaves: int, missing: float, zero_is_missing: bool, never_missing: bool
) -> None:
    learnt = table(400, seed, missing)
    booster = grown(
        learnt,
        seed,
        num_leaves=leaves,
        max_depth=MOST_SPLITS,
        zero_as_missing=zero_is_missing,
        use_missing=not never_missing,
    )
    asked = table(ROWS + 50, seed + 1, 0.1)
    asked[:4] = [[0.0] * 5, [-0.0] * 5, [np.nan] * 5, [1e-36] * 5]
    assert np.abs(told(booster, asked) - booster.predict(asked, pred_contrib=True)).max() < 1e-9


def test_they_add_up_to_what_the_trees_say() -> None:
    rows = table(500, 3, 0.0)
    booster = grown(rows, 3, num_leaves=4)
    assert told(booster, rows).sum(axis=1) == pytest.approx(booster.predict(rows, raw_score=True), abs=1e-12)


def test_trees_that_never_part_their_rows_leave_all_in_the_base() -> None:
    rows = np.ones((60, 5), dtype=np.float32)
    booster = grown(rows, 1, num_leaves=4)
    assert told(booster, rows) == pytest.approx(booster.predict(rows, pred_contrib=True), abs=1e-12)
    assert told(booster, rows[:0]).shape == (0, 6)


def test_trees_by_category_or_with_long_ways_have_no_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table(4000, 0, 0.0)
    rows[:, 4] = np.floor(np.abs(rows[:, 4]) * 5)
    assert tables_of(grown(rows, 0, categories=True, num_leaves=12)) is None
    deep = grown(rows, 0, num_leaves=12)
    assert tables_of(deep) is not None
    monkeypatch.setattr("training.models.shap.MOST_SPLITS", 3)
    assert tables_of(deep) is None
