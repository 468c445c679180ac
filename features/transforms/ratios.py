"""One amount against another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.engine import sums
from features.engine.sums import Narrow, Reals
from features.panel.panel import Array, Panel
from features.transforms.amounts import Intensive
from features.transforms.transform import Transform


@dataclass(frozen=True)
class Ratio(Intensive):
    """A part of a whole; NaN where there is no whole."""

    part: Transform
    whole: Transform

    word = "share"

    @property
    def window(self) -> int | None:
        """That of the whole."""
        return self.whole.window

    def compute(self, panel: Panel) -> Reals:
        """Divide."""
        return sums.ratio(self.part.compute(panel), self.whole.compute(panel))


@dataclass(frozen=True)
class Mean(Ratio):
    """A sum for each of the number; NaN where there are none."""

    word = "mean"

    @property
    def unit(self) -> str:
        """That of the sum."""
        return self.part.unit


@dataclass(frozen=True)
class SmoothedShare(Ratio):
    """A part of a whole with a little added to both, so that it is known everywhere."""

    def compute(self, panel: Panel) -> Reals:
        """As if one more had come, a twentieth of which was of the part."""
        found: Reals = (self.part.compute(panel) + 0.05) / (self.whole.compute(panel) + 1.0)
        return found


@dataclass(frozen=True)
class LogitOfShare(Ratio):
    """The logit of a smoothed share: log of the part against the rest, with the same little added to both."""

    word = "logit"

    def compute(self, panel: Panel) -> Reals:
        """As if one more had come, a twentieth of which was of the part; a part that exceeds the whole leaves no rest."""
        part, whole = self.part.compute(panel), self.whole.compute(panel)
        return np.asarray(np.log((part + 0.05) / (np.maximum(whole - part, 0) + 0.95)))


@dataclass(frozen=True)
class LogRatio(Intensive):
    """log(above + 1) - log(below * scale + 1)."""

    above: Transform
    below: Transform
    scale: float = 1.0

    word = "log ratio"

    @property
    def window(self) -> int | None:
        """That of what is below."""
        return self.below.window

    def compute(self, panel: Panel) -> Narrow | Reals:
        """Look up the logarithms."""
        return sums.log_ratio(self.above.compute(panel), self.below.compute(panel), self.scale)


@dataclass(frozen=True)
class LogChange(Intensive):
    """log((new + 1) / (old + 1)); NaN where either is unknown."""

    new: Transform
    old: Transform

    word = "log ratio"

    @property
    def window(self) -> int | None:
        """That of the old."""
        return self.old.window

    def compute(self, panel: Panel) -> Array:
        """Divide, then take the logarithm."""
        grown = self.new.compute(panel) + 1
        grown /= self.old.compute(panel) + 1
        return np.asarray(np.log(grown, out=grown))


@dataclass(frozen=True)
class Tenths(Transform):
    """A tenth of an amount that was counted in tenths, so that sums are whole numbers and the same in any order."""

    of: Transform
    called: str  # the unit

    @property
    def unit(self) -> str:
        """The unit."""
        return self.called

    @property
    def window(self) -> int | None:
        """That of the amount."""
        return self.of.window

    def compute(self, panel: Panel) -> npt.NDArray[Any]:
        """Divide."""
        return self.of.compute(panel) / 10
