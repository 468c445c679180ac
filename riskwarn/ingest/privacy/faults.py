"""Rows that cannot be loaded: the first reason of each, for quarantine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from riskwarn.contracts.reasons import REASONS


@dataclass(frozen=True)
class Fault:
    """Why a row is refused, in which field, and of what class the value is."""

    reason: str
    column: str
    value_class: str


@dataclass
class Faults:
    """Collects the first fault of every row."""

    rows: int
    _kinds: list[Fault] = field(default_factory=list)
    _first: npt.NDArray[np.int16] = field(init=False)  # index of `_kinds`, -1 where the row is sound

    def __post_init__(self) -> None:
        self._first = np.full(self.rows, -1, dtype=np.int16)

    @classmethod
    def together(cls, parts: Sequence[Faults]) -> Faults:
        """The faults of several batches, one after the other."""
        whole = cls(sum(part.rows for part in parts))
        before = 0
        for part in parts:
            known = part._first >= 0
            whole._first[before : before + part.rows][known] = part._first[known] + len(whole._kinds)
            whole._kinds += part._kinds
            before += part.rows
        return whole

    @property
    def any(self) -> npt.NDArray[np.bool_]:
        """Which rows have a fault."""
        return self._first >= 0

    def add(self, rows: npt.NDArray[np.bool_], reason: str, column: str, value_class: str) -> None:
        """Note a fault; a row keeps the first that is found. `reason` is one of those that people are told."""
        if reason not in REASONS:
            raise ValueError(f"{reason!r} is not declared in riskwarn/contracts/reasons.py")
        if rows.any():
            self._first[rows & (self._first < 0)] = len(self._kinds)
            self._kinds.append(Fault(reason, column, value_class))

    def of(self, reason: str) -> npt.NDArray[np.bool_]:
        """Which rows are refused for this reason."""
        kinds = [index for index, kind in enumerate(self._kinds) if kind.reason == reason]
        return np.isin(self._first, kinds)

    def __iter__(self) -> Iterator[tuple[int, Fault]]:
        """The faulty rows, from the first on, with their faults."""
        return ((int(row), self._kinds[self._first[row]]) for row in np.flatnonzero(self.any))
