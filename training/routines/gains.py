"""By how much a version is better than the champion and than the best baseline.

Compared are the log losses of each judged origin, as they lie with each version, on the origins that two versions share; the interval
is the wider of two, over origins and over communities, as where a training compares. They lie there as labels were when each was
trained: where records came or were corrected since, both are judged again by the newer labels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from riskwarn.home import Home
from training.evaluation.comparison import CHAMPION_METRIC, Gain, gain_within
from training.evaluation.intervals import over_both
from training.models.blown import BASE
from training.registry.communities import Communities, Losses
from training.registry.kept import Kept
from training.registry.loading import load_communities, load_kept, load_series
from training.registry.series import Series
from training.registry.versions import Version

#: Its loss hangs on nothing but the labels: by it those of versions are compared that keep no digest of them.
_TOLD_BY = "zero"

#: Metrics of a version: its log loss on inner origins and that of the city's mean; and both on judged ones.
INNER, JUDGED = ("inner_log_loss", f"inner_log_loss/{BASE}"), (CHAMPION_METRIC, f"{CHAMPION_METRIC}/{BASE}")


@dataclass(frozen=True)
class Beside:
    """A version beside what it is held against at its horizon."""

    version: Version
    other: str  # a version, or the name of a baseline
    gain: Gain | None  # None: they were judged by other labels, and cannot be judged again

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"version": self.version.version, "other": self.other, **(self.gain or _UNTOLD).as_dict()}


_UNTOLD = Gain(math.nan, math.nan, math.nan, 0.0, False)


@dataclass(frozen=True)
class Record:
    """How a forecaster did at each judged origin, and the cells that it was judged by, brought where they are needed."""

    kind: str
    as_of: str
    trained_at: str
    series: Series | None
    communities: Communities | None
    kept: Callable[[], Kept | None]

    @property
    def losses(self) -> Losses:
        """Its log losses by origin."""
        return self.of(self.kind)

    def of(self, forecaster: str) -> Losses:
        """The log losses of what stands beside it."""
        means = self.series.of(forecaster, CHAMPION_METRIC) if self.series is not None else {}
        return self.communities.losses(forecaster, means) if self.communities is not None else Losses(means)


def record_of(home: Home, version: Version) -> Record:
    """What lies with a registered version. Raise UnknownVersion, ModelDamaged."""

    def kept() -> Kept | None:
        return load_kept(home, version.version)

    series, communities = load_series(home, version.version), load_communities(home, version.version)
    return Record(version.kind, version.as_of or "", version.trained_at or "", series, communities, kept)


def compared(home: Home, own: Version, champion: Version | None) -> list[Beside]:
    """A version beside the champion of its horizon and beside the best baseline, on the origins that they share."""
    record = record_of(home, own)
    found = []
    if champion is not None:
        found.append(Beside(own, champion.version, gain_over_champion(home, record, champion)))
    if own.best_baseline is not None and own.best_baseline != own.kind:
        gain = gain_between(record.losses, record.of(own.best_baseline), own.horizon)
        found.append(Beside(own, own.best_baseline, gain))
    return found


def gain_over_champion(home: Home, own: Record, champion: Version) -> Gain | None:
    """The gain over a champion, on the origins that both were judged on; None where their labels differ and nothing can be judged again.

    A baseline stands beside every version and is known on all its origins, by the same labels: those count, too, that are newer than
    the champion, but none before the first that it was judged on.
    """
    theirs = record_of(home, champion)
    if champion.kind != "model" and own.of(champion.kind).by_origin:
        since = min(theirs.series.origins) if theirs.series is not None else date.min
        return gain_between(own.losses.since(since), own.of(champion.kind), champion.horizon)
    shared = sorted(own.losses.by_origin.keys() & theirs.losses.by_origin.keys())
    changed = any(_differ(own, theirs, origin) for origin in shared)
    if not changed and own.losses.shares_communities(theirs.losses):
        return gain_between(own.losses, theirs.losses, champion.horizon)
    if own.kind != "model" and theirs.of(own.kind).by_origin:
        return gain_between(theirs.of(own.kind), theirs.losses, champion.horizon)
    again = _judged_again(own, theirs, shared)
    if again is None:
        # Communities that were drawn anew refuse nobody: origins decide alone.
        return None if changed else gain_between(own.losses, theirs.losses, champion.horizon)
    return gain_between(*again, champion.horizon)


def gain_between(own: Losses, other: Losses, horizon: int) -> Gain:
    """By how much the losses of one are lower than those of another on the origins that both know, with its interval."""
    shared = sorted(own.by_origin.keys() & other.by_origin.keys())
    difference = np.array([other.by_origin[one] - own.by_origin[one] for one in shared], dtype=np.float64)
    sums, cells = None, None
    if shared and own.codes and own.shares_communities(other):
        sums = np.stack([other.lost[origin] - own.lost[origin] for origin in shared])
        cells = np.stack([own.cells[origin] for origin in shared])
    return gain_within(over_both(difference, horizon, sums, cells), int((~np.isnan(difference)).sum()), horizon)


def _differ(own: Record, other: Record, origin: date) -> bool:
    """Whether two were judged by other labels at an origin."""
    if own.series is None or other.series is None:
        return False
    digests = own.series.label(origin), other.series.label(origin)
    if None not in digests:
        return digests[0] != digests[1]
    told = [one.of(_TOLD_BY).by_origin.get(origin, math.nan) for one in (own, other)]
    return abs(told[0] - told[1]) > 1e-9


def _judged_again(own: Record, other: Record, origins: list[date]) -> tuple[Losses, Losses] | None:
    """The losses of both at some origins by the labels of that which knew more; None where one keeps no cells of its forecasts."""
    kept = own.kept(), other.kept()
    if kept[0] is None or kept[1] is None or (kept[0].forecaster, kept[1].forecaster) != (own.kind, other.kind):
        return None
    # A forecast is judged where it was made: the grids may have been drawn anew.
    theirs = set(kept[1].grid_ids)
    common = [grid for grid in kept[0].grid_ids if grid in theirs]
    newer = kept[0] if (own.as_of, own.trained_at) >= (other.as_of, other.trained_at) else kept[1]
    return kept[0].judged_by(newer, origins, common), kept[1].judged_by(newer, origins, common)
