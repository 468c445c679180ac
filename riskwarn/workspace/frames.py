"""Features of grids as frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import features


@dataclass(frozen=True)
class Features:
    """Features of grids as of one or several dates. Made by :meth:`City.features`."""

    matrix: features.FeatureMatrix

    def __len__(self) -> int:
        return len(self.matrix.origins) * len(self.matrix.grid_ids)

    @cached_property
    def _frame(self) -> pd.DataFrame:
        index = pd.MultiIndex.from_product(
            [pd.DatetimeIndex(self.matrix.origins), self.matrix.grid_ids], names=["as_of", "grid_id"]
        )
        return pd.DataFrame(self.matrix.rows(self.matrix.origins), index=index, columns=self.matrix.names)

    def frame(self) -> pd.DataFrame:
        """(origins * grids, features) float32 under an index (as_of, grid_id); NaN where a feature is not known."""
        return self._frame.copy(deep=False)

    def describe(self) -> pd.DataFrame:
        """A row a feature: its meaning, and how it is distributed over the grids and dates."""
        from features.pages import distribution

        rows = self.matrix.values.reshape(len(self.matrix.features), -1).astype("float64")
        told = pd.DataFrame([asdict(distribution(column)) for column in rows], index=self.matrix.names)
        return catalogue_frame(self.matrix.features)[["family", "source", "unit", "zh", "en"]].join(told)

    def __repr__(self) -> str:
        dates = f"{self.matrix.origins[0]}" if len(self.matrix.origins) == 1 else f"{len(self.matrix.origins)} dates"
        return f"Features({len(self.matrix.grid_ids)} grids, {len(self.matrix.features)} features, as of {dates})"

    def _repr_html_(self) -> str:
        return f"<p>{escaped(repr(self))}</p>{self.describe().to_html(max_rows=60, float_format=lambda x: f'{x:.4g}')}"


def catalogue_frame(rows: Sequence[features.Feature]) -> pd.DataFrame:
    """A row a feature, by its name."""
    frame = pd.DataFrame([asdict(feature) for feature in rows]).set_index("name")
    return frame.assign(quantity=frame["quantity"].map(str))


def escaped(text: str) -> str:
    """A text as HTML shows it."""
    from html import escape

    return escape(text)
