"""The rankings that a back-test judged, small enough to be kept with a version: what any rule of levels would have caught and cost.

A rule lists the first grids of a ranking: so many at most, and only while the score is so many times the city's mean. Kept of each
origin are the ranks at which something came, and the score at the first 256 ranks and some 256 wider steps: of a large city the number
of grids that pass a threshold is told to one in forty.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from training.evaluation.intervals import Bounds, over_origins
from training.evaluation.judged import Judged, ratio
from training.evaluation.orders import MOST

#: The text that lies with a version.
FILE = "ranked.json"

#: Ranks at which the score is kept: each of the first, then so many in equal ratios.
FIRST = 256


@dataclass(frozen=True)
class Origin:
    """One judged ranking; ranks count from 1."""

    grids: int
    mean: float  # of the scores
    ranks: tuple[int, ...]  # at which the score is kept
    scores: tuple[float, ...]
    hits: tuple[int, ...]  # ranks of the grids in which anything came, ascending
    events: tuple[int, ...]  # how much came there

    def listed(self, top: float, times: float) -> int:
        """How many grids a rule lists: the first of so large a share whose score is positive and so many times the mean."""
        least = times * self.mean
        passing = [rank for rank, score in zip(self.ranks, self.scores, strict=True) if score > 0 and score >= least]
        return min(max(1, int(np.ceil(top * self.grids))), passing[-1] if passing else 0)


@dataclass(frozen=True)
class Ranked:
    """All judged rankings of a forecaster, in the order of time."""

    horizon: int
    origins: tuple[Origin, ...]

    def as_json(self) -> str:
        """As it lies with a version."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Ranked:
        """Read what :meth:`as_json` made."""
        held: Mapping[str, Any] = json.loads(text)
        return cls(held["horizon"], tuple(Origin(**one) for one in held["origins"]))


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
                tuple(steps.tolist()),
                tuple(score[steps - 1].tolist()),
                tuple((hits + 1).tolist()),
                tuple(count[hits].astype(int).tolist()),
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
    events = np.array([sum(one.events) for one in made.origins], dtype=np.float64)
    inside, hit = (np.zeros(len(listed)) for _ in range(2))
    for index, (one, first) in enumerate(zip(made.origins, listed, strict=True)):
        hit[index] = bisect_right(one.hits, first)
        inside[index] = sum(one.events[: int(hit[index])])
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
