"""What grown trees add to a margin: the sums that LightGBM gives, in every bit, in a fraction of its time.

LightGBM asks for all columns of a row, and goes down each tree. Here a split is asked for all rows of its column, which lie side by
side in a design: where it sends a row to the right, the leaves to its left are struck out, and the first leaf that is left over is
the row's (QuickScorer; Lucchese et al. 2015). Nothing branches, so that the compiler can vectorise it.
"""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from numba.core.types import uint32

from features.engine.compiling import float32, float64, int64, kernel, read, void

#: Rows that are looked at at once: what they hold of a column stays near a core.
ROWS = 4096

#: Leaves of a tree, as bits of one number, at most.
_MOST_LEAVES = 32

#: Decisions of LightGBM between two numbers of which none is missing, to the right or to the left by default.
_PLAIN = (0, 2)

#: A number whose products with the powers of two differ in their first five bits (de Bruijn), and how many bits are below these.
_DE_BRUIJN, _BELOW = np.uint32(0x077CB531), np.uint32(27)
_EVERY = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True)
class Leaves:
    """The splits of all trees one after the other, and the leaves of each."""

    columns: npt.NDArray[np.int64]  # the columns that are asked for
    begins: npt.NDArray[np.int64]  # (trees + 1,) where the splits of each tree begin
    column: npt.NDArray[np.int64]  # of each split, its place among `columns`
    most: npt.NDArray[np.float32]  # the greatest number that goes to the left
    left_over: npt.NDArray[np.uint32]  # the leaves that are left over where a row goes to the right
    values: npt.NDArray[np.float64]  # (trees, 32) by the place at which the first leaf that is left over is found


def leaves_of(booster: lgb.Booster, rounds: int | None = None) -> Leaves | None:
    """The first trees of a booster; None where one has more leaves, or decides otherwise than between two numbers."""
    trees = plain_trees(booster, rounds)
    if trees is None:
        return None
    asked: list[tuple[int, float, int]] = []
    begins, values = [0], np.zeros((len(trees), _MOST_LEAVES))
    for index, tree in enumerate(trees):
        number = int(tree["num_leaves"])
        if number > _MOST_LEAVES:
            return None
        value = [float(one) for one in tree["leaf_value"].split()]
        order = [0]
        if number > 1:
            if not {int(one) for one in tree["decision_type"].split()} <= set(_PLAIN):
                return None
            order, splits = _struck_out(tree)
            asked += splits
        bits = np.uint32(1) << np.arange(number, dtype=np.uint32)
        values[index, (bits * _DE_BRUIJN) >> _BELOW] = [value[leaf] for leaf in order]
        begins.append(len(asked))
    columns, column = np.unique(np.array([one[0] for one in asked], dtype=np.int64), return_inverse=True)
    return Leaves(
        columns,
        np.array(begins, dtype=np.int64),
        column.astype(np.int64),
        rounded_down(np.array([one[1] for one in asked], dtype=np.float64)),
        np.array([one[2] for one in asked], dtype=np.uint32),
        values,
    )


def plain_trees(booster: lgb.Booster, rounds: int | None = None) -> list[dict[str, str]] | None:
    """The fields of each of the first trees in LightGBM's text; None where one parts by category, or is no tree of constants."""
    texts = booster.model_to_string(num_iteration=rounds).split("\nTree=")[1:]
    trees = [dict(line.partition("=")[::2] for line in text.splitlines() if "=" in line) for text in texts]
    plain = all(tree["num_cat"] == "0" and tree.get("is_linear", "0") == "0" for tree in trees)
    return trees if plain else None


def _struck_out(tree: dict[str, str]) -> tuple[list[int], list[tuple[int, float, int]]]:
    """(its leaves from left to right, of each split the column, the threshold, and what is left over of the leaves to the right)."""
    left, right, column = (
        [int(one) for one in tree[name].split()] for name in ("left_child", "right_child", "split_feature")
    )
    threshold = [float(one) for one in tree["threshold"].split()]
    order: list[int] = []
    splits = []

    def visit(node: int) -> None:
        if node < 0:
            order.append(~node)
            return
        first = len(order)
        visit(left[node])
        struck = ((1 << len(order)) - 1) ^ ((1 << first) - 1)
        splits.append((column[node], threshold[node], int(_EVERY) ^ struck))
        visit(right[node])

    visit(0)
    return order, splits


def rounded_down(thresholds: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """The greatest number of single precision that does not exceed each: whatever is at most the one is at most the other."""
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)


def added(trees: Leaves, columns: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """(rows,) what the trees add, of (columns, rows) without NaN."""
    found = np.zeros(columns.shape[1])
    left = np.empty(ROWS, dtype=np.uint32)
    for begin in range(0, len(found), ROWS):
        some = slice(begin, begin + ROWS)
        part = np.take(columns[:, some], trees.columns, axis=0)
        add_leaves(part, trees.begins, trees.column, trees.most, trees.left_over, trees.values, left, found[some])
    return found


@kernel(
    void(read(float32, 2), *[read(int64)] * 2, read(float32), read(uint32), read(float64, 2), uint32[::1], float64[::1])
)
def add_leaves(columns, begins, column, most, left_over, values, left, found):  # type: ignore[no-untyped-def]
    """Add the leaf of each tree to each row, one tree after the other."""
    for tree in range(len(begins) - 1):
        for row in range(len(found)):
            left[row] = _EVERY
        for split in range(begins[tree], begins[tree + 1]):
            own, highest, mask = columns[column[split]], most[split], left_over[split]
            for row in range(len(found)):
                left[row] &= _EVERY if own[row] <= highest else mask
        for row in range(len(found)):
            first = np.uint32(left[row] & np.uint32(~left[row] + np.uint32(1)))
            found[row] += values[tree, np.uint32(first * _DE_BRUIJN) >> _BELOW]
