"""The rankings that a back-test judged, small enough to be kept with a version: what any rule of levels would have caught and cost.

A rule lists the first grids of a ranking: so many at most, and only while the score is so many times the city's mean. Kept of each
origin are the ranks at which something came, and the score at the first 256 ranks and some 256 wider steps: of a large city the number
of grids that pass a threshold is told to one in forty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from training.evaluation.intervals import Bounds, over_origins
from training.evaluation.judged import Judged, ratio
from training.evaluation.orders import MOST
from training.intervals.counts import Reals

Ranks = npt.NDArray[np.int32]

#: The text that lies with a version.
FILE = "ranked.json"

#: Ranks at which the score is kept: each of the first, then so many in equal ratios.
FIRST = 256


@dataclass(frozen=True, eq=False)
class Origin:
    """One judged ranking; ranks count from 1. Arrays, because all forecasters of a city hold tens of millions of these numbers."""

    grids: int
    mean: float  # of the scores
    ranks: Ranks  # at which the score is kept
    scores: Reals
    hits: Ranks  # int32 ranks of the grids in which anything came, ascending
    events: Ranks | Reals  # int32, how much came there; float64 as it is told

    def listed(self, top: float, times: float) -> int:
        """How many grids a rule lists: the first of so large a share whose score is positive and so many times the mean."""
        passing = self.ranks[(self.scores > 0) & (self.scores >= times * self.mean)]
        return min(max(1, int(np.ceil(top * self.grids))), int(passing[-1]) if len(passing) else 0)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        held = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: one.tolist() if isinstance(one, np.ndarray) else one for name, one in held.items()}

    @classmethod
    def from_dict(cls, held: Mapping[str, Any]) -> Origin:
        """Read what :meth:`as_dict` made."""
        whole = {name: np.array(held[name], dtype=np.int32) for name in ("ranks", "hits", "events")}
        return cls(held["grids"], held["mean"], scores=np.array(held["scores"], dtype=np.float64), **whole)


@dataclass(frozen=True)
class Ranked:
    """All judged rankings of a forecaster, in the order of time."""

    horizon: int
    origins: tuple[Origin, ...]

    def as_json(self) -> str:
        """As it lies with a version."""
        held = {"horizon": self.horizon, "origins": [one.as_dict() for one in self.origins]}
        return json.dumps(held, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Ranked:
        """Read what :meth:`as_json` made."""
        held: Mapping[str, Any] = json.loads(text)
        return cls(held["horizon"], tuple(Origin.from_dict(one) for one in held["origins"]))


def ranked(judged: Judged) -> Ranked:
    """The rankings of a forecast that was judged."""
    scores = np.take_along_axis(judged.keys, judged.order, axis=1) / MOST
    found = []
    for score, count, known in zip(scores, judged.ordered_counts, judged.cells.tolist(), strict=True):
        if known == 0:
            continue
        steps = _steps(known)
        hits = np.flatnonzero(count[:known] > 0)
        found.append(
            Origin(
                known,
                float(score[:known].mean()),
                steps.astype(np.int32),
                score[steps - 1],
                (hits + 1).astype(np.int32),
                count[hits].astype(np.int32),
            )
        )
    return Ranked(judged.outcomes.horizon, tuple(found))


@dataclass(frozen=True)
class Caught:
    """What a rule would have caught and cost."""

    grids: float  # that it lists, the mean over origins
    share: float  # of all grids
    events: int  # of all windows; of windows that overlap some are counted in each
    caught: int  # of them in listed grids
    capture: Bounds  # the share of events that is caught
    precision: Bounds  # the share of listed grids in which anything came


def caught(made: Ranked, top: float, times: float) -> Caught:
    """Apply a rule to every judged ranking."""
    listed = np.array([one.listed(top, times) for one in made.origins], dtype=np.float64)
    events = np.array([one.events.sum() for one in made.origins], dtype=np.float64)
    inside, hit = (np.zeros(len(listed)) for _ in range(2))
    for index, (one, first) in enumerate(zip(made.origins, listed, strict=True)):
        hit[index] = np.searchsorted(one.hits, first, side="right")
        inside[index] = one.events[: int(hit[index])].sum()
    grids = np.array([one.grids for one in made.origins], dtype=np.float64)
    return Caught(
        float(listed.mean()) if len(listed) else float("nan"),
        float(listed.sum() / grids.sum()) if len(listed) else float("nan"),
        int(events.sum()),
        int(inside.sum()),
        over_origins(ratio(inside, events), made.horizon),
        over_origins(ratio(hit, listed), made.horizon),
    )


def _steps(grids: int) -> np.ndarray:
    wide = np.geomspace(FIRST, max(grids, FIRST), FIRST).round().astype(np.int64)
    steps = np.unique(np.concatenate([np.arange(1, FIRST + 1), wide]))
    return np.asarray(steps[steps <= grids])
