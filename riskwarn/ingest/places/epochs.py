"""Spans of days between which no unit and no place changed: names and borders are looked up by them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

Days = npt.NDArray[np.datetime64]


class Epochs:
    """The days on which anything changed; epoch `k` lies between change `k` - 1 and change `k`."""

    def __init__(self, dates: Iterable[pd.Series]) -> None:
        told = [pd.to_datetime(column.dropna()).to_numpy(dtype="datetime64[D]") for column in dates]
        self._changes = np.unique(np.concatenate([np.zeros(0, dtype="datetime64[D]"), *told]))

    @property
    def last(self) -> int:
        """The newest epoch."""
        return len(self._changes)

    def of(self, days: Days) -> npt.NDArray[np.int32]:
        """The epoch of each local day; NaT lies in the newest."""
        days = np.asarray(days, dtype="datetime64[D]")
        found = np.searchsorted(self._changes, days, side="right")
        return np.where(np.isnat(days), self.last, found).astype(np.int32)

    def spans(self, rows: pd.DataFrame) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """First epoch in which each row of a table holds, and first in which it no longer does."""
        start = pd.to_datetime(rows["valid_from"]).to_numpy(dtype="datetime64[D]")
        end = pd.to_datetime(rows["valid_to"]).to_numpy(dtype="datetime64[D]")
        first = np.where(np.isnat(start), 0, self.of(start))
        return first.astype(np.int32), np.where(np.isnat(end), self.last + 1, self.of(end)).astype(np.int32)


def versions_in_time(grids: pd.DataFrame, epochs: Epochs) -> pd.DataFrame:
    """The newest statement of each grid and start, with its epochs `_first` and `_end`: a later start ends the earlier."""
    rows = grids.drop_duplicates(["grid_id", "valid_from"], keep="last").copy()
    rows["_first"], rows["_end"] = epochs.spans(rows)
    rows = rows.sort_values(["grid_id", "_first"], kind="stable").reset_index(drop=True)
    following = rows.groupby("grid_id")["_first"].shift(-1).fillna(epochs.last + 1).astype(np.int32)
    rows["_end"] = np.minimum(rows["_end"], following)
    return rows
