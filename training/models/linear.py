"""Regressions as plain numbers: standardise, multiply, add."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Linear:
    """margin = intercept + sum of coefficient * (x - mean) / scale. Arrays (features,)."""

    intercept: float
    coefficients: Reals
    mean: Reals
    scale: Reals

    def contributions(self, rows: Reals) -> Reals:
        """(rows, features) what each feature adds to the intercept."""
        return np.asarray((rows - self.mean) / self.scale * self.coefficients)

    def margin(self, rows: Reals) -> Reals:
        """(rows,) the log mean."""
        return np.asarray((rows - self.mean) / self.scale @ self.coefficients + self.intercept)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        arrays = {"coefficients": self.coefficients, "mean": self.mean, "scale": self.scale}
        return {"intercept": self.intercept, **{name: values.tolist() for name, values in arrays.items()}}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Linear:
        """From JSON."""
        return cls(content["intercept"], *(np.array(content[name]) for name in ("coefficients", "mean", "scale")))
