"""LightGBM (Ke et al. 2017) on counts, from a margin that is given: a regression's, or the log of the city's mean.

What is boosted from a regression's margin has few leaves: it is to find what a sum of terms cannot say. Trees are saved as
LightGBM's own text. Each is grown on one thread, and what can be grown apart side by side: the file holds the same bits for any
number of threads.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from training.intervals.counts import Reals
from training.models.design import Design, StoredDesign
from training.models.leaves import Leaves, added, leaves_of
from training.models.linear import Linear
from training.models.poisson import Flags, Outcome, margins, margins_of

#: Rows that trees are grown on at most: beyond, rows without events are thinned, and those that stay stand for the others.
MOST_ROWS = 300_000


@dataclass(frozen=True)
class Growth:
    """How trees are grown."""

    leaves: int
    rounds: int
    rate: float
    column_share: float
    least_rows: int = 100  # in a leaf


#: Rows from which the bounds of the 63 bins of a column are told.
_BINNED = 50_000

#: On the residual of a regression, and alone.
RESIDUAL = Growth(leaves=4, rounds=80, rate=0.08, column_share=0.5)
ALONE = Growth(leaves=12, rounds=100, rate=0.08, column_share=0.3)


@dataclass(frozen=True)
class Rows:
    """What trees are grown on, binned once for all that learn from the same rows."""

    data: lgb.Dataset
    kept: npt.NDArray[np.int64]  # places among origins times grids
    weight: npt.NDArray[np.float32]
    margin: Reals  # of the regression from which trees are grown


@dataclass(frozen=True)
class Later:
    """Rows on which trees are judged."""

    rows: npt.NDArray[np.float32]  # (rows, columns)
    counts: Reals
    weight: Reals
    margin: Reals


def binned(columns: Design, outcome: Outcome, rising: Flags, linear: Linear, growth: Growth = RESIDUAL) -> Rows:
    """The rows of these origins, for trees whose leaves are no smaller; thinned where there are too many. The draw depends on nothing but their number."""
    kept, weight = thinned(outcome)
    table = columns.picked(outcome.origins, kept)
    if isinstance(columns, StoredDesign):
        margin = margins_of(table.T, linear)
    else:
        margin = margins(columns, outcome.origins, linear).ravel()[kept]
    data = lgb.Dataset(
        table,
        params=_parameters(growth, rising),
        feature_name=[f"c{index}" for index in range(len(columns.features))],
        free_raw_data=True,
    ).construct()
    return Rows(data, kept, weight, margin)


def thinned(outcome: Outcome, most: int = MOST_ROWS) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """(places, weights) of the rows that trees are grown on: all with events, and a part of the others with exact weights."""
    weight = outcome.weight.ravel()
    known = np.flatnonzero(weight > 0)
    eventful = outcome.counts.ravel()[known] > 0
    if len(known) <= most:
        return known, weight[known]
    draw = np.random.default_rng(0)
    events = known[eventful]
    if len(events) > most // 2:
        # Where events abound, so many of them tell as much as all.
        events = np.sort(draw.permutation(events)[:: -(-len(events) // (most // 2))])
    stands = int(eventful.sum()) / max(len(events), 1)
    empty = known[~eventful]
    every = -(-len(empty) // (most - len(events)))
    # Every k-th row of a shuffled order: each stands for k of its kind, up to the remainder.
    chosen = np.sort(draw.permutation(empty)[::every])
    share = len(empty) / max(len(chosen), 1)
    kept = np.sort(np.concatenate([events, chosen]))
    thinning = np.where(outcome.counts.ravel()[kept] > 0, stands, share).astype(np.float32)
    return kept, weight[kept] * thinning


def grow(rows: Rows, outcome: Outcome, margin: Reals, growth: Growth, rising: Flags) -> lgb.Booster:
    """Trees for the counts, from the margin of each row."""
    data = _labelled(rows, outcome, margin)
    return lgb.train(_parameters(growth, rising), data, growth.rounds)


def losses_by_round(
    rows: Rows,
    outcome: Outcome,
    margin: Reals,
    later: Later,
    growth: Growth,
    rising: Flags,
) -> tuple[lgb.Booster, Reals]:
    """Trees, and the mean Poisson loss after each round on later rows."""
    data = _labelled(rows, outcome, margin)
    judged = data.create_valid(later.rows, label=later.counts, weight=later.weight, init_score=later.margin)
    told: dict[str, Any] = {}
    booster = lgb.train(
        {**_parameters(growth, rising), "metric": "poisson"},
        data,
        growth.rounds,
        valid_sets=[judged],
        valid_names=["later"],
        callbacks=[lgb.record_evaluation(told)],
    )
    return booster, np.array(told["later"]["poisson"])


def raw_margin(
    booster: lgb.Booster,
    rows: npt.NDArray[np.float32],
    threads: int = 1,
    rounds: int | None = None,
    leaves: Leaves | None = None,
) -> Reals:
    """(rows,) what the trees add, of rows without NaN; `leaves` are those of its trees, where they are at hand."""
    trees = leaves_of(booster, rounds) if leaves is None else leaves
    if trees is None:
        told = booster.predict(rows, raw_score=True, num_iteration=rounds, num_threads=threads)
        return np.asarray(told, dtype=np.float64)
    columns, step = rows.T, -(-len(rows) // max(1, threads))
    parts = [columns[:, begin : begin + step] for begin in range(0, len(rows), max(1, step))]
    if len(parts) < 2:
        return added(trees, columns)
    with ThreadPoolExecutor(len(parts)) as pool:
        return np.concatenate(list(pool.map(partial(added, trees), parts)))


def _labelled(rows: Rows, outcome: Outcome, margin: Reals) -> lgb.Dataset:
    data = rows.data
    data.set_label(outcome.counts.ravel()[rows.kept])
    data.set_weight(rows.weight)
    data.set_init_score(margin)
    return data


def _parameters(growth: Growth, rising: Flags) -> dict[str, Any]:
    return {
        "objective": "poisson",
        "learning_rate": growth.rate,
        "num_leaves": growth.leaves,
        "min_data_in_leaf": growth.least_rows,
        "min_sum_hessian_in_leaf": 5.0,
        "feature_fraction": growth.column_share,
        "lambda_l2": 10.0,
        "max_bin": 63,
        "bin_construct_sample_cnt": _BINNED,
        "monotone_constraints": rising.astype(int).tolist(),
        "verbosity": -1,
        "deterministic": True,
        "force_col_wise": True,
        "num_threads": 1,
        "seed": 1,
    }
