"""What each column adds to what grown trees say: exact SHAP values (Lundberg et al. 2020), in a compiled loop.

Nothing but the outcomes of a tree's splits enters its SHAP values: they are computed once for every combination of outcomes, and
then looked up for each row (as Fast TreeSHAP v2 does by leaf; Yang 2021). A tree with too many splits for one table is told as the
sum of its parts. LightGBM's own values are equal but for the order in which they are added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import factorial

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from numba.core.types import int32, uint8

from features.engine.compiling import float32, float64, int64, kernel, read, void
from training.intervals.counts import Reals
from training.models.leaves import plain_trees, rounded_down

#: Splits on the way to one leaf whose outcomes may have a table: 2,048 combinations.
MOST_SPLITS = 11

#: Splits that leaves share a table for: with more, tables take longer to make than they save for 66,000 rows.
SHARED_SPLITS = 9

#: Rows that are looked at at once: what they hold of the columns stays near a core.
ROWS = 2048

#: How LightGBM takes numbers that are missing: as nought; what is next to nought, and NaN; else NaN alone.
_AS_ZERO, _ZERO = 0, 1
_DEFAULT_LEFT = 2


@dataclass(frozen=True)
class Split:
    """One question: whether a column is at most so great."""

    column: int
    threshold: float
    nan_left: bool
    zero_left: bool | None  # where what is next to nought counts as missing


@dataclass(frozen=True)
class Leaf:
    """A leaf: its value, and its way down as (split, to the left, share of the rows that go on)."""

    value: float
    way: tuple[tuple[int, bool, float], ...]


@dataclass(frozen=True)
class Tables:
    """The tables of all trees one after the other."""

    base: float  # the mean of what the trees say over the rows that they grew on
    columns: npt.NDArray[np.int64]  # the columns that are asked for
    splits: npt.NDArray[np.int64]  # (tables + 1,) where the splits of each begin
    column: npt.NDArray[np.int64]  # of each split, its place among `columns`
    most: npt.NDArray[np.float32]  # the greatest number that goes to the left
    nan_left: npt.NDArray[np.uint8]
    zero_left: npt.NDArray[np.uint8]  # 2 where nought is a number like any other
    slots: npt.NDArray[np.int64]  # (tables + 1,) where the columns that a table adds to begin
    slot: npt.NDArray[np.int64]  # of each such column, its place among `columns`
    begins: npt.NDArray[np.int64]  # (tables,) where the values of each begin
    values: Reals  # by outcome of the splits, the first split in the lowest bit, and then by slot

    def added(self, columns: npt.NDArray[np.float32], found: Reals) -> None:
        """Add to `found` (columns, rows) what each column adds, of (columns, rows)."""
        part = np.empty((len(self.columns), min(ROWS, columns.shape[1])))
        outcome = np.empty(part.shape[1], dtype=np.int32)
        for begin in range(0, columns.shape[1], ROWS):
            asked = np.take(columns[:, begin : begin + ROWS], self.columns, axis=0)
            own = part[:, : asked.shape[1]]
            own = own if own.flags.c_contiguous else np.empty(asked.shape)
            own[:] = 0.0
            add_tables(
                asked, self.splits, self.column, self.most, self.nan_left, self.zero_left, self.slots, self.slot,
                self.begins, self.values, outcome, own,
            )  # fmt: skip
            found[self.columns, begin : begin + ROWS] += own


def tables_of(booster: lgb.Booster) -> Tables | None:
    """The tables of a booster; None where a tree parts by category, is no tree of constants, or has too long a way."""
    base, parts = 0.0, list[tuple[list[Split], list[Leaf]]]()
    trees = plain_trees(booster)
    if trees is None:
        return None
    for tree in trees:
        splits, leaves = _read(tree)
        base += float(sum(leaf.value * np.prod([share for *_, share in leaf.way]) for leaf in leaves))
        if any(len({split for split, *_ in leaf.way}) > MOST_SPLITS for leaf in leaves):
            return None
        if splits:
            parts += [(splits, some) for some in _divided(leaves, 0)]
    return _joined(base, parts)


def _read(tree: dict[str, str]) -> tuple[list[Split], list[Leaf]]:
    """The splits and leaves of a tree in LightGBM's text."""
    values = [float(one) for one in tree["leaf_value"].split()]
    if len(values) == 1:
        return [], [Leaf(values[0], ())]
    left, right, column, kind, inside, ends = (
        [int(one) for one in tree[name].split()]
        for name in ("left_child", "right_child", "split_feature", "decision_type", "internal_count", "leaf_count")
    )
    splits = []
    for place, threshold in enumerate(float(one) for one in tree["threshold"].split()):
        default, missing = bool(kind[place] & _DEFAULT_LEFT), kind[place] >> 2 & 3
        nan_left = default if missing != _AS_ZERO else threshold >= 0
        splits.append(Split(column[place], threshold, nan_left, default if missing == _ZERO else None))
    leaves: list[Leaf] = []
    open_ways: list[tuple[int, tuple[tuple[int, bool, float], ...]]] = [(0, ())]
    while open_ways:
        node, way = open_ways.pop()
        if node < 0:
            leaves.append(Leaf(values[~node], way))
            continue
        for child, to_left in ((right[node], False), (left[node], True)):
            held = ends[~child] if child < 0 else inside[child]
            open_ways.append((child, (*way, (node, to_left, held / inside[node]))))
    return splits, leaves


