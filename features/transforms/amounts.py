"""Amounts in every cell: what became known in a window, what holds, what fades, how old it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.engine import ages, sums
from features.engine.sums import Flow, Narrow, Reals
from features.panel.panel import Array, Panel
from features.transforms.selections import Recorded, Rows, Selection
from features.transforms.transform import Shared, Transform
from riskwarn.words import Quantity


@dataclass(frozen=True)
class Running(Shared[Flow]):
    """The running sums of a selection, made once for all its windows."""

    selection: Selection

    def make(self, panel: Panel) -> Flow:
        """Sum them up to the longest window."""
        longest = self.selection.longest
        return Flow(panel.frame, self.selection.spans(panel), panel.city.longest if longest is None else longest)


@dataclass(frozen=True)
class Windowed(Transform):
    """What became known in the last `window` periods, out of running sums that all windows of the selection share."""

    selection: Selection
    periods: int

    @property
    def unit(self) -> str:
        """That of the selection."""
        return self.selection.unit

    @property
    def window(self) -> int:
        """The periods."""
        return self.periods

    def compute(self, panel: Panel) -> Array:
        """The difference of two rows."""
        return Running(self.selection).on(panel).within(self.periods)


@dataclass(frozen=True)
class Count(Transform):
    """The records of a source that became known in the last `periods`."""

    source: str
    periods: int

    @property
    def window(self) -> int:
        """The periods."""
        return self.periods

    def compute(self, panel: Panel) -> Array:
        """The difference of two rows of running sums."""
        return Running(Recorded(self.source)).on(panel).within(self.periods)


@dataclass(frozen=True)
class Within(Transform):
    """What became known in the last `window` periods, for a selection of which few windows are asked for."""

    selection: Selection
    periods: int

    @property
    def unit(self) -> str:
        """That of the selection."""
        return self.selection.unit

    @property
    def window(self) -> int:
        """The periods."""
        return self.periods

    def compute(self, panel: Panel) -> Array:
        """Summed anew."""
        return panel.within(self.selection.spans(panel), self.periods)


@dataclass(frozen=True)
class Holding(Transform):
    """The summed weight of the spans that hold."""

    selection: Selection

    @property
    def unit(self) -> str:
        """That of the selection."""
        return self.selection.unit

    def compute(self, panel: Panel) -> Array:
        """Exact while the weights are whole numbers."""
        return panel.holding(self.selection.spans(panel))


@dataclass(frozen=True)
class SummedAge(Transform):
    """Weighted days since the event, of the spans that hold."""

    selection: Selection

    unit = "days"

    def compute(self, panel: Panel) -> Array:
        """In whole numbers where the weights are."""
        spans = self.selection.spans(panel)
        if spans.weight.dtype.kind == "f":
            return panel.days[:, None] * panel.holding(spans) - panel.holding(spans.weighing(spans.day))
        return sums.summed_ages(panel.frame, spans, panel.days)


@dataclass(frozen=True)
class Decayed(Transform):
    """Weights halved every so many periods since they became known."""

    selection: Selection
    half_life: float

    word = "decayed sum"

    def compute(self, panel: Panel) -> Reals:
        """In float64."""
        return panel.decayed(self.selection.spans(panel), self.half_life)


@dataclass(frozen=True)
class Intensive(Transform):
    """What is no amount: a sum of it over places would mean nothing."""

    quantity = Quantity.INTENSIVE

    @property
    def unit(self) -> str:
        """Of no dimension, if nothing else is said."""
        return ""


@dataclass(frozen=True)
class DaysSince(Intensive):
    """Days since the latest event that is seen; NaN where there never was one."""

    selection: Selection

    word = "days since"
    unit = "days"

    def compute(self, panel: Panel) -> Narrow:
        """To each column's day."""
        return panel.days_since(self.selection.spans(panel))


@dataclass(frozen=True)
class Whether(Intensive):
    """1 where there is any of an amount, else 0."""

    of: Transform

    word = "whether"

    @property
    def window(self) -> int | None:
        """That of the amount."""
        return self.of.window

    def compute(self, panel: Panel) -> npt.NDArray[Any]:
        """At most 1 of it."""
        return np.asarray(np.minimum(self.of.compute(panel), 1))


@dataclass(frozen=True)
class ActivePeriods(Intensive):
    """The periods of a window in which anything became known that still holds."""

    selection: Selection
    periods: int
    called: str  # what a period is called: weeks, …

    word = "number of periods"

    @property
    def unit(self) -> str:
        """Periods."""
        return self.called

    @property
    def window(self) -> int:
        """The periods looked back."""
        return self.periods

    def compute(self, panel: Panel) -> Array:
        """Each counted once."""
        return sums.active_periods(panel.frame, self.selection.spans(panel), self.periods)


@dataclass(frozen=True)
class Ages(Shared[ages.Ages]):
    """The ages of the spans that hold in each cell, for order statistics."""

    rows: Rows

    def make(self, panel: Panel) -> ages.Ages:
        """Write them out by cell."""
        return ages.ages(panel.frame, self.rows.spans(panel), panel.days)


@dataclass(frozen=True)
class OldestAge(Intensive):
    """The greatest age in days; NaN where none holds."""

    rows: Rows

    word = "maximum"
    unit = "days"

    def compute(self, panel: Panel) -> Narrow:
        """Of all ages."""
        return Ages(self.rows).on(panel).oldest()


@dataclass(frozen=True)
class AgeQuantile(Intensive):
    """The age in days below which a share of the spans lies (the lower of two); NaN where none holds."""

    rows: Rows
    share: float

    word = "quantile"
    unit = "days"

    def compute(self, panel: Panel) -> Narrow:
        """Of all ages."""
        return Ages(self.rows).on(panel).quantile(self.share)
