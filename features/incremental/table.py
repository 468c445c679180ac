"""The table of the features as of one date, in a file of the home; the kept state is renewed on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from features.building.executors import chosen_executor
from features.building.tables import table_path, write_table
from features.incremental.incremental import newest_features
from riskwarn.files import atomic
from riskwarn.home import Home
from riskwarn.progress import Progress, silent


@dataclass(frozen=True)
class Built:
    """A table that was built."""

    as_of: date
    rows: int
    n_features: int
    path: Path

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn features build --json`` prints."""
        return {
            "as_of": self.as_of.isoformat(),
            "rows": self.rows,
            "n_features": self.n_features,
            "path": str(self.path),
        }


def build_table(home: Home, as_of: date | None = None, *, now: datetime, progress: Progress = silent) -> Built:
    """Write the table of a date (default: the midnight after the newest record). Raises GridsMissing, NothingKnown, AsOfInvalid."""
    executor = chosen_executor(home.settings.dask, home.settings.threads)
    newest = newest_features(home, as_of, now=now, progress=progress, executor=executor)
    day = newest.matrix.origins[0]
    path = table_path(home, day, newest.store_version)
    with atomic(path) as temporary:
        write_table(temporary, newest.matrix)
    return Built(day, len(newest.matrix.grid_ids), len(newest.matrix.features), path)
