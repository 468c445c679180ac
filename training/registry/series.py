"""How a version and all that stood beside it did at each judged origin: what a later promotion compares."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from riskwarn.files import write_text
from training.intervals.counts import Reals

FILE = "series.json"


@dataclass(frozen=True)
class Series:
    """Values by forecaster and metric, one an origin; NaN where nothing can be told."""

    horizon: int
    origins: tuple[date, ...]
    values: Mapping[str, Mapping[str, Reals]]  # forecaster -> metric -> (origins,)
    labels: tuple[str, ...] = ()  # by origin a digest of what it was judged by; none of an earlier riskwarn

    def of(self, forecaster: str, metric: str) -> dict[date, float]:
        """The values of one forecaster by origin; none where it was not judged."""
        found = self.values.get(forecaster, {}).get(metric, ())
        return dict(zip(self.origins, map(float, found), strict=False))

    def label(self, origin: date) -> str | None:
        """The digest of what an origin was judged by; None where that is not told."""
        return self.labels[self.origins.index(origin)] if self.labels and origin in self.origins else None

    def as_parameters(self) -> dict[str, str]:
        """What is noted of a run: on which origins it was judged."""
        first, last = (str(one) for one in (min(self.origins), max(self.origins)))
        return {"judged_origins": str(len(self.origins)), "first_judged": first, "last_judged": last}

    def save(self, folder: Path) -> Path:
        """Write `series.json`; what cannot be told is null."""
        content = {
            "horizon": self.horizon,
            "origins": [origin.isoformat() for origin in self.origins],
            "labels": list(self.labels),
            "values": {
                name: {metric: _listed(values) for metric, values in some.items()} for name, some in self.values.items()
            },
        }
        write_text(folder / FILE, json.dumps(content, sort_keys=True))
        return folder / FILE


def read_series(file: Path) -> Series:
    """Read `series.json`."""
    content = json.loads(file.read_text(encoding="utf-8"))
    return Series(
        content["horizon"],
        tuple(date.fromisoformat(origin) for origin in content["origins"]),
        {
            name: {metric: np.array(values, dtype=np.float64) for metric, values in some.items()}
            for name, some in content["values"].items()
        },
        tuple(content.get("labels", ())),
    )


def _listed(values: Sequence[float] | Reals) -> list[float | None]:
    return [None if value != value else float(value) for value in values]