def _divided(leaves: Sequence[Leaf], depth: int) -> Iterator[list[Leaf]]:
    """The leaves, or, where their ways ask too many splits for one table, those on either side of a split."""
    if len(leaves) == 1 or len({split for leaf in leaves for split, *_ in leaf.way}) <= SHARED_SPLITS:
        yield list(leaves)
        return
    sides = [[leaf for leaf in leaves if leaf.way[depth][1] is side] for side in (True, False)]
    for side in sides:
        yield from _divided(side, depth + 1)


def _joined(base: float, parts: Sequence[tuple[list[Split], list[Leaf]]]) -> Tables:
    asked = sorted({splits[place].column for splits, leaves in parts for leaf in leaves for place, *_ in leaf.way})
    place_of = {column: place for place, column in enumerate(asked)}
    splits_at, slots_at, begins = [0], [0], list[int]()
    splits, slots, values = list[Split](), list[int](), list[Reals]()
    for every, leaves in parts:
        used = sorted({place for leaf in leaves for place, *_ in leaf.way})
        columns = sorted({every[place].column for place in used})
        begins.append(begins[-1] + values[-1].size if begins else 0)
        values.append(_table(leaves, [every[place].column for place in used], used, columns))
        splits += [every[place] for place in used]
        slots += [place_of[column] for column in columns]
        splits_at.append(len(splits))
        slots_at.append(len(slots))
    whole = np.int64
    return Tables(
        base,
        np.array(asked, dtype=whole),
        np.array(splits_at, dtype=whole),
        np.array([place_of[one.column] for one in splits], dtype=whole),
        rounded_down(np.array([one.threshold for one in splits], dtype=np.float64)),
        np.array([one.nan_left for one in splits], dtype=np.uint8),
        np.array([2 if one.zero_left is None else one.zero_left for one in splits], dtype=np.uint8),
        np.array(slots_at, dtype=whole),
        np.array(slots, dtype=whole),
        np.array(begins, dtype=whole),
        np.concatenate([*(one.ravel() for one in values), np.empty(0)]),
    )


def _table(leaves: Sequence[Leaf], column_of: Sequence[int], used: Sequence[int], columns: Sequence[int]) -> Reals:
    """(outcomes, columns) the SHAP values for every combination of outcomes of the splits that are used."""
    outcomes = np.arange(2 ** len(used))
    bit = {split: place for place, split in enumerate(used)}
    found = np.zeros((len(outcomes), len(columns)))
    for leaf in leaves:
        share: dict[int, float] = {}
        held = dict[int, npt.NDArray[np.bool_]]()
        for split, to_left, part in leaf.way:
            column = column_of[bit[split]]
            goes = (outcomes >> bit[split] & 1).astype(bool) == to_left
            share[column] = share.get(column, 1.0) * part
            held[column] = held.get(column, True) & goes
        mask = sum((flags.astype(np.int64) << place for place, flags in enumerate(held.values())), np.int64(0))
        by_mask = leaf.value * _values_of_masks(np.array(list(share.values())))
        found[:, [columns.index(column) for column in share]] += by_mask[mask]
    return found


def _values_of_masks(shares: Reals) -> Reals:
    """(masks, k) what each of k players adds to a game that is won where all are in: one in the mask is in if it is asked, one that
    is not asked is in by its share; the mean over all orders in which they may be asked (Shapley 1953)."""
    k = len(shares)
    weight = np.array([factorial(size) * factorial(k - 1 - size) / factorial(k) for size in range(k)])
    found = np.empty((2**k, k))
    play(shares, weight, np.empty(k), found)
    return found


@kernel(
    void(
        read(float32, 2), *[read(int64)] * 2, read(float32), *[read(uint8)] * 2, *[read(int64)] * 3, read(float64),
        int32[::1], float64[:, ::1],
    )
)  # fmt: skip
def add_tables(  # type: ignore[no-untyped-def]
    asked, splits, column, most, nan_left, zero_left, slots, slot, begins, values, outcome, found
):
    """Add what each table has for the outcomes of each row to its columns."""
    rows = asked.shape[1]
    for table in range(len(begins)):
        for row in range(rows):
            outcome[row] = 0
        for split in range(splits[table], splits[table + 1]):
            own, highest, unknown = asked[column[split]], most[split], nan_left[split]
            bit = np.int32(1 << (split - splits[table]))
            if zero_left[split] == 2:
                for row in range(rows):
                    left = own[row] <= highest or (unknown != 0 and own[row] != own[row])
                    outcome[row] |= bit if left else np.int32(0)
            else:
                for row in range(rows):
                    left = own[row] <= highest
                    if own[row] != own[row] or (own[row] <= 1e-35 and own[row] >= -1e-35):
                        left = zero_left[split] == 1
                    outcome[row] |= bit if left else np.int32(0)
        first, width = slots[table], slots[table + 1] - slots[table]
        for place in range(width):
            added, begin = found[slot[first + place]], begins[table] + place
            for row in range(rows):
                added[row] += values[begin + outcome[row] * width]


@kernel(void(read(float64), read(float64), float64[::1], float64[:, ::1]))
def play(shares, weight, by_size, found):  # type: ignore[no-untyped-def]
    """Fill in :func:`_values_of_masks`; `by_size` is the others' product by how many of them are asked, factor by factor."""
    k = len(shares)
    for mask in range(len(found)):
        for own in range(k):
            by_size[:] = 0.0
            by_size[0] = 1.0
            asked = 0
            for other in range(k):
                if other == own:
                    continue
                inside = float((mask >> other) & 1)
                asked += 1
                for size in range(asked, 0, -1):
                    by_size[size] = by_size[size] * shares[other] + by_size[size - 1] * inside
                by_size[0] *= shares[other]
            value = 0.0
            for size in range(k):
                value += by_size[size] * weight[size]
            found[mask, own] = value * (float((mask >> own) & 1) - shares[own])
