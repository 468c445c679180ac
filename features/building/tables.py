"""The tables that ``riskwarn features build`` leaves in a home: how their files are named, and which is the newest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from features.catalogue.version import catalogue_version
from features.matrix import FeatureMatrix
from riskwarn.configuration import Configuration
from riskwarn.home import Home

Column = npt.NDArray[np.float64]

_NAME = re.compile(r"(?P<as_of>\d{4}-\d\d-\d\d)-store(?P<store>\d+)-(?P<catalogue>[0-9a-f]{8})\.parquet")


@dataclass(frozen=True)
class BuiltTable:
    """A table on disk, as its file tells of it."""

    path: Path
    as_of: date
    store_version: int
    catalogue: str  # see `catalogue_mark`
    built_at: datetime  # UTC

    @property
    def grids(self) -> int:
        """How many grids it has."""
        import pyarrow.parquet as pq

        return int(pq.read_metadata(self.path).num_rows)

    def columns(self, names: Iterable[str]) -> dict[str, Column]:
        """Those of these features that the table holds: (grids,) float64, NaN for unknown."""
        import pandas as pd
        import pyarrow.parquet as pq

        held = set(pq.read_schema(self.path).names)
        frame = pd.read_parquet(self.path, columns=[name for name in names if name in held])
        return {str(name): frame[name].to_numpy(np.float64) for name in frame}


def catalogue_mark(configuration: Configuration) -> str:
    """The first eight digits of the catalogue's version: enough to tell two catalogues, or their code, apart in a file's name."""
    return catalogue_version(configuration)[:8]


def table_path(home: Home, as_of: date, store_version: int) -> Path:
    """Where the table of a date, a version of the store and the catalogue in force belongs."""
    return home.features / f"{as_of}-store{store_version}-{catalogue_mark(home.configuration)}.parquet"


def write_table(path: Path, matrix: FeatureMatrix) -> None:
    """Write a row for each origin and grid: `grid_id`, `as_of`, and a column a feature, its numbers as they lie."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    grids, origins = len(matrix.grid_ids), len(matrix.origins)
    ids = pa.array(matrix.grid_ids).dictionary_encode()
    grid = pa.DictionaryArray.from_arrays(pa.array(np.tile(np.arange(grids, dtype=np.int32), origins)), ids.dictionary)
    as_of = np.repeat(np.array(matrix.origins, dtype="datetime64[D]"), grids)
    numbers = matrix.values.reshape(len(matrix.features), -1)
    columns = {"grid_id": grid.cast(pa.string()), "as_of": pa.array(as_of)}
    pq.write_table(pa.table({**columns, **dict(zip(matrix.names, numbers, strict=True))}), path)


def newest_table(home: Home) -> BuiltTable | None:
    """The table that was built last; None where there is none."""
    found = [
        BuiltTable(
            path,
            date.fromisoformat(named["as_of"]),
            int(named["store"]),
            named["catalogue"],
            datetime.fromtimestamp(path.stat().st_mtime, UTC),
        )
        for path in home.features.glob("*.parquet")
        if (named := _NAME.fullmatch(path.name))
    ]
    return max(found, key=lambda table: (table.built_at, table.path.name), default=None)
