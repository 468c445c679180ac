"""Rows that cannot be loaded: the first reason of each, for quarantine."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from riskwarn.contracts.reasons import REASONS


@dataclass
class Faults:
    """Collects the first fault of every row."""

    rows: int
    reason: npt.NDArray[np.object_] = field(init=False)
    column: npt.NDArray[np.object_] = field(init=False)
    value_class: npt.NDArray[np.object_] = field(init=False)

    def __post_init__(self) -> None:
        self.reason, self.column, self.value_class = (np.full(self.rows, None, dtype=object) for _ in range(3))

    @property
    def any(self) -> npt.NDArray[np.bool_]:
        """Which rows have a fault."""
        return np.array([reason is not None for reason in self.reason], dtype=bool)

    def add(self, rows: npt.NDArray[np.bool_], reason: str, column: str, value_class: str) -> None:
        """Note a fault; a row keeps the first that is found. `reason` is one of those that people are told."""
        if reason not in REASONS:
            raise ValueError(f"{reason!r} is not declared in riskwarn/contracts/reasons.py")
        new = rows & ~self.any
        self.reason[new], self.column[new], self.value_class[new] = reason, column, value_class
