"""For whom a forecast is right: by district, kind of grid and quartile of its residents, and who is not helped.

A place in which something came and that was not on the list of alerts is a false negative: nobody went there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.words import Unit
from training.evaluation.intervals import Bounds, over_origins
from training.evaluation.judged import Judged, over, ratio
from training.evaluation.outcomes import Places
from training.evaluation.ranking import listed
from training.evaluation.spread import HIGH, LOW, transforms
from training.intervals.counts import Reals

#: Groups of less than so many events say nothing of themselves.
LEAST_EVENTS = 10

#: The word of a grid of which the number is not known.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class GroupRow:
    """How a forecast does in one group; an interval is None where it cannot be told."""

    by: str  # district, kind, or the number whose quartiles these are
    group: str
    grids: int
    events: int
    calibration_level: float | None  # events over expected counts
    level_interval: tuple[float, float] | None
    selected: float  # share of the group's (origin, grid) that were on the list
    missed: float | None  # share of those with an event that were not on the list
    missed_interval: tuple[float, float] | None
    pit_inside: float | None  # .8 is right
    pit_below: float | None
    pit_above: float | None

    @property
    def enough(self) -> bool:
        """Whether there are events enough to say anything."""
        return self.events >= LEAST_EVENTS


@dataclass(frozen=True)
class Groups:
    """All groups, and by how much they differ at most where they have events enough."""

    budget: float  # the share of grids on the list
    rows: tuple[GroupRow, ...]

    def spread(self, by: str) -> tuple[float, float] | None:
        """(greatest difference in missed shares, greatest quotient of levels) between groups that have events enough."""
        some = [row for row in self.rows if row.by == by and row.enough]
        missed = [row.missed for row in some if row.missed is not None]
        levels = [row.calibration_level for row in some if row.calibration_level]
        if len(missed) < 2 or len(levels) < 2:
            return None
        return max(missed) - min(missed), max(levels) / min(levels)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"budget": self.budget, "rows": [asdict(row) | {"enough": row.enough} for row in self.rows]}


def group_labels(where: Places, numbers: Mapping[str, Reals]) -> dict[str, npt.NDArray[Any]]:
    """Name -> (grids,) the group of each grid: its district, its kind, and the quartile of each number, (grids,) reals."""
    district = where.units[Unit.DISTRICT]
    codes = np.array(where.names.get(Unit.DISTRICT) or [str(index) for index in range(int(district.max()) + 1)])
    found: dict[str, npt.NDArray[Any]] = {"district": codes[district]}
    if any(where.kinds):
        found["kind"] = np.array([kind or UNKNOWN for kind in where.kinds])
    for name, values in numbers.items():
        known = ~np.isnan(values)
        if len(np.unique(values[known])) >= 4:
            cuts = np.quantile(values[known], [0.25, 0.5, 0.75])
            quartile = np.char.add("q", (np.searchsorted(cuts, values, side="left") + 1).astype(str))
            found[name] = np.where(known, quartile, UNKNOWN)
    return found


def by_group(judged: Judged, labels: Mapping[str, npt.NDArray[Any]], budget: float) -> Groups:
    """Each group's calibration, and false negatives where a share of all grids is on the list (fairlearn's MetricFrame)."""
    on_list = listed(judged, budget)
    return Groups(budget, tuple(row for by, label in labels.items() for row in _rows(judged, on_list, by, label)))


def _rows(judged: Judged, on_list: npt.NDArray[np.bool_], by: str, label: npt.NDArray[Any]) -> Iterator[GroupRow]:
    # Loaded here: to import it takes longer than a back-test of a small city.
    from fairlearn.metrics import MetricFrame, false_negative_rate, selection_rate

    known = judged.known
    cells = _alike(judged, on_list, label)
    weight = {"sample_weight": cells["cells"].to_numpy()}
    frame = MetricFrame(
        metrics={"missed": _none_without_events(false_negative_rate), "selected": selection_rate},
        y_true=cells["happened"].to_numpy(),
        y_pred=cells["listed"].to_numpy(),
        sensitive_features=cells["group"].rename(by),
        sample_params={"missed": weight, "selected": weight},
    ).by_group
    inside = transforms(judged, Unit.GRID)
    for name in sorted(frame.index):
        part = label == name
        happened = (judged.happened & known)[:, part]
        expected = np.where(known, judged.forecast.expected_count, 0.0)[:, part].sum(axis=1)
        counts = judged.counts[:, part].sum(axis=1)
        level = over_origins(ratio(counts, expected), judged.outcomes.horizon)
        missed = over_origins(
            ratio((happened & ~on_list[:, part]).sum(axis=1).astype(float), happened.sum(axis=1).astype(float)),
            judged.outcomes.horizon,
        )
        own = inside[:, part][known[:, part]]
        yield GroupRow(
            by=by,
            group=str(name),
            grids=int(part.sum()),
            events=int(counts.sum()),
            calibration_level=_told(level.mean),
            level_interval=_interval(level),
            selected=float(frame.loc[name, "selected"]),
            missed=_told(float(frame.loc[name, "missed"])),
            missed_interval=_interval(missed),
            pit_inside=_told(float(over(np.array([((own >= LOW) & (own <= HIGH)).sum()]), np.array([own.size]))[0])),
            pit_below=_told(float(over(np.array([(own < LOW).sum()]), np.array([own.size]))[0])),
            pit_above=_told(float(over(np.array([(own > HIGH).sum()]), np.array([own.size]))[0])),
        )


def _alike(judged: Judged, on_list: npt.NDArray[np.bool_], label: npt.NDArray[Any]) -> pd.DataFrame:
    """How many cells of each group had an event or not and were on the list or not: millions of cells in a few rows."""
    names, group = np.unique(label, return_inverse=True)
    kind = (group * 4)[None, :] + 2 * judged.happened + on_list
    cells = np.bincount(kind[judged.known], minlength=4 * len(names))
    rows = np.flatnonzero(cells)
    return pd.DataFrame(
        {
            "group": names[rows // 4],
            "happened": rows % 4 // 2,
            "listed": rows % 2,
            "cells": cells[rows].astype(np.float64),
        }
    )


def _none_without_events(rate: Any) -> Any:
    """The rate, NaN where no event came: fairlearn says 0, as if nobody had been missed."""

    def found(y_true: Any, y_pred: Any, sample_weight: Any) -> float:
        if not np.any(y_true):
            return float("nan")
        # Both outcomes are named, for a group may have had only one.
        if np.all(y_true):
            return float(1 - np.average(y_pred, weights=sample_weight))
        return float(rate(y_true, y_pred, pos_label=1, sample_weight=sample_weight))

    return found


def _told(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _interval(bounds: Bounds) -> tuple[float, float] | None:
    return None if np.isnan(bounds.width) else (float(bounds.lower), float(bounds.upper))
